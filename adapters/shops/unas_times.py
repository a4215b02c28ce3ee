"""UNAS's clock: Budapest's wall time without a zone, the same twice in one autumn hour, and a nightly rest (unas.md
2, 3.2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BUDAPEST = ZoneInfo("Europe/Budapest")
STAMP = "%Y.%m.%d %H:%M:%S"
#: The shop's clock may be so much ahead of ours.
SLACK = timedelta(minutes=1)
#: Around midnight UNAS is under maintenance and wants no calls; the tenth minute after it belongs to that.
REST, RESTED = timedelta(minutes=10), timedelta(minutes=11)
BAN = timedelta(hours=1)
_BANNED = re.compile(r"\bbanned\b", re.IGNORECASE)
#: As bans write it, and nothing else does: month, day, year.
_TILL = re.compile(r"till\s+(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)")


def instants(local: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) that a Budapest wall time can be, the earlier first: two in the hour that comes twice."""
    both = (local.replace(tzinfo=BUDAPEST, fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(sorted(set(both)))


def latest(text: str, now: datetime) -> datetime | None:
    """The last instant that the stamp can be and that has come; None for an empty stamp. Never earlier than the truth,
    and what happens after `now` is never earlier than it. A ValueError when it cannot be read.
    """
    found = instants(_read(text)) if text else ()
    return next((moment for moment in reversed(found) if moment <= now + SLACK), found[0] if found else None)


def earliest(text: str, not_before: datetime) -> datetime:
    """The first instant that the stamp can be and that is not before this; else the last it can be."""
    found = instants(_read(text))
    return next((moment for moment in found if moment >= not_before), found[-1])


def banned_seconds(text: str, now: datetime) -> float | None:
    """How long a ban holds that an error tells of, None when it tells of none; an hour when it does not say."""
    if not _BANNED.search(text):
        return None
    till = _TILL.search(text)
    try:
        until = instants(_ymd(till.groups()))[-1] if till else now + BAN
    except ValueError:
        until = now + BAN
    plain = -BAN <= until - now <= 3 * BAN
    seconds = ((until - now) if plain else BAN).total_seconds()
    return max(seconds, 60.0) + 1.0


def rest_ends(now: datetime) -> datetime | None:
    """When the nightly maintenance that `now` falls into is over; None at any other time."""
    local = now.astimezone(BUDAPEST)
    midnight = (local + REST).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + RESTED).astimezone(UTC) if midnight - REST <= local < midnight + RESTED else None


def _read(text: str) -> datetime:
    return datetime.strptime(text, STAMP)  # noqa: DTZ007 - wall time, its zone is Budapest's


def _ymd(parts: tuple[str, ...]) -> datetime:
    month, day, year, hour, minute, second = map(int, parts)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - wall time, its zone is Budapest's

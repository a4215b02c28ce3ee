"""What systems say in their headers about the calls that are left: give one of these to `_speaker` as `left`.

Example, Fakturoid: `left=partial(in_one_header, window=60, name="x-ratelimit")`; SuperFaktura:
`left=lambda headers: (*by_names(headers, DAY, "x-ratelimit-dailyremaining", "x-ratelimit-dailyreset", zone), …)`.
A header that is missing or unreadable says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from schemas.ports import Left

#: Larger numbers are a moment (seconds since 1970), smaller ones a pause.
_EPOCH = 1_000_000_000
_NUMBER = re.compile(r"\d{1,12}")
_LOCAL = ("%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")


def in_one_header(headers: Mapping[str, str], window: int, name: str) -> Sequence[Left]:
    """The draft of RFC "RateLimit header fields" as Fakturoid speaks it: `default;r=398;t=55`, r calls left, t seconds
    until the window begins anew."""
    found = dict(re.findall(r"\b([rt])=(\d{1,9})\b", headers.get(name, "")))
    return (Left(window, int(found["r"]), float(found["t"])),) if len(found) == 2 else ()


def by_names(
    headers: Mapping[str, str], window: int, remaining: str, reset: str, zone: str = "UTC", now: datetime | None = None
) -> Sequence[Left]:
    """Two headers (lower case): a number of calls, and a pause in seconds, a moment since 1970, an HTTP date, or a
    local time in `zone`."""
    calls = headers.get(remaining, "").strip()
    seconds = until(unquote_plus(headers.get(reset, "")).strip(), zone, now or datetime.now(UTC))
    if not _NUMBER.fullmatch(calls) or seconds is None:
        return ()
    return (Left(window, int(calls), seconds),)


def until(text: str, zone: str, now: datetime) -> float | None:
    """Seconds until what `text` says, none of them negative; None when it cannot be read."""
    if _NUMBER.fullmatch(text):
        return max(0.0, float(text) - now.timestamp()) if int(text) >= _EPOCH else float(text)
    moment = _moment(text, zone)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _moment(text: str, zone: str) -> datetime | None:
    for form in _LOCAL:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

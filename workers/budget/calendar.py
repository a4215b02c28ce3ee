"""Calendar days and months of a vendor: which one it is, when the next begins, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.manifest import DAY, Window
from ledger import quotas
from ledger.engine import Ledger
from ledger.quotas import Period

#: The vendor's clock may be slow: its new day is believed a minute late.
LATE = timedelta(minutes=1)


def name_of(window: Window, now: datetime) -> str:
    """The day (2026-11-21) or month (2026-11) that `now` belongs to."""
    day = _local(window, now).date()
    return day.isoformat() if window.seconds == DAY else f"{day:%Y-%m}"


def next_begins(window: Window, now: datetime) -> datetime:
    """When the next day or month may be used, in UTC."""
    day = _local(window, now).date()
    following = day + timedelta(days=1) if window.seconds == DAY else (day.replace(day=1) + timedelta(days=32))
    first = following if window.seconds == DAY else following.replace(day=1)
    return datetime.combine(first, time(), ZoneInfo(window.zone)).astimezone(UTC) + LATE


def _local(window: Window, now: datetime) -> datetime:
    return (now - LATE).astimezone(ZoneInfo(window.zone))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The long windows of all accounts, counted in the ledger."""

    ledger: Ledger
    now: Callable[[], datetime]

    def wait(self, account_id: int, window: Window, calls: int) -> float:
        """Seconds until so many calls fit in; 0 when they do now. Counts nothing."""
        return 0.0 if self.left(account_id, window) >= calls else self._until_next(window)

    def hit(self, account_id: int, window: Window, calls: int) -> float:
        """Count calls; gives 0, or the seconds until they fit in, and nothing is counted."""
        with self.ledger.write() as tx:
            fits = quotas.take(tx, self._period(account_id, window), calls, window.calls)
        return 0.0 if fits else self._until_next(window)

    def left(self, account_id: int, window: Window) -> int:
        """How many calls are left in the day or month of now."""
        with self.ledger.read() as tx:
            return max(0, window.calls - quotas.used(tx, self._period(account_id, window)))

    def learn(self, account_id: int, window: Window, left: int) -> None:
        """The vendor says what is left; what others used up is counted as ours."""
        if left < self.left(account_id, window):
            with self.ledger.write() as tx:
                quotas.learn(tx, self._period(account_id, window), window.calls - left)

    def _period(self, account_id: int, window: Window) -> Period:
        return Period(account_id, window.seconds, name_of(window, self.now()))

    def _until_next(self, window: Window) -> float:
        now = self.now()
        return (next_begins(window, now) - now).total_seconds()

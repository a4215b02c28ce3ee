"""What stands against a call of an account now: a pause asked for, a full window, no seat; and where the queue ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.manifest import Manifest, Window
from workers.budget.calendar import Calendar
from workers.budget.pace import Gap, Look, Pace

#: The queue is a little tighter than the limit: what finds no room is put off once more, but the limit is used.
TIGHT = 0.95
#: What a new day or month finds waiting comes within this many seconds of its beginning.
SPREAD = 3600.0
#: How long a call takes, while nobody knows (seconds).
USUAL_CALL = 0.1
_UNITS: Mapping[int, str] = {1: "second", 60: "minute", 3600: "hour", 86_400: "day", 30 * 86_400: "month"}


def unit(window: Window) -> str:
    """The window's length in words: minute, day, 5 seconds."""
    return _UNITS.get(window.seconds, f"{window.seconds} seconds")


@dataclass(frozen=True, slots=True)
class Full:
    """Why there is no room: in words, and where in the queue the next one goes."""

    why: str
    gap: Gap


@dataclass(frozen=True, slots=True)
class Room:
    """One account's limits, as its manifest has them; `counted` False: there are none but the pauses asked for."""

    account_id: int
    manifest: Manifest
    pace: Pace
    calendar: Calendar
    counted: bool = True

    @property
    def short(self) -> list[Window]:
        """Windows of seconds to hours, shortest first."""
        windows = self.manifest.limits if self.counted else ()
        return sorted((w for w in windows if not w.by_calendar), key=lambda window: window.seconds)

    @property
    def long(self) -> list[Window]:
        """Calendar days and months."""
        return [window for window in (self.manifest.limits if self.counted else ()) if window.by_calendar]

    @property
    def seats(self) -> int:
        return self.manifest.at_once if self.counted else 0

    def look(self) -> Look:
        return self.pace.look(self.account_id)

    def spend(self, calls: int) -> Full | None:
        """Count so many calls in every window; or the first thing that stands against them. Long windows are asked
        first and counted last, so that what one refuses has cost nothing that lasts."""
        if (paused := self.paused()) is not None:
            return paused
        me = self.account_id
        for window in self.long if self.short else ():
            if seconds := self.calendar.wait(me, window, calls):
                return self._full(window, seconds)
        for window in self.short:
            if seconds := self.pace.hit(me, window, calls):
                return self._full(window, seconds)
        for window in self.long:
            if seconds := self.calendar.hit(me, window, calls):
                return self._full(window, seconds)
        return None

    def paused(self) -> Full | None:
        """The system asked for a pause that is not over."""
        look = self.look()
        if not look.blocked:
            return None
        return Full(f"{self.manifest.label} asked for a pause", Gap(look.blocked, self.step(look)))

    def sit(self, owner: str, hold: float) -> Full | None:
        """Take a seat for a call, for `hold` seconds at most."""
        if not self.seats or self.pace.sit(self.account_id, owner, self.seats, hold):
            return None
        look = self.look()
        call = look.seconds or USUAL_CALL
        words = f"{self.manifest.label} takes {self.seats} calls at once"
        return Full(words, Gap(call / 2, call * self._usual(look) / self.seats))

    def half_empty(self) -> bool:
        """No window is half used up."""
        me = self.account_id
        long = all(self.calendar.left(me, window) * 2 > window.calls for window in self.long)
        return long and all(self.pace.free(me, window) * 2 > window.calls for window in self.short)

    def step(self, look: Look) -> float:
        """Seconds from one piece of work to the next at the pace of the slowest short window."""
        slowest = max((window.seconds / window.calls for window in self.short), default=0.0)
        return max(slowest * self._usual(look) * TIGHT, 0.01)

    def _full(self, window: Window, seconds: float) -> Full:
        why, usual = f"{self.manifest.label} takes {window.calls} calls per {unit(window)}", self._usual(self.look())
        if window.by_calendar:
            return Full(why, Gap(seconds, SPREAD / window.calls * usual, float(window.seconds), SPREAD))
        return Full(why, Gap(seconds, window.seconds / window.calls * usual * TIGHT))

    def _usual(self, look: Look) -> float:
        """How many calls a piece of work takes."""
        return max(1.0, look.calls or self.manifest.calls)

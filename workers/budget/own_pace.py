"""The pace of one process alone, while Redis is away: a part of every window, since others may do the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from adapters.manifest import Window
from workers.budget.pace import BACK, YOUNG, Gap, Look, item_of

#: One process may use a quarter of a window, and one seat.
PART = 4


@dataclass
class _Own:
    """One account: moments are this process' monotonic clock."""

    until: float = 0.0
    tails: dict[str, float] = field(default_factory=dict)
    seats: set[str] = field(default_factory=set)
    begun: int = 0
    made: int = 0
    busy: float = 0.0


class OwnPace:
    """Nothing here is shared; `part` is what of a window this process may use (4: a quarter)."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, part: int = PART) -> None:
        self._part = part
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._monotonic = monotonic
        self._mutex = threading.Lock()
        self._accounts: dict[int, _Own] = {}

    def look(self, account_id: int) -> Look:
        own, now = self._of(account_id), self._monotonic()
        behind = max(0.0, own.tails.get(BACK, 0.0) - now)
        calls = own.made / own.begun if own.begun else 0.0
        return Look(max(0.0, own.until - now), behind, calls, own.busy / own.made if own.made else 0.0)

    def block(self, account_id: int, seconds: float) -> None:
        own = self._of(account_id)
        own.until = max(own.until, self._monotonic() + seconds)

    def hit(self, account_id: int, window: Window, calls: int) -> float:
        item = self._item(window, calls)
        if self._windows.hit(item, str(account_id), cost=calls):
            return 0.0
        return max(0.01, self._windows.get_window_stats(item, str(account_id)).reset_time - time.time())

    def free(self, account_id: int, window: Window) -> int:
        return self._windows.get_window_stats(self._item(window, 1), str(account_id)).remaining

    def place(self, account_id: int, lane: str, gap: Gap) -> float:
        own, now = self._of(account_id), self._monotonic()
        with self._mutex:
            first = now + gap.base
            at = max(first, own.tails.get(lane, 0.0))
            if gap.period and (at - first) % gap.period >= gap.spread - gap.step / 2:
                at += gap.period - (at - first) % gap.period
            own.tails[lane] = at + gap.step
        return at - now

    def sit(self, account_id: int, owner: str, seats: int, hold: float) -> bool:
        own = self._of(account_id)
        with self._mutex:
            if own.seats:
                return False
            own.seats.add(owner)
        return True

    def stand(self, account_id: int, owner: str, seconds: float) -> None:
        own = self._of(account_id)
        with self._mutex:
            own.seats.discard(owner)
            own.made, own.busy = own.made + 1, own.busy + seconds

    def began(self, account_id: int) -> None:
        own = self._of(account_id)
        with self._mutex:
            own.begun += 1
            if own.begun > YOUNG:
                own.begun, own.made, own.busy = own.begun // 2, own.made // 2, own.busy / 2

    def _item(self, window: Window, calls: int) -> RateLimitItemPerSecond:
        """A part of the window, though never less than one piece of work needs, nor more than the window."""
        return item_of(window, min(window.calls, max(calls, window.calls // self._part)))

    def _of(self, account_id: int) -> _Own:
        with self._mutex:
            return self._accounts.setdefault(account_id, _Own())

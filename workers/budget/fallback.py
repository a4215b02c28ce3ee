"""The pace in Redis, and this process' own part of it while Redis is away: never unlimited, never stuck."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

from adapters.manifest import Window
from workers.budget.own_pace import OwnPace
from workers.budget.pace import Gap, Look, Pace

log = structlog.get_logger(__name__)
T = TypeVar("T")


class SurePace:
    """A Pace that always answers. Once Redis failed, it is left alone for `away` seconds: nobody queues there."""

    def __init__(self, shared: Pace, away: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shared, self._own = shared, OwnPace(monotonic)
        self._away, self._monotonic = away, monotonic
        self._trusted_from = 0.0

    def look(self, account_id: int) -> Look:
        own = self._own.look(account_id)
        seen = self._either(lambda pace: pace.look(account_id))
        return Look(max(seen.blocked, own.blocked), seen.behind, seen.calls, seen.seconds)

    def block(self, account_id: int, seconds: float) -> None:
        self._own.block(account_id, seconds)
        self._either(lambda pace: pace.block(account_id, seconds))

    def hit(self, account_id: int, window: Window, calls: int) -> float:
        return self._either(lambda pace: pace.hit(account_id, window, calls))

    def free(self, account_id: int, window: Window) -> int:
        return self._either(lambda pace: pace.free(account_id, window))

    def place(self, account_id: int, lane: str, gap: Gap) -> float:
        return self._either(lambda pace: pace.place(account_id, lane, gap))

    def sit(self, account_id: int, owner: str, seats: int, hold: float) -> bool:
        return self._either(lambda pace: pace.sit(account_id, owner, seats, hold))

    def stand(self, account_id: int, owner: str, seconds: float) -> None:
        self._own.stand(account_id, owner, seconds)
        self._either(lambda pace: pace.stand(account_id, owner, seconds))

    def began(self, account_id: int) -> None:
        self._either(lambda pace: pace.began(account_id))

    def _either(self, ask: Callable[[Pace], T]) -> T:
        if self._monotonic() >= self._trusted_from:
            try:
                return ask(self._shared)
            except (RedisError, OSError) as error:
                self._trusted_from = self._monotonic() + self._away
                log.warning("limits_kept_alone", why=type(error).__name__)
        return ask(self._own)

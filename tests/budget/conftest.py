"""Real Valkey, a real ledger, and budgets of one account made of any windows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapters.manifest import Manifest, Window
from tests.ledger.fixtures import House, database_url, house, postgres_server, postgres_template, sqlite_template
from tests.queue.conftest import Valkey, _valkey, valkey
from workers.budget.budgets import AccountBudget, Budgets
from workers.budget.fallback import SurePace
from workers.budget.pace import Pace
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client
from workers.timing import timing_of

__all__ = ["_valkey", "database_url", "house", "postgres_server", "postgres_template", "sqlite_template", "valkey"]

FAST = timing_of("fast")


@dataclass
class WallClock:
    """A clock that a test sets forward."""

    now: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def manifest(*limits: Window, at_once: int = 0, calls: int = 1) -> Manifest:
    return Manifest(
        "fakturownia", "Fakturownia", "PL", "https://x", (), limits=limits, at_once=at_once, calls=calls
    )  # fmt: skip


@dataclass
class Bank:
    """Makes budgets, each as another worker's."""

    house: House
    url: str
    clock: WallClock = field(default_factory=WallClock)
    slept: list[float] = field(default_factory=list)

    def budget(self, *limits: Window, pace: Pace | None = None, **more: int) -> AccountBudget:
        shared = SurePace(pace or RedisPace(client(self.url, 1.0)), FAST.redis_away)
        budgets = Budgets(self.house.ledger, shared, FAST, self.clock, sleep=self._sleep)
        return budgets.of(self.house.account, manifest(*limits, **more))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds)


@pytest.fixture
def bank(house: House, valkey: Valkey) -> Iterator[Bank]:
    yield Bank(house, valkey.url)


def call(budget: AccountBudget, *, reached: bool | None = True) -> None:
    """One call, from its beginning to its end."""
    budget.take().ended(reached)


def tries(count: int, one: Callable[[], object], error: type[Exception]) -> tuple[int, list[Exception]]:
    """How many of so many tries went well, and what the others raised."""
    raised: list[Exception] = []
    for _ in range(count):
        try:
            one()
        except error as refused:
            raised.append(refused)
    return count - len(raised), raised

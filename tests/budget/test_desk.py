"""Orders at the real desk within a small quota, and at a system that is down: nothing is counted, nothing dies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters import adapter_for, manifest_of
from adapters.base import Adapter
from adapters.manifest import DAY, Manifest, Window
from schemas.connection import Account
from schemas.event import State
from schemas.ports import Guard, Turns
from tests.desk.conftest import Desk, database_url, desk, roadless, simulator, sqlite_template, valkey_url
from workers.budget.budgets import Budgets
from workers.budget.fallback import SurePace
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client

__all__ = ["database_url", "desk", "roadless", "simulator", "sqlite_template", "valkey_url"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def within(desk: Desk, valkey_url: str, *limits: Window) -> None:
    """Give the desk's adapters these limits."""
    pace = SurePace(RedisPace(client(valkey_url, 1.0)), 1.0)
    budgets = Budgets(desk.ledger, pace, desk.services.timing, lambda: desk.now)
    manifest: Manifest = replace(manifest_of("fakturownia"), limits=limits, at_once=0)

    def adapter(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        budget = budgets.of(account, manifest)
        return adapter_for(account, guard=guard, turns=turns, budget=budget, allow_private=True, deadline=1.5)

    desk.services = replace(desk.services, adapter=adapter)


def orders(desk: Desk, count: int) -> list[str]:
    return [desk.captured("009", id=1000 + n, number=str(1000 + n)) for n in range(count)]


def calls(desk: Desk) -> int:
    return len(desk.simulator.world.log)


def test_a_day_that_is_used_up_puts_orders_off_to_the_next_uncounted(desk: Desk, valkey_url: str) -> None:
    desk.now = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    within(desk, valkey_url, Window(13, DAY, "Europe/Budapest"))
    ids = orders(desk, 9)
    before = calls(desk)
    for event_id in ids:
        desk.run(event_id)
    waiting = [desk.event(event_id) for event_id in ids if desk.event(event_id).state is State.WAITING]
    assert calls(desk) - before <= 13
    assert 3 <= len(desk.documents()) == desk.there() == 9 - len(waiting)
    assert {(event.reason, event.attempts) for event in waiting} == {("BUDGET_USED_UP", 0)}
    midnight = datetime(2026, 11, 21, 23, 1, tzinfo=UTC)
    assert all(event.due_at and event.due_at >= midnight for event in waiting)
    days = 0
    while waiting and days < 4:
        desk.now = max(event.due_at for event in waiting if event.due_at)
        started, days = calls(desk), days + 1
        for event in waiting:
            desk.run(event.id)
        assert calls(desk) - started <= 13
        waiting = [desk.event(e) for e in ids if desk.event(e).state is State.WAITING]
    assert (desk.there(), len(desk.documents())) == (9, 9)


def test_a_system_that_is_down_costs_the_orders_behind_the_fifth_no_try(desk: Desk, valkey_url: str) -> None:
    within(desk, valkey_url)
    ids = orders(desk, 9)
    desk.simulator.world.plan.arm("500", times=None)
    for event_id in ids:
        desk.run(event_id)
    assert [desk.event(event_id).attempts for event_id in ids] == [1] * 5 + [0] * 4
    assert {desk.event(event_id).reason for event_id in ids[5:]} == {"SYSTEM_DOWN"}
    desk.simulator.world.plan.clear()
    desk.later(desk.services.timing.breaker_probe + 1)
    assert desk.run(ids[5]) is None
    assert {desk.event(event_id).due_at for event_id in ids[6:]} == {desk.now}  # woken by the first answer
    for _ in range(3):
        desk.later(120)
        for event_id in ids:
            desk.run(event_id)
    assert (desk.there(), len(desk.documents())) == (9, 9)


def test_a_verification_that_finds_the_limits_used_up_pauses_nobody(desk: Desk, valkey_url: str) -> None:
    within(desk, valkey_url, Window(2, 60))
    (event_id,) = orders(desk, 1)
    desk.simulator.world.change({"token_accepted": False})
    desk.run(event_id)
    desk.run(event_id)
    assert desk.event(event_id).state is State.WAITING
    assert desk.event(event_id).reason in ("BUDGET_USED_UP", "AUTH")

"""SuperFaktura's day of 1,000 calls, mostly used up by somebody else: real documents at the real desk, by its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters import adapter_for, manifest_of
from adapters.base import Adapter
from schemas.connection import Account
from schemas.event import Event, State
from schemas.ports import Guard, Turns
from simulators.superfaktura.world import SuperFaktura
from tests.budget.conftest import WallClock
from tests.queue.conftest import Valkey, _valkey, valkey
from tests.systems.conftest import Office
from workers.budget.budgets import USED_UP, Budgets
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client

__all__ = ["_valkey", "valkey"]

SYSTEM = "superfaktura"
DAY = date(2026, 11, 21)
LIMIT, OTHERS, ORDERS = 1000, 970, 20
#: Midnight in Bratislava.
MIDNIGHT = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


def counted(office: Office, valkey: Valkey, clock: Callable[[], datetime]) -> None:
    """The desk goes by this clock, and keeps the vendor's limits."""
    services = office.services
    budgets = Budgets(services.ledger, RedisPace(client(valkey.url, 1.0)), services.timing, clock)

    def adapter(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        budget = budgets.of(account, manifest_of(account.system))
        return adapter_for(account, guard=guard, turns=turns, budget=budget, allow_private=True)

    office.services = replace(services, adapter=adapter, now=clock)


@pytest.mark.parametrize("system", [SYSTEM], indirect=True)
def test_a_day_used_up_leaves_the_rest_of_the_documents_to_the_next_day_without_one_call_over_it(
    office: Office, valkey: Valkey
) -> None:
    world, clock = office.world, WallClock(MIDNIGHT - timedelta(hours=3))
    assert isinstance(world, SuperFaktura)
    office.connect()
    world.change({"quota": "all", "today": DAY.isoformat()})
    world.quota.day, world.quota.today, world.quota.month = DAY, OTHERS, OTHERS
    counted(office, valkey, clock)
    ids = office.orders(ORDERS)
    waiting = _worked(office, ids)
    per_document = (world.quota.today - OTHERS) / office.there()
    assert LIMIT - 2 * per_document < world.quota.today <= LIMIT, "the day was used, and not one call more"
    assert 0 < len(office.live()) == office.there() == ORDERS - len(waiting)
    assert {(event.reason, event.attempts) for event in waiting} == {(USED_UP, 0)}
    assert min(event.due_at for event in waiting if event.due_at) >= MIDNIGHT
    today, clock.now = office.there(), max(event.due_at for event in waiting if event.due_at)
    world.change({"today": (DAY + timedelta(days=1)).isoformat()})
    assert _worked(office, ids) == []
    assert len(office.live()) == office.there() == ORDERS
    assert (office.events(State.DEAD), office.alarms(), office.state()) == ([], [], "active")
    print(f"\n{SYSTEM}: {OTHERS} calls by others, {today} documents up to call {LIMIT}, {ORDERS - today} the next day")


def _worked(office: Office, ids: list[str]) -> list[Event]:
    """Every event once, one after another; gives those that wait."""
    for event_id in ids:
        office.run(event_id)
    return office.events(State.WAITING)

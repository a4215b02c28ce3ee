"""Ten thousand waiting events drain at the vendor's limit: the limit is used, and hardly any event tries in vain."""

from __future__ import annotations

import heapq
import time
from datetime import UTC, datetime

import pytest
import time_machine

from adapters.manifest import Window
from schemas.errors import RateLimited
from tests.budget.conftest import call, manifest
from tests.ledger.fixtures import House
from workers.budget.budgets import Budgets
from workers.budget.own_pace import OwnPace
from workers.timing import REAL

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
#: The clock rings every so many seconds.
TICK = 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("limits", [(Window(30, 60), Window(600, 3600)), (Window(10, 1),)])
def test_what_waits_for_a_budget_comes_back_when_there_is_room(house: House, limits: tuple[Window, ...]) -> None:
    """600 pieces of work of three calls each, all there at once, in simulated time."""
    with time_machine.travel(NOW, tick=False) as traveller:
        budgets = Budgets(house.ledger, OwnPace(time.time, part=1), REAL, lambda: NOW, sleep=traveller.shift)
        due = [(time.time(), number, False) for number in range(600)]
        done, in_vain, began = 0, 0, time.time()
        while due:
            at, number, queued = heapq.heappop(due)
            if at > time.time():
                traveller.move_to(datetime.fromtimestamp(at, UTC))
            work = budgets.of(house.account, manifest(*limits, calls=2))
            try:
                work.room(2, queued=queued)
                for _ in range(3):
                    call(work)
                done += 1
            except RateLimited as error:
                in_vain += 1
                later = time.time() + error.retry_after
                heapq.heappush(due, (later + (-later) % TICK, number, True))
        took = time.time() - began
    ideal = max(1800 * window.seconds / window.calls for window in limits)
    assert done == 600
    assert took < 1.25 * ideal
    assert in_vain < 2.5 * 600

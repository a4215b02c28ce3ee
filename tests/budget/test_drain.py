"""Ten thousand waiting events drain at the vendor's limit: the limit is used, and hardly any event tries in vain."""

from __future__ import annotations

import heapq
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from adapters.manifest import Window
from schemas.errors import RateLimited, Waiting
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


@pytest.mark.slow
@pytest.mark.rare
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ten_thousand_wait_for_a_system_down_for_six_hours_and_then_drain_at_its_limit(house: House) -> None:
    """One call each, in simulated time; the circuit opens, is probed, closes, and wakes all that wait at once."""
    minute, hour, count = Window(30, 60), Window(1000, 3600), 10_000
    calls: list[float] = []
    with time_machine.travel(NOW, tick=False) as traveller:
        now = lambda: datetime.now(UTC)  # noqa: E731
        budgets = Budgets(house.ledger, OwnPace(time.time, part=1), REAL, now, sleep=traveller.shift)
        back, done = (NOW + timedelta(hours=6)).timestamp(), 0
        due = [(time.time(), number, False) for number in range(count)]
        held: list[int] = []
        while due:
            at, number, queued = heapq.heappop(due)
            traveller.move_to(datetime.fromtimestamp(max(at, time.time()), UTC))
            work = budgets.of(house.account, manifest(minute, hour, calls=1))
            try:
                work.room(1, queued=queued)
                call = work.take()
                calls.append(time.time())
                call.ended(time.time() >= back)
                if time.time() >= back:
                    done += 1
                    due, held = _woken(due, held) if held else (due, held)
                    continue
                later = REAL.first_retry
            except RateLimited as error:
                later = error.retry_after
            except Waiting as error:
                later = error.seconds or 0.0
                held.append(number)
            comes = time.time() + later
            heapq.heappush(due, (comes + (-comes) % TICK, number, True))
        took = time.time() - back
    assert done == count
    assert sum(at < back for at in calls) < 6 * 3600 / REAL.breaker_probe + 10, "probes alone while it is down"
    assert took < 1.25 * count / hour.calls * hour.seconds
    for window in (minute, hour):
        apart = zip(calls, calls[window.calls :], strict=False)
        assert min(later - sooner for sooner, later in apart) >= window.seconds - 1e-3, (
            "more calls than the limit allows"
        )
    assert all(sooner <= later for sooner, later in pairwise(calls))


def _woken(due: list[tuple[float, int, bool]], held: list[int]) -> tuple[list[tuple[float, int, bool]], list[int]]:
    """Whatever waited for the circuit is due now."""
    names = set(held)
    woken = [(time.time() if number in names else at, number, queued) for at, number, queued in due]
    heapq.heapify(woken)
    return woken, []

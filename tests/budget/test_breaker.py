"""The circuit breaker: opened by five failures in a row, probed by one call at a time, closed by the first answer."""

from __future__ import annotations

from functools import partial

import pytest

from ledger import alarms, breakers, events
from schemas.errors import Waiting
from tests.budget.conftest import FAST, Bank, call, tries
from workers.budget.circuit import ALARM, condition


def failing(bank: Bank, times: int) -> None:
    for _ in range(times):
        call(bank.budget(), reached=False)


def open_alarms(bank: Bank) -> list[str]:
    with bank.house.ledger.read() as tx:
        return [alarm.kind for alarm in alarms.open_alarms(tx)]


def test_four_failures_and_an_answer_leave_it_closed(bank: Bank) -> None:
    for _ in range(3):
        failing(bank, 4)
        call(bank.budget())
    assert open_alarms(bank) == []
    call(bank.budget())


def test_the_fifth_failure_in_a_row_opens_it_for_every_worker_with_one_alarm(bank: Bank) -> None:
    failing(bank, 5)
    for _ in range(3):
        with pytest.raises(Waiting) as caught:
            call(bank.budget())
    assert caught.value.code == "SYSTEM_DOWN"
    assert caught.value.until == condition(bank.house.account.id)
    assert open_alarms(bank) == [ALARM]
    with bank.house.ledger.read() as tx:
        assert breakers.open_circuits(tx)[bank.house.account.id].failures == 5


def test_a_call_that_was_never_made_counts_for_nothing(bank: Bank) -> None:
    failing(bank, 4)
    for _ in range(5):
        call(bank.budget(), reached=None)
    assert open_alarms(bank) == []
    failing(bank, 1)
    assert open_alarms(bank) == [ALARM]


def test_one_probe_goes_out_when_it_is_time_and_none_beside_it(bank: Bank) -> None:
    failing(bank, 5)
    bank.clock.forward(seconds=FAST.breaker_probe)
    probe = bank.budget().take()
    assert tries(3, partial(call, bank.budget()), Waiting)[0] == 0
    probe.ended(False)
    assert tries(3, partial(call, bank.budget()), Waiting)[0] == 0
    bank.clock.forward(seconds=FAST.breaker_probe)
    assert tries(3, partial(call, bank.budget()), Waiting)[0] == 3


def test_a_piece_of_work_that_probes_goes_on_with_its_calls(bank: Bank) -> None:
    failing(bank, 5)
    bank.clock.forward(seconds=FAST.breaker_probe)
    work = bank.budget()
    work.room(2)
    call(work)
    call(work)
    assert open_alarms(bank) == []


def test_work_that_has_begun_is_not_stopped_half_way_by_what_others_met(bank: Bank) -> None:
    work = bank.budget()
    work.room(1)
    failing(bank, 5)
    call(work, reached=None)
    call(work, reached=None)
    assert tries(1, partial(bank.budget().room, 1), Waiting)[0] == 0


def test_the_first_answer_closes_it_clears_the_alarm_and_wakes_what_waits(bank: Bank) -> None:
    failing(bank, 5)
    waiting = bank.house.one()
    with bank.house.ledger.write() as tx:
        what = condition(bank.house.account.id)
        events.wait(tx, waiting, None, what, "SYSTEM_DOWN", "", bank.clock(), counted=False)
    bank.clock.forward(seconds=FAST.breaker_probe)
    call(bank.budget())
    assert open_alarms(bank) == []
    assert bank.house.event(waiting).due_at == bank.clock()
    assert tries(3, partial(call, bank.budget()), Waiting)[0] == 3


def test_events_come_back_one_per_probe_while_it_is_open(bank: Bank) -> None:
    failing(bank, 5)
    _, raised = tries(4, partial(call, bank.budget()), Waiting)
    times = [error.seconds for error in raised if isinstance(error, Waiting)]
    expected = [FAST.breaker_probe * (1 + place) for place in range(4)]
    assert times == pytest.approx(expected, abs=0.5)


def test_however_many_wait_none_waits_for_longer_than_an_hour_for_its_wake_up(bank: Bank) -> None:
    failing(bank, 5)
    _, raised = tries(130, partial(call, bank.budget()), Waiting)
    assert max(error.seconds or 0 for error in raised if isinstance(error, Waiting)) == FAST.breaker_most

"""A vendor's windows, shared by every worker of an account; SQLite is enough where the ledger only looks on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
import time_machine
from redis import Redis

from adapters.manifest import DAY, MONTH, Window
from schemas.errors import RateLimited
from schemas.ports import Left
from tests.budget.conftest import FAST, Bank, call, manifest, tries
from tests.queue.conftest import Valkey, until
from workers.budget.budgets import USED_UP, Budgets
from workers.budget.own_pace import OwnPace
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MINUTE = Window(20, 60)
SHOPS_DAY = Window(1000, DAY, "Europe/Bratislava")


def refused(error: Exception) -> RateLimited:
    assert isinstance(error, RateLimited)
    return error


def test_two_workers_share_one_window(bank: Bank) -> None:
    one, other = bank.budget(MINUTE), bank.budget(MINUTE)
    assert tries(15, partial(call, one), RateLimited)[0] == 15
    went, raised = tries(15, partial(call, other), RateLimited)
    assert went == 5
    assert refused(raised[0]).code == USED_UP
    assert 55 < refused(raised[0]).retry_after <= 63
    assert "20 calls per minute" in refused(raised[0]).detail


@pytest.mark.parametrize("apart", [300, -300])
def test_hosts_that_disagree_about_the_time_share_a_window(bank: Bank, apart: int) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=apart)):
        assert tries(15, partial(call, bank.budget(MINUTE)), RateLimited)[0] == 15
    went, raised = tries(15, partial(call, bank.budget(MINUTE)), RateLimited)
    assert went == 5
    assert 55 < refused(raised[0]).retry_after <= 63


def test_of_several_windows_the_tightest_counts(bank: Bank) -> None:
    went, raised = tries(30, partial(call, bank.budget(MINUTE, Window(12, 3600))), RateLimited)
    assert went == 12
    assert "12 calls per hour" in refused(raised[0]).detail
    assert refused(raised[0]).retry_after > 3500


def test_what_is_put_off_is_spread_at_the_pace_of_the_window(bank: Bank) -> None:
    budget = bank.budget(MINUTE)
    _, raised = tries(40, partial(call, budget), RateLimited)
    times = [refused(error).retry_after for error in raised]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(times) == 20
    assert all(2.5 < gap < 3.1 for gap in gaps), gaps


def test_work_is_not_begun_when_only_half_of_its_calls_fit(bank: Bank) -> None:
    budget = bank.budget(MINUTE)
    tries(18, partial(call, budget), RateLimited)
    with pytest.raises(RateLimited):
        bank.budget(MINUTE).room(3)
    whole = bank.budget(MINUTE)
    whole.room(2, queued=True)
    call(whole)
    call(whole)
    with pytest.raises(RateLimited):
        call(whole)


def test_calls_set_aside_are_there_though_others_use_up_the_window_meanwhile(bank: Bank) -> None:
    mine = bank.budget(MINUTE)
    mine.room(3)
    assert tries(30, partial(call, bank.budget(MINUTE)), RateLimited)[0] == 17
    assert tries(4, partial(call, mine), RateLimited)[0] == 3


def test_work_larger_than_a_whole_window_takes_what_the_window_has(bank: Bank) -> None:
    budget = bank.budget(Window(1, 5))
    budget.room(6)
    call(budget)
    with pytest.raises(RateLimited):
        call(budget)


def test_newcomers_queue_behind_what_was_put_off(bank: Bank) -> None:
    tries(40, partial(call, bank.budget(MINUTE)), RateLimited)
    with pytest.raises(RateLimited) as caught:
        bank.budget(MINUTE).room(1)
    behind = caught.value.retry_after
    with pytest.raises(RateLimited) as caught:
        bank.budget(MINUTE).room(1)
    assert caught.value.retry_after > behind
    with pytest.raises(RateLimited) as caught:
        bank.budget(MINUTE).room(1, queued=True)
    assert "20 calls" in caught.value.detail  # it was let try, and found the window full


def test_a_wait_of_a_moment_is_waited_in_the_slot(bank: Bank) -> None:
    budget = bank.budget(MINUTE)
    budget.penalty(FAST.budget_nap * 0.9)
    call(budget)
    assert 0 < sum(bank.slept) <= FAST.budget_nap


def test_a_pause_the_system_asked_for_is_kept_by_every_worker(bank: Bank) -> None:
    bank.budget(MINUTE).penalty(40)
    bank.budget(MINUTE).penalty(7)  # a shorter one does not end it
    for worker in (bank.budget(MINUTE), bank.budget()):
        with pytest.raises(RateLimited) as caught:
            call(worker)
        assert 39 < caught.value.retry_after < 50
    assert bank.slept == []


def test_a_header_that_says_nothing_is_left_stops_everybody_until_the_reset(bank: Bank) -> None:
    bank.budget(MINUTE).take().ended(True, (Left(60, 0, 30.0),))
    with pytest.raises(RateLimited) as caught:
        call(bank.budget(MINUTE))
    assert 29 < caught.value.retry_after < 35


def test_no_more_calls_at_once_than_the_system_takes(bank: Bank) -> None:
    first, second = bank.budget(at_once=2).take(), bank.budget(at_once=2).take()
    with pytest.raises(RateLimited) as caught:
        bank.budget(at_once=2).take()
    assert "2 calls at once" in caught.value.detail
    first.ended(True)
    third = bank.budget(at_once=2).take()
    second.ended(True)
    third.ended(None)


def test_a_seat_that_its_holder_took_to_the_grave_comes_free(bank: Bank, valkey: Valkey) -> None:
    pace = RedisPace(client(valkey.url, 1.0))
    assert pace.sit(1, "dead", 1, 0.3)
    assert not pace.sit(1, "living", 1, 0.3)
    until(lambda: pace.sit(1, "living", 1, 60), "the seat came free")


def test_a_days_quota_used_up_is_used_up_and_the_rest_goes_on_the_next_day_in_the_vendors_zone(bank: Bank) -> None:
    day = partial(bank.budget, SHOPS_DAY)
    bank.clock.now = bank.clock.now.replace(hour=20)
    went, raised = tries(1050, partial(call, day()), RateLimited)
    assert went == 1000
    first, last = refused(raised[0]).retry_after, refused(raised[-1]).retry_after
    assert first == pytest.approx(3 * 3600 + 60, abs=5)  # midnight in Bratislava is 23:00 UTC
    assert last == pytest.approx(first + 49 * 3.6, abs=5)
    bank.clock.forward(hours=2, minutes=59)
    assert tries(10, partial(call, day()), RateLimited)[0] == 0
    bank.clock.forward(minutes=2, seconds=1)
    assert tries(50, partial(call, day()), RateLimited)[0] == 50


def test_what_a_day_cannot_hold_is_spread_over_the_next_days(bank: Bank) -> None:
    tiny = Window(10, DAY)
    went, raised = tries(35, partial(call, bank.budget(tiny)), RateLimited)
    days = [int((refused(error).retry_after - 12 * 3600) // DAY) for error in raised]
    assert went == 10
    assert (days.count(0), days.count(1), days.count(2)) == (10, 10, 5)


def test_a_day_and_a_month_outlive_an_emptied_redis(bank: Bank, valkey: Valkey) -> None:
    month = Window(60, MONTH)
    tries(60, partial(call, bank.budget(MINUTE, month)), RateLimited)
    for _ in range(3):
        with Redis.from_url(valkey.url) as redis:
            redis.flushall()
        tries(60, partial(call, bank.budget(MINUTE, month)), RateLimited)
    assert tries(5, partial(call, bank.budget(month)), RateLimited)[0] == 0
    bank.clock.now = bank.clock.now.replace(day=30, hour=23, minute=59)
    assert tries(5, partial(call, bank.budget(month)), RateLimited)[0] == 0
    bank.clock.forward(minutes=3)
    assert tries(70, partial(call, bank.budget(month)), RateLimited)[0] == 60


def test_calls_that_others_made_are_learned_from_the_header_of_a_day(bank: Bank) -> None:
    bank.budget(SHOPS_DAY).take().ended(True, (Left(DAY, 3, 9999.0),))
    assert tries(9, partial(call, bank.budget(SHOPS_DAY)), RateLimited)[0] == 3


def test_without_redis_each_process_keeps_to_a_quarter(bank: Bank, valkey: Valkey) -> None:
    budget, other = bank.budget(MINUTE), bank.budget(MINUTE)
    call(budget)
    valkey.freeze()
    try:
        assert tries(30, partial(call, budget), RateLimited)[0] == 5
        assert tries(30, partial(call, other), RateLimited)[0] == 5
        alone = bank.budget(at_once=4)
        held = alone.take()
        assert tries(1, alone.take, RateLimited)[0] == 0
        held.ended(True)
        call(alone)
    finally:
        valkey.thaw()


def test_without_redis_a_days_quota_is_still_exact(bank: Bank, valkey: Valkey) -> None:
    valkey.freeze()
    try:
        assert tries(30, partial(call, bank.budget(Window(12, DAY))), RateLimited)[0] == 12
    finally:
        valkey.thaw()


def test_windows_are_left_alone_where_only_simulators_are_spoken_to(bank: Bank) -> None:
    free = Budgets(bank.house.ledger, OwnPace(), FAST, bank.clock, counted=False)
    budget = free.of(bank.house.account, manifest(MINUTE, Window(3, DAY), at_once=1))
    assert tries(50, partial(call, budget), RateLimited)[0] == 50

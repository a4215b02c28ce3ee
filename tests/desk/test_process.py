"""process(event_id): one event, one function, safe to run any number of times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from redis import Redis
from rq.registry import FailedJobRegistry

from ledger import alarms, connections, events, orders
from schemas.errors import DeadLettered
from schemas.event import State
from tests.desk.conftest import Desk, add_route
from workers import desk as desk_room
from workers.beats import Beats
from workers.bell import queue_name
from workers.clock import Clock
from workers.ending import Ending
from workers.hand import Hand


def test_a_paid_order_gets_one_invoice_however_often_it_runs(desk: Desk) -> None:
    event_id = desk.captured("009")
    for _ in range(3):
        assert desk.run(event_id) is None
    (row,) = desk.documents()
    assert row.document is not None and str(row.document.gross) == "65.92"
    assert (desk.there(), desk.event(event_id).reason) == (1, "ALREADY_INVOICED")


def test_events_that_have_not_begun_are_done_with_the_one_that_runs(desk: Desk) -> None:
    first, second, third = desk.captured("007"), desk.captured("009"), desk.captured("010")
    assert desk.run(first) is None
    assert [desk.event(e).state for e in (first, second, third)] == [State.DONE] * 3
    assert [desk.event(e).reason for e in (second, third)] == ["AS_EVENT"] * 2
    assert desk.there() == 1


def test_the_newest_state_decides_whatever_comes_last(desk: Desk) -> None:
    completed, pending = desk.captured("010"), desk.captured("007")
    assert desk.run(pending) is None
    assert (desk.there(), desk.event(completed).state) == (1, State.DONE)


def test_a_late_older_state_after_the_newest_changes_nothing(desk: Desk) -> None:
    assert desk.run(desk.captured("010")) is None
    late = desk.captured("007")
    assert desk.run(late) is None
    assert (desk.there(), desk.event(late).reason) == (1, "ALREADY_INVOICED")


def test_what_does_not_add_up_is_refused_once_per_order_with_both_amounts(desk: Desk) -> None:
    first = desk.captured("035", total="99.99")
    dead = desk.run(first)
    assert isinstance(dead, DeadLettered) and dead.code == "TOTAL_MISMATCH"
    assert "99.99" in dead.detail and "38.07" in dead.detail and dead.remedy
    again = desk.captured("036", total="99.99")
    assert desk.run(again) is None
    assert desk.event(again).reason == "AS_EVENT" and first in desk.event(again).detail
    assert desk.there() == 0


def test_a_later_event_that_no_longer_refuses_closes_the_dead_letter(desk: Desk) -> None:
    refused = desk.captured("035", total="99.99")
    assert isinstance(desk.run(refused), DeadLettered)
    assert desk.run(desk.captured("036")) is None
    assert (desk.event(refused).reason, desk.there()) == ("SETTLED_BY", 1)


def test_a_dead_event_raises_the_same_again_without_a_call(desk: Desk) -> None:
    event_id = desk.captured("035", total="99.99")
    first, second = desk.run(event_id), desk.run(event_id)
    assert isinstance(first, DeadLettered) and isinstance(second, DeadLettered)
    assert str(first) == str(second)
    assert desk.simulator.world.summary()["ever"] == 0


def test_a_key_that_may_only_read_makes_no_document_and_says_why(desk: Desk) -> None:
    desk.simulator.world.change({"role": "readonly"})
    event_id = desk.captured("035")
    desk.run(event_id)
    after = desk.event(event_id)
    assert after.state is not State.DONE and after.detail
    assert desk.documents() == [] and desk.there() == 0


def test_an_order_without_a_route_waits_for_one_and_then_goes_on(roadless: Desk) -> None:
    event_id = roadless.captured("009")
    seconds = roadless.run(event_id)
    assert isinstance(seconds, float)
    waiting = roadless.event(event_id)
    assert (waiting.reason, waiting.attempts, waiting.waiting_for) == ("NO_ROUTE", 0, f"route:{roadless.shop.id}")
    add_route(roadless)
    assert roadless.run(event_id) is None
    assert roadless.there() == 1


@pytest.mark.parametrize("mended", [True, False])
def test_what_comes_about_while_an_event_runs_is_not_waited_for(
    roadless: Desk, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    """Between what the run saw and what it writes down somebody adds the route; or wakes, and nothing is better."""
    event_id, work = roadless.captured("009"), desk_room.work

    def late(hand: Hand) -> Ending:
        ending = work(hand)
        monkeypatch.undo()
        if mended:
            add_route(roadless)
        else:
            with roadless.ledger.write() as tx:
                assert events.wake(tx, f"route:{roadless.shop.id}", roadless.now) == []
        return ending

    monkeypatch.setattr(desk_room, "work", late)
    roadless.later(300)
    assert roadless.run(event_id) == 0.0
    assert (roadless.event(event_id).waiting_for, roadless.event(event_id).due_at) == ("", roadless.now)
    roadless.later(1)
    again = roadless.run(event_id)
    assert roadless.there() == (1 if mended else 0)
    assert again is None if mended else again == pytest.approx(roadless.services.timing.condition)


def test_orders_placed_before_the_starting_line_are_left_alone(roadless: Desk) -> None:
    add_route(roadless, starts_at=datetime(2026, 11, 22, tzinfo=UTC))
    event_id = roadless.captured("009")
    assert roadless.run(event_id) is None
    assert (roadless.event(event_id).reason, roadless.there()) == ("BEFORE_START", 0)


@pytest.mark.parametrize("fault", ["reset_after", "502_after", "timeout_after", "half", "empty_200", "html_200"])
def test_a_lost_answer_is_looked_up_and_never_sent_twice(desk: Desk, fault: str) -> None:
    params = {"seconds": 2.0, "commit": True}
    desk.fault(fault, params=params)
    event_id = desk.captured("009")
    seconds = desk.run(event_id)
    assert isinstance(seconds, float)
    assert desk.event(event_id).attempts == 1
    for _ in range(8):
        if desk.event(event_id).state is State.DONE:
            break
        desk.later(60)
        desk.run(event_id)
    assert desk.event(event_id).state is State.DONE
    assert (desk.there(), len(desk.documents())) == (1, 1)


def test_a_write_that_surely_did_not_happen_is_sent_again_after_looking(desk: Desk) -> None:
    desk.fault("reset_before")
    event_id = desk.captured("009")
    assert isinstance(desk.run(event_id), float)
    for _ in range(8):
        desk.later(60)
        desk.run(event_id)
    assert (desk.there(), desk.event(event_id).state) == (1, State.DONE)


def test_a_revoked_key_pauses_the_account_with_one_alarm_and_nothing_dies(desk: Desk) -> None:
    ids = [desk.captured("009", id=1000 + n, number=str(1000 + n)) for n in range(5)]
    desk.simulator.world.change({"token_accepted": False})
    for event_id in ids:
        desk.run(event_id)
    with desk.ledger.read() as tx:
        (alarm,) = alarms.open_alarms(tx)
        account = connections.account(tx, desk.ledger.vault, desk.account.id)
    assert (alarm.kind, account.state) == ("account_paused", "paused")
    assert {desk.event(e).state for e in ids} == {State.WAITING}
    desk.simulator.world.change({"token_accepted": True})
    with desk.ledger.write() as tx:
        connections.resume_account(tx, desk.account.id)
        woken = events.wake(tx, f"account:{desk.account.id}", desk.now)
    assert len(woken) == 5
    for event_id in ids:
        assert desk.run(event_id) is None
    assert desk.there() == 5


def test_a_held_order_makes_the_second_event_wait_and_its_release_wakes_it(desk: Desk) -> None:
    first = desk.captured("009")
    with desk.ledger.write() as tx:
        row = orders.take_lease(tx, desk.shop.id, "30", "somebody", "another-event")
    assert row is not None
    assert desk.run(first) == desk.services.timing.order_held
    assert desk.event(first).waiting_for == "order"
    with desk.ledger.write() as tx:
        orders.release(tx, row.id, "somebody")
        assert [e for e, _ in events.wake_order(tx, desk.shop.id, "30", desk.now)] == [first]
    assert desk.run(first) is None


def test_a_lease_that_is_not_surely_held_sends_nothing(desk: Desk) -> None:
    desk.services.leases.monotonic = _jumping()
    event_id = desk.captured("009")
    assert isinstance(desk.run(event_id), float)
    assert desk.simulator.world.summary()["ever"] == 0


def _jumping() -> Callable[[], float]:
    """A monotonic clock that leaps a minute at every look: no renewal is ever young enough."""
    at = iter(range(0, 10**9, 60))
    return lambda: float(next(at))


def test_the_clock_takes_a_lease_only_after_seeing_its_beat_still(desk: Desk) -> None:
    event_id = desk.captured("009")
    with desk.ledger.write() as tx:
        row = orders.take_lease(tx, desk.shop.id, "30", "dead-worker", event_id)
    assert row is not None
    at = [0.0]
    clock = Beats(desk.services, monotonic=lambda: at[0])
    clock.take_abandoned()
    at[0] += desk.services.timing.lease_still - 0.01
    with desk.ledger.write() as tx:
        assert orders.renew(tx, ["dead-worker"]) == {"dead-worker"}
    clock.take_abandoned()
    at[0] += desk.services.timing.lease_still - 0.01
    clock.take_abandoned()
    assert not desk.event(event_id).isolate
    at[0] += 0.02
    clock.take_abandoned()
    assert desk.event(event_id).isolate


def test_a_child_that_is_killed_three_times_makes_a_dead_letter(desk: Desk) -> None:
    event_id = desk.captured("009")
    with desk.ledger.write() as tx:
        events.abandon(tx, event_id, desk.now)
    killed: list[str] = []

    def die(event: str, owner: str) -> int:
        with desk.ledger.write() as tx:
            assert orders.take_lease(tx, desk.shop.id, "30", owner, event)
        killed.append(owner)
        return -9

    object.__setattr__(desk.services, "run_alone", die)
    outcomes = [desk.run(event_id) for _ in range(3)]
    assert isinstance(outcomes[-1], DeadLettered) and outcomes[-1].code == "POISON"
    assert len(set(killed)) == 3


def test_emptied_redis_gets_every_waiting_event_and_every_dead_letter_back(desk: Desk, valkey_url: str) -> None:
    waiting, dead = desk.captured("009"), desk.captured("035", total="99.99")
    desk.run(dead)
    redis = Redis.from_url(valkey_url)
    redis.flushall()
    clock = Clock(desk.services, "test")
    clock.tick()
    queue = queue_name(desk.shop.key)
    assert redis.lrange(f"rq:queue:{queue}", 0, -1) == [waiting.encode()]
    assert FailedJobRegistry(queue, connection=redis).get_job_ids() == [dead]


def test_nobody_waits_for_the_child_with_a_slot(desk: Desk) -> None:
    event_id = desk.captured("009")
    with desk.ledger.write() as tx:
        events.abandon(tx, event_id, desk.now)
    object.__setattr__(desk.services, "run_alone", lambda *pairs: 0)
    with desk.services.lane:
        assert desk.run(event_id) == 2 * desk.services.timing.clock_tick
    put_off = desk.event(event_id)
    assert put_off.isolate and put_off.due_at is not None and put_off.due_at > desk.now


def test_one_child_takes_every_event_that_has_to_run_apart_and_only_the_one_in_hand_is_suspect(desk: Desk) -> None:
    ids = [desk.captured("009", id=2000 + n, number=str(2000 + n)) for n in range(3)]
    with desk.ledger.write() as tx:
        for event_id in ids:
            events.abandon(tx, event_id, desk.now)
    given: list[tuple[str, ...]] = []

    def die(*pairs: str) -> int:
        given.append(pairs[::2])
        with desk.ledger.write() as tx:
            assert orders.take_lease(tx, desk.shop.id, "2001", pairs[3], pairs[2])
        return -9

    object.__setattr__(desk.services, "run_alone", die)
    desk.run(ids[0])
    assert sorted(given[0]) == sorted(ids)
    assert sorted(desk.event(e).kills for e in ids) == [0, 0, 1]


def test_the_routes_series_reaches_the_system_which_says_that_it_does_not_exist(roadless: Desk) -> None:
    add_route(roadless, series="987654")
    dead = roadless.run(roadless.captured("009"))
    assert isinstance(dead, DeadLettered)
    assert (dead.code, "department_id" in dead.detail) == ("REFUSED", True)

"""Which events the clock rings, and how they come to rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ledger import connections, events, orders
from schemas.errors import BillhookError
from schemas.event import Attempt, State
from tests.ledger.fixtures import NOW, House, add_shop, seconds


def due(house: House, now: datetime = NOW, limit: int = 100) -> list[str]:
    with house.ledger.read() as tx:
        return [event_id for event_id, _ in events.due(tx, now, limit)]


def test_an_event_rung_at_the_commit_is_rung_again_after_half_a_minute(house: House) -> None:
    (stored,) = house.store(house.incoming())
    assert due(house, NOW + seconds(29)) == []
    assert due(house, NOW + seconds(30)) == [stored.event_id]


@pytest.mark.parametrize(("rings", "pause"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, 900), (40, 900)])
def test_the_ring_back_off_doubles_up_to_a_quarter_of_an_hour(house: House, rings: int, pause: int) -> None:
    event_id = house.one()
    for _ in range(rings):
        with house.ledger.write() as tx:
            events.mark_rung(tx, [event_id], NOW)
    assert due(house, NOW + seconds(pause - 0.001)) == []
    assert due(house, NOW + seconds(pause)) == [event_id]


def test_when_redis_was_emptied_every_ring_is_void(house: House) -> None:
    (stored,) = house.store(house.incoming())
    with house.ledger.write() as tx:
        events.void_rings(tx)
    assert due(house) == [stored.event_id]


def test_events_of_a_leased_order_or_a_paused_shop_are_not_rung(house: House) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        order = orders.take_lease(tx, house.shop.id, "7", "me", event_id)
    assert order is not None
    assert due(house) == []
    with house.ledger.write() as tx:
        orders.release(tx, order.id, "me")
        connections.set_shop_state(tx, house.shop.id, "paused")
    assert due(house) == []
    with house.ledger.write() as tx:
        connections.set_shop_state(tx, house.shop.id, "active")
    assert due(house) == [event_id]


def test_shops_take_turns(house: House) -> None:
    for number in range(10):
        house.one(order=str(number))
    with house.ledger.write() as tx:
        other = add_shop(house.ledger, tx, "other")
    House(house.url, house.ledger, other, house.account).store(house.incoming(), rung=False)
    quiet = House(house.url, house.ledger, other, house.account).one(order="1")
    assert quiet in due(house, limit=2)


def test_an_event_not_due_yet_is_not_rung(house: House) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        events.wait(tx, event_id, NOW + seconds(60), "", "LATER", "Soon.", NOW, counted=False)
    assert due(house, NOW + seconds(59)) == []
    assert due(house, NOW + seconds(60)) == [event_id]


def test_a_named_condition_wakes_exactly_its_events(house: House) -> None:
    mine, other = house.one(order="1"), house.one(order="2")
    with house.ledger.write() as tx:
        events.wait(tx, mine, None, "account:1", "ACCOUNT_PAUSED", "", NOW, counted=False)
        events.wait(tx, other, None, "account:2", "ACCOUNT_PAUSED", "", NOW, counted=False)
        assert events.wake(tx, "account:1", NOW) == [(mine, house.shop.key)]
    assert due(house) == [mine]


def test_a_released_order_wakes_its_own_events_and_those_that_name_it(house: House) -> None:
    mine, other, named = house.one(order="1"), house.one(order="2"), house.one(order="3")
    with house.ledger.write() as tx:
        row = orders.find(tx, house.shop.id, "1")
        assert row is not None
        for event_id, condition in ((mine, "order"), (other, "order"), (named, f"order:{row.id}")):
            events.wait(tx, event_id, None, condition, "ORDER_HELD", "", NOW, counted=False)
        woken = events.wake_order(tx, house.shop.id, "1", NOW)
    assert {event_id for event_id, _ in woken} == {mine, named}


def test_only_counted_waits_are_attempts(house: House) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        for now, counted in ((NOW, False), (NOW + seconds(1), True), (NOW + seconds(2), True)):
            events.wait(tx, event_id, now, "", "TRANSIENT", "", now, counted=counted)
    event = house.event(event_id)
    assert (event.attempts, event.first_failed_at) == (2, NOW + seconds(1))


def test_a_settled_order_closes_its_dead_letters_but_not_those_that_stick(house: House) -> None:
    dead, sticky, kept, other = house.one(b"1"), house.one(b"2"), house.one(b"3"), house.one(order="8")
    with house.ledger.write() as tx:
        for event_id in (dead, sticky, kept, other):
            events.die(tx, event_id, "TOTAL_MISMATCH", "", "", NOW, sticks=event_id == sticky)
        assert events.close_dead(tx, house.shop.id, "7", {kept}, "by", NOW) == [dead]
        assert [e.id for e in events.dead_of_order(tx, house.shop.id, "7")] == [sticky, kept]
    closed = house.event(dead)
    assert (closed.state, closed.reason, closed.settled_by) == (State.DONE, "SETTLED_BY", "by")


@pytest.mark.parametrize("state", list(State))
def test_a_replay_makes_any_event_due_now(house: House, state: State) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        events.wait(tx, event_id, None, "account:1", "X", "", NOW, counted=True)
        if state is State.DEAD:
            events.die(tx, event_id, "X", "", "", NOW)
        elif state is State.DONE:
            events.done(tx, [event_id], "X", "", NOW)
        event = events.replay(tx, event_id, NOW + seconds(1))
    assert (event.state, event.due_at, event.attempts, event.manual) == (State.WAITING, NOW + seconds(1), 0, True)
    assert (event.reason, event.waiting_for) == ("REPLAYED", "")


def test_an_unknown_event_cannot_be_replayed(house: House) -> None:
    with house.ledger.write() as tx, pytest.raises(BillhookError, match="no event nowhere"):
        events.replay(tx, "nowhere", NOW)


def test_the_third_kill_alone_makes_it_dead(house: House) -> None:
    event_id = house.one()
    seen = []
    with house.ledger.write() as tx:
        for _ in range(4):
            event = events.abandon(tx, event_id, NOW)
            seen.append((event.state, event.isolate, event.kills))
    assert seen == [(State.WAITING, True, 0), (State.WAITING, True, 1), (State.WAITING, True, 2), (State.DEAD, True, 3)]
    assert house.event(event_id).reason == "POISON"


def test_whoever_survives_alone_runs_among_the_others_again(house: House) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        events.abandon(tx, event_id, NOW)
        events.wait(tx, event_id, NOW, "", "TRANSIENT", "", NOW, counted=True)
    assert not house.event(event_id).isolate


def test_an_abandoned_event_that_ended_stays_ended(house: House) -> None:
    event_id = house.one()
    with house.ledger.write() as tx:
        events.done(tx, [event_id], "ISSUED", "", NOW)
        assert events.abandon(tx, event_id, NOW).state is State.DONE


def test_dead_letters_are_read_page_by_page(house: House) -> None:
    ids = [house.one(order=str(number)) for number in range(5)]
    with house.ledger.write() as tx:
        for event_id in ids:
            events.die(tx, event_id, "C", "D", "R", NOW)
        first = events.dead_ids(tx, "", 3)
        rest = events.dead_ids(tx, first[-1].event_id, 3)
    assert [row.event_id for row in first + rest] == ids
    assert first[0] == (ids[0], house.shop.key, "C", "D", "R")


def test_counts_and_ages(house: House) -> None:
    waiting, dead, done = (house.one(order=str(number)) for number in range(3))
    with house.ledger.write() as tx:
        events.die(tx, dead, "C", "", "", NOW)
        events.done(tx, [done], "", "", NOW)
        assert events.counts(tx, done=True) == {State.WAITING: 1, State.DEAD: 1, State.DONE: 1}
        assert events.oldest_due(tx, NOW + seconds(7)) == 7.0
        assert events.older_than(tx, NOW + timedelta(days=1), 86_399) == 2
        assert events.older_than(tx, NOW + timedelta(days=1), 86_400) == 0
        events.done(tx, [waiting], "", "", NOW)
        assert events.oldest_due(tx, NOW) == 0.0


def test_attempts_come_back_in_order(house: House) -> None:
    event_id = house.one()
    tries = [Attempt(event_id, NOW + seconds(n), n, "waiting", "TRANSIENT", "d", manual=n == 1) for n in range(3)]
    with house.ledger.write() as tx:
        for one in tries:
            events.add_attempt(tx, one)
        assert events.attempts(tx, event_id) == tries


def test_pages_go_by_keyset_newest_first_and_filter(house: House) -> None:
    stored = [house.store(house.incoming(order=str(n), at=NOW + seconds(n)))[0].event_id for n in range(6)]
    with house.ledger.write() as tx:
        events.die(tx, stored[0], "REFUSED", "No 100% match", "", NOW, system="fakturownia", error_class="Permanent")
        page = events.page(tx, limit=4)
        assert [e.id for e in page + events.page(tx, after=page[-1].id)] == stored[::-1]
        for filters in (
            {"state": State.DEAD},
            {"code": "REFUSED"},
            {"system": "fakturownia"},
            {"error_class": "Permanent"},
            {"order": "0"},
            {"text": "100% MATCH"},
            {"text": stored[0]},
            {"until": NOW},
        ):
            assert [e.id for e in events.page(tx, shop=house.shop.key, **filters)] == stored[:1], filters
        assert [e.id for e in events.page(tx, since=NOW + seconds(4))] == stored[:3:-1]
        assert events.page(tx, shop="nobody") == []

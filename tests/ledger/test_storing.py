"""What becomes of deliveries: stored, marked as repeats, rung."""

from __future__ import annotations

import pytest

from ledger import documents, events, orders
from ledger.engine import Tx
from schemas.event import State
from tests.ledger.fixtures import NOW, House, draft, seconds


def test_a_new_order_event_waits_and_is_due_now(house: House) -> None:
    (stored,) = house.store(house.incoming(b'{"a": 1}'))
    event = house.event(stored.event_id)
    assert (event.state, event.due_at, stored.ring, stored.duplicate) == (State.WAITING, NOW, True, False)
    assert (event.modified_at, event.received_at, event.shop_key) == (NOW, NOW, house.shop.key)
    with house.ledger.read() as tx:
        assert events.body(tx, event.id) == b'{"a": 1}'


@pytest.mark.parametrize(
    ("verdict", "state", "reason", "ring"),
    [
        ("ignored", State.DONE, "IGNORED_TOPIC", False),
        ("unknown", State.DEAD, "UNKNOWN_TOPIC", True),
        ("error", State.DEAD, "SHOP_ERROR", True),
        ("unreadable", State.DEAD, "UNREADABLE", True),
    ],
)
def test_each_verdict_has_its_fate(house: House, verdict: str, state: State, reason: str, ring: bool) -> None:
    (stored,) = house.store(house.incoming(order="", verdict=verdict, why="Because."))
    event = house.event(stored.event_id)
    assert (event.state, event.reason, event.detail, stored.ring) == (state, reason, "Because.", ring)
    assert event.due_at is None
    assert bool(event.remedy) is (state is State.DEAD)


def test_the_same_body_with_its_modified_time_is_a_duplicate(house: House) -> None:
    first = house.one(b"x")
    (again,) = house.store(house.incoming(b"x"))
    assert (again.event_id, again.duplicate, again.ring) == (first, True, True)
    assert house.event(first).repeats == 1


def test_twins_within_one_batch_are_one_event_rung_once(house: House) -> None:
    first, second = house.store(house.incoming(b"x"), house.incoming(b"x"))
    assert first.event_id == second.event_id
    assert (first.ring, second.duplicate, second.ring) == (True, True, False)
    assert house.event(first.event_id).repeats == 1


def test_without_a_modified_time_nothing_is_a_duplicate(house: House) -> None:
    one, other = house.store(house.incoming(b"x", modified=None), house.incoming(b"x", modified=None))
    assert one.event_id != other.event_id


def test_only_the_latest_event_of_the_order_can_be_repeated(house: House) -> None:
    stored = house.store(*(house.incoming(body) for body in (b"a", b"b", b"a")))
    assert len({one.event_id for one in stored}) == 3
    assert [one.event_id for one in stored] == sorted(one.event_id for one in stored)


def test_the_same_body_of_another_order_is_no_duplicate(house: House) -> None:
    one, other = house.store(house.incoming(b"x", "1"), house.incoming(b"x", "2"))
    assert not other.duplicate and one.event_id != other.event_id


def test_a_duplicate_of_a_dead_event_begins_it_anew(house: House) -> None:
    event_id = house.one(b"x")
    with house.ledger.write() as tx:
        events.wait(tx, event_id, NOW, "", "LATER", "", NOW, counted=True)
        events.die(tx, event_id, "REFUSED", "No.", "Mend it.", NOW)
    (again,) = house.store(house.incoming(b"x"), now=NOW + seconds(9))
    event = house.event(event_id)
    assert (again.ring, event.state, event.due_at, event.attempts) == (True, State.WAITING, NOW + seconds(9), 0)


def test_a_duplicate_of_a_waiting_event_makes_it_due_and_keeps_its_attempts(house: House) -> None:
    event_id = house.one(b"x")
    with house.ledger.write() as tx:
        events.wait(tx, event_id, NOW + seconds(999), "account:1", "LATER", "", NOW, counted=True)
    house.store(house.incoming(b"x"))
    event = house.event(event_id)
    assert (event.due_at, event.waiting_for, event.attempts) == (NOW, "", 1)


def test_a_duplicate_of_a_done_event_changes_nothing(house: House) -> None:
    event_id = house.one(b"x")
    with house.ledger.write() as tx:
        events.done(tx, [event_id], "ISSUED", "", NOW)
    (again,) = house.store(house.incoming(b"x"))
    assert (again.ring, house.event(event_id).state) == (False, State.DONE)


def test_texts_no_database_takes_are_cleaned_not_refused(house: House) -> None:
    (stored,) = house.store(house.incoming(b"\0\xff", order="7\0\ud800"))
    assert house.event(stored.event_id).order_id == "7?"


def test_a_follow_up_is_one_event_per_document_and_kind_while_open(house: House) -> None:
    house.one()
    with house.ledger.write() as tx:
        row = claim(house, tx)
        ids = {follow_up(house, tx, row, "document.pdf") for _ in range(2)}
        assert len(ids) == 1
        events.done(tx, list(ids), "MADE", "", NOW)
        assert follow_up(house, tx, row, "document.pdf") not in ids
        assert follow_up(house, tx, row, "document.email") not in ids


def claim(house: House, tx: Tx) -> int:
    order = orders.find(tx, house.shop.id, "7")
    assert order is not None
    return documents.claim(tx, order.id, house.shop.id, draft(house.shop), house.account.id, "e", NOW).id


def test_of_several_ended_follow_ups_of_a_kind_a_replay_opens_the_latest(house: House) -> None:
    house.one()
    with house.ledger.write() as tx:
        row = claim(house, tx)
    ids: list[str] = []
    for _ in range(3):
        with house.ledger.write() as tx:
            ids.append(follow_up(house, tx, row, "document.pdf"))
            events.done(tx, ids[-1:], "PDF_KEPT", "", NOW)
    with house.ledger.write() as tx:
        events.replay_all(tx, ids, NOW)
    assert [house.event(one).state for one in ids] == [State.DONE, State.DONE, State.WAITING]
    with house.ledger.write() as tx:
        assert events.replay(tx, ids[0], NOW).state is State.DONE
        assert events.replay(tx, ids[2], NOW).reason == "REPLAYED"


def follow_up(house: House, tx: Tx, document_id: int, kind: str) -> str:
    return events.add_internal(
        tx, kind=kind, shop_id=house.shop.id, order_id="7", document_id=document_id, due_at=NOW, now=NOW
    )

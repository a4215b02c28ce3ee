"""UNAS orders at the desk: by polling alone and by webhook, from the shop's list to the number back in the shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.document import Kind
from schemas.event import State
from tests.ledger.fixtures import database_url, postgres_server, postgres_template, sqlite_template
from tests.shops.unas_house import MORNING, House, house
from workers.shop.clients import ShopClients
from workers.shop.gates import Gates
from workers.timing import REAL
from workers.tokens import Tokens

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

#: What does not depend on the database needs only one.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TRANSFER = {"presets": ["proforma on transfer, invoice on payment"]}
MINUTE = 60


@pytest.fixture
def bolt(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        yield made


def numbers(bolt: House) -> dict[str, str]:
    """Order id → the number of its one live invoice."""
    found = [row for row in bolt.documents() if row.kind is Kind.INVOICE and row.state == "live" and row.document]
    told = {row.order_id: row.document.number for row in found if row.document}
    assert len(told) == len(found), "an order has two invoices"
    return told


def turn(bolt: House, seconds: float = 300) -> None:
    """Time passes, the clock looks at the shop, the desk works."""
    bolt.later(seconds)
    bolt.look()
    bolt.work()


# ---- from the list to the number ----


def test_polling_alone_finds_invoices_and_writes_back_and_the_echo_only_ends(bolt: House) -> None:
    orders = [bolt.sell() for _ in range(3)]
    turn(bolt)
    made = numbers(bolt)
    assert {order["key"] for order in orders} == set(made)
    for order in orders:
        found = bolt.kept(order)["Invoice"]
        assert (found["Status"], found["Number"]) == ("2", made[order["key"]])
        assert found["Url"].startswith("http")
    for _ in range(4):
        turn(bolt)
    ended = [(event.kind, event.reason) for event in bolt.events() if event.kind == "order"]
    assert sorted(ended) == [("order", "ALREADY_INVOICED")] * 6
    assert bolt.there.summary()["calls"]["setOrder"] == 3
    assert (bolt.alarms(), len(bolt.books.world.invoices)) == ([], 3)  # type: ignore[attr-defined]


def test_an_order_that_unas_invoiced_itself_is_left_alone(database_url: str) -> None:
    with house(database_url, {"presets": ["invoice on completed"]}, own_invoicing=True) as bolt:
        ours, theirs = bolt.sell(), bolt.sell(invoice={"status": 1, "number": "SZ-2026-7"})
        bolt.change(ours, status="close_ok")
        bolt.change(theirs, status="close_ok")
        turn(bolt)
        assert {event.reason for event in bolt.events()} == {"INVOICED_ELSEWHERE"}
        assert bolt.documents() == []
        assert bolt.there.summary()["overwritten"] == 0


def test_an_unpaid_transfer_gets_a_proforma_which_has_no_place_in_unas_and_then_its_invoice(database_url: str) -> None:
    with house(database_url, TRANSFER) as bolt:
        order = bolt.sell(payment="transfer", paid=False)
        turn(bolt)
        assert [(row.kind, row.state) for row in bolt.documents()] == [(Kind.PROFORMA, "live")]
        assert bolt.kept(order)["Invoice"]["Status"] == "0"
        bolt.change(order, paid=True)
        turn(bolt)
        assert bolt.kept(order)["Invoice"]["Number"] == numbers(bolt)[order["key"]]
        assert "NO_PLACE" in {event.reason for event in bolt.events()}


def test_a_cancelled_order_gets_its_credit_note_under_storno(bolt: House) -> None:
    order = bolt.sell()
    turn(bolt)
    bolt.change(order, status="close_fault")
    turn(bolt)
    (credit,) = [row for row in bolt.documents() if row.kind is Kind.CREDIT_NOTE]
    assert credit.document is not None
    found = bolt.kept(order)
    assert found["Storno"]["Number"] == credit.document.number
    assert found["Invoice"]["Number"] == numbers(bolt)[order["key"]]
    turn(bolt)
    assert len(bolt.documents()) == 2


def test_the_status_of_the_route_is_set_with_the_number(database_url: str) -> None:
    with house(database_url, options={"writeback_status": "Teljesítve"}) as bolt:
        order = bolt.sell()
        turn(bolt)
        turn(bolt)
        assert bolt.kept(order)["StatusType"] == "close_ok"
        assert (len(bolt.documents()), bolt.there.summary()["emails"]) == (1, {})


# ---- webhooks ----


def test_status_back_and_forth_makes_one_invoice_whatever_order_the_webhooks_come_in(bolt: House) -> None:
    order = bolt.sell(paid=False, payment="cod")
    first = bolt.deliver(order["key"])
    for status in ("close_ok", "open_normal", "close_ok"):
        bolt.later(1)
        bolt.change(order, status=status)
    late = [bolt.deliver(order["key"], "order_status_modify", orderStatus={"name": status}) for status in "ABA"]
    for event_id in (late[2], first, late[0], late[1]):
        bolt.run(event_id)
    bolt.work()
    assert set(numbers(bolt)) == {order["key"]}
    assert len(bolt.documents()) == 1


def test_a_state_that_comes_back_with_the_very_same_body_is_decided_on_anew(bolt: House) -> None:
    order = bolt.sell(paid=False, payment="transfer")
    first = bolt.deliver(order["key"], "order_status_modify", orderStatus={"id": 1, "name": "A"})
    assert bolt.run(first).reason == "NOT_DUE"
    bolt.later(60)
    bolt.change(order, status="open_prepare")
    between = bolt.deliver(order["key"], "order_status_modify", orderStatus={"id": 2, "name": "B"})
    assert bolt.run(between).reason == "NOT_DUE"
    bolt.later(60)
    bolt.change(order, status="open_normal", paid=True)
    back = bolt.deliver(order["key"], "order_status_modify", orderStatus={"id": 1, "name": "A"})
    assert len({first, between, back}) == 3
    bolt.work()
    assert set(numbers(bolt)) == {order["key"]}
    assert (len(bolt.documents()), len(bolt.books.world.invoices)) == (1, 1)  # type: ignore[attr-defined]


def test_a_payment_event_whose_body_equals_the_orders_own_makes_the_invoice(bolt: House) -> None:
    order = bolt.sell(paid=False)
    first = bolt.deliver(order["key"], "order_send", grandTotal=3990)
    assert bolt.run(first).reason == "NOT_DUE"
    bolt.change(order, paid=True)
    second = bolt.deliver(order["key"], "successful_payment", grandTotal=3990)
    assert second != first
    bolt.work()
    assert set(numbers(bolt)) == {order["key"]}


def test_a_payment_in_the_second_of_the_order_is_found_by_polling(bolt: House) -> None:
    bolt.later(300)
    order = bolt.sell(paid=False)
    bolt.look()
    bolt.work()
    bolt.change(order, paid=True)
    turn(bolt)
    assert set(numbers(bolt)) == {order["key"]}


def test_a_deleted_order_ends_quietly_when_that_was_told_and_for_a_person_when_not(bolt: House) -> None:
    told, untold = bolt.sell(), bolt.sell()
    bolt.change(told, deleted=True)
    bolt.change(untold, deleted=True)
    quiet = bolt.run(bolt.deliver(told["key"], "order_delete"))
    loud = bolt.run(bolt.deliver(untold["key"], "order_send"))
    assert (quiet.state, quiet.reason) == (State.DONE, "ORDER_GONE")
    assert (loud.state, loud.reason) == (State.DEAD, "ORDER_GONE")


# ---- numbers given out again ----


@pytest.mark.parametrize("by", ["poll", "webhook"])
def test_a_key_given_out_again_is_another_order_with_an_invoice_of_its_own(database_url: str, by: str) -> None:
    with house(database_url, reuse_keys=True) as bolt:
        old = bolt.sell()
        turn(bolt)
        first = numbers(bolt)[old["key"]]
        bolt.change(old, deleted=True)
        bolt.later(60)
        new = bolt.sell(items=[{"gross": "77000"}])
        assert new["key"] == old["key"]
        if by == "webhook":
            bolt.deliver(old["key"], "order_delete")
            bolt.deliver(new["key"], "order_send")
            bolt.work()
        turn(bolt)
        made = numbers(bolt)
        assert set(made) == {old["key"], f"{new['key']}~{new['id']}"}
        second = made[f"{new['key']}~{new['id']}"]
        assert (bolt.kept(new)["Invoice"]["Number"], second == first) == (second, False)
        assert bolt.there.summary()["overwritten"] == 0
        assert "NUMBER_REUSED" in {event.reason for event in bolt.events()}
        for _ in range(3):
            turn(bolt)
        assert len(bolt.documents()) == 2
        bolt.change(new, status="close_fault")
        turn(bolt)
        assert bolt.kept(new)["Storno"]["Number"]


def test_a_number_is_not_written_into_an_order_that_took_the_key_meanwhile(database_url: str) -> None:
    with house(database_url, reuse_keys=True) as bolt:
        old = bolt.sell()
        bolt.run(bolt.deliver(old["key"]))
        bolt.change(old, deleted=True)
        new = bolt.sell(paid=False)
        assert new["key"] == old["key"]
        bolt.work()
        assert bolt.kept(new)["Invoice"]["Status"] == "0"
        (written,) = [event for event in bolt.events() if event.kind == "document.writeback"]
        assert (written.state, written.reason) == (State.DONE, "ORDER_GONE")


# ---- merged, split and returned ----


def test_what_was_invoiced_before_it_was_merged_is_not_invoiced_again(bolt: House) -> None:
    source = bolt.sell()
    turn(bolt)
    bolt.sell(items=[{"gross": "9000"}], info={"MergedFrom": [source["key"]]})
    fresh = bolt.sell(info={"MergedFrom": ["99212-1"]})
    turn(bolt)
    assert set(numbers(bolt)) == {source["key"], fresh["key"]}
    (dead,) = [event for event in bolt.events() if event.state is State.DEAD]
    assert (dead.reason, numbers(bolt)[source["key"]] in dead.detail) == ("MERGED_AFTER_INVOICE", True)


def test_a_return_waits_for_a_person(bolt: House) -> None:
    sold = bolt.sell()
    turn(bolt)
    bolt.sell(info={"ReturnedFrom": [sold["key"]]})
    turn(bolt)
    assert set(numbers(bolt)) == {sold["key"]}
    assert "RETURN_ORDER" in {event.reason for event in bolt.events() if event.state is State.DEAD}


# ---- trouble ----


def test_a_bad_key_stops_everything_with_one_alarm_and_few_calls_until_a_person_asks(bolt: House) -> None:
    turn(bolt)
    bolt.there.switch(token_accepted=False)
    keys = [bolt.sell()["key"] for _ in range(5)]
    for key in keys:
        bolt.deliver(key)
    for _ in range(14):
        turn(bolt)
    summary = bolt.there.summary()
    assert (summary["unidentified"], summary["bans"], bolt.documents()) == (2, [], [])
    assert {event.reason for event in bolt.waiting()} == {"SHOP_KEY_REFUSED"}
    assert {alarm.kind for alarm in bolt.alarms()} == {"shop_key_refused", "poll_failed"}
    bolt.there.switch(token_accepted=True)
    turn(bolt)
    assert bolt.documents() == []
    bolt.services.shop_client(bolt.shop).verify()
    turn(bolt)
    bolt.later(900)
    bolt.work()
    assert set(numbers(bolt)) == set(keys)
    assert bolt.alarms() == []


def test_a_ban_is_sat_out_by_everybody_and_nothing_is_lost(database_url: str) -> None:
    with house(database_url, package="premium", limits_divisor=10) as bolt:
        for _ in range(4):
            turn(bolt)
        order = bolt.sell()
        bolt.deliver(order["key"])
        for _ in range(11):
            turn(bolt)
            assert bolt.documents() == []
        for _ in range(2):
            turn(bolt)
        assert set(numbers(bolt)) == {order["key"]}
        assert [ban["function"] for ban in bolt.there.summary()["bans"]] == ["getOrder"]
        assert bolt.there.summary()["calls"] == {"login": 1, "getOrder": 7, "setOrder": 1}


def test_maintenance_at_midnight_is_left_out_and_looked_at_right_after(database_url: str) -> None:
    with house(database_url, start=datetime(2026, 3, 2, 22, 38, tzinfo=UTC), maintenance="error") as bolt:
        for _ in range(3):
            turn(bolt)
        order = bolt.sell()
        while bolt.now < datetime(2026, 3, 2, 23, 14, tzinfo=UTC):
            turn(bolt, MINUTE)
        (row,) = bolt.documents()
        assert (row.order_id, row.settled_at) == (order["key"], datetime(2026, 3, 2, 23, 11, tzinfo=UTC))
        assert (bolt.alarms(), bolt.there.world.errors) == ([], 0)


def test_an_autumn_night_loses_no_change_and_decides_by_the_newest_state(database_url: str) -> None:
    start = datetime(2026, 10, 24, 23, 40, tzinfo=UTC)
    with house(database_url, TRANSFER, start=start) as bolt:
        orders: list[dict[str, Any]] = []
        while bolt.now < start + timedelta(hours=3):
            orders.append(bolt.sell(payment="transfer", paid=False))
            turn(bolt)
            if len(orders) > 3:
                bolt.change(orders[-4], paid=True)
            turn(bolt, 7 * MINUTE)
        turn(bolt)
        assert set(numbers(bolt)) == {order["key"] for order in orders[:-3]}
        assert {event.state for event in bolt.events() if event.kind == "order"} == {State.DONE}
        assert not {"STALE_EVENT", "READING_TOO_OLD"} & {event.reason for event in bolt.events()}


def test_two_desks_share_one_log_in_and_one_count_of_calls(bolt: House) -> None:
    for _ in range(4):
        turn(bolt)
    other = replace(bolt.services, shop_client=_another(bolt))
    for _ in range(3):
        list(other.shop_client(bolt.shop).changed(MORNING))
    assert bolt.there.summary()["calls"]["login"] == 1


def _another(bolt: House) -> ShopClients:
    """The clients of another process of the same house."""
    now, ledger = bolt.services.now, bolt.ledger
    return ShopClients(Tokens(ledger, REAL, now), Gates(ledger, now), REAL, now, allow_private=True)


def test_no_token_and_no_key_stands_in_the_database_in_the_clear(bolt: House, tmp_path: Path) -> None:
    bolt.sell()
    turn(bolt)
    secrets = [bolt.there.world.settings["token"], *bolt.there.world.tokens]
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert raw and not any(str(secret).encode() in raw for secret in secrets)

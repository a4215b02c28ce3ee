"""The WooCommerce client against the simulated shop over real HTTP: signed calls, refunds, changes, write-back."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from adapters.shops import client_for
from adapters.shops.base import ShopClient, Written
from schemas.connection import Shop
from schemas.document import Kind
from schemas.errors import Ambiguous, Auth, Permanent
from schemas.woocommerce import read_order
from simulators import woocommerce
from tests.simulators import woo

KEYS = {"consumer_key": "ck_simulator", "consumer_secret": "cs_simulator"}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WRITTEN = Written(Kind.INVOICE, "FV/7/2026", "https://books.example/i/7?a=1&b=2")
MUG, BOOK = ({"name": "Mug", "price": "36.90", "quantity": 2, "tax": "23"},
             {"name": "Book", "price": "21.00", "quantity": 3, "tax": "5"})  # fmt: skip


@contextmanager
def shop(**settings: Any) -> Iterator[woo.Shop]:
    with woocommerce.start(**settings) as simulator, woo.Shop(simulator) as there:
        yield there
        assert not simulator.world.crashes, simulator.world.crashes


@pytest.fixture
def there() -> Iterator[woo.Shop]:
    with shop() as made:
        yield made


def client(there: woo.Shop, credentials: Mapping[str, str] | None = None) -> ShopClient:
    connected = Shop(1, "demo-abcd1234", "woocommerce", "Demo", there.url, ("s",), {**KEYS, **(credentials or {})})
    return client_for(connected, allow_private=True, deadline=20)


def kept(there: woo.Shop, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = there.sim("GET", f"orders/{order['id']}")
    return found


def notes(there: woo.Shop, order: dict[str, Any]) -> list[str]:
    return [note["note"] for note in kept(there, order)["notes"] if note["note"].startswith("Invoice")]


def mails(there: woo.Shop, order: dict[str, Any]) -> int:
    """How many e-mails the buyer got."""
    sent: Counter[int] = there.world.emails  # type: ignore[attr-defined]
    return sent[order["id"]]


def test_a_signed_reading_is_the_order_as_the_shop_has_it(there: woo.Shop) -> None:
    order = there.order(lines=[MUG, BOOK])
    reading = client(there).order(str(order["id"]))
    read, said = read_order(reading.body), read_order(json.dumps(order))
    assert (reading.status, reading.refunds, read.total) == ("processing", 0, said.total)
    assert [element.gross for element in read.elements] == [element.gross for element in said.elements]


def test_a_shop_without_decimals_tells_its_taxes_when_it_is_read() -> None:
    with shop(decimals=0, currency="HUF", country="HU") as there:
        order = there.order(lines=[{"name": "Mug", "price": "1999", "tax": "27"}])
        reading = client(there).order(str(order["id"]))
    (line,) = read_order(reading.body).lines
    assert (order["line_items"][0]["total"], line.net) == ("1574", Decimal("1574.015748"))


def test_three_partial_refunds_are_read_with_their_lines_and_the_amount_only_one_without(there: woo.Shop) -> None:
    order = there.order(lines=[MUG, BOOK])
    refunds = f"orders/{order['id']}/refunds"
    there.sim("POST", refunds, {"lines": [{"item": "Mug", "quantity": 1}]})
    there.sim("POST", refunds, {"lines": [{"item": "Book", "quantity": 2}], "reason": "torn"})
    there.sim("POST", refunds, {"amount": "5.00"})
    reading = client(there).order(str(order["id"]))
    found = read_order(reading.body).refunds
    assert reading.refunds == 3
    assert [(refund.amount, refund.lines and sum(line.gross for line in refund.lines)) for refund in found] == [
        (Decimal("36.90"), Decimal("36.90")), (Decimal("42.00"), Decimal("42.00")), (Decimal("5.00"), ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "given", "code"),
    [
        ({"permissions": "read"}, {}, "KEY_REFUSED"),
        ({"permissions": "write"}, {}, "KEY_REFUSED"),
        ({"rights": "none"}, {}, "NO_RIGHTS"),
        ({}, {"consumer_secret": "cs_of_another_shop"}, "KEY_REFUSED"),
        ({}, {"consumer_key": "ck_of_another_shop"}, "KEY_REFUSED"),
    ],
)
def test_a_key_that_does_not_suffice_is_found_by_verify(
    settings: dict[str, Any], given: dict[str, str], code: str
) -> None:
    with shop(**settings) as there, pytest.raises(Auth) as caught:
        client(there, given).verify()
    assert caught.value.code == code


@pytest.mark.parametrize("permalinks", ["pretty", "plain"])
def test_a_good_key_is_verified_whatever_the_permalinks(permalinks: str) -> None:
    with shop(permalinks=permalinks, name="Sklep & Syn", timezone="Europe/Warsaw") as there:
        there.order()
        info = client(there).verify()
    assert (info.name, info.timezone) == ("Sklep & Syn", "Europe/Warsaw")


def test_all_orders_are_met_while_the_shop_works_on(there: woo.Shop) -> None:
    idents = [str(ident) for ident in there.sim("POST", "bulk", {"count": 260, "minutes": 600})["ids"]]
    stop = threading.Event()

    def busy() -> None:
        for ident in idents[::9]:
            if not stop.is_set():
                requests.post(f"{there.url}/_sim/orders/{ident}/touch", json={}, timeout=10).raise_for_status()

    working = threading.Thread(target=busy)
    working.start()
    readings = list(client(there).changed(LONG_AGO))
    stop.set()
    working.join()
    assert {reading.order_id for reading in readings} == set(idents)
    assert all(read_order(reading.body).id == reading.order_id for reading in readings)


def test_only_what_changed_since_is_met(there: woo.Shop) -> None:
    old = there.order(created="2026-01-01T10:00:00")
    new = there.order(created="2026-01-01T10:00:01")
    found = client(there).changed(datetime(2026, 1, 1, 10, 0, 1, tzinfo=UTC))
    assert [reading.order_id for reading in found] == [str(new["id"])]
    assert old["id"] != new["id"]


def test_number_and_link_are_in_the_shop_once_and_the_buyer_hears_nothing(there: woo.Shop) -> None:
    order = there.order()
    for _ in range(2):
        client(there).write_back(str(order["id"]), WRITTEN)
    found = {entry["key"]: entry["value"] for entry in kept(there, order)["order"]["meta_data"]}
    assert found == {"_billhook_invoice_number": WRITTEN.number, "_billhook_invoice_url": WRITTEN.url}
    assert notes(there, order) == [f"Invoice FV/7/2026: {WRITTEN.url}"]
    assert mails(there, order) == 0
    assert kept(there, order)["order"]["status"] == "processing"
    assert kept(there, order)["order"]["total"] == order["total"]


def test_the_buyer_is_told_once_and_the_status_set_when_asked(there: woo.Shop) -> None:
    order = there.order()
    asked = Written(Kind.INVOICE, "FV/7/2026", WRITTEN.url, status="completed", tell_buyer=True)
    for _ in range(2):
        client(there).write_back(str(order["id"]), asked)
    assert mails(there, order) == 1
    assert kept(there, order)["order"]["status"] == "completed"


def test_a_note_whose_answer_was_lost_is_not_written_twice(there: woo.Shop) -> None:
    order = there.order()
    there.world.plan.arm("reset_after", 1, "POST", f"/wp-json/wc/v3/orders/{order['id']}/notes", {})
    with pytest.raises(Ambiguous):
        client(there).write_back(str(order["id"]), WRITTEN)
    client(there).write_back(str(order["id"]), WRITTEN)
    assert len(notes(there, order)) == 1


def test_an_order_deleted_for_good_is_gone(there: woo.Shop) -> None:
    order = there.order()
    there.sim("DELETE", f"orders/{order['id']}")
    for call in (lambda: client(there).order(str(order["id"])),
                 lambda: client(there).write_back(str(order["id"]), WRITTEN)):  # fmt: skip
        with pytest.raises(Permanent) as caught:
            call()
        assert caught.value.code == "ORDER_GONE"

"""The whole way over real HTTP: connect a shop, sell, let its webhooks come, issue, write back, and hear the echo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger import documents, events
from schemas.event import Event, State
from simulators import fakturownia, woocommerce
from tests.shops.door import Door, door
from tests.simulators import woo
from workers import process

SHOP = ("shop", "add", "woocommerce")
KEYS = ("--key", "ck_simulator", "--secret", "cs_simulator")
MUG = {"name": "Mug", "price": "36.90", "quantity": 2, "tax": "23"}
BOOKS = ("account", "add", "fakturownia", "--name", "Books", "--seller", "Sklep", "--country", "PL",
         "--timezone", "Europe/Warsaw", "--set", "api_token=simulator/demo")  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as made:
        yield made


def due(here: Door) -> list[Event]:
    """What a worker would take now, oldest first; the last look at a document lies ten minutes ahead."""
    with here.house.ledger.read() as tx:
        waiting = events.page(tx, state=State.WAITING, limit=1000)
    now = here.house.services().now()
    return sorted((event for event in waiting if event.due_at and event.due_at <= now), key=lambda event: event.id)


def work(here: Door, there: woo.Shop) -> None:
    """Deliveries come in, the desk works, its own writes echo, until all is quiet."""
    services = here.house.services()
    for _ in range(60):
        assert there.world.board.sender.idle(30)  # type: ignore[attr-defined]
        found = due(here)
        if not found:
            return
        for event in found:
            process.run(services, event.id)
    raise AssertionError("it never comes to rest: an echo goes round and round")


@pytest.mark.parametrize("version", ["8.2.2", "11.0.1"])
def test_orders_are_invoiced_once_and_the_echo_of_our_own_note_only_ends(here: Door, version: str) -> None:
    with (
        fakturownia.start() as books,
        woocommerce.start(version=version) as simulator,
        woo.Shop(simulator) as there,
    ):
        shop = here.json(*SHOP, there.url, *KEYS)["key"]
        account = here.json(*BOOKS, "--set", f"url={books.url}")["key"]
        here.json("route", "add", shop, account, "--starts-at", "2020-01-01")
        orders = [there.order(lines=[MUG], payment_method="stripe", paid=True) for _ in range(3)]
        work(here, there)
        told = [there.sim("GET", f"orders/{order['id']}") for order in orders]
        with here.house.ledger.read() as tx:
            papers = documents.page(tx, limit=100)
            ended = events.page(tx, limit=1000)
    assert len(papers) == len(books.world.invoices) == 3  # type: ignore[attr-defined]
    numbers = {paper.document.number for paper in papers if paper.document}
    assert {note(found)[0].partition(":")[0] for found in told} == {f"Invoice {number}" for number in numbers}
    assert [len(note(found)) for found in told] == [1, 1, 1]
    assert [event.reason for event in ended if event.kind == "document.writeback"] == ["WRITTEN_BACK"] * 3
    assert {event.state for event in ended if event.kind == "order"} == {State.DONE}


def note(found: dict[str, Any]) -> list[str]:
    return [entry["note"] for entry in found["notes"] if entry["note"].startswith("Invoice")]

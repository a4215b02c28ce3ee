"""A shop of several sales channels: each its own account, department and rules; and a route that waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ledger import connections, events, orders
from ledger.rows import DocumentRow
from schemas.connection import Account, Shop
from schemas.document import Kind, Seller
from schemas.event import Event, Incoming, State
from schemas.generic import envelope_of, read_order
from schemas.policy import read_policy
from simulators.fakturownia.world import Fakturownia
from tests.desk.conftest import TOKEN, Desk
from tests.generic_orders import SECRET, body_of
from workers.decide import decide as decided
from workers.money.rules import Decision

HELD = "HELD_FOR_PERSON"


@pytest.fixture
def shop(roadless: Desk) -> Shop:
    with roadless.ledger.write() as tx:
        roadless.shop = connections.add_shop(
            tx, roadless.ledger.vault, slug="erp", platform="generic", name="ERP", secrets=[SECRET], now=roadless.now
        )
    return roadless.shop


def account(desk: Desk, key: str) -> Account:
    with desk.ledger.write() as tx:
        return connections.add_account(
            tx, desk.ledger.vault, key=key, system="fakturownia", name=key,
            seller=Seller("Sklep", "PL", vat_id="PL5252445767", timezone="Europe/Warsaw"),
            credentials={"url": desk.simulator.url, "api_token": TOKEN}, now=desk.now,
        )  # fmt: skip


def route(desk: Desk, to: Account, channel: str = "", series: str = "", **options: str) -> int:
    with desk.ledger.write() as tx:
        made = connections.add_route(
            tx, key=f"way-{channel or 'all'}", shop_id=desk.shop.id, account_id=to.id, channel=channel, series=series,
            policy=read_policy({"presets": ["invoice when paid"]}), starts_at=datetime(2026, 1, 1, tzinfo=UTC),
            now=desk.now, options=options,
        )  # fmt: skip
        events.wake(tx, f"route:{desk.shop.id}", desk.now)
    return made.id


def deliver(desk: Desk, order_id: str = "A-1", **changes: Any) -> str:
    body = body_of(order_id, **changes)
    incoming = Incoming(desk.shop.id, desk.shop.key, "webhook", body, envelope_of(read_order(body)), desk.now)
    with desk.ledger.write() as tx:
        (stored,) = events.store(tx, [incoming], desk.now)
    desk.later(0.01)
    return stored.event_id


def send(desk: Desk, order_id: str = "A-1", **changes: Any) -> Event:
    event_id = deliver(desk, order_id, **changes)
    desk.run(event_id)
    return desk.event(event_id)


def papers(desk: Desk, order_id: str) -> list[DocumentRow]:
    return sorted((row for row in desk.documents() if row.order_id == order_id), key=lambda row: row.id)


def allow(desk: Desk, event_id: str) -> None:
    """What `flask event issue` does."""
    with desk.ledger.write() as tx:
        row = orders.find(tx, desk.shop.id, desk.event(event_id).order_id)
        assert row is not None
        orders.allow_issue(tx, row.id, True)
        events.replay(tx, event_id, desk.now)


def test_each_channel_goes_its_own_way(roadless: Desk, shop: Shop) -> None:
    books, others = account(roadless, "first"), account(roadless, "second")
    world = cast(Fakturownia, roadless.simulator.world)
    world.departments[7] = {"id": 7, "name": "Ovoko", "shortcut": "OV", "main": False}
    route(roadless, books, "ovoko", "7")
    route(roadless, others, "allegro")
    for number, channel in enumerate(("ovoko", "allegro")):
        assert send(roadless, f"{number}", channel=channel).reason == "ALREADY_INVOICED"
    (ovoko,), (allegro,) = papers(roadless, "0"), papers(roadless, "1")
    assert (ovoko.account_id, allegro.account_id) == (books.id, others.id)
    assert ovoko.document is not None
    assert allegro.document is not None
    assert ovoko.document.extra["department_id"] == "7"
    assert allegro.document.extra.get("department_id") != "7"


def test_an_order_of_a_channel_whose_route_went_away_waits_for_one(roadless: Desk, shop: Shop) -> None:
    waiting = send(roadless, channel="ebay")
    assert (waiting.state, waiting.reason) == (State.WAITING, "NO_ROUTE")
    route(roadless, account(roadless, "first"), "ebay")
    roadless.run(waiting.id)
    assert len(papers(roadless, "A-1")) == 1


def test_a_route_of_persons_issues_nothing_until_one_says_so(roadless: Desk, shop: Shop) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    held = send(roadless)
    assert (held.state, held.reason, roadless.there()) == (State.WAITING, HELD, 0)
    assert "123.00 EUR" in held.detail
    assert f"flask event issue {held.id}" in held.remedy
    with roadless.ledger.write() as tx:
        events.replay(tx, held.id, roadless.now)
    roadless.run(held.id)
    assert (roadless.event(held.id).reason, roadless.there()) == (HELD, 0), "a replay is no word to issue"
    allow(roadless, held.id)
    roadless.run(held.id)
    assert roadless.event(held.id).state is State.DONE
    assert [row.kind for row in papers(roadless, "A-1")] == [Kind.INVOICE]


def test_a_word_is_good_for_what_was_owed_then_and_not_for_later(roadless: Desk, shop: Shop) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    first = send(roadless)
    allow(roadless, first.id)
    roadless.run(first.id)
    refund = {"id": "r1", "at": "2026-11-21T10:00:00Z", "amount": "23.00"}
    again = send(roadless, refunds=[refund], modified="2026-11-21T10:00:00Z")
    assert (again.reason, len(papers(roadless, "A-1"))) == (HELD, 1)
    assert "23.00 EUR" in again.detail
    allow(roadless, again.id)
    roadless.run(again.id)
    assert [row.kind for row in papers(roadless, "A-1")] == [Kind.INVOICE, Kind.CREDIT_NOTE]


def test_a_word_outlives_a_lost_answer(roadless: Desk, shop: Shop) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    held = send(roadless)
    allow(roadless, held.id)
    roadless.fault("reset_before")
    for _ in range(4):
        roadless.run(held.id)
        assert roadless.event(held.id).reason != HELD
        roadless.later(3600)
    assert (roadless.event(held.id).state, roadless.there()) == (State.DONE, 1)


def test_a_word_that_is_said_while_a_newer_state_is_on_its_way_counts(
    roadless: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    first = send(roadless)
    second = deliver(roadless, modified="2026-11-20T11:00:00Z")

    def decide(*given: Any) -> Decision:
        """The person speaks between this run's reading of the order and its decision."""
        if not roadless.documents():
            allow(roadless, first.id)
        return decided(*given)

    monkeypatch.setattr("workers.order_event.decide", decide)
    roadless.run(second)
    assert (roadless.event(second).state, roadless.event(first.id).reason) == (State.DONE, "AS_EVENT")
    assert len(papers(roadless, "A-1")) == 1
    with roadless.ledger.read() as tx:
        row = orders.find(tx, shop.id, "A-1")
    assert row is not None
    assert not row.issue_allowed


def test_a_newer_state_of_a_held_order_takes_its_place(roadless: Desk, shop: Shop) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    first = send(roadless)
    second = send(roadless, modified="2026-11-20T11:00:00Z", note="Please hurry")
    assert (roadless.event(first.id).reason, second.reason) == ("AS_EVENT", HELD)
    gone = send(roadless, modified="2026-11-20T12:00:00Z", status="cancelled")
    assert (gone.state, gone.reason, roadless.there()) == (State.DONE, "NO_DOCUMENT_TO_CANCEL", 0)
    assert roadless.event(second.id).state is State.DONE


def test_what_was_held_goes_on_when_the_route_becomes_automatic(roadless: Desk, shop: Shop) -> None:
    books = account(roadless, "first")
    way = route(roadless, books, issue="manual")
    held = send(roadless)
    with roadless.ledger.write() as tx:
        found = next(r for r in connections.list_routes(tx) if r.id == way)
        connections.change_route(
            tx, way, policy=found.policy, starts_at=found.starts_at, series="", options={}, account_id=books.id
        )
        assert (held.id, shop.key) in events.wake(tx, f"person:{shop.id}", roadless.now)
    roadless.run(held.id)
    assert len(papers(roadless, "A-1")) == 1


def test_what_is_not_due_is_not_held(roadless: Desk, shop: Shop) -> None:
    route(roadless, account(roadless, "first"), issue="manual")
    assert send(roadless, status="pending").reason == "NOT_DUE"
    assert send(roadless, "B-1", total="999.00").reason == "TOTAL_MISMATCH"

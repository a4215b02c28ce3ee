"""The follow-up `document.writeback`: when it is made, what it waits for, what it writes, and that twice is once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from adapters import adapter_for
from adapters.base import Adapter, Official, OfficialState
from adapters.shops import client_for
from adapters.shops.base import ShopClient
from ledger import alarms, connections, documents, events
from ledger.rows import DocumentRow
from schemas.connection import Account, Shop
from schemas.document import Document, Kind
from schemas.envelope import read_envelope
from schemas.event import Event, Incoming, State
from schemas.ports import Guard, Turns, unguarded
from simulators import woocommerce
from tests.followups.desk import Desk, desk_on, pretend
from tests.ledger.fixtures import database_url, postgres_server, postgres_template, sqlite_template
from tests.simulators import woo

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

#: What does not depend on the database needs only one.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEYS = {"consumer_key": "ck_simulator", "consumer_secret": "cs_simulator"}
HUNGARIAN: dict[str, Any] = {"country": "HU", "currency": "EUR", "timezone": "Europe/Budapest"}


@dataclass
class Trade:
    """A desk and the shop whose orders it reads and writes."""

    desk: Desk
    shop: woo.Shop

    def buy(self, **told: Any) -> dict[str, Any]:
        """A paid order in the shop, and its delivery stored; gives the order."""
        order = self.shop.order(**{"payment_method": "stripe", "paid": True, "country": "HU", **told})
        self.deliver(order)
        return order

    def deliver(self, order: Mapping[str, Any]) -> str:
        """The shop's delivery of this state, as its webhook would bring it; gives the event's id."""
        body, desk = json.dumps(order).encode(), self.desk
        arrived = Incoming(desk.shop_id, desk.shop_key, "webhook", body, read_envelope("order.updated", body),
                           desk.time.now)  # fmt: skip
        with desk.ledger.write() as tx:
            return events.store(tx, [arrived], desk.time.now, rung=True)[0].event_id

    def now(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """The order as the shop has it, with notes and refunds."""
        found: dict[str, Any] = self.shop.sim("GET", f"orders/{order['id']}")
        return found

    def change(self, order: Mapping[str, Any], action: str, **told: Any) -> None:
        """Something happens to the order in the shop, and is delivered."""
        self.shop.sim("POST", f"orders/{order['id']}/{action}", told)
        self.deliver(self.now(order)["order"])

    def work(self, most: int = 40) -> None:
        """Run whatever is due, follow-ups too, until nothing is."""
        for _ in range(most):
            due = [event for event in self.waiting() if event.due_at and event.due_at <= self.desk.time.now]
            if not due:
                return
            self.desk.run(due[0].id)
        raise AssertionError(f"it does not come to rest: {self.waiting()}")

    def decide(self, order: Mapping[str, Any]) -> Event:
        """Only the order's own event; its follow-ups stay to be run. Gives the write-back."""
        (mine,) = (e for e in self.waiting() if e.order_id == str(order["id"]) and e.kind == "order")
        assert self.desk.run(mine.id).state is State.DONE
        (event,) = self.writebacks(order)
        return event

    def waiting(self) -> list[Event]:
        with self.desk.ledger.read() as tx:
            return sorted(events.page(tx, state=State.WAITING, limit=200), key=lambda event: event.id)

    def writebacks(self, order: Mapping[str, Any]) -> list[Event]:
        with self.desk.ledger.read() as tx:
            found = events.page(tx, order=str(order["id"]), limit=200)
        return [event for event in found if event.kind == "document.writeback"]

    def papers(self, order: Mapping[str, Any]) -> list[DocumentRow]:
        with self.desk.ledger.read() as tx:
            return documents.page(tx, shop_id=self.desk.shop_id, order=str(order["id"]))

    def notes(self, order: Mapping[str, Any]) -> list[str]:
        """Our notes, oldest first."""
        words = ("Invoice", "Proforma", "Credit note")
        return [note["note"] for note in self.now(order)["notes"] if note["note"].startswith(words)]

    def meta(self, order: Mapping[str, Any]) -> dict[str, str]:
        return {entry["key"]: entry["value"] for entry in self.now(order)["order"]["meta_data"]}

    def writes(self) -> list[str]:
        """What was written over the API so far."""
        return [f"{line['method']} {line['path']}" for line in self.shop.world.log
                if line["method"] in ("PUT", "POST") and line["path"].startswith("/wp-json")]  # fmt: skip


@contextmanager
def trading(url: str, account: Mapping[str, str] | None = None, hub: Mapping[str, Any] | None = None,
            **settings: Any) -> Iterator[Trade]:  # fmt: skip
    with desk_on(url, hub, account) as desk, woocommerce.start(**{**HUNGARIAN, **settings}) as simulator:

        def client(shop: Shop, *, guard: Guard = unguarded) -> ShopClient:
            return client_for(shop, guard=guard, allow_private=True, deadline=20)

        def mouth(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
            made = adapter_for(account, guard=guard, allow_private=True, deadline=20)
            for turn in desk.turn_mouth:
                made = turn(made)
            return made

        desk.services = replace(desk.services, shop_client=client, adapter=mouth)
        desk.options()
        with desk.ledger.write() as tx:
            connections.change_shop(tx, desk.shop_id, name="Desk", url=simulator.url, timezone="Europe/Budapest")
            connections.set_credentials(tx, desk.ledger.vault, desk.shop_id, KEYS)
        with woo.Shop(simulator) as shop:
            yield Trade(desk, shop)
        assert not simulator.world.crashes, simulator.world.crashes


@pytest.fixture
def trade(database_url: str) -> Iterator[Trade]:
    with trading(database_url) as made:
        yield made


def test_a_shop_with_a_key_gets_number_and_link_without_being_asked_and_its_buyer_hears_nothing(trade: Trade) -> None:
    order = trade.buy()
    trade.work()
    (paper,), (event,) = trade.papers(order), trade.writebacks(order)
    assert paper.document is not None
    assert (event.state, event.reason) == (State.DONE, "WRITTEN_BACK")
    assert trade.notes(order) == [f"Invoice {paper.document.number}: {paper.document.url}"]
    assert trade.meta(order) == {
        "_billhook_invoice_number": paper.document.number, "_billhook_invoice_url": paper.document.url,
    }  # fmt: skip
    assert trade.now(order)["order"]["status"] == "processing"
    assert trade.shop.world.summary()["emails"] == {}


@on_sqlite
def test_a_route_may_leave_the_shop_alone(trade: Trade) -> None:
    trade.desk.options(writeback="no")
    order = trade.buy()
    trade.work()
    assert (len(trade.papers(order)), trade.writebacks(order), trade.writes()) == (1, [], [])


@on_sqlite
def test_a_route_that_says_no_after_the_plan_is_heard(trade: Trade) -> None:
    order = trade.buy()
    trade.decide(order)
    trade.desk.options(writeback="no")
    trade.work()
    assert [event.reason for event in trade.writebacks(order)] == ["NOT_WANTED"]
    assert trade.writes() == []


@on_sqlite
def test_status_and_mail_to_the_buyer_when_the_route_asks_and_each_once(trade: Trade) -> None:
    trade.desk.options(writeback_status="completed", tell_buyer="yes")
    order = trade.buy()
    trade.work()
    (event,) = trade.writebacks(order)
    trade.shop.sim("POST", f"orders/{order['id']}/status", {"status": "processing"})
    trade.desk.replay(event.id)
    assert trade.now(order)["order"]["status"] == "processing"  # moved back by a person: it stays
    assert trade.shop.world.summary()["emails"] == {str(order["id"]): 1}
    assert [write.partition(" ")[0] for write in trade.writes()] == ["PUT", "POST"]


@on_sqlite
@pytest.mark.parametrize("version", ["8.2.2", "11.0.1"])
def test_our_own_write_echoes_as_an_event_that_only_ends(database_url: str, version: str) -> None:
    with trading(database_url, version=version) as trade:
        order = trade.buy()
        trade.work()
        before = trade.writes()
        echo = trade.deliver(trade.now(order)["order"])
        trade.work()
        ended = trade.desk.event(echo)
        assert (ended.state, ended.reason) == (State.DONE, "ALREADY_INVOICED")
        assert (len(trade.papers(order)), len(trade.writebacks(order)), trade.writes()) == (1, 1, before)


@on_sqlite
def test_every_document_of_an_order_is_written_back_under_its_own_kind(trade: Trade) -> None:
    order = trade.buy()
    trade.work()
    trade.desk.time.on(5)
    trade.change(order, "refunds", lines=[{"item": "Mug", "quantity": 1}])
    trade.work()
    trade.change(order, "refunds", lines=[{"item": "Mug", "quantity": 1}])
    trade.work()
    numbers = {kind: [paper.document.number for paper in reversed(trade.papers(order))
                      if paper.kind is kind and paper.document] for kind in Kind}  # fmt: skip
    assert (len(numbers[Kind.INVOICE]), len(numbers[Kind.CREDIT_NOTE])) == (1, 2)
    assert [note.partition(":")[0] for note in trade.notes(order)] == [
        f"Invoice {numbers[Kind.INVOICE][0]}", *(f"Credit note {number}" for number in numbers[Kind.CREDIT_NOTE]),
    ]  # fmt: skip
    assert trade.meta(order)["_billhook_credit_note_number"] == " | ".join(numbers[Kind.CREDIT_NOTE])


@on_sqlite
def test_three_partial_refunds_one_by_amount_alone_are_credited_to_the_cent(trade: Trade) -> None:
    order = trade.buy(lines=[{"name": "Mug", "price": "12.90", "quantity": 5, "tax": "27"}])
    trade.work()
    steps: tuple[dict[str, Any], ...] = (
        {"lines": [{"item": "Mug", "quantity": 1}]}, {"lines": [{"item": "Mug", "quantity": 2}]}, {"amount": "7.77"},
    )  # fmt: skip
    for step in steps:
        trade.desk.time.on(5)
        trade.change(order, "refunds", **step)
        trade.work()
    credited = [paper.document for paper in reversed(trade.papers(order))
                if paper.kind is Kind.CREDIT_NOTE and paper.document]  # fmt: skip
    assert [(made.gross, made.net, made.vat) for made in credited] == [
        (Decimal("12.90"), Decimal("10.16"), Decimal("2.74")),
        (Decimal("25.80"), Decimal("20.31"), Decimal("5.49")),
        (Decimal("7.77"), Decimal("6.12"), Decimal("1.65")),
    ]
    over_there = [Decimal(str(made.fields["price_gross"])) for made in trade.desk.world.invoices.values()]
    assert [abs(gross) for gross in over_there] == [Decimal("64.50"), *(made.gross for made in credited)]
    reread = [line for line in trade.shop.world.log if line["path"].endswith(f"/orders/{order['id']}/refunds")]
    assert len(reread) >= len(steps), "amounts come from the refunds' own lines, which no webhook tells"
    assert len(trade.notes(order)) == 4


@on_sqlite
def test_a_lost_answer_is_asked_again_and_leaves_one_note_and_one_invoice(trade: Trade) -> None:
    for path in ("/notes", ""):
        order = trade.buy()
        event = trade.decide(order)
        trade.shop.world.plan.arm(
            "reset_after", 1, "POST" if path else "PUT", f"/wp-json/wc/v3/orders/{order['id']}{path}$", {}
        )
        lost = trade.desk.run(event.id)
        assert (lost.state, lost.reason) == (State.WAITING, "ANSWER_LOST")
        assert trade.desk.finish(event.id).reason == "WRITTEN_BACK"
        assert (len(trade.notes(order)), len(trade.papers(order))) == (1, 1)


@on_sqlite
def test_a_shop_that_is_away_is_tried_again_and_never_a_reason_to_issue(trade: Trade) -> None:
    order = trade.buy()
    event = trade.decide(order)
    trade.shop.world.plan.arm("500", 3, None, f"/wp-json/wc/v3/orders/{order['id']}", {})
    ended = trade.desk.finish(event.id)
    assert (ended.reason, ended.attempts, len(trade.papers(order))) == ("WRITTEN_BACK", 3, 1)


def refuse(trade: Trade) -> None:
    trade.shop.world.change({"consumer_secret": "cs_another_one"})


def take_key(trade: Trade) -> None:
    trade.desk.options(writeback="yes")
    with trade.desk.ledger.write() as tx:
        connections.set_credentials(tx, trade.desk.ledger.vault, trade.desk.shop_id, {})


@pytest.mark.parametrize(("away", "reason"), [(refuse, "SHOP_KEY_REFUSED"), (take_key, "NO_SHOP_KEY")])
def test_a_refused_key_lets_it_wait_for_a_good_one_and_pauses_no_account(
    trade: Trade, away: Callable[[Trade], None], reason: str
) -> None:
    order, desk = trade.buy(), trade.desk
    event = trade.decide(order)
    away(trade)
    waits = desk.run(event.id)
    assert (waits.state, waits.reason, waits.attempts) == (State.WAITING, reason, 0)
    with desk.ledger.read() as tx:
        assert [account.state for account in connections.list_accounts(tx, desk.ledger.vault)] == ["active"]
        assert len(alarms.open_alarms(tx)) == (reason == "SHOP_KEY_REFUSED")
    trade.shop.world.change({"consumer_secret": "cs_another_one"})
    with desk.ledger.write() as tx:
        given = {**KEYS, "consumer_secret": "cs_another_one"}
        connections.set_credentials(tx, desk.ledger.vault, desk.shop_id, given)
        woken = events.wake(tx, f"shop:{desk.shop_id}", desk.time.now)
    assert [event_id for event_id, _ in woken] == [event.id]
    assert desk.run(event.id).reason == "WRITTEN_BACK"


@on_sqlite
def test_an_order_deleted_in_the_shop_needs_no_number(trade: Trade) -> None:
    order = trade.buy()
    event = trade.decide(order)
    trade.shop.sim("DELETE", f"orders/{order['id']}")
    ended = trade.desk.run(event.id)
    assert (ended.state, ended.reason) == (State.DONE, "ORDER_GONE")


@on_sqlite
def test_a_document_that_differs_is_not_told(trade: Trade) -> None:
    def another_total(adapter: Adapter) -> Adapter:
        honest = adapter.issue

        def issue(*asked: Any, **more: Any) -> Document:
            made = honest(*asked, **more)
            return replace(made, gross=made.gross + Decimal("0.01"))

        return pretend(adapter, issue=issue)

    trade.desk.turn_mouth.append(another_total)
    order = trade.buy()
    trade.work()
    (paper,) = trade.papers(order)
    assert paper.differs
    assert (trade.writebacks(order), trade.writes()) == ([], [])


def accept(trade: Trade) -> None:
    for invoice in trade.desk.world.invoices.values():
        invoice.official_at = 0.0


def exempt(trade: Trade) -> None:
    none = Official(OfficialState.NONE)
    trade.desk.turn_mouth.append(lambda adapter: pretend(adapter, official=lambda document: none))


@pytest.mark.parametrize(("settle", "ends"), [(accept, "OFFICIAL"), (exempt, "NOT_OFFICIAL")])
def test_a_document_on_its_way_to_the_governments_hub_is_told_once_that_is_settled(
    database_url: str, settle: Callable[[Trade], None], ends: str
) -> None:
    hub = {"ksef": "on", "ksef_seconds": 3600.0, "ksef_validate": False}
    with trading(database_url, {"ksef": "yes"}, hub) as trade:
        order = trade.buy(billing={"company": "Kowal Kft."})
        trade.work()
        (event,) = trade.writebacks(order)
        assert (event.state, event.reason, event.attempts) == (State.WAITING, "OFFICIAL_NUMBER_NOT_READY", 0)
        assert trade.writes() == []
        settle(trade)
        official = trade.desk.follow_up(int(order["id"]), "official")
        assert trade.desk.finish(official.id).reason == ends
        assert trade.desk.event(event.id).due_at == trade.desk.time.now
        trade.work()
        assert len(trade.notes(order)) == 1

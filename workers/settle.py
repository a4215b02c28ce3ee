"""A person's word on a document nobody could be sure of: it exists, number …; or it does not, issue it (DESIGN 4)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from adapters.base import Adapter
from adapters.manifest import Reference
from adapters.wire import compare
from ledger import connections, documents, events, orders
from ledger.documents import DocumentRow
from ledger.engine import Tx
from schemas.connection import Account
from schemas.document import Document, Sight
from schemas.errors import BillhookError
from schemas.event import Event
from workers import issue
from workers.follow_ups import wanted
from workers.hand import Hand
from workers.services import Services

Bells = list[tuple[str, str]]


def exists(services: Services, event_id: str, number: str, system_id: str = "") -> tuple[DocumentRow, Bells]:
    """It exists under this number: look it up, compare, and adopt it; gives its row and what to ring.

    Nothing changes when it is not found, has another number, or differs from what was asked for.
    """
    with _in_hand(services, event_id) as hand:
        row, account = _open_row(hand)
        mouth = hand.speak(account)
        found = _found(hand, mouth, account, row, number, system_id)
        if differs := compare(row.draft, found):
            raise BillhookError(
                f"{number} is not the document of this order: {'; '.join(differs)}.",
                code="DIFFERS",
                remedy="Correct or cancel it in the invoicing system, or give the number of the right one.",
            )
        with services.ledger.write() as tx:
            hand.fence(tx)
            documents.settle(tx, row.id, found, (), services.now())
            shop = connections.shop(tx, services.ledger.vault, row.shop_id)
            case = wanted.Case(mouth.manifest, account, _options(tx, row), row.draft, found, shop)
            wanted.plan(tx, hand, row, case, ())
            bells = [*_again(tx, hand), *hand.bells]
    return replace(row, state="live", document=found), bells


def missing(services: Services, event_id: str) -> tuple[DocumentRow, Bells]:
    """It does not exist: the row is planned again, and its event is due; gives the row and what to ring."""
    with _in_hand(services, event_id) as hand:
        row, _ = _open_row(hand)
        if row.state != "held":
            raise BillhookError(
                f"{row.reference} may still be on its way; it is looked up before anything is sent again.",
                code="DOCUMENT_IN_FLIGHT",
                remedy="Nothing to do: replay the event if it has come to rest.",
            )
        with services.ledger.write() as tx:
            hand.fence(tx)
            documents.back_to_planned(tx, row.id)
            orders.allow_issue(tx, hand.order.id, True)
            bells = _again(tx, hand)
    return replace(row, state="planned"), bells


def _again(tx: Tx, hand: Hand) -> Bells:
    event = events.replay(tx, hand.event.id, hand.services.now())
    return [(event.id, event.shop_key)]


@contextmanager
def _in_hand(services: Services, event_id: str) -> Iterator[Hand]:
    """The event's order under a lease of our own, its beat kept by a thread, given back at the end."""
    event, owner, asked_at = _event(services, event_id), uuid4().hex, services.leases.monotonic()
    with services.ledger.write() as tx:
        order = orders.take_lease(tx, event.shop_id, event.order_id, owner, event.id)
    if order is None:
        raise BillhookError(
            "A worker has this order in hand.", code="ORDER_HELD", remedy="Give the command again in a moment."
        )
    services.leases.hold(owner, order.id, event.id, taken_at=asked_at)
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(services, stop), daemon=True)
    beating.start()
    try:
        yield Hand(services, event, order, owner, (), services.now())
    finally:
        stop.set()
        beating.join()  # a beat under way ends within the ledger's own time-outs
        services.leases.forget(owner)
        with services.ledger.write() as tx:
            orders.release(tx, order.id, owner)
            events.wake_order(tx, event.shop_id, event.order_id, services.now())


def _beat(services: Services, stop: threading.Event) -> None:
    while not stop.wait(services.timing.lease_beat):
        services.leases.beat()


def _event(services: Services, event_id: str) -> Event:
    with services.ledger.read() as tx:
        event = events.load(tx, event_id)
    if event is None:
        raise BillhookError(f"There is no event {event_id}.", code="NO_EVENT", remedy="flask event list names them.")
    return event


def _open_row(hand: Hand) -> tuple[DocumentRow, Account]:
    """The one document of the order that a person can speak about: held, or sent without an answer."""
    with hand.services.ledger.read() as tx:
        rows = documents.open_rows(tx, hand.event.shop_id, hand.event.order_id)
        unsure = [row for row in rows if row.state in ("held", "issuing")]
        if not unsure:
            raise BillhookError(
                f"No document of order {hand.event.order_id} is in doubt.",
                code="NOT_HELD",
                remedy="flask document list --order shows what there is.",
            )
        return unsure[0], connections.account(tx, hand.services.ledger.vault, unsure[0].account_id)


def _found(hand: Hand, mouth: Adapter, account: Account, row: DocumentRow, number: str, system_id: str) -> Document:
    """The document over there that carries our reference; where a system cannot be asked, the person's word counts."""
    if mouth.manifest.reference is Reference.NONE:
        return _by_word(row, number, system_id)
    with hand.services.ledger.read() as tx:
        history = documents.history(tx, row.shop_id, row.order_id)
    found = issue.look_again(hand, account, row, history)
    if found.sight is Sight.NONE:
        raise BillhookError(
            f"{account.system} has no document with the reference {row.reference}.",
            code="NOT_FOUND",
            remedy=f"Write that reference into {number} over there, or say that none exists: flask document issue.",
        )
    if found.document.number != number or system_id not in ("", found.document.system_id):
        raise BillhookError(
            f"The document with the reference {row.reference} is {found.document.number} "
            f"(id {found.document.system_id}).",
            code="OTHER_NUMBER",
            remedy="Look at it over there, then give its number.",
        )
    return found.document


def _by_word(row: DocumentRow, number: str, system_id: str) -> Document:
    draft = row.draft
    return Document(
        row.system, system_id, row.kind, row.reference, number, draft.currency, draft.totals.gross,
        net=draft.totals.net, vat=draft.totals.vat, issue_date=draft.issue_date,
    )  # fmt: skip


def _options(tx: Tx, row: DocumentRow) -> dict[str, str]:
    """What the route to that account asks for after a document."""
    ways = [route for route in connections.list_routes(tx, row.shop_id) if route.account_id == row.account_id]
    return dict(ways[0].options) if ways else {}

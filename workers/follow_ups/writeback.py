"""Number and link of a document into the order it was made of: in the shop, once, and only what is sure."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.shops import reads_back
from adapters.shops.base import Written
from ledger import connections, documents, follow_ups, readings
from ledger.documents import DocumentRow
from schemas.connection import Shop
from schemas.document import Document, Kind
from schemas.errors import Auth, Permanent, Waiting
from workers.ending import Ending
from workers.follow_ups.task import done, not_yet
from workers.hand import Hand
from workers.read import read_order
from workers.shop.fresh import GONE, key_refused


def write_back(hand: Hand, row: DocumentRow, document: Document) -> Ending:
    """Write it into the shop; the client reads first, so that an unclear answer is simply asked again.

    Waits for the document's number, for the government's hub where the document goes there, and for a key of the shop.
    """
    ledger = hand.services.ledger
    with ledger.read() as tx:
        shop = connections.shop(tx, ledger.vault, row.shop_id)
        official_open = follow_ups.official_open(tx, row.id)
    options = _options(hand, row, shop)
    if options.get("writeback") == "no":
        return done("NOT_WANTED", "The route leaves the shop's order alone.")
    if row.differs:
        return done("DIFFERS", "The document differs from what was asked, so nothing is told: see its incident.")
    if official_open or not document.number:
        what = "The government's hub has not accepted it yet." if official_open else "It has no number yet."
        seconds = hand.services.timing.official
        raise not_yet(hand, row, "official_number", what, seconds, code="OFFICIAL_NUMBER_NOT_READY")
    return _written(hand, shop, row, _said(hand, row, document, options))


def _said(hand: Hand, row: DocumentRow, document: Document, options: Mapping[str, str]) -> Written:
    """An order's status follows its invoice alone: a proforma settles nothing, a credit note comes after the end."""
    with hand.services.ledger.read() as tx:
        rows = documents.page(tx, shop_id=row.shop_id, order=row.order_id)
    return Written(
        row.kind,
        document.number,
        document.url,
        status=options.get("writeback_status", "") if row.kind is Kind.INVOICE else "",
        tell_buyer=options.get("tell_buyer") == "yes",
        identity=hand.order.identity,
        ours=tuple(other.document.number for other in rows if other.document and other.id != row.id),
    )


def _written(hand: Hand, shop: Shop, row: DocumentRow, written: Written) -> Ending:
    if not reads_back(shop):
        raise _no_key(hand, shop)
    client = hand.services.shop_client(shop, guard=hand.services.leases.guard(hand.owner))
    if written.kind not in client.takes:
        return done("NO_PLACE", f"{client.label} has no place for the number of this kind of document.")
    try:
        client.write_back(row.order_id, written)
    except Auth as refused:
        raise key_refused(hand, shop, refused) from None
    except Permanent as refused:
        if refused.code != GONE:
            raise
        return done(GONE, "The order was deleted in the shop.")
    return done("WRITTEN_BACK", f"{written.number} is in the shop.")


def _no_key(hand: Hand, shop: Shop) -> Waiting:
    return Waiting(
        f"The route wants the number in {shop.key}, which has no key here to write it with.",
        until=f"shop:{shop.id}",
        seconds=hand.services.timing.not_ready_most,
        code="NO_SHOP_KEY",
        remedy=f"flask shop edit {shop.key} --set FIELD=VALUE, or: flask route edit KEY --set writeback=no",
    )


def _options(hand: Hand, row: DocumentRow, shop: Shop) -> Mapping[str, str]:
    """What the order's route asks for today; the order's channel, which chooses the route, is the one read last."""
    with hand.services.ledger.read() as tx:
        routes = connections.list_routes(tx, shop.id)
        ways = [way for way in routes if way.account_id == row.account_id]
        if routes == ways[:1]:  # the shop's only one: the order need not be read to choose it
            return ways[0].options if ways else {}
        body = readings.body(tx, hand.order.id)
        route = connections.route_for(tx, shop.id, read_order(shop, body).channel) if body else None
    found = route or next(iter(ways), None)
    return found.options if found else {}

"""An order as its deliveries tell it: the newest body decides, where the shop cannot be asked."""

from __future__ import annotations

from dataclasses import replace

from ledger import documents, events, readings
from schemas.connection import Shop
from schemas.errors import BillhookError
from schemas.event import Event, State
from schemas.order import Order
from workers import newest
from workers.ending import Ending
from workers.hand import Hand
from workers.read import read_order


def look(hand: Hand, shop: Shop) -> Order | Ending:
    """The order in its newest state, noted in the hand; an ending when it was moved to the bin.

    Raises Unreadable with every problem by path.
    """
    if newest.last_is_trash((hand.event, *hand.joined)):
        return gone(hand, shop, Ending(State.DONE, "STATUS_IGNORED", "The order was moved to the bin."))
    state, order = _newest(hand, shop)
    hand.newest, hand.read = state, order
    return order


def gone(hand: Hand, shop: Shop, ending: Ending) -> Order | Ending:
    """The ending of an order that is not there any more; while a write of it is unanswered, its last known state as
    one in the bin, so that the run first finds out about the write and then owes nothing."""
    with hand.services.ledger.read() as tx:
        under_way = documents.open_rows(tx, hand.event.shop_id, hand.event.order_id)
        read = readings.body(tx, hand.order.id)
    if not any(row.state == "issuing" for row in under_way):
        return ending
    order = read_order(shop, read) if read else _newest(hand, shop)[1]
    return replace(order, id=hand.event.order_id, status=newest.TRASH)


def _newest(hand: Hand, shop: Shop) -> tuple[Event, Order]:
    """The newest state that has a body, of what has just come and what the ledger already had."""
    found = newest.newest_of((hand.event, *hand.joined, *known(hand)))
    if found is None:
        raise BillhookError("There is no state of this order to read.", code="NO_STATE")
    with hand.services.ledger.read() as tx:
        body = events.body(tx, found.id)
    return found, read_order(shop, body)


def known(hand: Hand) -> tuple[Event, ...]:
    """The event that brought the newest state decided on so far, if there was one."""
    if not hand.order.newest_event_id:
        return ()
    with hand.services.ledger.read() as tx:
        event = events.load(tx, hand.order.newest_event_id)
    return () if event is None else (event,)

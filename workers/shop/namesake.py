"""Orders of one number: a shop may give the number of a deleted order to another one (unas.md 3.2, 4, trap 2)."""

from __future__ import annotations

from adapters.shops.base import Reading, renamed
from ledger import events, orders
from schemas.event import Envelope, Incoming, State
from workers import newest
from workers.ending import Ending
from workers.hand import Hand


def is_same(hand: Hand, reading: Reading) -> bool:
    """Whether the reading is of the order in hand; its first reading says which one that is, and is noted."""
    if hand.order.identity:
        return hand.order.identity == reading.identity
    if hand.event.order_id == renamed(reading.order_id, reading.identity):
        return True
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        orders.identify(tx, hand.order.id, reading.identity)
    return True


def passed_on(hand: Hand, reading: Reading) -> Ending:
    """What was told of the number belongs to its new order, which is filed by number and identity; the order in hand is
    gone."""
    event, name, now = hand.event, renamed(reading.order_id, reading.identity), hand.services.now()
    status = reading.status if event.status == newest.TRASH else event.status
    envelope = Envelope("order", event.topic, name, status, event.modified_at, event.refunds)
    incoming = Incoming(event.shop_id, event.shop_key, event.source, reading.body, envelope, now)
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        (stored,) = events.store(tx, [incoming], now)
    if stored.ring:
        hand.bells.append((stored.event_id, stored.shop_key))
    return Ending(
        State.DONE, "NUMBER_REUSED", f"The shop gave the number {reading.order_id} to another order, filed as {name}."
    )

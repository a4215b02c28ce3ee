"""An order read afresh from its shop before anything is decided: a delivery says no more than that it changed (DESIGN
4, "What an event means")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.shops.base import Reading
from ledger import alarms
from schemas.connection import Shop
from schemas.errors import Auth, Permanent, Waiting
from schemas.event import Event, State
from schemas.order import Order
from workers import newest
from workers.ending import Ending
from workers.hand import Hand
from workers.read import read_order
from workers.shop import namesake, told

#: What a shop's client says of an order that is not there any more.
GONE = "ORDER_GONE"
_NOT_THERE = (
    "If it was deleted on purpose, nothing is owed; if it still exists, correct the shop's address and credentials "
    "(flask shop edit), then replay this event."
)


def look(hand: Hand, shop: Shop) -> Order | Ending:
    """The order as the shop has it now, noted in the hand; an ending when the shop deleted it and said so.

    Raises what the shop's client raises: an unreachable shop is Transient, and the delivery's body never takes the
    reading's place. Raises Waiting while the reading is older than what was delivered.
    """
    states = (hand.event, *hand.joined)
    try:
        reading = hand.services.shop_client(shop).order(hand.event.order_id)
    except Auth as refused:
        raise key_refused(hand, shop, refused) from None
    except Permanent as refused:
        if refused.code != GONE:
            raise
        return told.gone(hand, shop, _gone(states, refused))
    if reading.identity and not namesake.is_same(hand, reading):
        return told.gone(hand, shop, namesake.passed_on(hand, reading))
    _not_older(hand, reading, states)
    hand.read, hand.reading = _order(hand, shop, reading), reading
    hand.newest = replace(
        newest.newest_of((*states, *told.known(hand))) or hand.event,
        modified_at=reading.modified_at,
        refunds=reading.refunds,
        status=reading.status,
    )
    return hand.read


def _order(hand: Hand, shop: Shop, reading: Reading) -> Order:
    """The order as read. Its client knows better than its body which instant a time without a zone is, and the ledger
    how to call an order whose number was given out again."""
    order = read_order(shop, reading.body)
    return replace(order, id=hand.event.order_id, modified_at=reading.modified_at or order.modified_at)


def _gone(states: Sequence[Event], refused: Permanent) -> Ending:
    """A deletion that was announced ends quietly; else the shop may be the wrong one, and a person has to look."""
    if any(event.status == newest.TRASH for event in states):
        return Ending(State.DONE, GONE, "The order was deleted in the shop.")
    return Ending(
        State.DEAD,
        GONE,
        f"The shop has no such order: {refused.detail}",
        _NOT_THERE,
        error_class="Permanent",
        system=refused.system,
        exchange=refused.exchange,
    )


def _not_older(hand: Hand, reading: Reading, states: Sequence[Event]) -> None:
    """A shop that answers from a cache or a copy shows yesterday's order: look again, ever more rarely."""
    told_at = max((e.modified_at for e in states if e.modified_at), default=None)
    if told_at is None or reading.modified_at is None or reading.modified_at >= told_at:
        return
    timing = hand.services.timing
    age = (hand.services.now() - hand.event.received_at).total_seconds()
    raise Waiting(
        f"The shop still shows the order as of {_clock(reading.modified_at)}, though it told of {_clock(told_at)}.",
        until="reading",
        seconds=max(timing.reading, min(age, timing.condition)),
        code="READING_TOO_OLD",
        remedy="Nothing to do if it passes; if it lasts, take the shop's REST API out of its page cache.",
    )


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def key_refused(hand: Hand, shop: Shop, refused: Auth) -> Waiting:
    """The shop's events wait for its key, with one alarm for all; new credentials make them due."""
    with hand.services.ledger.write() as tx:
        alarms.sound(tx, "shop_key_refused", shop.key, refused.detail, hand.services.now(), refused.remedy)
    return Waiting(
        refused.detail,
        until=f"shop:{shop.id}",
        seconds=hand.services.timing.condition,
        code="SHOP_KEY_REFUSED",
        remedy=f"{refused.remedy} Then: flask shop edit {shop.key} --set FIELD=VALUE",
    )

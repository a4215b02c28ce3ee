"""Room 2: deliveries are written down, whole batches at once, and duplicates counted on the event they repeat."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, insert, select, tuple_, update
from sqlalchemy.sql.dml import ReturningInsert

from ledger.ids import uuid7
from ledger.tables import DEAD, DONE, event_bodies, events, is_open_follow_up, orders
from ledger.upsert import insert_for, insert_in
from schemas.errors import BillhookError
from schemas.event import ORDER, Incoming, State, Stored

_LEVEL = 6
_Order = tuple[int, str]

#: What a verdict of the door makes of an event: its state, and the reason when it does not wait for the desk.
_FATES: Mapping[str, tuple[State, str]] = {
    "order": (State.WAITING, ""),
    "ignored": (State.DONE, "IGNORED_TOPIC"),
    "unknown": (State.DEAD, "UNKNOWN_TOPIC"),
    "error": (State.DEAD, "SHOP_ERROR"),
    "unreadable": (State.DEAD, "UNREADABLE"),
}
_REMEDIES = {
    "UNKNOWN_TOPIC": "Remove this webhook in the shop, or choose one of its order topics.",
    "SHOP_ERROR": "Give the webhook's owner in the shop the right to read orders, then save the order again.",
    "UNREADABLE": "Save the order again in the shop; when it stays so, report this event's id.",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """An Incoming made ready outside the transaction: body compressed, digest taken."""

    incoming: Incoming
    body: bytes
    digest: bytes

    @property
    def order(self) -> _Order:
        return self.incoming.shop_id, _clean(self.incoming.envelope.order_id)


@dataclass(slots=True)
class _Place:
    """An order's row while a batch is filed: its latest event and that event's digest."""

    row_id: int
    event_id: str | None
    digest: bytes | None
    moved: bool = False


@dataclass(slots=True)
class _Filing:
    """One batch on its way into the tables."""

    now: datetime
    rung: bool
    places: dict[_Order, _Place]
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    bodies: list[dict[str, object]] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)


def pack(incoming: Incoming) -> Packed:
    """Do the work on the bytes that needs no lock."""
    return Packed(incoming, zlib.compress(incoming.body, _LEVEL), hashlib.sha256(incoming.body).digest())


def unpack(body: bytes) -> bytes:
    return zlib.decompress(body)


def store(tx: Connection, incoming: Sequence[Incoming], now: datetime, *, rung: bool = True) -> list[Stored]:
    """Write deliveries down in order of arrival; one answer each (DESIGN 4, Duplicates).

    `rung` says that the caller rings right after the commit, so that the clock waits its back-off before it rings too.
    An envelope names an order id only under an order topic: every id gets an order row.
    """
    return store_packed(tx, [pack(one) for one in incoming], now, rung=rung)


def store_packed(tx: Connection, packed: Sequence[Packed], now: datetime, *, rung: bool = True) -> list[Stored]:
    """The same for deliveries packed before."""
    filing = _Filing(now, rung, _places(tx, packed, now))
    filed = [_file(filing, one) for one in packed]
    _insert(tx, filing)
    woken = _count_repeats(tx, filing)
    return [_stored(filing, woken, one, event_id, new) for one, (event_id, new) in zip(packed, filed, strict=True)]


def _places(tx: Connection, packed: Sequence[Packed], now: datetime) -> dict[_Order, _Place]:
    """The rows of the batch's orders, made where missing and locked in one order, so that batches never deadlock."""
    keys = {one.order: one.incoming.shop_key for one in packed if one.order[1]}
    if not keys:
        return {}
    rows = [{"shop_id": s, "order_id": o, "shop_key": keys[s, o], "created_at": now} for s, o in sorted(keys)]
    tx.execute(insert_for(tx, orders).on_conflict_do_nothing(index_elements=["shop_id", "order_id"]), rows)
    c = orders.c
    found = tx.execute(
        select(c.shop_id, c.order_id, c.id, c.latest_event_id, c.latest_digest)
        .where(tuple_(c.shop_id, c.order_id).in_(list(keys)))
        .order_by(c.shop_id, c.order_id)
        .with_for_update()
    )
    return {(row[0], row[1]): _Place(row[2], row[3], row[4]) for row in found}


def _file(filing: _Filing, packed: Packed) -> tuple[str, bool]:
    """The event this delivery is, and whether it is a new one."""
    place = filing.places.get(packed.order)
    if place and place.event_id and _repeats(packed, place):
        filing.repeats[place.event_id] += 1
        return place.event_id, False
    event_id = uuid7(packed.incoming.received_at)
    filing.rows[event_id] = _row(filing, packed, event_id, place)
    filing.bodies.append({"event_id": event_id, "size": len(packed.incoming.body), "body": packed.body})
    if place:
        place.event_id, place.digest, place.moved = event_id, packed.digest, True
    return event_id, True


def _repeats(packed: Packed, place: _Place) -> bool:
    return packed.incoming.envelope.modified_at is not None and packed.digest == place.digest


def _row(filing: _Filing, packed: Packed, event_id: str, place: _Place | None) -> dict[str, object]:
    incoming, envelope = packed.incoming, packed.incoming.envelope
    state, reason = _FATES[envelope.verdict]
    waiting, ring = state is State.WAITING, state is not State.DONE and filing.rung
    return {
        "id": event_id,
        "shop_id": incoming.shop_id,
        "shop_key": incoming.shop_key,
        "order_row_id": place.row_id if place else None,
        "kind": ORDER,
        "source": _clean(incoming.source),
        "topic": _clean(envelope.topic),
        "order_id": _clean(envelope.order_id),
        "status": _clean(envelope.status),
        "modified_at": envelope.modified_at,
        "refunds": envelope.refunds,
        "received_at": incoming.received_at,
        "delivery_id": _clean(incoming.delivery_id),
        "headers": _clean(incoming.headers),
        "state": state.value,
        "due_at": filing.now if waiting else None,
        "reason": reason,
        "detail": _clean(envelope.why),
        "remedy": _clean(envelope.remedy) or _REMEDIES.get(reason, ""),
        "rung_at": filing.now if waiting and ring else None,
        "rings": int(waiting and ring),
        "ended_at": None if waiting else filing.now,
    }


def _clean(text: str) -> str:
    """What every database can keep: no NUL, no half surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _insert(tx: Connection, filing: _Filing) -> None:
    if not filing.rows:
        return
    tx.execute(insert(events), list(filing.rows.values()))
    tx.execute(insert(event_bodies), filing.bodies)
    moved = [
        {"row": place.row_id, "event": place.event_id, "digest": place.digest}
        for place in filing.places.values()
        if place.moved
    ]
    if moved:
        move = update(orders).where(orders.c.id == bindparam("row"))
        tx.execute(move.values(latest_event_id=bindparam("event"), latest_digest=bindparam("digest")), moved)


def _count_repeats(tx: Connection, filing: _Filing) -> set[str]:
    """Count duplicates on their events; those of earlier batches that still wait or are dead become due."""
    if not filing.repeats:
        return set()
    counted = {"repeats": events.c.repeats + bindparam("more"), "last_repeat_at": filing.now}
    counts = [{"event": event_id, "more": more} for event_id, more in sorted(filing.repeats.items())]
    tx.execute(update(events).where(events.c.id == bindparam("event")).values(counted), counts)
    return _make_due(tx, sorted(filing.repeats.keys() - filing.rows.keys()), filing)


def _make_due(tx: Connection, ids: Sequence[str], filing: _Filing) -> set[str]:
    """Waiting events keep what they went through; a dead one begins anew."""
    was_dead = events.c.state == DEAD
    anew = {
        "state": State.WAITING.value,
        "due_at": filing.now,
        "waiting_for": "",
        "rung_at": filing.now if filing.rung else None,
        "rings": int(filing.rung),
        "attempts": case((was_dead, 0), else_=events.c.attempts),
        "first_failed_at": case((was_dead, None), else_=events.c.first_failed_at),
        "kills": case((was_dead, 0), else_=events.c.kills),
        "sticks": False,
        "ended_at": None,
    }
    wake = update(events).where(events.c.id.in_(ids), events.c.state != DONE).values(anew).returning(events.c.id)
    return set(tx.execute(wake).scalars()) if ids else set()


def _stored(filing: _Filing, woken: Iterable[str], packed: Packed, event_id: str, new: bool) -> Stored:
    ring = filing.rows[event_id]["state"] != State.DONE.value if new else event_id in woken
    return Stored(event_id, packed.incoming.shop_key, not new, ring)


_ORDER = select(orders.c.id, orders.c.shop_key, orders.c.account_id).where(
    orders.c.shop_id == bindparam("of_shop"), orders.c.order_id == bindparam("of_order")
)
_OPEN_FOLLOW_UP = select(events.c.id).where(
    is_open_follow_up, events.c.document_id == bindparam("document_id"), events.c.kind == bindparam("kind")
)


@cache
def _follow_up(dialect: str) -> ReturningInsert[Any]:
    return insert_in(dialect, events).on_conflict_do_nothing().returning(events.c.id)


def add_internal(
    tx: Connection,
    *,
    kind: str,
    shop_id: int,
    order_id: str,
    document_id: int,
    due_at: datetime,
    now: datetime,
) -> str:
    """A follow-up of a document as an event of its own; while one of the same kind is open, that one is given back."""
    order = tx.execute(_ORDER, {"of_shop": shop_id, "of_order": order_id}).one_or_none()
    if order is None:
        raise BillhookError(f"There is no order {order_id} of shop {shop_id}.", code="NO_ORDER")
    row = {
        "id": uuid7(now),
        "shop_id": shop_id,
        "shop_key": order.shop_key,
        "order_row_id": order.id,
        "kind": kind,
        "source": "billhook",
        "topic": kind,
        "order_id": order_id,
        "received_at": now,
        "state": State.WAITING.value,
        "due_at": due_at,
        "document_id": document_id,
        "account_id": order.account_id,
    }
    made: str | None = tx.execute(_follow_up(tx.dialect.name), row).scalar_one_or_none()
    return made or str(tx.execute(_OPEN_FOLLOW_UP, {"document_id": document_id, "kind": kind}).scalar_one())

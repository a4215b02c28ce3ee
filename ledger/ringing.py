"""Which events have to be rung: the ledger is the truth, RQ the bell (DESIGN 4, "RQ does the carrying")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, literal, or_, select, type_coerce, update

from ledger.columns import micros
from ledger.ids import first_id
from ledger.rows import Bell, DeadLetter
from ledger.tables import events, is_dead, is_due, is_waiting, leases, shops

_DOUBLINGS = 16


def _not_rung_lately(now: datetime, again: float, most: float) -> ColumnElement[bool]:
    """Never rung, or the back-off since the last ring is over: `again` seconds, doubled each time up to `most`."""
    pauses = {rings: round(min(again * 2 ** (rings - 1), most) * 1_000_000) for rings in range(_DOUBLINGS)}
    pause = case(pauses, value=events.c.rings, else_=round(most * 1_000_000))
    rung = type_coerce(events.c.rung_at, BigInteger)
    return or_(events.c.rung_at.is_(None), rung + pause <= literal(micros(now), BigInteger))


def due(
    tx: Connection, now: datetime, limit: int, *, ring_again: float = 30.0, ring_again_most: float = 900.0
) -> list[Bell]:
    """Due events of active shops whose order nobody has in hand and that were not rung lately, shops taking turns."""
    turn = func.row_number().over(partition_by=events.c.shop_id, order_by=(events.c.due_at, events.c.id))
    ready = (
        select(events.c.id, events.c.shop_key, events.c.due_at, turn.label("turn"))
        .join(shops, shops.c.id == events.c.shop_id)
        .outerjoin(leases, leases.c.order_row_id == events.c.order_row_id)
        .where(is_due, events.c.due_at <= now, shops.c.state == "active", leases.c.order_row_id.is_(None))
        .where(_not_rung_lately(now, ring_again, ring_again_most))
        .subquery()
    )
    fair = select(ready.c.id, ready.c.shop_key).order_by(ready.c.turn, ready.c.due_at, ready.c.id).limit(limit)
    return [(row.id, row.shop_key) for row in tx.execute(fair)]


def apart(tx: Connection, now: datetime, limit: int) -> list[Bell]:
    """Due events that have to run apart from the others because their worker died with them in hand."""
    free = select(events.c.id, events.c.shop_key).outerjoin(leases, leases.c.order_row_id == events.c.order_row_id)
    due = free.where(is_due, events.c.due_at <= now, events.c.isolate, leases.c.order_row_id.is_(None))
    return [(row.id, row.shop_key) for row in tx.execute(due.order_by(events.c.due_at).limit(limit))]


def mark_rung(tx: Connection, ids: Sequence[str], now: datetime) -> None:
    """These were rung just now."""
    rung = {"rung_at": now, "rings": events.c.rings + 1}
    tx.execute(update(events).where(events.c.id.in_(ids), is_waiting).values(rung))


def void_rings(tx: Connection) -> None:
    """Redis was emptied: no ring of the past counts."""
    tx.execute(update(events).where(is_waiting, events.c.rung_at.is_not(None)).values(rung_at=None, rings=0))


def dead_ids(tx: Connection, after: str, limit: int) -> list[DeadLetter]:
    """Dead events in order of arrival, those behind the id `after` ("" = from the first), for their failed jobs."""
    c = events.c
    query = select(c.id, c.shop_key, c.reason, c.detail, c.remedy).where(is_dead, c.id > after)
    return [DeadLetter(*row) for row in tx.execute(query.order_by(c.id).limit(limit))]


def older_than(tx: Connection, now: datetime, seconds: float) -> int:
    """How many events wait or are dead since more than `seconds` (DESIGN 1, promise 4)."""
    bound = first_id(now - timedelta(seconds=seconds))
    count = select(func.count()).select_from(events)
    return sum(tx.execute(count.where(state, events.c.id < bound)).scalar_one() for state in (is_waiting, is_dead))

"""What a reconciliation asks of the ledger: documents of a time, documents of orders, orders of a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, select

from ledger.documents import rows_of
from ledger.rows import DocumentRow, OrderRow
from ledger.states import AT_ONCE
from ledger.tables import documents, orders

_ORDER = [orders.c[field.name] for field in fields(OrderRow)]


def made(tx: Connection, shop_id: int, begin: datetime, end: datetime) -> list[DocumentRow]:
    """A shop's live documents that were planned from `begin` until before `end`, oldest first."""
    c = documents.c
    return rows_of(tx, c.shop_id == shop_id, c.state == "live", c.created_at >= begin, c.created_at < end)


def of_orders(tx: Connection, shop_id: int, order_ids: Sequence[str]) -> dict[str, DocumentRow]:
    """Every row of these orders, whatever its state, by reference."""
    found: dict[str, DocumentRow] = {}
    for start in range(0, len(order_ids), AT_ONCE):
        some = documents.c.order_id.in_(order_ids[start : start + AT_ONCE])
        found |= {row.reference: row for row in rows_of(tx, documents.c.shop_id == shop_id, some)}
    return found


def heard_of(tx: Connection, shop_id: int, since: datetime, after: int, limit: int) -> list[OrderRow]:
    """A shop's orders first heard of since then and decided on, those behind the row `after`, oldest first."""
    c = orders.c
    mine = (c.shop_id == shop_id, c.created_at >= since, c.newest_event_id.is_not(None), c.id > after)
    return [OrderRow(**row._mapping) for row in tx.execute(select(*_ORDER).where(*mine).order_by(c.id).limit(limit))]

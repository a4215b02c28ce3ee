"""Deliveries that were turned away: all counted, the last hundred per shop kept, bodies never."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from ledger.rows import Rejection
from ledger.tables import rejections, shops

__all__ = ["KEPT", "Rejection", "add", "count", "last"]

KEPT = 100


def add(tx: Connection, shop_id: int, reason: str, size: int, header_names: Sequence[str], now: datetime) -> None:
    """Count one and keep it in place of the oldest; `size` in bytes."""
    names = json.dumps([name.replace("\0", "") for name in header_names])
    row = {"shop_id": shop_id, "at": now, "reason": reason, "size": size, "headers": names}
    tx.execute(update(shops).where(shops.c.id == shop_id).values(rejections=shops.c.rejections + 1))
    tx.execute(insert(rejections).values(row))
    c = rejections.c
    oldest = select(c.id).where(c.shop_id == shop_id).order_by(c.id.desc()).offset(KEPT).limit(1).scalar_subquery()
    tx.execute(delete(rejections).where(c.shop_id == shop_id, c.id <= oldest))


def last(tx: Connection, shop_id: int, limit: int = KEPT) -> list[Rejection]:
    """The kept ones, newest first."""
    c = rejections.c
    query = select(c.at, c.reason, c.size, c.headers).where(c.shop_id == shop_id).order_by(c.id.desc()).limit(limit)
    return [Rejection(row.at, row.reason, row.size, tuple(json.loads(row.headers))) for row in tx.execute(query)]


def count(tx: Connection, shop_id: int) -> int:
    """How many there ever were."""
    counted: int = tx.execute(select(shops.c.rejections).where(shops.c.id == shop_id)).scalar_one()
    return counted

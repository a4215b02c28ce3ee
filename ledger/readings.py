"""Orders as they were last read from their shops: the evidence of what was decided on, and what a preview goes by."""

from __future__ import annotations

import zlib
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import Insert

from ledger.tables import readings
from ledger.upsert import insert_in

_BODY = select(readings.c.body).where(readings.c.order_row_id == bindparam("of_row"))


@cache
def _keep(dialect: str) -> Insert:
    fresh = insert_in(dialect, readings)
    again = {"body": fresh.excluded.body, "read_at": fresh.excluded.read_at}
    return fresh.on_conflict_do_update(index_elements=["order_row_id"], set_=again)


def keep(tx: Connection, order_row_id: int, body: bytes, now: datetime) -> None:
    """This is how the order looks now; the reading before is forgotten."""
    reading = {"order_row_id": order_row_id, "body": zlib.compress(body), "read_at": now}
    tx.execute(_keep(tx.dialect.name), reading)


def body(tx: Connection, order_row_id: int) -> bytes | None:
    """The last reading's bytes; None for an order that was never read back."""
    kept = tx.execute(_BODY, {"of_row": order_row_id}).scalar_one_or_none()
    return None if kept is None else zlib.decompress(kept)

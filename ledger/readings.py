"""Orders as they were last read from their shops: the evidence of what was decided on, and what a preview goes by."""

from __future__ import annotations

import zlib
from datetime import datetime

from sqlalchemy import Connection, select

from ledger.tables import readings
from ledger.upsert import insert_for


def keep(tx: Connection, order_row_id: int, body: bytes, now: datetime) -> None:
    """This is how the order looks now; the reading before is forgotten."""
    fresh = insert_for(tx, readings).values(order_row_id=order_row_id, body=zlib.compress(body), read_at=now)
    again = {"body": fresh.excluded.body, "read_at": fresh.excluded.read_at}
    tx.execute(fresh.on_conflict_do_update(index_elements=["order_row_id"], set_=again))


def body(tx: Connection, order_row_id: int) -> bytes | None:
    """The last reading's bytes; None for an order that was never read back."""
    kept = tx.execute(select(readings.c.body).where(readings.c.order_row_id == order_row_id)).scalar_one_or_none()
    return None if kept is None else zlib.decompress(kept)

"""Alarms: one per cause, however often it is met, until it is cleared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, select, update

from ledger.rows import Alarm
from ledger.tables import alarms
from ledger.upsert import insert_for

__all__ = ["Alarm", "clear", "fade", "open_alarms", "sound"]


def sound(tx: Connection, kind: str, key: str, detail: str, now: datetime, remedy: str = "") -> bool:
    """Say that something is wrong; True when this is a new alarm (notify then), False when it only counts up."""
    row = {"kind": kind, "key": key, "detail": detail, "remedy": remedy, "first_at": now, "last_at": now, "count": 1}
    fresh = insert_for(tx, alarms).values(row)
    over = alarms.c.cleared_at.is_not(None)
    again = {
        "detail": detail,
        "remedy": remedy,
        "last_at": now,
        "first_at": case((over, fresh.excluded.first_at), else_=alarms.c.first_at),
        "count": case((over, 1), else_=alarms.c.count + 1),
        "cleared_at": None,
    }
    counted = fresh.on_conflict_do_update(index_elements=["kind", "key"], set_=again).returning(alarms.c.count)
    return bool(tx.execute(counted).scalar_one() == 1)


def clear(tx: Connection, kind: str, key: str, now: datetime) -> bool:
    """The cause is gone; True when an alarm was open."""
    mine = (alarms.c.kind == kind, alarms.c.key == key, alarms.c.cleared_at.is_(None))
    return tx.execute(update(alarms).where(*mine).values(cleared_at=now)).rowcount == 1


def fade(tx: Connection, kind: str, key: str, before: datetime, now: datetime) -> bool:
    """Clear an alarm about something over, once it was last met before that time; True when it was cleared."""
    mine = (alarms.c.kind == kind, alarms.c.key == key, alarms.c.cleared_at.is_(None), alarms.c.last_at < before)
    return tx.execute(update(alarms).where(*mine).values(cleared_at=now)).rowcount == 1


def open_alarms(tx: Connection) -> list[Alarm]:
    """What is wrong now, newest first."""
    c = alarms.c
    query = select(c.kind, c.key, c.detail, c.remedy, c.first_at, c.last_at, c.count).where(c.cleared_at.is_(None))
    return [Alarm(*row) for row in tx.execute(query.order_by(c.last_at.desc(), c.id.desc()))]

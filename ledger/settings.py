"""What the ledger knows about itself: single values by name, and when each clock last beat."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection, func, select

from ledger.tables import clocks, settings
from ledger.upsert import insert_for

_TOUCH = "touch"


def read(tx: Connection, key: str) -> str | None:
    """A setting's value."""
    return tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar_one_or_none()


def write(tx: Connection, key: str, value: str) -> None:
    """Set or replace a value."""
    statement = insert_for(tx, settings).values(key=key, value=value)
    tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}))


def claim(tx: Connection, key: str, value: str) -> str | None:
    """Replace a value; gives the one before, which is the same for whoever comes second."""
    before = tx.execute(select(settings.c.value).where(settings.c.key == key).with_for_update()).scalar_one_or_none()
    write(tx, key, value)
    return before


def touch(tx: Connection) -> None:
    """Write something harmless (readiness)."""
    write(tx, _TOUCH, uuid.uuid4().hex)


def beat(tx: Connection, name: str, now: datetime) -> None:
    """A clock says that it lives; several may run, each under a name."""
    statement = insert_for(tx, clocks).values(name=name, beat_at=now)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"beat_at": statement.excluded.beat_at}))


def last_beat(tx: Connection) -> datetime | None:
    """When any clock last beat; None when none ever did."""
    latest: datetime | None = tx.execute(select(func.max(clocks.c.beat_at))).scalar_one()
    return latest

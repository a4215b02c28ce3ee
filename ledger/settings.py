"""What the ledger knows about itself: its epoch (DESIGN 4, Restore) and when each clock last beat."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection, func, select

from ledger.down import LedgerDown
from ledger.tables import clocks, settings
from ledger.upsert import insert_for

_EPOCH = "epoch"
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


def ensure_epoch(tx: Connection) -> None:
    """Begin the first epoch, unless there is one (part of migrating)."""
    fresh = insert_for(tx, settings).values(key=_EPOCH, value=uuid.uuid4().hex)
    tx.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))


def epoch(tx: Connection) -> str:
    """The ledger's epoch: the same in database, Redis and `var/` unless one of them was emptied or restored."""
    found = read(tx, _EPOCH)
    if found is None:
        raise LedgerDown("The ledger has no epoch: it was never migrated.", remedy="Run the release command.")
    return found


def new_epoch(tx: Connection) -> str:
    """Begin a new epoch, after a restore was accepted."""
    fresh = uuid.uuid4().hex
    write(tx, _EPOCH, fresh)
    return fresh


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

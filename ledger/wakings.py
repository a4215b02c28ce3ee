"""Wakings: when each named condition last came about, so that no event begins to wait for what has just happened."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete, select

from ledger.tables import wakings
from ledger.upsert import insert_for

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: Others may read along; whoever wakes waits for those who are about to wait, or they for him (PostgreSQL).
_AT_LOCKED = select(wakings.c.at).where(wakings.c.condition == bindparam("condition")).with_for_update(read=True)


def note(tx: Connection, condition: str, now: datetime) -> None:
    """It came about now. Said before the events that wait for it are sought."""
    row = insert_for(tx, wakings).values(condition=condition, at=now)
    tx.execute(row.on_conflict_do_update(index_elements=["condition"], set_={"at": now}))


def last(tx: Connection, condition: str) -> datetime:
    """When it last came about, 1970 if never; until this transaction ends it cannot come about unseen.

    To be asked before anything else is written, so that of two transactions neither holds what the other wants.
    """
    tx.execute(insert_for(tx, wakings).values(condition=condition, at=_NEVER).on_conflict_do_nothing())
    at: datetime = tx.execute(_AT_LOCKED, {"condition": condition}).scalar_one()
    return at


def forget(tx: Connection, before: datetime) -> None:
    """What came about before this concerns no run that is still under way."""
    tx.execute(delete(wakings).where(wakings.c.at < before))

"""Sends: how many times a request has left for an account's system, for systems that allow so many and no more."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from ledger.tables import sends
from ledger.upsert import insert_for


def leave(tx: Connection, account_id: int, request: str) -> int:
    """One more time; gives how many that makes."""
    one = insert_for(tx, sends).values(account_id=account_id, request=request, times=1)
    more = one.on_conflict_do_update(index_elements=["account_id", "request"], set_={"times": sends.c.times + 1})
    times: int = tx.execute(more.returning(sends.c.times)).scalar_one()
    return times


def forget(tx: Connection, account_id: int, request: str) -> bool:
    """A person has looked: it may be sent anew. False when it never left."""
    mine = delete(sends).where(sends.c.account_id == account_id, sends.c.request == request)
    return tx.execute(mine).rowcount > 0

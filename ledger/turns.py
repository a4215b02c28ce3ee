"""Turns: one caller at a time for a named thing of an account (a customer to be made, a number series), among all
workers. A turn is held by a lease's owner and dies with the lease, so that clocks never matter here either."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from ledger.tables import leases, turns
from ledger.upsert import insert_for


def take(tx: Connection, account_id: int, name: str, owner: str) -> bool:
    """Take the turn for `owner`; False while the holder of a living lease has it."""
    mine = (turns.c.account_id == account_id, turns.c.name == name)
    living = select(leases.c.owner).where(leases.c.owner == turns.c.owner).exists()
    tx.execute(delete(turns).where(*mine, ~living))
    row = {"account_id": account_id, "name": name, "owner": owner}
    tx.execute(insert_for(tx, turns).values(row).on_conflict_do_nothing(index_elements=["account_id", "name"]))
    held: str | None = tx.execute(select(turns.c.owner).where(*mine)).scalar_one_or_none()
    return held == owner


def give_back(tx: Connection, account_id: int, name: str, owner: str) -> None:
    """Others may take it; nothing when it was lost meanwhile."""
    c = turns.c
    tx.execute(delete(turns).where(c.account_id == account_id, c.name == name, c.owner == owner))

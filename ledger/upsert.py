"""`INSERT … ON CONFLICT`, which both databases know but SQLAlchemy says per dialect."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(tx: Connection, table: Table) -> postgresql.Insert:
    """An insert that has `on_conflict_do_nothing` and `on_conflict_do_update`; both dialects spell them alike."""
    return insert_in(tx.dialect.name, table)


def insert_in(dialect: str, table: Table) -> postgresql.Insert:
    """The same by the dialect's name, for statements that are built once."""
    if dialect == "sqlite":
        return sqlite.insert(table)  # type: ignore[return-value]
    return postgresql.insert(table)

"""Migrations only add: a process of any earlier version goes on writing and reading while and after they run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Integer, MetaData, Table, UniqueConstraint, insert, select, update
from sqlalchemy.sql.sqltypes import Boolean, LargeBinary

from ledger.engine import open_ledger
from ledger.migrate import _config, check_schema, migrate
from ledger.vault import Vault
from tests.databases import NoPostgres, Postgres, sqlite_url
from tests.ledger.fixtures import KEY

#: Words that a check allows, where the default is none of them.
STATES = {"events": "waiting", "documents": "planned", "replays": "running"}


def _revisions() -> list[str]:
    folder = Path(__file__).parents[2] / "ledger" / "migrations"
    return sorted(script.revision for script in ScriptDirectory(str(folder)).walk_revisions())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        (tmp_path / "ledger.db").touch()
        yield sqlite_url(tmp_path)
        return
    server: Postgres | NoPostgres = request.getfixturevalue("postgres_server")
    if isinstance(server, NoPostgres):
        pytest.skip(f"no PostgreSQL: {server}")
    with server.database() as url:
        yield url


@pytest.mark.parametrize("revision", _revisions()[:-1])
def test_a_process_of_an_earlier_version_works_on_after_the_migration(empty_url: str, revision: str) -> None:
    ledger = open_ledger(empty_url, Vault([KEY]))
    with ledger.write() as tx:
        command.upgrade(_config(tx), revision)
        known = MetaData()
        known.reflect(tx)
        _rows(tx, known, count(1))
    migrate(empty_url)
    assert check_schema(empty_url) == []
    with ledger.write() as tx:
        for table, row in _rows(tx, known, count(1000)).items():
            found = tx.execute(select(table).where(*(table.c[name] == value for name, value in row.items())))
            assert len(found.all()) == 1, table.name
            tx.execute(update(table).values({name: table.c[name] for name in row}))
    ledger.close()


def _rows(tx: Connection, known: MetaData, numbers: Iterator[int]) -> dict[Table, dict[str, Any]]:
    """A row into each table as that version would write it: no more columns than it must give; gives the rows."""
    made: dict[Table, dict[str, Any]] = {}
    for table in known.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = {column.name: _value(column, made, next(numbers)) for column in table.columns if _is_needed(column)}
        tx.execute(insert(table).values(row))
        made[table] = row
    return made


def _is_needed(column: Any) -> bool:
    """It has to be given, or has to differ from row to row."""
    table = column.table
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)] + [i for i in table.indexes if i.unique]
    if column.primary_key or (column.name == "state" and table.name in STATES):
        return True
    return not (column.nullable or column.server_default is not None) or any(column.name in u.columns for u in unique)


def _value(column: Any, made: dict[Table, dict[str, Any]], number: int) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table][key.column.name]
    if column.name == "state":
        return STATES[column.table.name]
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return b"x"
    return number if isinstance(column.type, Integer) else f"text-{number}"


def test_migrations_run_in_one_line() -> None:
    assert _revisions() == [f"{number:04}" for number in range(1, len(_revisions()) + 1)]

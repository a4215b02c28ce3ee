"""Bringing a database to the schema of this version, and checking that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from ledger import epoch, sqlite
from ledger.engine import open_ledger, parse_url
from ledger.tables import metadata
from ledger.vault import Vault, make_key

# Alembic is imported where it is used: every process imports this room, and few of them migrate.
if TYPE_CHECKING:
    from alembic.config import Config

_ADVISORY_LOCK = 0x62696C6C


def migrate(url: str, *, timeout: float = 60.0) -> None:
    """Upgrade the ledger at `url` to the newest schema, making the SQLite file if needed.

    Several processes may start together: one migrates, the others wait at most `timeout` seconds (then LedgerDown).
    """
    from alembic import command

    place = parse_url(url)
    if isinstance(place, Path):
        sqlite.create(place)
    with _connected(url, timeout) as tx:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        command.upgrade(_config(tx), "head")
        epoch.ensure(tx)


def check_schema(url: str) -> list[str]:
    """How the database differs from the tables this version wants; empty when it does not."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with _connected(url, 5.0) as tx:
        differences = compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata)
    return [str(difference) for difference in differences]


@contextmanager
def _connected(url: str, timeout: float) -> Iterator[Connection]:
    ledger = open_ledger(url, Vault([make_key()]), timeout=timeout)
    try:
        with ledger.write() as tx:
            yield tx
    finally:
        ledger.close()


def _config(tx: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    return config

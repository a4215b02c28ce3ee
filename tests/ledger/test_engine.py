"""A database that is gone, replaced, full or read-only is LedgerDown and nothing else, and comes back by itself."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from ledger import events, sqlite
from ledger.engine import Ledger, LedgerDown, open_ledger
from ledger.migrate import check_schema, migrate
from ledger.tables import metadata, shops
from ledger.vault import Vault
from schemas.event import State
from tests.ledger.fixtures import KEY, House

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def path_of(house: House) -> Path:
    return Path(house.url.removeprefix("sqlite:///"))


def test_the_migrated_schema_is_the_one_of_the_tables(database_url: str) -> None:
    assert check_schema(database_url) == []


def test_migrations_and_tables_say_the_same_sql(tmp_path: Path) -> None:
    """Column by column and index by index, partial conditions and defaults included."""
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    migrate(f"sqlite:///{migrated}")
    sqlite.create(made)
    ledger = open_ledger(f"sqlite:///{made}", Vault([KEY]))
    with ledger.write() as tx:
        metadata.create_all(tx)
    ledger.close()
    assert schema_of(migrated) == schema_of(made)


def schema_of(path: Path) -> dict[str, list[object]]:
    connection = sqlite3.connect(path)
    tables = connection.execute("select name from sqlite_master where type = 'table' and name != 'alembic_version'")
    found = {name: columns_of(connection, name) for (name,) in tables.fetchall()}
    indexes = connection.execute("select name, sql from sqlite_master where type = 'index' and sql is not null")
    found |= {name: [sql] for name, sql in indexes.fetchall()}
    connection.close()
    return found


def columns_of(connection: sqlite3.Connection, table: str) -> list[object]:
    """Name, type, emptiness, default and key of each column, and where it points, in no order."""
    columns = connection.execute("select name, type, [notnull], dflt_value, pk from pragma_table_info(?)", [table])
    points = connection.execute("select [from], [table], [to] from pragma_foreign_key_list(?)", [table])
    return [{(n, t, e, d if d is None else d.strip("'"), k) for n, t, e, d, k in columns}, set(points.fetchall())]


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    assert check_schema(database_url) == []


def test_a_read_cannot_write(house: House) -> None:
    with pytest.raises(LedgerDown), house.ledger.read() as tx:
        tx.execute(text("delete from clocks"))
    house.ledger.ping()


def test_an_exception_rolls_everything_back(house: House) -> None:
    with pytest.raises(ZeroDivisionError), house.ledger.write() as tx:
        events.store(tx, [house.incoming()], house.incoming().received_at)
        raise ZeroDivisionError
    with house.ledger.read() as tx:
        assert events.counts(tx)[State.WAITING] == 0


@on_sqlite
def test_sqlite_is_durable_and_checks_its_keys(house: House) -> None:
    with house.ledger.write() as tx:
        pragmas = {name: tx.execute(text(f"pragma {name}")).scalar_one() for name in
                   ("journal_mode", "synchronous", "foreign_keys", "page_size")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "page_size": 8192}


@on_sqlite
def test_a_removed_database_is_down_and_works_again_when_it_is_back(house: House) -> None:
    house.ledger.ping()
    path = path_of(house)
    path.rename(path.with_suffix(".away"))
    for use in (house.ledger.ping, lambda: read(house.ledger)):
        with pytest.raises(LedgerDown, match="cannot be reached"):
            use()
    assert not path.exists()
    path.with_suffix(".away").rename(path)
    house.ledger.ping()


def read(ledger: Ledger) -> None:
    with ledger.read() as tx:
        events.counts(tx)


@on_sqlite
def test_a_replaced_database_is_the_one_written_to(house: House, sqlite_template: Path) -> None:
    house.ledger.ping()
    path = path_of(house)
    for file in path.parent.glob("ledger.db*"):
        file.rename(path.parent / f"old-{file.name}")
    shutil.copy(sqlite_template, path)
    with house.ledger.write() as tx:
        assert tx.execute(text("select count(*) from shops")).scalar_one() == 0


@on_sqlite
def test_a_database_replaced_during_the_transaction_is_not_believed(house: House, sqlite_template: Path) -> None:
    with pytest.raises(LedgerDown, match="replaced"), house.ledger.write() as tx:
        tx.execute(text("update shops set name = 'x'"))
        path_of(house).rename(path_of(house).with_suffix(".away"))
        shutil.copy(sqlite_template, path_of(house))


@on_sqlite
def test_a_file_that_is_no_database_is_down(house: House) -> None:
    house.ledger.close()
    path_of(house).write_bytes(b"this is no database at all, however long it goes on" * 200)
    with pytest.raises(LedgerDown):
        house.ledger.ping()


@on_sqlite
def test_a_read_only_or_full_database_is_down_and_recovers(house: House) -> None:
    """In a child that gives up its rights, since neither binds root: read-only folder first, then no room to grow."""
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, house.url], cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "read-only: LedgerDown\nfull: LedgerDown\nback\n"), done.stderr


_CONFINED = """
import os, resource, sys, pathlib
from ledger.engine import open_ledger, LedgerDown
from ledger.vault import Vault
from ledger import settings
url = sys.argv[1]
ledger = open_ledger(url, Vault(["x" * 32]), timeout=0.5)
def attempt(label, size=1):
    try:
        with ledger.write() as tx:
            settings.write(tx, "big", "x" * size)
    except LedgerDown:
        print(label + ": LedgerDown")
folder = pathlib.Path(url.removeprefix("sqlite:///")).parent
files = [folder, *folder.iterdir()]
modes = [f.stat().st_mode for f in files]
root = os.geteuid() == 0
for f in files: f.chmod(0o555)
if root: os.seteuid(65534)
attempt("read-only")
if root: os.seteuid(0)
for f, mode in zip(files, modes): f.chmod(mode)
ledger.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
attempt("full", 3_000_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt("never", 3_000_000)
ledger.ping()
print("back")
"""


@on_sqlite
def test_a_foreign_lock_is_waited_for_only_so_long(house: House) -> None:
    impatient = open_ledger(house.url, Vault([KEY]), timeout=0.3)
    stranger = sqlite3.connect(path_of(house), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(LedgerDown, match="locked"):
        impatient.ping()
    assert time.monotonic() - began < 2
    stranger.close()
    impatient.ping()
    impatient.close()


@on_postgres
def test_a_held_row_is_waited_for_only_so_long(house: House) -> None:
    impatient = open_ledger(house.url, Vault([KEY]), timeout=0.3)
    with house.ledger.write() as tx:
        tx.execute(text("update shops set name = 'held'"))
        began = time.monotonic()
        with pytest.raises(LedgerDown, match="lock timeout"), impatient.write() as other:
            other.execute(text("update shops set name = 'mine'"))
        assert time.monotonic() - began < 2
    impatient.ping()
    impatient.close()


@on_postgres
def test_a_cut_connection_is_down_and_the_next_call_works(house: House) -> None:
    with pytest.raises(LedgerDown), house.ledger.write() as tx:
        pid = tx.execute(text("select pg_backend_pid()")).scalar_one()
        with psycopg.connect(house.url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", [pid])
        tx.execute(text("select 1"))
    house.ledger.ping()


@on_postgres
def test_a_connection_that_was_out_when_another_failed_is_closed_when_it_comes_back(house: House) -> None:
    with house.ledger.write() as tx:
        out: Any = tx.connection.dbapi_connection
        with pytest.raises(LedgerDown), house.ledger.read() as other:
            other.execute(text("select nonsense"))
        assert tx.execute(text("select 1")).scalar_one() == 1
    assert isinstance(out, psycopg.Connection)
    assert out.closed


@on_postgres
def test_a_ledger_that_nobody_holds_any_more_closes_what_was_opened_after_its_close(house: House) -> None:
    late = open_ledger(house.url, Vault([KEY]))
    late.close()
    with late.read() as tx:
        opened: Any = tx.connection.dbapi_connection
    assert not opened.closed
    del late, tx
    gc.collect()
    assert opened.closed


def test_a_server_that_is_not_there_is_down_at_once() -> None:
    ledger = open_ledger("postgresql://nobody@127.0.0.1:1/none", Vault([KEY]))
    with pytest.raises(LedgerDown):
        ledger.ping()


def test_a_ledger_without_tables_is_down_with_a_remedy(tmp_path: Path) -> None:
    sqlite.create(tmp_path / "empty.db")
    ledger = open_ledger(f"sqlite:///{tmp_path}/empty.db", Vault([KEY]))
    with pytest.raises(LedgerDown, match="no such table") as down:
        ledger.ping()
    assert "migrations" in down.value.remedy
    ledger.close()


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(LedgerDown, match="cannot live"):
        open_ledger(url, Vault([KEY]))


def test_writers_of_one_process_queue(house: House) -> None:
    def add() -> None:
        for _ in range(10):
            with house.ledger.write() as tx:
                count = tx.execute(select(shops.c.rejections).with_for_update())
                tx.execute(text("update shops set rejections = :n"), {"n": count.scalar_one() + 1})

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.ledger.read() as tx:
        assert tx.execute(text("select rejections from shops")).scalar_one() == 80


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_and_its_parent_both_go_on(house: House) -> None:
    house.ledger.ping()
    read(house.ledger)
    child = os.fork()
    if child == 0:
        try:
            for _ in range(20):
                house.ledger.ping()
                read(house.ledger)
        except BaseException:  # noqa: BLE001 - a child must not go on as a test run
            os._exit(1)
        os._exit(0)
    for _ in range(20):
        house.ledger.ping()
    assert os.waitpid(child, 0)[1] == 0

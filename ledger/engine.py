"""The way into the database: transactions on SQLite or PostgreSQL that either commit or say LedgerDown."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from ledger import sqlite
from ledger.down import Clash, LedgerDown
from ledger.forks import after_fork
from ledger.settings import touch
from ledger.vault import Vault

__all__ = ["Clash", "Ledger", "LedgerDown", "Tx", "open_ledger", "parse_url"]

#: A transaction of `Ledger.write` or `Ledger.read`: the first argument of every function of this floor.
Tx = Connection

#: Pools of a parent process: kept, because closing them in a child would talk on the parent's connections.
_abandoned: list[object] = []


class Ledger(ABC):
    """An open ledger. Transactions are short and are not nested; every database failure comes out as LedgerDown.

    One that nobody holds any more closes its connections, also those that a thread opened after `close`.
    """

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        after_fork(self._renew)
        weakref.finalize(self, _dispose, self._engines()).atexit = False

    def write(self) -> AbstractContextManager[Connection]:
        """One durable transaction: committed on leaving the block, rolled back by any exception."""
        return self._spoken(self._write())

    def read(self) -> AbstractContextManager[Connection]:
        """One read-only transaction with a consistent view on SQLite and READ COMMITTED on PostgreSQL."""
        return self._spoken(self._read())

    def ping(self) -> None:
        """Read and write once, durably; raises LedgerDown (readiness)."""
        with self.write() as tx:
            touch(tx)

    @contextmanager
    def _spoken(self, transaction: AbstractContextManager[Connection]) -> Iterator[Connection]:
        try:
            with transaction as tx:
                yield tx
        except (IntegrityError, DataError):
            raise
        except (DBAPIError, PoolTimeout, PendingRollbackError) as error:
            if _clashed(error):
                raise Clash(_sentence(error)) from error
            self.close()
            raise LedgerDown(_sentence(error)) from error

    @abstractmethod
    def _write(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _engines(self) -> tuple[Engine, ...]: ...

    def close(self) -> None:
        """Close every connection, those in use as soon as they are given back; the next transaction opens new ones."""
        for engine in self._engines():
            old = engine.pool
            engine.dispose()
            event.listen(old, "checkin", _shut)
            old.dispose()  # what came back in between

    def _renew(self) -> None:
        for engine in self._engines():
            _abandoned.append(engine.pool)
            engine.dispose(close=False)


def _dispose(engines: tuple[Engine, ...]) -> None:
    for engine in engines:
        engine.dispose()


def _shut(_connection: object, entry: ConnectionPoolEntry) -> None:
    """A connection came back to a pool that is no more: nobody else will ever close it."""
    entry.invalidate()


#: PostgreSQL's "serialization_failure" and "deadlock_detected": https://www.postgresql.org/docs/current/errcodes-appendix.html
_CLASHES = ("40001", "40P01")


def _clashed(error: SQLAlchemyError) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CLASHES


def _sentence(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    sentence = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    return f"The database cannot be used: {sentence.rstrip('.')}."


class SqliteLedger(Ledger):
    """One file: a single writing connection behind WriteLock, and a pool of readers that never wait for it."""

    def __init__(self, path: Path, vault: Vault, timeout: float) -> None:
        self.path = path
        self._lock = sqlite.WriteLock(path, timeout)
        self._opened: tuple[int, int] | None = None
        self._writer = self._engine("BEGIN IMMEDIATE", timeout, writes=True)
        self._reader = self._engine("BEGIN", timeout, writes=False)
        super().__init__(vault)

    def _engine(self, begin: str, timeout: float, *, writes: bool) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite.connect(self.path, busy=timeout, writes=writes),
            poolclass=QueuePool,
            pool_size=1 if writes else 8,
            max_overflow=0 if writes else 56,
            pool_timeout=timeout,
        )
        # pysqlite begins nothing of its own here. Not by an event: with one, every statement looks for listeners.
        engine.dialect.do_begin = partial(sqlite.begin, begin)  # type: ignore[method-assign]
        return engine

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._lock.turn():
            self._same_file()
            with self._writer.begin() as tx:
                yield tx
            if sqlite.identity(self.path) != self._opened:
                raise LedgerDown("The database file was replaced while it was written to.")

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._same_file()
        with self._reader.begin() as tx:
            yield tx

    def _same_file(self) -> None:
        found = sqlite.identity(self.path)
        if found != self._opened:
            self.close()
            self._opened = found

    def _engines(self) -> tuple[Engine, ...]:
        return (self._writer, self._reader)

    def _renew(self) -> None:
        super()._renew()
        self._lock.renew()


class PostgresLedger(Ledger):
    """A PostgreSQL database: ordinary READ COMMITTED transactions, every wait bounded by the server."""

    def __init__(self, url: URL, vault: Vault, timeout: float) -> None:
        self._both = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=56,
            pool_timeout=timeout,
            connect_args={"connect_timeout": max(2, round(timeout)), "options": _options(timeout), **_KEEPALIVES},
        )
        super().__init__(vault)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._both.begin() as tx:
            yield tx

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._both.connect().execution_options(postgresql_readonly=True) as tx:
            yield tx

    def _engines(self) -> tuple[Engine, ...]:
        return (self._both,)


_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}


def _options(timeout: float) -> str:
    limits = {"lock_timeout": timeout, "statement_timeout": 6 * timeout, "idle_in_transaction_session_timeout": 60}
    return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())


def parse_url(url: str) -> Path | URL:
    """The file of a `sqlite:///` address, or the address of a PostgreSQL database; raises LedgerDown for others."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return Path(parsed.database).absolute()
    if parsed.get_backend_name() == "postgresql":
        return parsed
    raise LedgerDown(
        f"The ledger cannot live in {parsed.render_as_string()}.",
        remedy="Set DATABASE_URL to sqlite:///path/to/file or postgresql://user:password@host/name.",
    )


def open_ledger(url: str, vault: Vault, *, timeout: float = 5.0) -> Ledger:
    """The ledger at `url`; nothing is connected yet, and nothing is created (see ledger.migrate).

    `timeout` bounds, in seconds, every wait for a lock or a connection.
    """
    place = parse_url(url)
    if isinstance(place, Path):
        return SqliteLedger(place, vault, timeout)
    return PostgresLedger(place, vault, timeout)

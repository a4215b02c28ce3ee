"""SQLite as a server for several processes: who writes queues at a file lock, and the file is the one we opened."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import PoolProxiedConnection

from ledger.down import LedgerDown

_PAGE_SIZE = 8192
_OLDEST = (3, 35)
_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.008


class WriteLock:
    """The right to write: a mutex inside the process and flock on `<database>.lock` between processes.

    SQLite's own busy handler sleeps and starves (PERFORMANCE, ack path); here a process waits at most `timeout`
    seconds for its turn and then raises LedgerDown. The lock file is opened anew each time: a forked child that
    inherited it would not exclude its parent.
    """

    def __init__(self, database: Path, timeout: float) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._timeout = timeout
        self.renew()

    def renew(self) -> None:
        """A fresh mutex: the old one may have been held by a thread that the fork left behind."""
        self._mutex = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        deadline = time.monotonic() + self._timeout
        mutex = self._mutex
        if not mutex.acquire(timeout=self._timeout):
            raise _busy(self._timeout)
        try:
            with self._file(deadline):
                yield
        finally:
            mutex.release()

    @contextmanager
    def _file(self, deadline: float) -> Iterator[None]:
        handle = _open_lock(self._path)
        try:
            self._queue(handle, deadline)
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def _queue(self, handle: int, deadline: float) -> None:
        pause = _FIRST_PAUSE
        while not _locked(handle):
            if time.monotonic() >= deadline:
                raise _busy(self._timeout)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _busy(timeout: float) -> LedgerDown:
    return LedgerDown(
        f"Another process kept the database locked for {timeout:g} s.",
        remedy="Find what holds it (a backup, a shell, a stopped worker) and end that.",
    )


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError as error:
        raise LedgerDown(f"The lock file {path} cannot be opened: {error.strerror}.") from error


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def connect(path: Path, *, busy: float, writes: bool) -> sqlite3.Connection:
    """One connection to an existing file, in WAL mode with full durability; never makes a database by mistake.

    `busy` seconds bound SQLite's own waiting, for programs that do not know the lock file.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise LedgerDown(f"SQLite {sqlite3.sqlite_version} is too old.", remedy="Use 3.35 or newer, or PostgreSQL.")
    uri = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=busy)
    try:
        _set_up(connection, writes=writes)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, *, writes: bool) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    if not writes:
        connection.execute("PRAGMA query_only=ON")


def begin(how: str, connection: PoolProxiedConnection) -> None:
    """Begin a transaction: `how` is SQLite's own statement."""
    connection.cursor().execute(how)


def create(path: Path) -> None:
    """Make the file, with its page size and WAL, unless it exists; raises LedgerDown where that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
            connection.execute("PRAGMA journal_mode=WAL")
    except (OSError, sqlite3.Error) as error:
        raise LedgerDown(f"The database {path} cannot be made: {error}.") from error


def identity(path: Path) -> tuple[int, int]:
    """Which file this is; SQLite itself would go on writing into a deleted one."""
    try:
        found = path.stat()
    except OSError as error:
        raise LedgerDown(
            f"The database file {path} cannot be reached: {error.strerror}.",
            remedy="Put the file back, or make a new database with the release command.",
        ) from error
    return found.st_dev, found.st_ino

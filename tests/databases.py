"""Fresh databases for tests: a SQLite file, or PostgreSQL at TEST_DATABASE_URL, else from pgserver's binaries."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

#: An unprivileged user that every Unix has: PostgreSQL refuses to run as root.
_NOBODY = 65534


def sqlite_url(folder: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite:///{folder}/ledger.db"


class NoPostgres(Exception):
    """Why PostgreSQL tests cannot run here."""


class Postgres:
    """A server to make databases on; `admin` is the connection string of one that may create others."""

    def __init__(self, admin: str) -> None:
        self.admin = admin

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The SQLAlchemy address of a fresh copy of `template`, dropped afterwards with whoever is still connected."""
        name = f"billhook_test_{uuid4().hex[:12]}"
        self._say(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self._url(name)
        finally:
            self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, name: str) -> str:
        with psycopg.connect(self.admin) as connection:
            info = connection.info
            user, password = info.user, f":{info.password}" if info.password else ""
            if info.host.startswith("/"):
                return f"postgresql://{user}{password}@/{name}?host={info.host}&port={info.port}"
            return f"postgresql://{user}{password}@{info.host}:{info.port}/{name}"


def _binaries() -> Path:
    """Where pgserver's wheel keeps PostgreSQL; raises NoPostgres where it has none for this machine."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise NoPostgres("TEST_DATABASE_URL is not set and pgserver is not installed")
    found = Path(spec.submodule_search_locations[0]) / "pginstall"
    if not (found / "bin" / "postgres").exists():
        raise NoPostgres("TEST_DATABASE_URL is not set and pgserver brings no PostgreSQL for this machine")
    return found


def _reachable(binaries: Path, folder: Path) -> Path:
    """The binaries where an unprivileged user can run them: a copy, unless every folder above lets others in."""
    if all(part.stat().st_mode & 0o005 == 0o005 for part in binaries.parents):
        return binaries
    return Path(shutil.copytree(binaries, folder / "postgresql"))


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", user=_unprivileged(), group=_unprivileged()
    )
    if done.returncode != 0:
        raise NoPostgres(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-300:]}")


def _unprivileged() -> int | None:
    """As whom PostgreSQL runs: ourselves (None), or nobody when we are root."""
    return _NOBODY if os.geteuid() == 0 else None


@contextmanager
def _server() -> Iterator[Postgres]:
    """A PostgreSQL of our own, on a socket in a temporary folder; as root it runs as nobody."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="billhook-pg-"))
    try:
        bin_folder = _reachable(binaries, folder) / "bin"
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        if os.geteuid() == 0:
            os.chown(home, _NOBODY, _NOBODY)
        with _running(bin_folder, home) as admin:
            yield Postgres(admin)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(bin_folder: Path, home: Path) -> Iterator[str]:
    data = home / "data"
    _run(bin_folder / "initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", data)
    with (home.parent / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, "-k", home, "-h", "", "-F", "-c", "max_connections=200"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", user=_unprivileged(), group=_unprivileged()
        )  # fmt: skip
    try:
        yield _answering(server, make_conninfo(host=str(home), user="postgres", dbname="postgres"), home.parent / "log")
    finally:
        server.terminate()
        server.wait(30)


def _answering(server: subprocess.Popen[bytes], admin: str, log: Path) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg.connect(admin, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return admin
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text()[-300:]}")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """The server at TEST_DATABASE_URL, else one of our own for the session; raises NoPostgres with the reason."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Postgres(given.replace("postgresql+psycopg://", "postgresql://", 1))
        return
    with _server() as server:
        yield server


@cache
def missed() -> list[str]:
    """Why PostgreSQL tests were skipped in this session; said at its end."""
    return []

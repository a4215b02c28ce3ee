"""A PostgreSQL of our own that can be killed and started again on the same data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from tests.databases import _NOBODY, NoPostgres, _answering, _binaries, _reachable, _run, _unprivileged
from tests.faults.lab import until


@dataclass
class Killable:
    """`bin` holds the programs, `home` data and socket."""

    bin: Path
    home: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def admin(self) -> str:
        return make_conninfo(host=str(self.home), user="postgres", dbname="postgres")

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.home}"

    def start(self) -> None:
        """Start it, as often as its dead predecessor's children still hold what it needs."""
        assert until(self._started, 60), (self.home / "log").read_text()[-500:]

    def _started(self) -> bool:
        with (self.home / "log").open("ab") as log:
            command: list[str | Path] = [self.bin / "postgres", "-D", self.home / "data", "-k", self.home, "-h", ""]
            server = subprocess.Popen(
                [*command, "-c", "max_connections=100"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", user=_unprivileged(), group=_unprivileged()
            )  # fmt: skip
        self.processes.append(server)
        with suppress(NoPostgres):
            return bool(_answering(server, self.admin, self.home / "log"))
        return False

    def kill(self) -> None:
        """The server and every process of it, in one moment and for certain."""
        for pid in [self.processes[-1].pid, *_children(self.processes[-1].pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.processes[-1].wait()

    def stop(self) -> None:
        """At once, without waiting for those who are connected."""
        self.processes[-1].send_signal(signal.SIGINT)
        self.processes[-1].wait(30)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@contextmanager
def killable() -> Iterator[Killable]:
    """Raises NoPostgres where there are no programs of it to start."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-pg-"))
    try:
        programs = _reachable(_binaries(), folder) / "bin"
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        if os.geteuid() == 0:
            os.chown(home, _NOBODY, _NOBODY)
        _run(programs / "initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", home / "data")
        server = Killable(programs, home)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

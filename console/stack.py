"""The whole house on one machine: Valkey, web, worker and clock as processes that start and end together."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

#: A process that does not end after SIGTERM within this many seconds is killed.
PATIENCE = 40.0
#: Below those that Linux (32768), BSD and macOS (49152) lend to outgoing connections.
PORTS = range(15_000, 32_000)
ROOT = Path(__file__).resolve().parent.parent


class NotStarted(Exception):
    """A process ended, or did not answer, while the house was starting; the text holds the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback interface that is free now, and that no outgoing connection will be given later."""
    for port in random.SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NotStarted(f"No free port was found between {PORTS.start} and {PORTS.stop}.")


@dataclass
class Stack:
    """Processes of one house. `folder` holds its database, keys, sockets and logs; `environ` overrides the
    environment."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def redis_url(self) -> str:
        return f"unix://{(self.folder / 'valkey.sock').resolve()}"

    def settings(self) -> dict[str, str]:
        """The environment of every process of this house."""
        own = {
            "DATABASE_URL": f"sqlite:///{(self.folder / 'billhook.db').resolve()}",
            "REDIS_URL": self.redis_url,
            "BILLHOOK_VAR": str(self.folder.resolve()),
            "SECRET_KEY_FILE": str((self.folder / "secret.key").resolve()),
            "PUBLIC_URL": self.url,
            "FLASK_APP": "app:create_app",
            "PYTHONPATH": str(ROOT),
        }
        return {**os.environ, **own, **self.environ}

    def spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start one process in a session of its own, its output in `<folder>/<name>.log`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.settings(),
                cwd=ROOT,
                start_new_session=True,
            )
        return self.processes[name]

    def flask(self, *arguments: str, timeout: float = 120) -> str:
        """Run one console command to its end and give what it printed; raises NotStarted with its output on failure."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            env=self.settings(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode:
            raise NotStarted(f"flask {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def valkey(self) -> None:
        socket_file = self.folder / "valkey.sock"
        self.spawn("valkey", [sys.executable, "-m", "console.valkey", str(self.folder / "valkey"), str(socket_file)])
        self.wait_for("valkey", lambda: _listens(socket_file))

    def web(self, workers: int = 2) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{self.port}"]
        self.spawn("web", [*command, "-w", str(workers), "app:create_app()"])
        self.wait_for("web", lambda: _answers(f"{self.url}/healthz"))

    def worker(self, name: str = "worker") -> None:
        self.spawn(name, [sys.executable, "-m", "flask", "worker"])

    def clock(self, name: str = "clock") -> None:
        self.spawn(name, [sys.executable, "-m", "flask", "clock"])

    def simulator(self, system: str, *options: str) -> str:
        """Start a simulated invoicing system; gives its address."""
        port = free_port()
        self.spawn(system, [sys.executable, "-m", f"simulators.{system}", "--port", str(port), *options])
        url = f"http://127.0.0.1:{port}"
        self.wait_for(system, lambda: _answers(f"{url}/_sim/health"))
        return url

    def migrate(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.flask("migrate")

    def start(self) -> None:
        """Everything that serves: Valkey, the schema, web, one worker, one clock."""
        self.valkey()
        self.migrate()
        self.worker()
        self.clock()
        self.web()

    def wait_for(self, name: str, ready: object, seconds: float = 30) -> None:
        """Wait until `ready()` is true; raises NotStarted as soon as the process ends, or after `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if callable(ready) and ready():
                return
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.05)
        raise NotStarted(f"{name} did not start:\n{self.tail(name)}")

    def tail(self, name: str, size: int = 4000) -> str:
        """The end of a process' log."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-size:] if path.exists() else ""

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, number)

    def stop(self) -> None:
        """End every process: politely in the reverse order of starting, then for certain."""
        for name in reversed(self.processes):
            self.signal(name, signal.SIGCONT)
            if name != "valkey":
                self.signal(name, signal.SIGTERM)
        for name in reversed(self.processes):
            self._end(name)
        self.processes.clear()

    def _end(self, name: str) -> None:
        process = self.processes[name]
        if name == "valkey":
            self.signal(name, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.signal(name, signal.SIGKILL)
            process.wait()
        self.signal(name, signal.SIGKILL)

    def __enter__(self) -> Stack:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a loopback address made here  # nosec B310
            return bool(answer.status == 200)
    except OSError:
        return False

"""Processes of the laboratory that begin where a prepared one stands: importing the house anew each time would take
longer than most faults do. Each is a process of its own, in a session of its own, with its own environment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

#: Within this many seconds the new process has a session of its own.
BEGUN = 60.0


class Forked(subprocess.Popen[bytes]):
    """Looks to a `Stack` like a process that it spawned. `main` is a function of a module, run with this environment
    and its output at the end of this log."""

    def __init__(self, main: Callable[[], None], environ: Mapping[str, str], log: Path) -> None:
        server = _server()
        here, there = server.Pipe(duplex=False)
        self._process: BaseProcess = server.Process(target=_become, args=(main, dict(environ), str(log), there))
        self._process.start()
        self.pid = self._process.pid or 0
        self.args = [main.__module__]
        with here, there:
            assert here.poll(BEGUN), f"{main.__module__} did not begin"

    @property
    def returncode(self) -> int | None:  # type: ignore[override]
        return self.poll()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        os.kill(self.pid, sig)

    def __del__(self, _maxsize: int = 0, _warn: object = None) -> None:
        """Nothing to warn of: the process is waited for by multiprocessing."""


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.saboteur"])
    return context


def _become(main: Callable[[], None], environ: dict[str, str], log: str, begun: Connection) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    with begun:
        begun.send(True)  # only now does a signal to the group reach it
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [main.__module__]
    main()

"""The pool's threads: each runs one job at a time, and the same event never twice at once in one process."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from rq.executions import Execution
from rq.job import Job


@dataclass(eq=False)
class Run:
    """One taking of one job. `rung` is the ring it answers; without a hash in Redis the job was made anew (`lost`)."""

    job: Job
    rung: str | bytes
    lost: bool = False
    execution: Execution | None = None
    began: datetime | None = None
    ended: datetime | None = None
    clock: float = 0.0
    result: object = None
    error: str | None = None

    @property
    def queue(self) -> str:
        return str(self.job.origin)


@dataclass
class Slots:
    """`count` daemon threads; `work` runs one job and must not raise. A free slot is a promise to begin at once."""

    count: int
    work: Callable[[Run], None]
    _inbox: SimpleQueue[Run] = field(default_factory=SimpleQueue)
    _running: dict[str, Run] = field(default_factory=dict)
    _behind: dict[str, deque[Run]] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        for number in range(self.count):
            threading.Thread(target=self._serve, name=f"slot-{number}", daemon=True).start()

    def give(self, run: Run) -> None:
        """Begin it, or put it behind the run of the same event: a ring during a run means one more run after it."""
        with self._changed:
            if run.job.id in self._running:
                self._behind.setdefault(run.job.id, deque()).append(run)
                return
            self._begin(run)
        self._inbox.put(run)

    def free(self, timeout: float = 0.0) -> int:
        """How many jobs may begin now; waits up to `timeout` for the first."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._running) < self.count, timeout)
            return self.count - len(self._running)

    def idle(self, timeout: float) -> bool:
        """Whether nothing runs, waiting up to `timeout` for that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout)

    def running(self) -> list[Run]:
        with self._changed:
            return list(self._running.values())

    def overdue(self, seconds: float) -> list[Run]:
        """Runs that began longer ago than this, by the monotonic clock."""
        limit = time.monotonic() - seconds
        return [run for run in self.running() if run.clock < limit]

    def unbegun(self) -> list[Run]:
        """Take out what waits behind a run of its own event."""
        with self._changed:
            waiting = [run for behind in self._behind.values() for run in behind]
            self._behind.clear()
        return waiting

    def _begin(self, run: Run) -> None:
        run.clock = time.monotonic()
        self._running[run.job.id] = run

    def _serve(self) -> None:
        while True:
            run: Run | None = self._inbox.get()
            while run is not None:
                self.work(run)
                run = self._next(run)

    def _next(self, done: Run) -> Run | None:
        """Free the slot, or go on with the next run of the same event."""
        with self._changed:
            behind = self._behind.get(done.job.id)
            if behind:
                self._begin(behind[0])
                return behind.popleft()
            self._behind.pop(done.job.id, None)
            del self._running[done.job.id]
            self._changed.notify_all()
        return None

"""The threaded worker: one fetcher feeds many slots, one writer records their starts and endings in RQ's registries.

RQ 2.12 has no threaded worker and spends 18 round trips on a job; here they are shared by all jobs of a tick
(workers/queue/outcomes.py). Redis may go away at any time: running jobs go on, endings are kept, the ledger rings
again.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import FrameType
from uuid import uuid4

import structlog
from redis.exceptions import RedisError

from schemas.errors import BillhookError
from workers.queue.fetcher import Fetcher
from workers.queue.outcomes import Outcomes
from workers.queue.pause import Pause, guarded
from workers.queue.roster import Member, sweep
from workers.queue.slots import Run, Slots
from workers.queue.wire import client

log = structlog.get_logger(__name__)

BLOCK = 1.0  # a blocking pop; well under the client's time-out
TICK = 0.01  # starts and endings are gathered this long
BEAT = 2.0  # the worker's entry, and the list of queues
SWEEP = 30.0
OVERTIME = 30.0  # past its deadline a run ends the process after this
ENDED_BY_WATCHDOG = 70


class Pool:
    """`run()` works until SIGTERM, SIGINT or `stop()`; `queues` is asked every two seconds which queues there are.

    `on_stop` is called after the running jobs have ended or `grace` is over. `every` adds threads of the caller's.
    `told_to_end` is set when it was a signal that ended it.
    """

    def __init__(
        self,
        url: str,
        queues: Callable[[], Sequence[str]],
        *,
        slots: int = 32,
        job_seconds: float = 180.0,
        grace: float = 25.0,
        name: str | None = None,
        on_stop: Callable[[], None] | None = None,
        overtime: float = OVERTIME,
    ) -> None:
        self.name = name or f"billhook-{uuid4().hex[:12]}"
        self._server = client(url, timeout=2 * (BLOCK + 2.0))
        self._queues = queues
        self._limit = job_seconds + overtime
        self._grace = grace
        self._on_stop = on_stop
        self.told_to_end = False
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._member = Member(self._server, self.name)
        self._fetcher = Fetcher(self._server)
        self._outcomes = Outcomes(self._server, self.name, started_ttl=int(self._limit + 60))
        self._slots = Slots(slots, self._work)
        self._threads: list[tuple[str, Callable[[], None]]] = []

    def every(self, seconds: float, function: Callable[[], object]) -> None:
        """Call it every so often in a thread of its own, from `run()` until the last job has ended."""
        self._threads.append(("every", lambda: self._repeat(seconds, function)))

    def stop(self) -> None:
        """Take nothing more; `run()` returns when what runs has ended."""
        self._stopping.set()

    def run(self) -> None:
        """Work; returns after a stop. Signal handlers are installed when this is the main thread."""
        handlers = self._install_handlers()
        log.info("worker_started", worker=self.name, pid=os.getpid(), slots=self._slots.count)
        self._slots.start()
        fetching = self._start_threads()
        self._stopping.wait()
        log.info("worker_stopping", running=len(self._slots.running()), grace=self._grace)
        self._finish(fetching)
        for signum, handler in handlers.items():
            signal.signal(signum, handler)

    def _start_threads(self) -> threading.Thread:
        self.every(BEAT, self._reread_queues)
        self.every(BEAT, self._beat)
        self.every(SWEEP, lambda: sweep(self._server))
        self.every(1.0, self._watch)
        self._threads.append(("writer", self._write))
        for name, target in self._threads:
            threading.Thread(target=target, name=name, daemon=True).start()
        fetching = threading.Thread(target=self._fetch, name="fetcher", daemon=True)
        fetching.start()
        return fetching

    def _finish(self, fetching: threading.Thread) -> None:
        """First nothing more may begin, then what runs may end, then the caller's hook, then RQ is told."""
        ends = time.monotonic() + self._grace
        fetching.join(min(2 * BLOCK, self._grace))
        idle = self._slots.idle(max(0.0, ends - time.monotonic()))
        if self._on_stop is not None:
            guarded(self._on_stop)
        self._over.set()
        guarded(self._farewell)
        log.info("worker_stopped", worker=self.name, idle=idle, abandoned=len(self._slots.running()))

    def _farewell(self) -> None:
        self._fetcher.give_back(self._slots.unbegun())
        self._outcomes.write()
        with self._server.pipeline() as pipe:
            self._member.depart(pipe)
            pipe.execute()

    def _fetch(self) -> None:
        pause = Pause(self._stopping, "redis_away_fetching")
        while not self._stopping.is_set():
            try:
                self._fetch_some()
                pause.over()
            except (RedisError, OSError) as error:
                pause.wait(error)

    def _fetch_some(self) -> None:
        free = self._slots.free(timeout=BLOCK)
        if not self._fetcher.queues:
            self._stopping.wait(TICK)
        elif free:
            runs = self._fetcher.take(free) or self._fetcher.wait(BLOCK)
            if self._stopping.is_set():
                self._fetcher.give_back(runs)
                return
            for run in runs:
                self._slots.give(run)

    def _work(self, run: Run) -> None:
        """Run the job in this slot. Whatever it raises, the slot lives on."""
        run.began = datetime.now(UTC)
        self._outcomes.begun(run)
        try:
            run.result = run.job.func(*run.job.args, **run.job.kwargs)
        except BillhookError as error:
            run.error = str(error)
        except BaseException as error:  # also SystemExit: in a thread it would only cost the slot
            run.error = _named(error)
            log.exception("job_broke", event_id=run.job.id, queue=run.queue)
        run.ended = datetime.now(UTC)
        self._outcomes.ended(run)

    def _write(self) -> None:
        pause = Pause(self._over, "redis_away_writing")
        while not self._over.is_set():
            self._outcomes.due.wait(BLOCK)
            self._over.wait(TICK)
            try:
                self._outcomes.write()
                pause.over()
            except (RedisError, OSError) as error:
                pause.wait(error)

    def _reread_queues(self) -> None:
        self._fetcher.queues = tuple(self._queues())

    def _beat(self) -> None:
        with self._server.pipeline() as pipe:
            counts = self._outcomes.done, self._outcomes.failed
            self._member.announce(pipe, self._fetcher.queues, self._slots.running(), *counts)
            pipe.execute()

    def _watch(self) -> None:
        """A thread cannot be killed, a process can: whoever hangs past its deadline takes it down."""
        overdue = self._slots.overdue(self._limit)
        if overdue:
            log.critical("run_overdue", event_ids=[run.job.id for run in overdue], seconds=self._limit)
            os._exit(ENDED_BY_WATCHDOG)

    def _repeat(self, seconds: float, function: Callable[[], object]) -> None:
        while not self._over.is_set():
            guarded(function)
            self._over.wait(seconds)

    def _install_handlers(self) -> dict[int, signal._HANDLER]:
        if threading.current_thread() is not threading.main_thread():
            return {}
        return {signum: signal.signal(signum, self._on_signal) for signum in (signal.SIGTERM, signal.SIGINT)}

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        """The first asks, the second ends at once."""
        if self.told_to_end:
            os._exit(128 + signum)
        self.told_to_end = True
        self._stopping.set()


def _named(error: BaseException) -> str:
    """A foreign exception as the dashboard shows it: class and frames. Its text may quote a body or a database row."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__

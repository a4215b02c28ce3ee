"""Writes starts and endings of runs into RQ's registries: one pipeline per tick for all of them.

Each ending is one EVAL that does RQ's own commands only if the job was not rung anew meanwhile (workers/queue/wire.py).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Retry
from rq.executions import Execution
from rq.job import JobStatus
from rq.results import Result

from workers.queue.slots import Run
from workers.queue.wire import RESULT_TTL, Pipe, Server, ShopQueue, leave, note_failure, only_if_same_ring, shop_queue

log = structlog.get_logger(__name__)


def _passes(answer: object) -> bool:
    """Loading, read-only and full servers recover; any other refusal would be repeated, so that ending is given up."""
    return isinstance(answer, RedisConnectionError | RedisTimeoutError | ReadOnlyError) or "OOM" in str(answer)


@dataclass
class Outcomes:
    """Collects from any thread, is written by one. What could not be written is kept for the next time: at most what
    ran when Redis went away, since nothing is taken without it."""

    server: Server
    worker: str
    started_ttl: int
    due: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    failed: int = 0
    _starts: list[Run] = field(default_factory=list)
    _ends: list[Run] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begun(self, run: Run) -> None:
        with self._lock:
            self._starts.append(run)
        self.due.set()

    def ended(self, run: Run) -> None:
        with self._lock:
            self._ends.append(run)
            self.failed += run.error is not None
            self.done += run.error is None
        self.due.set()

    def write(self) -> None:
        """One round trip; raises RedisError and keeps everything when Redis is away."""
        starts, ends = self._take()
        if not starts and not ends:
            return
        try:
            kept = self._send(starts, ends)
        except (RedisError, OSError):
            self._keep(starts, ends)
            raise
        self._keep([], kept)

    def _take(self) -> tuple[list[Run], list[Run]]:
        with self._lock:
            self.due.clear()
            starts, self._starts = self._starts, []
            ends, self._ends = self._ends, []
        return [run for run in starts if run.ended is None], ends

    def _keep(self, starts: list[Run], ends: list[Run]) -> None:
        with self._lock:
            self._starts[:0] = starts
            self._ends[:0] = ends

    def _send(self, starts: list[Run], ends: list[Run]) -> list[Run]:
        with self.server.pipeline(transaction=False) as pipe:
            for run in starts:
                self._start(pipe, run)
            places: list[tuple[Run, int]] = []
            for run in ends:
                self._end(pipe, run)
                places.append((run, len(pipe) - 1))
            answers: Sequence[Any] = pipe.execute(raise_on_error=False)
        wrong = [answer for answer in answers if isinstance(answer, RedisError)]
        if wrong:
            log.error("outcome_refused", why=str(wrong[0]), count=len(wrong))
        return [run for run, place in places if answers[place] in wrong and _passes(answers[place])]

    def _start(self, pipe: Pipe, run: Run) -> None:
        """What RQ's prepare_execution and prepare_job_execution write (executions.py, worker/base.py), in one step."""
        job = run.job
        if run.lost:
            job.save(pipeline=pipe)
        with only_if_same_ring(pipe, job, run.rung) as inner:
            run.execution = Execution.create(job, self.started_ttl, inner, worker_name=self.worker)
            job.prepare_for_execution(self.worker, inner)
            inner.persist(job.key)
            leave(inner, shop_queue(run.queue, self.server), (job.id,))

    def _end(self, pipe: Pipe, run: Run) -> None:
        """The traces of the run go in any case; how it ended is written if this was the job's newest ring."""
        job, queue = run.job, shop_queue(run.queue, self.server)
        if run.execution is not None:
            run.execution.delete(job, pipe)
        elif run.lost:
            job.save(pipeline=pipe)
        job.started_at, job.ended_at, job.worker_name = run.began, run.ended, self.worker
        with only_if_same_ring(pipe, job, run.rung) as inner:
            inner.persist(job.key)  # an earlier run of three rings may have set an expiry
            leave(inner, queue, (job.id,))
            self._ending(inner, queue, run)

    def _ending(self, pipe: Pipe, queue: ShopQueue, run: Run) -> None:
        if run.error is not None:
            note_failure(pipe, queue, run.job, run.error, **self._origin(run))
        elif isinstance(run.result, Retry):
            self._scheduled(pipe, queue, run, run.result)
        else:
            self._finished(pipe, queue, run)

    def _finished(self, pipe: Pipe, queue: ShopQueue, run: Run) -> None:
        """What RQ's Job._handle_success and Job.cleanup write (job.py), from their public parts."""
        job = run.job
        job.set_status(JobStatus.FINISHED, pipeline=pipe)
        job.save(pipeline=pipe, include_meta=False, include_result=False)
        Result.create(job, Result.Type.SUCCESSFUL, RESULT_TTL, pipeline=pipe, **self._origin(run))
        queue.finished_job_registry.add(job, RESULT_TTL, pipe)
        pipe.expire(job.key, RESULT_TTL)

    def _scheduled(self, pipe: Pipe, queue: ShopQueue, run: Run, retry: Retry) -> None:
        """Not RQ's Job._handle_retry_result (job.py): it sets the status and the registry outside the pipeline it is
        given, and counts retries, of which ours have no end."""
        job, ended = run.job, run.ended
        assert ended is not None  # noqa: S101 - set before a run is handed over
        job.set_status(JobStatus.SCHEDULED, pipeline=pipe)
        job.save(pipeline=pipe, include_meta=False, include_result=False)
        Result.create(job, Result.Type.RETRIED, RESULT_TTL, pipeline=pipe, **self._origin(run))
        due = ended + timedelta(seconds=retry.intervals[0] if retry.intervals else 0)
        pipe.zadd(queue.scheduled_job_registry.key, {job.id: int(due.timestamp())})

    def _origin(self, run: Run) -> dict[str, Any]:
        return {
            "worker_name": self.worker,
            "execution_id": run.execution.id if run.execution else None,
            "execution_started_at": run.began,
            "execution_ended_at": run.ended,
        }

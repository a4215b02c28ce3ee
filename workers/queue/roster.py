"""This process among RQ's workers, and the removal of what dead processes left in the registries."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from rq import Queue, SimpleWorker
from rq.executions import ExecutionRegistry
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from rq.results import Result
from rq.serializers import JSONSerializer
from rq.utils import parse_composite_key, utcformat
from rq.worker import WorkerStatus
from rq.worker_registration import WORKERS_BY_QUEUE_KEY, clean_worker_registry, register, unregister

from workers.queue.slots import Run
from workers.queue.wire import Pipe, Server, shop_queue

log = structlog.get_logger(__name__)

#: A process that has not said anything for this long is dead to the others.
SILENT = 60


class Member(SimpleWorker):
    """One entry in rq.Worker.all for the whole process. Its `work` is never called: the pool does the working.

    So RQ installs no signal handlers, starts no pub/sub thread (worker/base.py, bootstrap) and sets no death penalty.
    `prepare_for_work=False` keeps the constructor from talking to a Redis that may be away.
    """

    def __init__(self, server: Server, name: str) -> None:
        super().__init__([], name=name, connection=server, serializer=JSONSerializer, prepare_for_work=False)
        self.hostname, self.pid, self.ip_address = socket.gethostname(), os.getpid(), "unknown"
        self.birth_date = datetime.now(UTC)

    def _set_connection(self, connection: Redis) -> Redis:  # type: ignore[type-arg]  # as in rq, stubs differ
        """RQ raises the client's socket_timeout above its own blocking pop (worker/base.py), 415 s; ours is chosen."""
        return connection

    def _install_signal_handlers(self) -> None:
        """The pool's own handlers stand."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """RQ's would raise StopRequested in whatever the main thread does; the pool stops by its own handlers."""

    def announce(self, pipe: Pipe, names: Sequence[str], running: Sequence[Run], done: int, failed: int) -> None:
        """Everything about this worker at once, so that it stands again after Redis was emptied."""
        for name in set(self.queue_names()) - set(names):
            pipe.srem(WORKERS_BY_QUEUE_KEY % name, self.key)
        self.queues = [shop_queue(name, self.connection) for name in names]
        self.last_heartbeat = datetime.now(UTC)
        state = WorkerStatus.BUSY if running else WorkerStatus.IDLE
        facts: dict[str | bytes, bytes | float | int | str] = {**self.serialize(), "state": state.value}
        pipe.hset(self.key, mapping=facts | {"successful_job_count": done, "failed_job_count": failed})
        self.set_current_job_id(running[0].job.id if running else None, pipeline=pipe)
        register(self, pipe)
        pipe.expire(self.key, SILENT)

    def depart(self, pipe: Pipe) -> None:
        """What RQ's register_death writes, which opens a pipeline of its own."""
        unregister(self, pipe)
        pipe.hset(self.key, "death", utcformat(datetime.now(UTC)))
        pipe.expire(self.key, SILENT)


def sweep(server: Server) -> int:
    """Remove started entries of dead workers, without failing their jobs: the ledger rings those again.

    RQ's StartedJobRegistry.cleanup (registry.py) would move them to the failed registry, and call that a dead letter.
    A job hash that still says "started" by a dead worker goes too; should a ring come in between, it is made anew.
    """
    names = [key.decode().removeprefix(Queue.redis_queue_namespace_prefix) for key in server.smembers("rq:queues")]
    alive: dict[str, bool] = {"": False}
    swept = 0
    for name in names:
        for entry in _expire_and_list(server, name):
            swept += _sweep_entry(server, name, entry, alive)
    if swept:
        log.warning("dead_runs_swept", count=swept)
    return swept


def _expire_and_list(server: Server, name: str) -> list[str]:
    """RQ's finished registry and lists of workers grow until somebody cleans them; that is done here too."""
    queue = shop_queue(name, server)
    clean_worker_registry(queue)
    with server.pipeline(transaction=False) as pipe:
        pipe.zremrangebyscore(queue.finished_job_registry.key, 0, int(time.time()))
        pipe.zrange(queue.started_job_registry.key, 0, -1)
        entries: list[bytes] = pipe.execute()[1]
    return [entry.decode() for entry in entries]


def _sweep_entry(server: Server, name: str, entry: str, alive: dict[str, bool]) -> bool:
    job_id, execution_id = parse_composite_key(entry)
    with server.pipeline(transaction=False) as pipe:
        pipe.hget(f"rq:execution:{entry}", "worker_name")
        pipe.hmget(Job.key_for(job_id), "status", "worker_name")
        owner, (status, holder) = pipe.execute()
    worker = owner.decode() if owner else ""
    if worker not in alive:
        alive[worker] = _is_alive(server, worker)
    if alive[worker]:
        return False
    with server.pipeline() as pipe:
        pipe.zrem(StartedJobRegistry.key_template.format(name), entry)
        pipe.zrem(ExecutionRegistry.key_template.format(job_id), execution_id)
        pipe.delete(f"rq:execution:{entry}")
        if status == JobStatus.STARTED.value.encode() and holder in (owner, None):
            results: Any = Result.get_key(job_id)  # type: ignore[no-untyped-call]
            pipe.delete(Job.key_for(job_id), results)
        pipe.execute()
    return True


def _is_alive(server: Server, worker: str) -> bool:
    pid, death = server.hmget(SimpleWorker.redis_worker_namespace_prefix + worker, ["pid", "death"])
    return pid is not None and death is None

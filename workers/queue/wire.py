"""RQ's words, spoken by bell and pool alike: the client, a shop's queue, a job, and writing on a condition.

RQ is pinned (2.12.0). Its own Job, Queue, Registry, Result and Execution methods build every command, so what stands in
Redis is what RQ's tools expect; the conditions around them are ours, since RQ has none.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry as RedisRetry
from rq import Queue
from rq.job import Job, JobStatus
from rq.results import Result
from rq.serializers import JSONSerializer

from workers.queue import sentinel

if TYPE_CHECKING:
    Server = Redis[bytes]
    Pipe = Pipeline[bytes]
else:
    Server = Redis
    Pipe = Pipeline

#: The job's function, by name: whoever rings needs nothing of the desk.
PROCESS = "workers.process.process"
RESULT_TTL = 60
FOR_EVER = -1

#: Runs the commands in ARGV (each preceded by its length) only if KEYS[1] is as told; one EVAL is one atomic step.
_DO_ALL = """
local at = FIRST
while at <= #ARGV do
  local length = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + length))
  at = at + length + 1
end
return 1
"""
_RUNG_ANEW = "if redis.call('HGET', KEYS[1], 'enqueued_at') ~= ARGV[1] then return 0 end"
_SAME_RING = _RUNG_ANEW + _DO_ALL.replace("FIRST", "2")
_NOT_BUSY = (
    "local status = redis.call('HGET', KEYS[1], 'status')\n"
    "if status == 'queued' or status == 'started' then return 0 end" + _DO_ALL.replace("FIRST", "1")
)
#: KEYS are a queue and jobs, ARGV what is the same in each job's hash, then each job's id, data and description.
_ENQUEUE = """
local common = {unpack(ARGV, 2, tonumber(ARGV[1]) + 1)}
local at = #common + 2
for job = 2, #KEYS do
  redis.call('HSET', KEYS[job], 'data', ARGV[at + 1], 'description', ARGV[at + 2], unpack(common))
  redis.call('PERSIST', KEYS[job])
  redis.call('RPUSH', KEYS[1], ARGV[at])
  at = at + 3
end
return #KEYS - 1
"""


def client(url: str, timeout: float) -> Server:
    """A client of our own that gives up after about `timeout` in all: half to connect, half per answer, no second try.

    redis-py 8 tries three times by default and says HELLO and CLIENT SETINFO on every new connection; each would wait.
    """
    settings: dict[str, Any] = {
        "socket_timeout": timeout / 2,
        "socket_connect_timeout": timeout / 2,
        "retry": RedisRetry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
    }
    server: Server = sentinel.master(url, settings) if sentinel.is_watched(url) else Redis.from_url(url, **settings)
    return server


class ShopQueue(Queue):
    """A queue that never asks the server for its version: RQ 2.12 does so per connection (queue.py, _prepare_for_queue)

    and uses the answer only to choose LPOS, which every server we support has.
    """

    def get_redis_server_version(self) -> tuple[int, int, int]:
        return (6, 2, 0)


def queue_name(shop: str) -> str:
    """The queue of a shop: its key, so that the RQ dashboard speaks of shops."""
    return shop


def shop_queue(name: str, connection: Server) -> ShopQueue:
    return ShopQueue(name, connection=connection, serializer=JSONSerializer)


def new_job(queue: Queue, event_id: str, function: str, status: JobStatus = JobStatus.QUEUED) -> Job:
    """An event's job; it can be made again from the id at any time, so a lost job hash loses nothing."""
    return queue.create_job(
        function,
        args=[event_id],
        job_id=event_id,
        timeout=FOR_EVER,
        result_ttl=RESULT_TTL,
        failure_ttl=FOR_EVER,
        description=f"event {event_id}",
        status=status,
    )


def enqueue(pipe: Pipe, queue: Queue, function: str, ids: Sequence[str]) -> None:
    """What RQ's Queue.enqueue_many writes (queue.py), in one step whose fields are told once for all jobs: a tenth of
    the work, which counts when a hundred thousand are rung.

    HSET keeps the expiry that an earlier run's result_ttl has set: the hash would vanish in the queue.
    """
    if not ids:
        return
    like = new_job(queue, ids[0], function)
    like.enqueued_at = datetime.now(UTC)
    fields = like.to_dict()
    common = [part for name, value in fields.items() if name not in {"data", "description"} for part in (name, value)]
    own: list[str | bytes] = []
    for event_id in ids:
        data = like.data.replace(ids[0].encode(), event_id.encode())
        own += (event_id, zlib.compress(data), fields["description"].replace(ids[0], event_id))
    keys = [queue.key, *(Job.key_for(event_id) for event_id in ids)]
    pipe.sadd(queue.redis_queues_keys, queue.key)
    pipe.eval(_ENQUEUE, len(keys), *keys, len(common), *common, *own)


def note_failure(pipe: Pipe, queue: Queue, job: Job, text: str, **origin: Any) -> None:
    """What RQ's Job._handle_failure writes (job.py), from its public parts."""
    job.set_status(JobStatus.FAILED, pipeline=pipe)
    queue.failed_job_registry.add(job, ttl=FOR_EVER, exc_string=text, pipeline=pipe)
    Result.create_failure(job, FOR_EVER, exc_string=text, pipeline=pipe, **origin)


def leave(pipe: Pipe, queue: Queue, ids: Iterable[str]) -> None:
    """Take jobs out of every registry in which a job waits or rests."""
    names = tuple(ids)
    for registry in (queue.scheduled_job_registry, queue.failed_job_registry, queue.finished_job_registry):
        pipe.zrem(registry.key, *names)


@contextmanager
def only_if_same_ring(pipe: Pipe, job: Job, rung: str | bytes) -> Iterator[Pipe]:
    """Commands given inside happen only if the job was neither rung again nor removed since it was taken.

    Otherwise a late ending would set an expiry on a job that waits in its queue, or make half a job hash anew.
    """
    with _gathered(pipe) as inner:
        yield inner
        pipe.eval(_SAME_RING, 1, job.key, rung, *_flat(inner))


@contextmanager
def unless_busy(pipe: Pipe, job_key: str) -> Iterator[Pipe]:
    """Commands given inside happen only if the job neither waits in its queue nor runs."""
    with _gathered(pipe) as inner:
        yield inner
        pipe.eval(_NOT_BUSY, 1, job_key, *_flat(inner))


@contextmanager
def _gathered(pipe: Pipe) -> Iterator[Pipe]:
    """A pipeline that is never sent: RQ fills it, we take its `command_stack` (redis-py's name, pinned)."""
    inner: Pipe = Pipeline(pipe.connection_pool, pipe.response_callbacks, transaction=False, shard_hint=None)
    try:
        yield inner
    finally:
        inner.reset()


def _flat(inner: Pipe) -> list[Any]:
    flat: list[Any] = []
    for arguments, _ in inner.command_stack:
        flat += (len(arguments), *arguments)
    return flat

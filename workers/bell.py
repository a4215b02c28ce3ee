"""The bell: tells the workers through RQ that events are due. Losing it loses nothing, the ledger rings again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from redis.exceptions import RedisError
from rq.job import Job, JobStatus
from rq.results import Result

from schemas.errors import BillhookError, DeadLettered
from workers.queue.wire import (
    PROCESS,
    Pipe,
    ShopQueue,
    client,
    enqueue,
    leave,
    new_job,
    note_failure,
    queue_name,
    shop_queue,
    unless_busy,
)

#: Redis was emptied when this key does not hold the ledger's epoch.
EPOCH = "billhook:epoch"
#: Which of several clocks rings.
_TURN = "billhook:ringing"
#: So many ids of a queue are read in one round trip.
_PAGE = 10_000

__all__ = ["EPOCH", "Bell", "BellDown", "queue_name"]


class BellDown(BillhookError):
    """Redis did not do what was asked in time; nothing is lost, the clock rings later."""

    code = "BELL_DOWN"
    remedy = "Nothing to do if it passes; else see whether Redis runs and REDIS_URL is right."


class Bell:
    """Rings, silences and puts back failed jobs. Every method raises BellDown on any trouble with Redis.

    `timeout` bounds connecting and answering together (workers/queue/wire.py); `job` is the function that is rung, by
    name.
    """

    def __init__(self, url: str, *, timeout: float, job: str = PROCESS) -> None:
        self._redis = client(url, timeout)
        self._job = job

    def ring(self, bells: Sequence[tuple[str, str]], *, queued: Collection[str] = ()) -> None:
        """One transaction in one round trip for all (event id, shop key): enqueue, and out of the other registries.

        One transaction, since between the two a worker could take the job, and its new place in the scheduled registry
        would be removed. RQ does not dedupe: three rings are three runs. What is known to be `queued` is not put into
        its queue once more.
        """
        with self._sending() as pipe:
            for queue, ids in self._by_queue(bells):
                enqueue(pipe, queue, self._job, [event_id for event_id in ids if event_id not in queued])
                leave(pipe, queue, ids)

    def queued(self, shops: Iterable[str]) -> set[str]:
        """What waits in these shops' queues. A worker that takes some meanwhile may hide as many from us: those are
        rung once more, which does no harm."""
        ids: set[str] = set()
        with _trouble():
            for shop in shops:
                key, start = shop_queue(queue_name(shop), self._redis).key, 0
                while page := self._redis.lrange(key, start, start + _PAGE - 1):
                    ids.update(event_id.decode() for event_id in page)
                    start += _PAGE
        return ids

    def take_turn(self, who: str, seconds: float) -> bool:
        """Whether `who` may ring for so long what is due: of several clocks one at a time does."""
        most = round(seconds * 1000)
        with _trouble():
            if self._redis.set(_TURN, who, nx=True, px=most):
                return True
            return self._redis.get(_TURN) == who.encode() and bool(self._redis.pexpire(_TURN, most))

    def end_turn(self, who: str) -> None:
        with _trouble():
            if self._redis.get(_TURN) == who.encode():
                self._redis.delete(_TURN)

    def silence(self, bells: Sequence[tuple[str, str]]) -> None:
        """Remove the jobs of closed events. One that runs or waits in its queue stays: it ends by itself at once."""
        with self._sending() as pipe:
            for queue, ids in self._by_queue(bells):
                for event_id in ids:
                    with unless_busy(pipe, Job.key_for(event_id)) as inner:
                        leave(inner, queue, (event_id,))
                        results = Result.get_key(event_id)  # type: ignore[no-untyped-call]  # rq 2.12 has no types there
                        inner.delete(Job.key_for(event_id), results)

    def fail(self, rows: Sequence[tuple[str, str, str, str, str]]) -> None:
        """Put back the failed jobs of dead events, without running them: (event id, shop key, code, detail, remedy)."""
        texts = {row[0]: str(DeadLettered(row[3], code=row[2], remedy=row[4])) for row in rows}
        with self._sending() as pipe:
            for queue, ids in self._by_queue([(event_id, shop) for event_id, shop, *_ in rows]):
                pipe.sadd(queue.redis_queues_keys, queue.key)
                for event_id in ids:
                    self._put_failed(pipe, queue, event_id, texts[event_id])

    def epoch(self) -> str | None:
        with _trouble():
            value = self._redis.get(EPOCH)
        return value.decode() if isinstance(value, bytes) else None

    def set_epoch(self, value: str) -> None:
        with _trouble():
            self._redis.set(EPOCH, value)

    def size(self) -> int:
        """How many keys this database of Redis holds."""
        with _trouble():
            return int(self._redis.dbsize())

    def empty(self) -> None:
        """Forget everything in this database of Redis, jobs and budgets alike; a clock then puts back what is due."""
        with _trouble():
            self._redis.flushdb()

    def ping(self) -> None:
        with _trouble():
            self._redis.ping()

    def policy(self) -> str:
        """What Redis does when its memory is full; from INFO, since hosted servers refuse CONFIG GET."""
        with _trouble():
            return str(self._redis.info("memory").get("maxmemory_policy", "unknown"))

    def waiting_counts(self) -> dict[str, int]:
        """How many jobs wait in each queue."""
        with _trouble():
            prefix = len(ShopQueue.redis_queue_namespace_prefix)
            keys = sorted(key.decode() for key in self._redis.smembers(ShopQueue.redis_queues_keys))
            with self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.llen(key)
                return {key[prefix:]: int(count) for key, count in zip(keys, pipe.execute(), strict=True)}

    def resting(self, shop: str) -> tuple[list[str], list[str]]:
        """The ids of a shop's scheduled and of its failed jobs."""
        queue = shop_queue(queue_name(shop), self._redis)
        with _trouble(), self._redis.pipeline(transaction=False) as pipe:
            for registry in (queue.scheduled_job_registry, queue.failed_job_registry):
                pipe.zrange(registry.key, 0, -1)
            scheduled, failed = ([job_id.decode() for job_id in ids] for ids in pipe.execute())
        return scheduled, failed

    def close(self) -> None:
        self._redis.close()

    def _by_queue(self, bells: Iterable[tuple[str, str]]) -> Iterator[tuple[ShopQueue, list[str]]]:
        shops: dict[str, list[str]] = defaultdict(list)
        for event_id, shop in bells:
            shops[shop].append(event_id)
        for shop, ids in shops.items():
            yield shop_queue(queue_name(shop), self._redis), ids

    def _put_failed(self, pipe: Pipe, queue: ShopQueue, event_id: str, text: str) -> None:
        job = new_job(queue, event_id, self._job, JobStatus.FAILED)
        with unless_busy(pipe, job.key) as inner:
            leave(inner, queue, (event_id,))
            note_failure(inner, queue, job, text)

    @contextmanager
    def _sending(self) -> Iterator[Pipe]:
        """One MULTI for everything given inside, sent at the end if there is anything."""
        with _trouble(), self._redis.pipeline(transaction=True) as pipe:
            yield pipe
            if len(pipe):
                pipe.execute()


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise BellDown(f"Redis: {type(error).__name__}: {error}") from error

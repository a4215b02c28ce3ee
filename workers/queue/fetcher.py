"""Takes jobs from the shops' queues in turns, several in one round trip.

Used in place of RQ's Queue.dequeue_any (queue.py): that takes one job in two round trips and, over several queues,
empties the first before it looks at the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import utcformat

from workers.queue.slots import Run
from workers.queue.wire import PROCESS, Server, new_job, shop_queue

log = structlog.get_logger(__name__)

#: One job of each queue, again and again until enough are taken or all are empty; with its hash, in the same breath.
_TAKE = """
local taken, left, open = {}, tonumber(ARGV[1]), {}
for turn = 1, #KEYS do open[turn] = turn end
while left > 0 and #open > 0 do
  local still = {}
  for _, turn in ipairs(open) do
    local id = left > 0 and redis.call('LPOP', KEYS[turn])
    if id then
      left = left - 1
      taken[#taken + 1] = {turn, id, redis.call('HGETALL', ARGV[2] .. id)}
      still[#still + 1] = turn
    end
  end
  open = still
end
return taken
"""


class Fetcher:
    """`queues` may be replaced at any time; whose turn it is goes on from the queue that was served last."""

    def __init__(self, server: Server, function: str = PROCESS) -> None:
        self.queues: Sequence[str] = ()
        self._server = server
        self._function = function
        self._last = ""

    def take(self, count: int) -> list[Run]:
        """Up to `count` jobs, without waiting."""
        names = self._in_turn()
        keys = [Queue.redis_queue_namespace_prefix + name for name in names]
        if not keys:
            return []
        prefix = Job.redis_job_namespace_prefix
        answer: Any = self._server.eval(_TAKE, len(keys), *keys, count, prefix)  # type: ignore[no-untyped-call]
        return [self._run(names[turn - 1], id_.decode(), _pairs(flat)) for turn, id_, flat in answer]

    def wait(self, seconds: float) -> list[Run]:
        """The first job that comes within `seconds`, at most one; BLPOP, since BLMPOP asks for Redis 7."""
        names = self._in_turn()
        prefix = Queue.redis_queue_namespace_prefix
        answer: Any = self._server.blpop([prefix + name for name in names], timeout=seconds)
        if answer is None:
            return []
        event_id = answer[1].decode()
        raw: Any = self._server.hgetall(Job.key_for(event_id))
        return [self._run(answer[0].decode()[len(prefix) :], event_id, raw)]

    def give_back(self, runs: Sequence[Run]) -> None:
        """Put what was taken but not begun in front of its queue again."""
        if not runs:
            return
        with self._server.pipeline() as pipe:
            for run in reversed(runs):
                shop_queue(run.queue, self._server).push_job_id(run.job.id, pipeline=pipe, at_front=True)
            pipe.execute()

    def _in_turn(self) -> list[str]:
        names = list(self.queues)
        first = names.index(self._last) + 1 if self._last in names else 0
        return names[first:] + names[:first]

    def _run(self, name: str, event_id: str, raw: dict[bytes, bytes]) -> Run:
        self._last = name
        rung = raw.get(b"enqueued_at", b"")
        job = Job(event_id, connection=self._server, serializer=JSONSerializer)
        try:
            job.restore(raw)
        except (NoSuchJobError, ValueError, KeyError) as error:
            log.info("job_made_anew", event_id=event_id, queue=name, why=type(error).__name__)
            return self._anew(name, event_id)
        job.origin = name
        return Run(job, rung)

    def _anew(self, name: str, event_id: str) -> Run:
        """The id is all a job needs: its hash expired or was removed, the ring still counts."""
        job = new_job(shop_queue(name, self._server), event_id, self._function)
        job.enqueued_at = datetime.now(UTC)
        return Run(job, utcformat(job.enqueued_at), lost=True)


def _pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))

"""Which worker processes say that they are there, for the doctor."""

from __future__ import annotations

from typing import NamedTuple

from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.worker_registration import REDIS_WORKER_KEYS

from workers.bell import BellDown
from workers.queue.wire import client


class Present(NamedTuple):
    """A registered worker: its name, and `state` busy | idle."""

    name: str
    state: str


def workers(redis_url: str, seconds: float) -> list[Present]:
    """Workers that have spoken lately (a silent one's entry expires) and have not said goodbye; raises BellDown."""
    server = client(redis_url, seconds)
    prefix = SimpleWorker.redis_worker_namespace_prefix
    try:
        keys = sorted(key.decode() for key in server.smembers(REDIS_WORKER_KEYS))
        told = {key: server.hmget(key, ["state", "death", "pid"]) for key in keys}
    except (RedisError, OSError) as error:
        raise BellDown(f"Redis: {type(error).__name__}: {error}") from error
    finally:
        server.close()
    alive = {key: state for key, (state, death, pid) in told.items() if pid is not None and death is None}
    return [Present(key.removeprefix(prefix), state.decode() if state else "") for key, state in alive.items()]

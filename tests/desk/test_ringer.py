"""What the clock rings hangs in its queue once, however often and by however many clocks it is rung."""

from __future__ import annotations

import threading

import pytest
from redis import Redis

from ledger import events
from tests.desk.conftest import Desk
from workers import ringer
from workers.clock import Clock
from workers.ringer import Ringer


@pytest.fixture
def redis(valkey_url: str) -> Redis[bytes]:
    return Redis.from_url(valkey_url)


def stored(desk: Desk, count: int) -> list[str]:
    return sorted(desk.captured("009", id=5000 + n, number=str(5000 + n)) for n in range(count))


def hanging(desk: Desk, redis: Redis[bytes]) -> list[str]:
    return sorted(event_id.decode() for event_id in redis.lrange(f"rq:queue:{desk.shop.key}", 0, -1))


def forget(desk: Desk) -> None:
    """No ring is believed any more: all are due for another one."""
    with desk.ledger.write() as tx:
        events.void_rings(tx)


def test_what_nobody_took_yet_is_not_put_into_its_queue_again(desk: Desk, redis: Redis[bytes]) -> None:
    ids = stored(desk, 3)
    for _ in range(3):
        Ringer(desk.services).ring()
        forget(desk)
    assert hanging(desk, redis) == ids


def test_what_the_door_rang_since_redis_was_emptied_is_not_rung_twice(desk: Desk, redis: Redis[bytes]) -> None:
    ids = stored(desk, 3)
    Clock(desk.services, "test").tick()
    redis.flushall()
    desk.services.bell.ring([(ids[1], desk.shop.key)])
    Clock(desk.services, "test").tick()
    assert hanging(desk, redis) == ids


def test_several_clocks_at_once_ring_each_event_once(
    desk: Desk, redis: Redis[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringer, "BATCH", 5)
    ids = stored(desk, 60)
    start = threading.Barrier(4)

    def ring() -> None:
        start.wait()
        for _ in range(3):
            Ringer(desk.services, doubtful=True).ring()

    threads = [threading.Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hanging(desk, redis) == ids


def test_a_clock_stops_after_so_many_and_says_that_there_are_more(
    desk: Desk, redis: Redis[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringer, "BATCH", 2)
    monkeypatch.setattr(ringer, "MOST", 4)
    ids, one = stored(desk, 7), Ringer(desk.services)
    one.ring()
    assert (one.more, len(hanging(desk, redis))) == (True, 4)
    one.ring()
    assert (one.more, hanging(desk, redis)) == (False, ids)

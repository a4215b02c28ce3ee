"""Redis goes away, processes end: nothing hangs, no slot is lost, no garbage stays."""

from __future__ import annotations

import signal
import time

from rq import Worker

from tests.queue.conftest import Desk, Valkey, until
from workers.queue.roster import sweep
from workers.queue.wire import Server


def _goes_on(desk: Desk, redis: Server, slots: int = 8) -> None:
    """Every slot still takes a job, and the jobs are recorded."""
    ids = desk.ids(slots)
    (desk.folder / "slow").write_text("0.5")
    desk.bell("slow").ring([(event_id, "a") for event_id in ids])
    until(lambda: all(redis.zscore("rq:finished:a", event_id) for event_id in ids), "all slots go on", seconds=15)
    lines = desk.ran()
    first_end = min(lines.index(f"-{event_id}") for event_id in ids)
    assert all(lines.index(f"+{event_id}") < first_end for event_id in ids)


def _running(desk: Desk, seconds: str, count: int = 4) -> list[str]:
    (desk.folder / "slow").write_text(seconds)
    ids = desk.ids(count)
    desk.bell("slow").ring([(event_id, "a") for event_id in ids])
    until(lambda: len(desk.ran("+")) == count, "all run")
    return ids


def test_the_pool_goes_on_when_redis_is_emptied(desk: Desk, redis: Server) -> None:
    desk.pool(slots=8)
    _running(desk, "1")
    redis.flushall()
    until(lambda: len(desk.ran("-")) == 4, "running jobs end")
    _goes_on(desk, redis)
    until(lambda: len(Worker.all(connection=redis)) == 1, "the worker is registered again")
    assert redis.zcard("rq:wip:a") == 0


def test_the_pool_goes_on_after_redis_was_frozen(desk: Desk, redis: Server, valkey: Valkey) -> None:
    desk.pool(slots=8)
    ids = _running(desk, "1")
    valkey.freeze()
    time.sleep(3)
    valkey.thaw()
    until(lambda: all(redis.zscore("rq:finished:a", event_id) for event_id in ids), "endings were kept")
    _goes_on(desk, redis)


def test_the_pool_goes_on_when_redis_was_killed_and_started(desk: Desk, redis: Server, valkey: Valkey) -> None:
    process = desk.pool(slots=8)
    _running(desk, "1")
    valkey.kill()
    until(lambda: len(desk.ran("-")) == 4, "running jobs end without Redis")
    time.sleep(0.5)
    assert process.poll() is None
    valkey.start()
    _goes_on(desk, redis)
    assert "redis_back" in desk.log()


def test_a_pool_starts_while_redis_is_away(desk: Desk, redis: Server, valkey: Valkey) -> None:
    valkey.kill()
    desk.pool(slots=8)
    time.sleep(0.5)
    valkey.start()
    _goes_on(desk, redis)


def test_sigterm_lets_running_jobs_end_and_takes_no_more(desk: Desk, redis: Server) -> None:
    process = desk.pool(slots=4)
    ids = _running(desk, "1")
    late = desk.ids(3)
    desk.bell("slow").ring([(event_id, "a") for event_id in late])
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert sorted(desk.ran("-")) == sorted(f"-{event_id}" for event_id in ids)
    assert redis.zcard("rq:finished:a") == 4
    assert redis.llen("rq:queue:a") == 3
    assert (redis.zcard("rq:wip:a"), Worker.all(connection=redis)) == (0, [])
    assert (desk.folder / "stopped").exists()


def test_grace_has_an_end_and_the_hook_is_called(desk: Desk) -> None:
    process = desk.pool(grace=1)
    _running(desk, "30", 1)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert 0.9 < time.monotonic() - began < 3
    assert (desk.folder / "stopped").exists()


def test_a_stop_is_not_held_up_by_a_frozen_redis(desk: Desk, valkey: Valkey) -> None:
    process = desk.pool(grace=1)
    _running(desk, "0.1", 1)
    valkey.freeze()
    try:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        valkey.thaw()
    assert (desk.folder / "stopped").exists()


def test_a_second_signal_ends_at_once(desk: Desk) -> None:
    process = desk.pool()
    _running(desk, "30", 1)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(2) == 128 + signal.SIGTERM


def test_the_watchdog_ends_a_process_whose_job_hangs(desk: Desk) -> None:
    process = desk.pool(job_seconds=0.5, overtime=0.5)
    _running(desk, "30", 1)
    assert process.wait(5) == 70


def test_what_a_killed_process_left_is_swept_without_failing_its_jobs(desk: Desk, redis: Server) -> None:
    process = desk.pool(name="gone")
    ids = _running(desk, "30", 2)
    until(lambda: redis.zcard("rq:wip:a") == 2, "both are started")
    until(lambda: redis.exists("rq:worker:gone"), "the worker is registered")
    process.kill()
    process.wait()
    assert sweep(redis) == 0  # it may still be alive
    redis.delete("rq:worker:gone")  # what a minute of silence does
    assert sweep(redis) == 2
    assert (redis.zcard("rq:wip:a"), redis.zcard("rq:failed:a"), redis.keys("rq:execution*")) == (0, 0, [])
    (desk.folder / "slow").write_text("0")
    desk.pool()
    desk.bell("slow").ring([(event_id, "a") for event_id in ids])
    until(lambda: redis.zcard("rq:finished:a") == 2, "the ledger rings again and they run")


def test_the_callers_duty_is_called_and_goes_on_while_jobs_end(desk: Desk) -> None:
    process = desk.pool()
    _running(desk, "1.5", 1)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    (desk.folder / "ticked").unlink()
    until((desk.folder / "ticked").exists, "it goes on during the grace", seconds=1)
    assert process.wait(5) == 0

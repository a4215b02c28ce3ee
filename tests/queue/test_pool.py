"""What the pool does with jobs, and what stands in RQ's registries meanwhile."""

from __future__ import annotations

import time

from rq import Worker
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer

from tests.queue.conftest import Desk, until
from workers.queue.wire import Server


def _job(redis: Server, event_id: str) -> Job:
    return Job.fetch(event_id, connection=redis, serializer=JSONSerializer)


def _status(redis: Server, event_id: str) -> str | None:
    value = redis.hget(f"rq:job:{event_id}", "status")
    return value.decode() if value else None


def test_a_done_job_is_finished_and_expires(desk: Desk, redis: Server) -> None:
    desk.pool()
    desk.bell("quick").ring([("e1", "a")])
    until(lambda: _status(redis, "e1") == "finished", "the job finished")
    assert FinishedJobRegistry("a", connection=redis).get_job_ids() == ["e1"]
    assert StartedJobRegistry("a", connection=redis).get_job_ids(cleanup=False) == []
    assert 50 < redis.ttl("rq:job:e1") <= 60
    assert redis.keys("rq:execution*") == []


def test_three_rings_are_three_runs_and_never_lose_the_job(desk: Desk, redis: Server) -> None:
    (desk.folder / "slow").write_text("0.2")
    bell = desk.bell("slow")
    for _ in range(3):
        bell.ring([("e1", "a")])
    desk.pool()
    until(lambda: len(desk.ran("-")) == 3, "three runs")
    assert desk.ran() == ["+e1", "-e1"] * 3
    until(lambda: _status(redis, "e1") == "finished", "the job finished")


def test_a_ring_during_a_run_is_one_more_run_and_the_first_ending_sets_no_expiry(desk: Desk, redis: Server) -> None:
    (desk.folder / "slow").write_text("0.5")
    desk.pool(slots=1)
    bell = desk.bell("slow")
    bell.ring([("e1", "a")])
    until(lambda: desk.ran("+"), "the first run began")
    bell.ring([("e2", "a"), ("e1", "a")])
    until(lambda: desk.ran("+e2"), "the next run began")
    assert (_status(redis, "e1"), redis.ttl("rq:job:e1")) == ("queued", -1)
    until(lambda: len(desk.ran("-e1")) == 2, "the second run ended")


def test_a_queued_job_whose_hash_is_gone_runs_all_the_same(desk: Desk, redis: Server) -> None:
    redis.sadd("rq:queues", "rq:queue:a")
    redis.rpush("rq:queue:a", "e1")
    desk.pool()
    until(lambda: _status(redis, "e1") == "failed", "the job ran")  # there are no services in this process
    assert "RuntimeError" in str(_job(redis, "e1").latest_result().exc_string)  # type: ignore[union-attr]


def test_a_retry_waits_in_the_scheduled_registry_with_its_time(desk: Desk, redis: Server) -> None:
    desk.pool()
    bell = desk.bell("waits")
    for runs in (1, 2, 3):
        bell.ring([("e1", "a")])
        until(lambda runs=runs: len(desk.ran("+")) == runs, "it ran")  # type: ignore[misc]
        until(lambda: _status(redis, "e1") == "scheduled", "it is scheduled")
    due = redis.zscore("rq:scheduled:a", "e1")
    assert due is not None
    assert 290 < due - time.time() <= 300
    assert redis.ttl("rq:job:e1") == -1


def test_a_ring_runs_a_scheduled_job_and_removes_it_there(desk: Desk, redis: Server) -> None:
    desk.pool()
    bell = desk.bell("once_waits")
    bell.ring([("e1", "a")])
    until(lambda: _status(redis, "e1") == "scheduled", "it waits")
    bell.ring([("e1", "a")])
    until(lambda: _status(redis, "e1") == "finished", "it ran again")
    assert redis.zcard("rq:scheduled:a") == 0


def test_a_dead_letter_fails_with_its_text_and_a_ring_takes_it_out(desk: Desk, redis: Server) -> None:
    desk.pool()
    bell = desk.bell("dies")
    bell.ring([("e1", "a")])
    until(lambda: _status(redis, "e1") == "failed", "it failed")
    assert FailedJobRegistry("a", connection=redis).get_job_ids() == ["e1"]
    result = _job(redis, "e1").latest_result()
    assert result is not None
    assert result.exc_string == "TOTAL_MISMATCH: The sums differ. — Correct the order."
    assert redis.ttl("rq:job:e1") == -1
    (desk.folder / "mended").touch()
    bell.ring([("e1", "a")])
    until(lambda: _status(redis, "e1") == "finished", "it ran again")
    assert redis.zcard("rq:failed:a") == 0


def test_a_defect_fails_with_its_traceback_and_no_slot_is_lost(desk: Desk, redis: Server) -> None:
    desk.pool(slots=1)
    desk.bell("breaks").ring([("e1", "a")])
    desk.bell("exits").ring([("e2", "a")])
    desk.bell("quick").ring([("e3", "a")])
    until(lambda: _status(redis, "e3") == "finished", "the slot lives")
    result = _job(redis, "e1").latest_result()
    assert result is not None
    assert str(result.exc_string).endswith("ValueError"), "its class and place; its text may quote an order"
    assert _status(redis, "e2") == "failed"


def test_running_jobs_are_shown_as_running(desk: Desk, redis: Server) -> None:
    (desk.folder / "slow").write_text("3")
    desk.pool(name="w1")
    desk.bell("slow").ring([("e1", "a"), ("e2", "a")])
    started = StartedJobRegistry("a", connection=redis)
    until(lambda: len(started.get_job_ids(cleanup=False)) == 2, "both are started")
    (job_id, execution_id) = started.get_job_and_execution_ids(cleanup=False)[0]
    assert Execution.fetch(execution_id, job_id, redis).worker_name == "w1"
    job = _job(redis, "e1")
    assert (job.get_status(), job.worker_name) == (JobStatus.STARTED, "w1")
    assert redis.llen("rq:queue:a") == 0
    until(lambda: redis.hget("rq:worker:w1", "state") == b"busy", "the worker says busy")


def test_a_process_is_exactly_one_worker(desk: Desk, redis: Server) -> None:
    desk.queues("a", "b")
    pids = {desk.pool().pid, desk.pool().pid}
    until(lambda: len(Worker.all(connection=redis)) == 2, "both are registered")
    until(lambda: all(w.queue_names() == ["a", "b"] for w in Worker.all(connection=redis)), "queues are told")
    assert {worker.pid for worker in Worker.all(connection=redis)} == pids
    assert redis.pubsub_channels() == []


def test_connections_do_not_grow_with_slots(desk: Desk, redis: Server) -> None:
    desk.pool(slots=64)
    desk.bell("api").ring([(event_id, "a") for event_id in desk.ids(200)])
    until(lambda: redis.zcard("rq:finished:a") == 200, "all ran")
    assert redis.info("clients")["connected_clients"] <= 8  # theirs, this one and the bell's


def test_an_event_rung_on_an_idle_pool_begins_at_once(desk: Desk, redis: Server) -> None:
    desk.pool()
    bell = desk.bell("quick")
    bell.ring([("warm", "a")])
    until(lambda: desk.ran("-warm"), "warm")
    waits = []
    for event_id in desk.ids(10):
        time.sleep(0.05)
        began = time.monotonic()
        bell.ring([(event_id, "a")])
        until(lambda event_id=event_id: desk.ran(f"+{event_id}"), "it began")  # type: ignore[misc]
        waits.append(time.monotonic() - began)
    assert sorted(waits)[5] < 0.03  # a hundredth of a second is the test's own looking


def test_a_busy_shop_does_not_starve_another(desk: Desk) -> None:
    desk.queues("a", "b")
    bell = desk.bell("slow")
    (desk.folder / "slow").write_text("0.01")
    busy, small = desk.ids(1000), desk.ids(10)
    bell.ring([(event_id, "a") for event_id in busy])
    bell.ring([(event_id, "b") for event_id in small])
    desk.pool(slots=8)
    until(lambda: all(f"-{event_id}" in desk.ran("-") for event_id in small), "the small shop is done")
    assert len(desk.ran("-")) < 60


def test_a_new_queue_is_picked_up_without_a_restart(desk: Desk, redis: Server) -> None:
    desk.pool()
    desk.bell("quick").ring([("e1", "new")])
    desk.queues("a", "new")
    until(lambda: _status(redis, "e1") == "finished", "the new queue is served", seconds=4)

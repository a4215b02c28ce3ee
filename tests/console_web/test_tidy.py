"""The clock puts RQ's registries right by the ledger, and touches nothing that waits in a queue or runs."""

from __future__ import annotations

from datetime import UTC, datetime

from rq.job import JobStatus
from rq.registry import ScheduledJobRegistry

from ledger import events
from schemas.event import State
from tests.console_web.conftest import Web
from workers.clock import Clock
from workers.queue.wire import Server, new_job, shop_queue
from workers.tidy import tidy


def _end(web: Web, event_id: str) -> None:
    with web.ledger.write() as tx:
        events.done(tx, [event_id], "NOTHING_TO_DO", "", datetime.now(UTC))


def _schedule(web: Web, redis: Server, event_id: str) -> None:
    queue = shop_queue(web.shop, redis)
    job = new_job(queue, event_id, "workers.process.process", JobStatus.SCHEDULED)
    job.save()
    redis.sadd("rq:queues", queue.key)
    registry = ScheduledJobRegistry(queue=queue)  # type: ignore[no-untyped-call]
    registry.schedule(job, datetime(2031, 1, 1, tzinfo=UTC))


def test_jobs_of_events_that_are_done_or_unknown_are_silenced(web: Web, redis: Server) -> None:
    ended, failed = web.event(1), web.dead(2)
    _schedule(web, redis, ended)
    _schedule(web, redis, "01900000-0000-7000-8000-000000000000")
    _end(web, ended)
    _end(web, failed)
    tidy(web.house.services())
    assert web.bell.resting(web.shop) == ([], [])


def test_dead_events_that_lack_a_failed_job_get_one_with_reason_and_remedy(web: Web, redis: Server) -> None:
    dead = [web.dead(order) for order in range(3)]
    redis.zrem(shop_queue(web.shop, redis).failed_job_registry.key, dead[1])
    redis.delete(f"rq:job:{dead[2]}")
    tidy(web.house.services())
    assert web.bell.resting(web.shop)[1] == dead
    web.logged_in()
    assert web.jobs("failed")["jobs"][1]["exc_info"] == "REFUSED: The tax number is wrong. — Mend it."


def test_a_dead_event_that_is_still_scheduled_fails(web: Web, redis: Server) -> None:
    event_id = web.event()
    _schedule(web, redis, event_id)
    with web.ledger.write() as tx:
        events.die(tx, event_id, "REFUSED", "No.", "Mend it.", datetime.now(UTC))
    tidy(web.house.services())
    assert web.bell.resting(web.shop) == ([], [event_id])


def test_a_failed_job_of_an_event_that_waits_again_is_rung(web: Web) -> None:
    event_id = web.dead()
    with web.ledger.write() as tx:
        events.replay(tx, event_id, datetime.now(UTC))
    tidy(web.house.services())
    assert web.bell.resting(web.shop) == ([], [])
    assert web.bell.waiting_counts() == {web.shop: 1}


def test_what_waits_rightly_stays(web: Web, redis: Server) -> None:
    queued, scheduled, dead = web.event(1), web.event(2), web.dead(3)
    web.bell.ring([(queued, web.shop)])
    _schedule(web, redis, scheduled)
    _end(web, queued)
    tidy(web.house.services())
    assert web.bell.resting(web.shop) == ([scheduled], [dead])
    assert web.bell.waiting_counts() == {web.shop: 1}


def test_after_flushall_the_clock_puts_the_failed_jobs_back(web: Web, redis: Server) -> None:
    dead = [web.dead(order) for order in range(3)]
    waiting = web.event(9)
    clock = Clock(web.house.services(), "test")
    clock.tick()
    redis.flushall()
    clock.tick()
    assert web.bell.resting(web.shop)[1] == dead
    assert web.bell.waiting_counts() == {web.shop: 1}
    web.logged_in()
    assert [job["id"] for job in web.jobs("queued")["jobs"]] == [waiting]


def test_the_clock_tidies_now_and_then(web: Web) -> None:
    seconds = [0.0]
    clock = Clock(web.house.services(), "test", monotonic=lambda: seconds[0])
    clock.tick()
    event_id = web.dead()
    _end(web, event_id)
    clock.tick()
    assert web.bell.resting(web.shop)[1] == [event_id]
    seconds[0] = 301.0
    clock.tick()
    assert web.bell.resting(web.shop)[1] == []
    assert web.load(event_id).state is State.DONE

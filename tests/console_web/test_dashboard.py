"""One test per mend of rq-dashboard 0.9 (console/web/rq_dashboard.py lists them)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rq import Queue
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.registry import ScheduledJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer
from rq_dashboard import web as library

from ledger import events, replays
from schemas.event import State
from tests.console_web.conftest import PAGE, SAME, Web, open_web, settings_in
from workers.queue.roster import Member
from workers.queue.wire import Server, new_job, shop_queue
from workers.replay import carry_forward


@pytest.fixture
def web(web: Web) -> Web:
    return web.logged_in()


def _running(web: Web, redis: Server, event_id: str) -> None:
    """A job that a worker has in hand, as the pool writes it."""
    queue = shop_queue(web.shop, redis)
    job = new_job(queue, event_id, "workers.process.process", JobStatus.STARTED)
    member = Member(redis, "billhook-test")
    with redis.pipeline() as pipe:
        job.save(pipeline=pipe)
        Execution.create(job, 60, pipe, worker_name=member.name)
        member.announce(pipe, [web.shop], [], 0, 0)
        member.set_current_job_id(job.id, pipeline=pipe)
        pipe.execute()


def test_jobs_are_read_with_the_json_serializer(web: Web) -> None:
    event_id = web.event()
    web.bell.ring([(event_id, web.shop)])
    assert library.config.serializer is JSONSerializer
    assert [job["id"] for job in web.jobs("queued")["jobs"]] == [event_id]
    assert web.json(f"/rq/0/data/job/{event_id}.json")["status"] == "queued"


def test_workers_are_listed_while_a_json_job_runs(web: Web, redis: Server) -> None:
    event_id = web.event()
    _running(web, redis, event_id)
    (worker,) = web.json("/rq/0/data/workers.json")["workers"]
    assert worker["current_job"]["job_id"] == event_id
    assert worker["queues"] == [web.shop]
    assert [job["id"] for job in web.jobs("started")["jobs"]] == [event_id]
    assert web.get("/rq/0/view/workers").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "0/view/job/nothing",
        "0/data/job/nothing.json",
        "0/data/jobs/nobody/failed/8/asc/1.json",
        "0/view/jobs/nobody/failed/8/asc/1",
        "0/data/jobs/SHOP/imaginary/8/asc/1.json",
        "0/data/jobs/SHOP/failed/0/asc/1.json",
        "0/data/jobs/SHOP/failed/9999/asc/1.json",
        "0/data/jobs/SHOP/failed/8/sideways/1.json",
        "1/data/queues.json",
    ],
)
def test_what_is_unknown_is_404(web: Web, path: str) -> None:
    assert web.get("/rq/" + path.replace("SHOP", web.shop)).status_code == 404


def test_redis_down_is_a_page_for_people_and_a_problem_for_scripts(tmp_path: Path) -> None:
    web = open_web(settings_in(tmp_path, f"unix://{tmp_path / 'nobody.sock'}"))
    assert web.login().status_code == 303, "people come in without Redis"
    page = web.get("/rq/")
    assert page.status_code == 503 and "Redis is away" in page.text and page.headers["Retry-After"] == "5"
    problem = web.client.get("/rq/0/data/queues.json")
    assert problem.status_code == 503 and problem.get_json()["code"] == "BELL_DOWN"
    assert web.post("/rq/job/x/requeue").status_code == 503
    assert "Redis does not answer" in web.get("/console/").text
    web.ledger.close()


def test_requeue_of_one_replays_the_event_and_rings(web: Web) -> None:
    event_id = web.dead()
    assert web.post(f"/rq/job/{event_id}/requeue").get_json() == {"status": "OK"}
    event = web.load(event_id)
    assert (event.state, event.reason, event.manual) == (State.WAITING, "REPLAYED", True)
    assert web.jobs("failed")["jobs"] == []
    assert [job["id"] for job in web.jobs("queued")["jobs"]] == [event_id]


def test_requeue_of_all_is_a_bulk_replay_of_this_shop_alone(web: Web) -> None:
    """Its first page is rung at once; the clock carries on whatever is left, even if the web process dies now."""
    ids = [web.dead(order) for order in range(250)]
    assert web.post(f"/rq/requeue/{web.shop}").get_json() == {"status": "OK", "count": 250}
    assert web.bell.waiting_counts() == {web.shop: 200}
    with web.ledger.read() as tx:
        (row,) = replays.latest(tx)
    assert (row.by, row.matched, row.replayed, row.state) == ("ada", 250, 200, "running")
    carry_forward(web.house.services())
    assert {web.load(event_id).state for event_id in ids} == {State.WAITING}
    assert web.jobs("failed")["pagination"]["num_pages"] == 7, "their jobs leave when the clock has rung them"
    assert web.post("/rq/requeue/nobody").status_code == 404


def test_requeue_of_all_when_nothing_is_dead_is_no_error(web: Web) -> None:
    assert web.post(f"/rq/requeue/{web.shop}").get_json() == {"status": "OK", "count": 0}


def test_requeue_of_what_is_done_meanwhile_takes_its_job_away(web: Web) -> None:
    event_id = web.dead()
    with web.ledger.write() as tx:
        events.done(tx, [event_id], "SETTLED_BY", "Settled.", datetime.now(UTC))
    assert web.post(f"/rq/job/{event_id}/requeue").status_code == 200
    assert web.load(event_id).state is State.DONE
    assert web.jobs("failed")["jobs"] == []


def test_requeue_of_what_the_ledger_never_had_is_404(web: Web) -> None:
    assert web.post("/rq/job/nothing/requeue").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path", ["job/ID/delete", "job/ID/cancel", "queue/SHOP/failed/empty", "queue/SHOP/compact", "queue/SHOP/delete"]
)
def test_whatever_else_changes_state_is_refused(web: Web, method: str, path: str) -> None:
    event_id = web.dead()
    where = "/rq/" + path.replace("ID", event_id).replace("SHOP", web.shop)
    answer = web.client.open(where, method=method, headers=SAME)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "RQ_IS_ONLY_SHOWN")
    assert [job["id"] for job in web.jobs("failed")["jobs"]] == [event_id]


@pytest.mark.parametrize("path", ["requeue/SHOP", "job/ID/requeue"])
def test_requeue_by_get_changes_nothing(web: Web, path: str) -> None:
    event_id = web.dead()
    assert web.get("/rq/" + path.replace("ID", event_id).replace("SHOP", web.shop)).status_code == 405
    assert web.load(event_id).state is State.DEAD


def test_every_rule_stands_behind_the_login(web: Web) -> None:
    stranger = web.app.test_client()
    event_id = web.dead()
    values = {"job_id": event_id, "queue_name": web.shop, "registry_name": "failed", "filename": "css/main.css"}
    rules = [rule for rule in web.app.url_map.iter_rules() if rule.rule.startswith("/rq/")]
    with web.app.test_request_context():
        paths = [
            (rule, rule.build({**values, "instance_number": 0, "per_page": 8, "order": "asc", "page": 1})[1])  # type: ignore[index]
            for rule in rules
        ]
    assert len(paths) >= 18
    for rule, path in paths:
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = stranger.open(path, method=method, headers=SAME)
            assert answer.status_code in (401, 308), (method, path)  # 308: /rq/0/ is /rq/
    assert stranger.get("/rq/", headers=PAGE).headers["Location"] == "/console/login?next=/rq/"
    assert web.load(event_id).state is State.DEAD


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "http://localhost/rq/"},
    ],
)
def test_another_site_cannot_requeue(web: Web, headers: dict[str, str]) -> None:
    event_id = web.dead()
    for path in (f"/rq/job/{event_id}/requeue", f"/rq/requeue/{web.shop}"):
        assert web.client.post(path, headers=headers).get_json()["code"] == "OTHER_ORIGIN"
    assert web.load(event_id).state is State.DEAD


def test_an_older_browser_says_the_origin_alone(web: Web) -> None:
    assert web.client.post(f"/rq/job/{web.dead()}/requeue", headers={"Origin": "http://localhost"}).status_code == 200


def test_the_looser_policy_is_for_rq_alone(web: Web) -> None:
    assert "unsafe-inline" in web.get("/rq/").headers["Content-Security-Policy"]
    for path in ("/console/", "/console/login", "/healthz"):
        assert "unsafe" not in web.get(path).headers["Content-Security-Policy"]
    with web.get("/console/static/favicon.ico") as icon:
        assert icon.status_code == 200
    with web.get("/rq/static/js/jquery-3.5.1.min.js") as script:
        assert script.status_code == 200


@pytest.mark.parametrize("registry", ["failed", "queued"])
def test_a_page_holds_what_it_says(web: Web, registry: str) -> None:
    ids = [web.dead(order) for order in range(20)]
    if registry == "queued":
        web.bell.ring([(event_id, web.shop) for event_id in ids])
    pages = [[job["id"] for job in web.jobs(registry, page)["jobs"]] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [8, 8, 4, 0]
    assert [event_id for page in pages for event_id in page] == ids
    back = [job["id"] for page in (1, 2, 3) for job in web.jobs(registry, page, order="dsc")["jobs"]]
    assert back == ids[::-1]
    assert web.jobs(registry, 2)["pagination"]["num_pages"] == 3


def test_a_scheduled_job_says_when_it_is_due_and_why_it_waits(web: Web, redis: Server) -> None:
    event_id = web.event()
    due = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with web.ledger.write() as tx:
        events.wait(tx, event_id, due, "", "NOT_CONNECTED", "No.", datetime.now(UTC), counted=True)
    queue = Queue(web.shop, connection=redis, serializer=JSONSerializer)
    job = new_job(shop_queue(web.shop, redis), event_id, "workers.process.process", JobStatus.SCHEDULED)
    job.save()
    ScheduledJobRegistry(queue=queue).schedule(job, due)  # type: ignore[no-untyped-call]
    redis.sadd("rq:queues", queue.key)
    (row,) = web.jobs("scheduled")["jobs"]
    assert row["description"] == "order 1, due 2031-05-06 07:08:09 UTC (NOT_CONNECTED)"
    assert web.json("/rq/0/data/queues.json")["queues"][0]["scheduled_job_registry_count"] == 1


def test_a_failed_job_says_reason_and_remedy_and_a_running_one_no_old_failure(web: Web, redis: Server) -> None:
    event_id = web.dead()
    (row,) = web.jobs("failed")["jobs"]
    assert row["exc_info"] == "REFUSED: The tax number is wrong. — Mend it."
    web.post(f"/rq/job/{event_id}/requeue")
    _running(web, redis, event_id)
    assert StartedJobRegistry(web.shop, connection=redis).get_job_ids(cleanup=False) == [event_id]
    assert [job["exc_info"] for job in web.jobs("started")["jobs"]] == [None]


def test_a_strangers_words_are_no_html_on_a_jobs_page(web: Web) -> None:
    event_id = web.dead(detail="Bad <script>alert(1)</script>")
    told = web.json(f"/rq/0/data/job/{event_id}.json")
    assert "<" not in told["exc_info"] and "&lt;script&gt;" in told["exc_info"]
    assert told["metadata"] == "event: dead; reason: REFUSED"
    assert "<script>" in web.jobs("failed")["jobs"][0]["exc_info"], "the list's script escapes it itself"
    assert web.get(f"/rq/0/view/job/{event_id}").status_code == 200


def test_one_bounded_client_and_no_address_on_the_page(web: Web) -> None:
    server: Server = web.app.redis_conn  # type: ignore[attr-defined]
    web.json("/rq/0/data/workers.json")
    assert web.app.redis_conn is server  # type: ignore[attr-defined]
    assert server.connection_pool.connection_kwargs["socket_timeout"] == 1.0
    page = web.get("/rq/").text
    assert web.redis_url not in page and "valkey" not in page


def test_times_come_in_utc_without_a_zone(web: Web) -> None:
    event_id = web.dead()
    said = web.jobs("failed")["jobs"][0]["created_at"]
    assert datetime.now(UTC).replace(tzinfo=None) - datetime.fromisoformat(said) < timedelta(minutes=1)
    assert Job.exists(event_id, connection=web.app.redis_conn)  # type: ignore[attr-defined]


def test_the_jobs_tab_opens_a_shop_of_ours(web: Web) -> None:
    web.dead()
    page = web.get("/rq/0/view/jobs").text
    assert web.shop in page and "requeue-all-btn" in page and 'id="empty-btn"' not in page

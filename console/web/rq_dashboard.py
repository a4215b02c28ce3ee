"""rq-dashboard 0.9 at /rq/, mended: the only module that knows its insides. tests/console_web has one test per mend.

Its pages and scripts are used as they are. Its blueprint is not: ours has its names, so its templates find their way,
but only the views that are right. What it lacks or does wrong:

1.  It reads jobs with pickle: the JSON serializer is set.
2.  Its list of workers answers 500 while a JSON job runs: ours reads with the worker's own serializer.
3.  An unknown job, queue or registry is a 500 there, here a 404.
4.  Redis down is a 500, or a 200 that says "Connection Error": here 503 with what to do.
5.  Requeue would run a job behind the ledger's back: ours replays, and rings (console/web/requeue.py).
6.  Whatever else changes state (delete, empty, compact) is refused, also by GET: the ledger decides what is there.
7.  It has no login; ours stands before everything, its files included.
8.  Its scripts send no CSRF token: a same-origin check stands in, and requeue-all is no GET.
9.  It needs inline scripts and `new Function`: a looser CSP for /rq/ alone. Its favicon lies where it looks for it.
10. Page 2 of a list shows two pages' jobs, page 3 three: ours shows what was asked for.
11. It shows no order, no time of a scheduled job, and a failed run of the past as one of today: ours asks the ledger.
12. Its page of one job writes texts into HTML as they are, and a reason may quote a stranger: ours escapes them.
13. It opens a new client, without time-outs, per request, and shows its address: ours is one, bounded and unnamed.
14. Its scripts read times in UTC, then move them by the browser's time zone: ours come without a zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rq_dashboard
from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from jinja2 import ChoiceLoader, FileSystemLoader
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer
from rq_dashboard import web

from console.web import auth, requeue
from console.web.rq_jobs import REGISTRIES, Jobs, workers_in
from ledger import connections
from schemas.problem import Problem
from workers.bell import Bell, BellDown
from workers.house import House
from workers.queue.wire import client

SECONDS = 2.0
LARGEST_PAGE = 200
_LIBRARY = Path(rq_dashboard.__file__).parent
_OURS = Path(__file__).resolve().parent / "templates"
_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ONE = "/<int(max=0):instance_number>"
_PAGE = (
    "/<queue_name>/<any(" + ", ".join(REGISTRIES) + "):registry_name>/<int:per_page>/<any(asc, dsc):order>/<int:page>"
)


def register(app: Flask, house: House) -> None:
    """Mount the dashboard on `app`; `RQ_DASHBOARD_*` and `redis_conn` are where its views look for their settings."""
    web.config.serializer = JSONSerializer
    server = client(house.redis_url, SECONDS)
    app.redis_conn = server  # type: ignore[attr-defined]
    app.config.update(
        RQ_DASHBOARD_REDIS_URL=("Redis",),
        RQ_DASHBOARD_DISABLE_DELETE=True,
        RQ_DASHBOARD_POLL_INTERVAL=2500,
        BILLHOOK_ORIGIN=house.public_url,
    )
    app.register_blueprint(_blueprint(_Views(house, house.bell(), Jobs(house.ledger, server))))


@dataclass(frozen=True)
class _Views:
    """Our views, and the library's that are right."""

    house: House
    bell: Bell
    jobs: Jobs

    def jobs_page(self, **which: Any) -> ResponseReturnValue:
        self._known(which["queue_name"])
        if not 1 <= which["per_page"] <= LARGEST_PAGE or which["page"] < 1:
            raise _unknown("page")
        answer: Response = web.jobs_overview(**which)
        return answer

    def any_jobs(self, instance_number: int) -> ResponseReturnValue:
        """The Jobs tab: the first shop's failed jobs, since RQ's "default" queue is nobody's here."""
        names = sorted(self.house.queues())
        if not names:
            answer: Response = web.queues_overview(instance_number)
            return answer
        which = {"registry_name": "failed", "per_page": 8, "order": "asc", "page": 1}
        return self.jobs_page(instance_number=instance_number, queue_name=names[0], **which)

    def job_page(self, instance_number: int, job_id: str) -> ResponseReturnValue:
        self.jobs.one(job_id)
        answer: Response = web.job_view(instance_number, job_id)
        return answer

    def list_jobs(self, instance_number: int, per_page: int, page: int, **which: str) -> ResponseReturnValue:
        self._known(which["queue_name"])
        if not 1 <= per_page <= LARGEST_PAGE or page < 1:
            raise _unknown("page")
        return jsonify(self.jobs.page(instance_number, per_page=per_page, page=page, **which))

    def list_workers(self, instance_number: int) -> ResponseReturnValue:
        return jsonify(workers=workers_in(self.jobs.server))

    def job_info(self, instance_number: int, job_id: str) -> ResponseReturnValue:
        return jsonify(self.jobs.details(job_id))

    def requeue_job(self, job_id: str) -> ResponseReturnValue:
        self.bell.ping()
        requeue.replay_one(self.house, self.bell, job_id)
        return jsonify(status="OK")

    def requeue_all(self, queue_name: str) -> ResponseReturnValue:
        self._known(queue_name)
        count = requeue.replay_all(self.house, self.bell, queue_name, current_user.name)
        return jsonify(status="OK", count=count)

    def _known(self, queue_name: str) -> None:
        with self.house.ledger.read() as tx:
            if connections.shop_by_key(tx, self.house.ledger.vault, queue_name) is None:
                raise _unknown("queue")


def _blueprint(views: _Views) -> Blueprint:
    """A blueprint of the library's name with the library's rules; its templates ask for both."""
    routes = _Dashboard("rq_dashboard", __name__, url_prefix="/rq", static_folder=str(_LIBRARY / "static"))
    _show(routes, "/", "queues_overview", web.queues_overview, instance_number=0)
    for path in ("/", "/view", "/view/queues"):
        _show(routes, _ONE + path, "queues_overview", web.queues_overview)
    _show(routes, _ONE + "/view/workers", "workers_overview", _workers_page)
    _show(routes, _ONE + "/view/jobs", "any_jobs", views.any_jobs)
    _show(routes, _ONE + "/view/jobs" + _PAGE, "jobs_overview", views.jobs_page)
    _show(routes, _ONE + "/view/job/<job_id>", "job_view", views.job_page)
    _show(routes, _ONE + "/data/queues.json", "list_queues", web.list_queues)
    _show(routes, _ONE + "/data/jobs" + _PAGE + ".json", "list_jobs", views.list_jobs)
    _show(routes, _ONE + "/data/workers.json", "list_workers", views.list_workers)
    _show(routes, _ONE + "/data/job/<job_id>.json", "job_info", views.job_info)
    routes.add_url_rule("/job/<job_id>/requeue", "requeue_job", views.requeue_job, methods=["POST"])
    routes.add_url_rule("/requeue/<queue_name>", "requeue_all", views.requeue_all, methods=["POST"])
    _refuse(routes)
    _guard(routes, views)
    return routes


class _Dashboard(Blueprint):
    """Looks for templates among ours first: the bar on top leads back to the console."""

    @property
    def jinja_loader(self) -> ChoiceLoader:
        return ChoiceLoader([FileSystemLoader(_OURS), FileSystemLoader(_LIBRARY / "templates")])


def _workers_page(instance_number: int) -> ResponseReturnValue:
    """The library's view reads all workers, with pickle, for a page that shows none of them."""
    return render_template(
        "rq_dashboard/workers.html",
        current_instance=instance_number,
        instance_list=("Redis",),
        rq_url_prefix=url_for("rq_dashboard.queues_overview"),
        rq_dashboard_version=web.rq_dashboard_version,
        rq_version=web.rq_version,
        active_tab="workers",
    )


def _show(routes: Blueprint, path: str, name: str, view: Callable[..., ResponseReturnValue], **defaults: int) -> None:
    routes.add_url_rule(path, name, view, defaults=defaults, methods=["GET"])


def _refuse(routes: Blueprint) -> None:
    """What would change RQ behind the ledger's back."""
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    for path, name in (
        ("/job/<job_id>/delete", "delete_job_view"),
        ("/job/<job_id>/cancel", "cancel_job"),
        ("/queue/<queue_name>/<registry_name>/empty", "empty_queue"),
        ("/queue/<queue_name>/compact", "compact_queue"),
        ("/queue/<queue_name>/delete", "delete_queue"),
    ):
        routes.add_url_rule(path, name, _refused, methods=every)


def _refused(**_which: str) -> ResponseReturnValue:
    raise Problem(
        403,
        "RQ_IS_ONLY_SHOWN",
        "Jobs are neither deleted nor cancelled here: the ledger would ring them again.",
        remedy="Replay an event, or close it, with the console or `flask event`.",
    )


def _guard(routes: Blueprint, views: _Views) -> None:
    """Before: login, same origin, Redis. After: headers. In between: Redis going away."""

    def before() -> ResponseReturnValue | None:
        answer = auth.required()
        if answer is not None:
            return answer
        if request.method not in ("GET", "HEAD", "OPTIONS") and not auth.same_origin():
            raise Problem(403, "OTHER_ORIGIN", "This was sent from another site.", remedy="Use the dashboard's page.")
        if request.endpoint != "rq_dashboard.static":
            views.bell.ping()
        return None

    routes.before_request(before)
    routes.after_request(_headers)
    routes.register_error_handler(NoSuchJobError, lambda _: _said(_unknown("job")))
    routes.register_error_handler(BellDown, _redis_down)
    routes.register_error_handler(RedisError, _redis_down)
    routes.context_processor(lambda: {"poll_interval": 2500})


def _said(problem: Problem) -> ResponseReturnValue:
    """As the application answers a problem; an error handler cannot raise one."""
    return current_app.handle_user_exception(problem)


def _unknown(what: str) -> Problem:
    return Problem(404, f"UNKNOWN_{what.upper()}", f"There is no such {what}.", remedy="Go back to the list of queues.")


def _redis_down(_error: Exception) -> ResponseReturnValue:
    """A page for people, a problem for scripts."""
    detail = "Redis does not answer. Nothing is lost: the ledger rings everything again when it is back."
    if auth.wants_page():
        answer = make_response(render_template("console/away.html", detail=detail), 503)
        answer.headers["Retry-After"] = "5"
        return answer
    return _said(Problem(503, "BELL_DOWN", detail, remedy="See whether Redis runs.", headers={"Retry-After": "5"}))


def _headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _CSP
    answer.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "rq_dashboard.static":
        answer.headers["Cache-Control"] = "no-store"
    return answer

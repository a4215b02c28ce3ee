"""What the RQ dashboard lists: jobs of a registry page by page, one job whole, and the workers."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any

from flask import url_for
from redis import Redis
from rq import Queue, Worker
from rq.job import Job, JobStatus
from rq.registry import (
    BaseRegistry,
    CanceledJobRegistry,
    DeferredJobRegistry,
    FailedJobRegistry,
    FinishedJobRegistry,
    ScheduledJobRegistry,
    StartedJobRegistry,
)
from rq.results import Result
from rq.serializers import JSONSerializer
from rq.worker.base import BaseWorker
from rq_dashboard import web

from ledger.engine import Ledger
from ledger.states import Standing, standings
from schemas.event import State
from workers.queue.wire import Server

REGISTRIES: Mapping[str, type[BaseRegistry] | None] = {
    "queued": None,
    "scheduled": ScheduledJobRegistry,
    "deferred": DeferredJobRegistry,
    "started": StartedJobRegistry,
    "finished": FinishedJobRegistry,
    "failed": FailedJobRegistry,
    "canceled": CanceledJobRegistry,
}


@dataclass(frozen=True)
class Jobs:
    """Jobs as RQ has them, each beside what the ledger says of its event."""

    ledger: Ledger
    server: Server

    def page(
        self, instance_number: int, *, queue_name: str, registry_name: str, per_page: int, order: str, page: int
    ) -> dict[str, Any]:
        """One page of one registry, in the shape that the library's scripts read."""
        total, ids = self._ids(queue_name, registry_name, per_page, order, page)
        found = [job for job in Job.fetch_many(ids, self.server, JSONSerializer) if job]
        standing = self._standing([job.id for job in found])
        jobs = [_row(job, standing.get(job.id), failed=registry_name == "failed") for job in found]
        where = {"queue_name": queue_name, "registry_name": registry_name, "per_page": per_page, "order": order}
        links = _pagination(total, per_page, page, {"instance_number": instance_number, **where})
        return {"name": queue_name, "registry_name": registry_name, "jobs": jobs, "pagination": links}

    def _ids(self, queue: str, registry: str, per_page: int, order: str, page: int) -> tuple[int, Sequence[str]]:
        """How many there are, and the ids on this page; descending pages are counted from the other end."""
        source = self._source(queue, registry)
        total = source.count if isinstance(source, Queue) else source.get_job_count(cleanup=False)
        first = (page - 1) * per_page
        length = max(0, min(per_page, total - first))
        if length == 0:
            return total, []
        start = first if order == "asc" else total - first - length
        if isinstance(source, Queue):
            ids = source.get_job_ids(start, length)
        else:
            ids = source.get_job_ids(start, start + length - 1, cleanup=False)
        return total, ids if order == "asc" else ids[::-1]

    def _source(self, queue: str, registry: str) -> Queue | BaseRegistry:
        kind = REGISTRIES[registry]
        if kind is None:
            return Queue(queue, connection=self.server, serializer=JSONSerializer)
        return kind(queue, connection=self.server, serializer=JSONSerializer)

    def one(self, job_id: str) -> Job:
        """Raises NoSuchJobError."""
        return Job.fetch(job_id, connection=self.server, serializer=JSONSerializer)

    def details(self, job_id: str) -> dict[str, Any]:
        """One job whole. Its page writes texts into HTML as they are, so they are escaped here."""
        job = self.one(job_id)
        standing = self._standing([job_id]).get(job_id)
        row = _row(job, standing, failed=job.get_status() == JobStatus.FAILED)
        told = (
            {"event": standing.state.value, "reason": standing.reason} if standing else {"event": "not in the ledger"}
        )
        return {
            **{name: html.escape(value) if isinstance(value, str) else value for name, value in row.items()},
            "enqueued_at": _instant(job.enqueued_at),
            "origin": html.escape(job.origin),
            "status": job.get_status(),
            "result": None,
            "metadata": html.escape("; ".join(f"{name}: {value}" for name, value in told.items())),
        }

    def _standing(self, ids: Sequence[str]) -> Mapping[str, Standing]:
        with self.ledger.read() as tx:
            return standings(tx, ids)


def _row(job: Job, standing: Standing | None, *, failed: bool) -> dict[str, Any]:
    return {
        "id": job.id,
        "created_at": _instant(job.created_at),
        "started_at": _instant(job.started_at),
        "ended_at": _instant(job.ended_at),
        "exc_info": _why(job) if failed else None,
        "description": f"order {standing.order_id}{_due(standing)}" if standing else job.description,
    }


def _why(job: Job) -> str | None:
    """Reason and remedy of the last run, if that one failed."""
    latest = job.latest_result()
    return latest.exc_string if latest and latest.type == Result.Type.FAILED else None


def _due(standing: Standing) -> str:
    """What the ledger says about a waiting event: when it is due, and why it waits."""
    if standing.state is not State.WAITING:
        return ""
    why = f" ({standing.reason})" if standing.reason else ""
    if standing.due_at is None:
        return f", waits for its condition{why}"
    verb = "due" if standing.due_at > datetime.now(UTC) else "due since"
    return f", {verb} {standing.due_at:%Y-%m-%d %H:%M:%S} UTC{why}"


def _instant(when: datetime | None) -> str | None:
    """UTC without its zone: the library's scripts take it for local time and then move it themselves."""
    if when is None:
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _pagination(total: int, per_page: int, page: int, where: Mapping[str, Any]) -> dict[str, Any]:
    def link(number: int) -> dict[str, Any]:
        return {"number": number, "url": url_for("rq_dashboard.jobs_overview", page=number, **where)}

    pages = ceil(total / per_page)
    links: dict[str, Any] = {
        "current_page": page,
        "num_pages": pages,
        "pages_in_window": [link(number) for number in web.pagination_window(total, page, per_page)],
        "first_page": link(1),
        "last_page": link(max(1, pages)),
    }
    if page > 1:
        links["prev_page"] = link(page - 1)
    if page < pages:
        links["next_page"] = link(page + 1)
    return links


def workers_in(server: Server) -> list[dict[str, Any]]:
    """Every worker, with the job it has in hand; names are escaped since the page writes them as they are."""
    listed = [_worker(worker) for worker in _Listed.all(connection=server, serializer=JSONSerializer)]
    return sorted(listed, key=lambda row: (row["state"], row["name"]))


class _Listed(Worker):
    """RQ raises the time-out of the client it is given, even of one that only reads (worker/base.py); ours stays."""

    def _set_connection(self, connection: Redis) -> Redis:  # type: ignore[type-arg]  # as in rq, stubs differ
        return connection


def _worker(worker: BaseWorker) -> dict[str, Any]:
    job = worker.get_current_job()
    return {
        "name": html.escape(worker.name),
        "pid": worker.pid,
        "queues": [html.escape(queue.name) for queue in worker.queues],
        "state": str(worker.get_state()),
        "current_job": _in_hand(job) if job else "idle",
        "last_heartbeat": _instant(worker.last_heartbeat),
        "birth_date": _instant(worker.birth_date),
        "successful_job_count": worker.successful_job_count,
        "failed_job_count": worker.failed_job_count,
        "total_working_time": worker.total_working_time,
        "version": worker.version,
        "python_version": worker.python_version,
    }


def _in_hand(job: Job) -> dict[str, Any]:
    described = html.escape(job.description or "")
    return {
        "job_id": job.id,
        "description": described,
        "created_at": _instant(job.created_at),
        "call_string": described,
    }

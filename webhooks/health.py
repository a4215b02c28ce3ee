"""What machines ask: alive, ready, how much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ledger import events, settings
from ledger.engine import Ledger, LedgerDown
from workers.bell import BellDown
from workers.witnesses import Restored


@dataclass(frozen=True, slots=True)
class Health:
    """`ping_bell` raises BellDown, `agree` Restored; a clock silent for `stale` seconds is missing; `metrics_dir` "" =
    one process."""

    ledger: Ledger
    ping_bell: Callable[[], None]
    agree: Callable[[], object]
    stale: float
    metrics_dir: str = ""


def blueprint(health: Health) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return _answer({"status": "alive"})

    @routes.get("/readyz")
    def ready() -> Response:
        return _answer(_readiness(health))

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(_exposition(health), content_type=CONTENT_TYPE_LATEST)

    return routes


def _answer(said: dict[str, object]) -> Response:
    answer = Response(json.dumps(said), 200, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _readiness(health: Health) -> dict[str, object]:
    """Raises LedgerDown (503): without the ledger nothing may be accepted. All else only degrades: nothing is lost."""
    health.ledger.ping()
    now = datetime.now(UTC)
    with health.ledger.read() as tx:
        oldest, beat = events.oldest_due(tx, now), settings.last_beat(tx)
    silent = None if beat is None else (now - beat).total_seconds()
    missing = [] if _bell_answers(health) else ["Redis does not answer: events are rung later by the clock."]
    if silent is None or silent > health.stale:
        missing.append("No clock is running: start `flask clock`.")
    missing += _restored(health)
    return {
        "status": "degraded" if missing else "ready",
        "missing": missing,
        "oldest_due_seconds": round(oldest, 1),
        "clock_silent_seconds": None if silent is None else round(silent, 1),
    }


def _bell_answers(health: Health) -> bool:
    try:
        health.ping_bell()
    except BellDown:
        return False
    return True


def _restored(health: Health) -> list[str]:
    try:
        health.agree()
    except Restored as restored:
        return [f"Workers and clocks stand still. {restored.detail} {restored.remedy}"]
    return []


def _exposition(health: Health) -> bytes:
    registry = CollectorRegistry()
    if health.metrics_dir:
        MultiProcessCollector(registry, health.metrics_dir)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(_OfLedger(health.ledger))
    return generate_latest(registry)


class _OfLedger(Collector):
    """Gauges read from the ledger at the moment of asking; the same from every process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("billhook_ledger_up", "1 when the ledger can be read.")
        try:
            with self._ledger.read() as tx:
                counts, oldest = events.counts(tx), events.oldest_due(tx, datetime.now(UTC))
        except LedgerDown:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        states = GaugeMetricFamily("billhook_events", "Events that wait or are dead.", labels=["state"])
        for state, count in counts.items():
            states.add_metric([state.value], count)
        yield states
        yield GaugeMetricFamily("billhook_oldest_due_seconds", "How long the oldest due event is due.", oldest)

"""The shop's door: who are you, written down, 200 (DESIGN 4, rooms 1 and 2). Everything else happens at the desk."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, request

from ledger.engine import LedgerDown
from schemas.connection import Shop
from schemas.errors import Unauthentic, Unreadable
from schemas.event import Envelope, Incoming, Stored
from schemas.problem import Problem
from webhooks import metrics
from webhooks.body import read_body
from webhooks.deadline import Deadline
from webhooks.pings import Pings
from webhooks.refusals import Refusal, Refusals, names_of
from webhooks.sources import SOURCES, UNAS_TOPIC, Delivery, Source

log = structlog.get_logger(__name__)

#: Headers kept with an event, to find a delivery in the shop's own logs. Signatures and keys are not among them.
KEPT_HEADERS = (
    "User-Agent",
    "Content-Type",
    "X-WC-Webhook-ID",
    "X-WC-Webhook-Source",
    "X-WC-Webhook-Delivery-ID",
    UNAS_TOPIC,
    "Webhook-Id",
    "Webhook-Timestamp",
)
_KEPT_CHARS = 200
_DELIVERY_CHARS = 64


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs: look-ups of shops (`fresh` never from memory), a durable store, its bounds, its sources.

    The look-ups and `store` raise LedgerDown, which the application answers with 503 and Retry-After.
    """

    shop: Callable[[str], Shop | None]
    fresh: Callable[[str], Shop | None]
    store: Callable[[Incoming, float], Stored]
    refusals: Refusals
    pings: Pings
    body_limit: int
    deadline: Deadline
    store_seconds: float = 5.0
    now: Callable[[], datetime] = field(default=_now)
    sources: Mapping[str, Source] = field(default_factory=lambda: SOURCES)


def blueprint(door: Door) -> Blueprint:
    """`POST /webhooks/<shop>`; GET and HEAD answer a URL check; Flask answers other methods 405."""
    routes = Blueprint("webhooks", __name__)

    @routes.post("/webhooks/<shop_key>", provide_automatic_options=False)
    def receive(shop_key: str) -> Response:
        with metrics.ACK_SECONDS.time():
            return _receive(door, shop_key)

    @routes.get("/webhooks/<shop_key>", provide_automatic_options=False)
    def check(shop_key: str) -> Response:
        _known(door, shop_key)
        return _answer({"ready": True})

    return routes


def _receive(door: Door, shop_key: str) -> Response:
    shop, source = _known(door, shop_key)
    size = request.content_length or 0
    try:
        delivery = Delivery(request.headers, request.args, read_body(request, door.body_limit, door.deadline))
        size = len(delivery.body)
        if source.is_ping(delivery):
            return _ping(door, shop)
        _authenticate(door, shop, source, delivery)
        envelope = source.envelope(shop, delivery)
    except (Unauthentic, Unreadable, Problem) as error:
        door.refusals.note(shop, Refusal(error.code, size, names_of(request.headers.keys())))
        raise
    return _stored(shop, _store(door, _incoming(door, shop, source, delivery, envelope)))


def _authenticate(door: Door, shop: Shop, source: Source, delivery: Delivery) -> None:
    """Raises Unauthentic; a secret that was added a moment ago, after the shop was last read, counts too."""
    try:
        source.authenticate(shop, delivery)
    except Unauthentic:
        newer = door.fresh(shop.key)
        if newer is None or newer.secrets == shop.secrets:
            raise
        source.authenticate(newer, delivery)


def _known(door: Door, shop_key: str) -> tuple[Shop, Source]:
    """The shop and how it is read. Removed, guessed and unreadable ones get one answer, from one look-up each."""
    shop = door.shop(shop_key)
    source = door.sources.get(shop.platform) if shop else None
    if shop is None or source is None:
        if shop:
            log.error("shop_has_unknown_platform", shop=shop.key, platform=shop.platform)
        metrics.UNKNOWN_SHOP.inc()
        raise Problem(404, "UNKNOWN_SHOP", "There is no such shop.", remedy="Compare the delivery URL with the shop's.")
    return shop, source


def _ping(door: Door, shop: Shop) -> Response:
    door.pings.note(shop)
    metrics.PINGS.labels(str(shop.id)).inc()
    metrics.LAST_PING.labels(str(shop.id)).set(time.time())
    log.info("ping", shop=shop.key)
    return _answer({"ping": True})


def _incoming(door: Door, shop: Shop, source: Source, delivery: Delivery, envelope: Envelope) -> Incoming:
    headers = delivery.headers
    kept = {name: headers[name][:_KEPT_CHARS] for name in KEPT_HEADERS if name in headers}
    return Incoming(
        shop_id=shop.id,
        shop_key=shop.key,
        source="webhook",
        body=delivery.body,
        envelope=envelope,
        received_at=door.now(),
        delivery_id=headers.get(source.delivery_id, "")[:_DELIVERY_CHARS],
        headers=json.dumps(kept),
    )


def _store(door: Door, incoming: Incoming) -> Stored:
    try:
        return door.store(incoming, door.store_seconds)
    except LedgerDown:
        metrics.NOT_STORED.labels(str(incoming.shop_id)).inc()
        raise


def _stored(shop: Shop, stored: Stored) -> Response:
    (metrics.DUPLICATE if stored.duplicate else metrics.STORED).labels(str(shop.id)).inc()
    log.info("delivery_stored", shop=shop.key, event_id=stored.event_id, duplicate=stored.duplicate)
    return _answer({"event": stored.event_id, "duplicate": stored.duplicate})


def _answer(said: dict[str, object]) -> Response:
    return Response(json.dumps(said), 200, mimetype="application/json")

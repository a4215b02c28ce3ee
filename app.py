"""The application: settings in, doors out. It composes and does nothing else (DESIGN 2, floor 5)."""

from __future__ import annotations

import structlog
from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from building import house_of, settings_or_exit
from config import Settings, value_of
from console import cli
from console.web import auth, pages, rq_dashboard
from ledger import api_keys, connections, rejections
from ledger.engine import Ledger, LedgerDown
from ledger.inbox import Inbox
from ledger.shops import ShopBook
from schemas.apikey import ApiKey
from schemas.connection import Shop
from webhooks import apipage, generic, health, openapi, problems, receive
from webhooks.deadline import Deadline
from webhooks.pings import Pings
from webhooks.refusals import Refusal, Refusals
from webhooks.ringing import Ringer
from webhooks.sources import SOURCES
from workers.house import DOOR_RING, House
from workers.services import utc_now

log = structlog.get_logger(__name__)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Without `settings` it reads the environment, and ends with one message if that is wrong."""
    settings = settings or settings_or_exit()
    app = Flask("billhook", static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_keys[0], MAX_CONTENT_LENGTH=settings.body_limit)
    if len(settings.secret_keys) > 1:
        app.config["SECRET_KEY_FALLBACKS"] = list(settings.secret_keys[1:])
    problems.register(app)
    app.after_request(_secure)
    _open_doors(app, settings, house_of(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _open_doors(app: Flask, settings: Settings, house: House) -> None:
    """Every door of the house. Another blueprint, or another command, is registered here and nowhere else."""
    app.extensions["billhook.house"] = house
    app.extensions["billhook.value_of"] = value_of
    bell = house.bell(DOOR_RING)
    shops, inbox = ShopBook(house.ledger), Inbox(house.ledger, Ringer(bell))
    app.extensions["billhook.inbox"] = inbox
    door = receive.Door(
        shop=shops.get,
        fresh=lambda key: shops.get(key, fresh=True),
        store=inbox.store,
        refusals=Refusals(lambda shop, refusal: _write_down(house.ledger, shop, refusal)),
        pings=Pings(lambda shop: _pinged(house.ledger, shop)),
        body_limit=settings.body_limit,
        deadline=Deadline(settings.body_seconds),
        sources={**SOURCES, "generic": generic.source(_books(house.ledger))},
    )
    app.register_blueprint(receive.blueprint(door))
    api = openapi.publish(app)
    app.extensions["billhook.api"] = api
    app.register_blueprint(apipage.blueprint(api))
    machines = health.Health(
        house.ledger, bell.ping, house.witnesses(DOOR_RING).agree, house.timing.heartbeat_stale, settings.metrics_dir
    )
    app.register_blueprint(health.blueprint(machines))
    pages.register(app, house, auth.register(app, house))
    rq_dashboard.register(app, house)
    cli.register(app)


def _books(ledger: Ledger) -> generic.Books:
    """What the generic source looks up in the ledger."""

    def key(public: str) -> ApiKey | None:
        with ledger.read() as tx:
            return api_keys.by_public(tx, public)

    def ways(shop_id: int) -> dict[str, int]:
        with ledger.read() as tx:
            return connections.ways(tx, shop_id)

    return generic.Books(key, ways)


def _write_down(ledger: Ledger, shop: Shop, refusal: Refusal) -> None:
    """The last hundred refusals of a shop are kept; that the ledger is away must not turn a 401 into a 503."""
    try:
        with ledger.write() as tx:
            rejections.add(tx, shop.id, refusal.code, refusal.size, refusal.header_names, utc_now())
    except LedgerDown as error:
        log.warning("refusal_not_written", shop=shop.key, why=error.detail)


def _pinged(ledger: Ledger, shop: Shop) -> None:
    """That the ledger is away must not turn a ping's 200 into anything else: it would come again with each delivery."""
    try:
        with ledger.write() as tx:
            connections.pinged(tx, shop.id, utc_now())
    except LedgerDown as error:
        log.warning("ping_not_written", shop=shop.key, why=error.detail)


def _secure(answer: Response) -> Response:
    """The strictest headers for whoever set none; a page that needs a looser policy sets its own."""
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer

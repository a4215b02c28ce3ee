"""Orders from before a route began, taken in after all: first told, with count and totals, then carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from adapters.shops.base import Reading
from ledger import connections, documents, events, orders
from ledger.engine import Tx
from ledger.rows import Bell
from schemas.connection import Route, Shop
from schemas.errors import Unreadable
from schemas.order import Order
from workers.decide import decide
from workers.money.rules import REFUSE, Decision, Trigger, rules_of
from workers.read import read_order
from workers.services import Services
from workers.shop import polling
from workers.shop.polling import Looked, Tell, quiet


@dataclass
class Foretold:
    """What a backfill would bring, by the shop's list as it is now.

    `order_ids` lie between `since` and the present start of their route; of them `due` owe a document, whose gross
    totals stand per currency in `totals`; `refused` will be dead letters, the rest owes nothing. `routes` are the keys
    of the routes that would begin earlier.
    """

    since: datetime
    routes: tuple[str, ...] = ()
    order_ids: dict[str, None] = field(default_factory=dict)
    due: int = 0
    refused: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)


def foretell(services: Services, shop: Shop, since: datetime) -> Foretold:
    """List, decide, add up; changes nothing. Raises AdapterError when the shop cannot be listed to the end."""
    with services.ledger.read() as tx:
        later = [route for route in connections.list_routes(tx, shop.id) if route.starts_at > since]
    told = Foretold(since, tuple(route.key for route in later))
    for page in polling.pages(services.shop_client(shop).changed(since)):
        with services.ledger.read() as tx:
            for reading in page:
                _weigh(services, tx, shop, reading, told)
    return told


def _weigh(services: Services, tx: Tx, shop: Shop, reading: Reading, told: Foretold) -> None:
    """One listed order, if it lies in the gap and was not met on an earlier page."""
    try:
        order = read_order(shop, reading.body)
    except Unreadable:
        told.refused += reading.order_id not in told.order_ids
        told.order_ids[reading.order_id] = None
        return
    route = connections.route_for(tx, shop.id, order.channel)
    in_gap = route and order.placed_at and told.since <= order.placed_at < route.starts_at
    if route is None or not in_gap or reading.order_id in told.order_ids:
        return
    told.order_ids[reading.order_id] = None
    decision = _decided(services, tx, shop, order, route, told.since)
    told.refused += decision.action == REFUSE
    if decision.draft is not None:
        told.due += 1
        currency, gross = decision.draft.currency, decision.draft.totals.gross
        told.totals[currency] = told.totals.get(currency, Decimal(0)) + gross


def _decided(services: Services, tx: Tx, shop: Shop, order: Order, route: Route, since: datetime) -> Decision:
    account = connections.account(tx, services.ledger.vault, route.account_id)
    rules = rules_of(shop.key, replace(route, starts_at=since), account, services.now())
    return decide(order, documents.history(tx, shop.id, order.id), rules, Trigger())


def carry_out(services: Services, shop: Shop, told: Foretold, tell: Tell = quiet) -> Looked:
    """Begin the routes earlier, decide anew on what was left alone, and fetch what was never sent.

    May be repeated: what is known is no news, and a document that exists is found.
    """
    with services.ledger.write() as tx:
        for route in connections.list_routes(tx, shop.id):
            if route.key in told.routes:
                _begin_earlier(tx, route, told.since)
        bells = _again(services, tx, shop, told)
    polling.ring(services, bells)
    return polling.look(services, shop, since=told.since, tell=tell)


def _begin_earlier(tx: Tx, route: Route, since: datetime) -> None:
    connections.change_route(
        tx,
        route.id,
        policy=route.policy,
        starts_at=since,
        series=route.series,
        options=route.options,
        account_id=route.account_id,
    )


def _again(services: Services, tx: Tx, shop: Shop, told: Foretold) -> list[Bell]:
    """Orders of the gap that the ledger knows and left alone for being too old: their newest events are due again."""
    ids = orders.left_alone(tx, shop.id, list(told.order_ids), "BEFORE_START")
    events.replay_all(tx, ids, services.now())
    return [(event_id, shop.key) for event_id in ids]

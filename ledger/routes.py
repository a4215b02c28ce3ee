"""Routes: which account a shop's orders go to. They never overlap: all orders, or single sales channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from ledger.tables import REMOVED, routes, shops
from schemas.codec import from_json, to_json
from schemas.connection import Policy, Route
from schemas.errors import BillhookError

_WAY = (
    select(routes)
    .where(routes.c.shop_id == bindparam("of_shop"), routes.c.state == "active")
    .where(or_(routes.c.channel == "", routes.c.channel == bindparam("sold_in")))
    .order_by(routes.c.channel.desc())
)


def add_route(
    tx: Connection,
    *,
    key: str,
    shop_id: int,
    account_id: int,
    policy: Policy,
    starts_at: datetime,
    now: datetime,
    channel: str = "",
    series: str = "",
    options: Mapping[str, str] | None = None,
) -> Route:
    """Send a shop's orders (of one `channel`, or all) to an account; raises BillhookError where two would overlap.

    The caller wakes "route:<shop id>" in the same transaction.
    """
    tx.execute(select(shops.c.id).where(shops.c.id == shop_id).with_for_update())
    _refuse_overlap(list_routes(tx, shop_id), channel)
    if route_by_key(tx, key) is not None:
        raise BillhookError(f"There is a route {key} already.", code="KEY_TAKEN", remedy="Choose another key.")
    row = {
        "key": key,
        "shop_id": shop_id,
        "account_id": account_id,
        "channel": channel,
        "series": series,
        "policy": to_json(policy),
        "options": to_json(options or {}),
        "starts_at": starts_at,
        "created_at": now,
    }
    return _route(tx.execute(insert(routes).values(row).returning(*routes.c)).one())


def _refuse_overlap(others: list[Route], channel: str) -> None:
    clash = next((one for one in others if not one.channel or not channel or one.channel == channel), None)
    if clash is not None:
        raise BillhookError(
            f"Route {clash.key} already takes orders that this one would take.",
            code="ROUTES_OVERLAP",
            remedy="Remove it first, or give each route a sales channel of its own.",
        )


def route_for(tx: Connection, shop_id: int, channel: str) -> Route | None:
    """The way of an order of this channel; None when there is none, or when it is paused (the order waits)."""
    found = tx.execute(_WAY, {"of_shop": shop_id, "sold_in": channel}).first()
    return None if found is None else _route(found)


def ways(tx: Connection, shop_id: int) -> dict[str, int]:
    """A shop's routes, paused ones too, as channel → account id ("" = all channels)."""
    kept = select(routes.c.channel, routes.c.account_id).where(routes.c.shop_id == shop_id, routes.c.state != REMOVED)
    return {row.channel: row.account_id for row in tx.execute(kept)}


def route_by_key(tx: Connection, key: str) -> Route | None:
    """A route by its key, whatever its state."""
    found = tx.execute(select(routes).where(routes.c.key == key)).one_or_none()
    return None if found is None else _route(found)


def list_routes(tx: Connection, shop_id: int | None = None) -> list[Route]:
    """The routes that were not removed, of one shop or of all."""
    kept = select(routes).where(routes.c.state != REMOVED).order_by(routes.c.id)
    found = tx.execute(kept if shop_id is None else kept.where(routes.c.shop_id == shop_id))
    return [_route(row) for row in found]


def change_route(
    tx: Connection,
    route_id: int,
    *,
    policy: Policy,
    starts_at: datetime,
    series: str,
    options: Mapping[str, str],
    account_id: int,
) -> None:
    """Other rules, or another account, from the next decision on; an order's first document has fixed its account."""
    changed = {
        "policy": to_json(policy),
        "starts_at": starts_at,
        "series": series,
        "options": to_json(options),
        "account_id": account_id,
    }
    tx.execute(update(routes).where(routes.c.id == route_id).values(changed))


def set_route_state(tx: Connection, route_id: int, state: str) -> None:
    """Make it active, paused or removed; a removed one stays removed, since another may have its place."""
    kept = (routes.c.id == route_id, routes.c.state != REMOVED)
    tx.execute(update(routes).where(*kept).values(state=state))


def _route(row: Row[Any]) -> Route:
    return Route(
        id=row.id,
        key=row.key,
        shop_id=row.shop_id,
        account_id=row.account_id,
        starts_at=row.starts_at,
        policy=from_json(Policy, row.policy),
        channel=row.channel,
        series=row.series,
        options=from_json(dict[str, str], row.options),
        state=row.state,
    )

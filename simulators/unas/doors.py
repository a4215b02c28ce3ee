"""The back doors of this shop under /_sim/: shoppers, staff and the clock, besides the doors every simulator has."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request, Response, as_json
from simulators.unas.arithmetic import plain
from simulators.unas.automatisms import Automatism
from simulators.unas.catalogue import EVENTS, KINDS
from simulators.unas.orders import Order
from simulators.world import Door

if TYPE_CHECKING:
    from simulators.unas.world import Unas


def orders_list(world: "Unas", request: Request, rest: str) -> Response:
    """GET /_sim/orders or /_sim/orders/KEY: as getOrder tells it, without counting as a call."""
    with world.lock:
        found = [world.order(rest)] if rest else [world.orders[ident] for ident in world.keys.values()]
        told = [order.shown(world) for order in found]
        return as_json(told[0] if rest else told)


def orders_change(world: "Unas", request: Request, rest: str) -> Response:
    """POST /_sim/orders {description} or {"orders": [...]} makes them; /_sim/orders/KEY {changes} changes one."""
    given = request.json()
    if not isinstance(given, dict):
        raise ValueError("an object is wanted")
    with world.lock:
        if rest:
            return as_json(_brief(world, world.edit(world.order(rest), given)))
        many = given.get("orders") if set(given) == {"orders"} else None
        made = [order for one in (many or [given]) for order in world.make(one)]
        return as_json([_brief(world, order) for order in made], 201)


def clock_show(world: "Unas", request: Request, rest: str) -> Response:
    now = world.now()
    return as_json({"now": datetime.fromtimestamp(now, UTC).isoformat(), "unix": int(now), "local": world.local(now),
                    "fixed": bool(world.settings["clock"])})  # fmt: skip


def clock_move(world: "Unas", request: Request, rest: str) -> Response:
    """{"now": an instant with its zone} fixes the clock, {"advance": seconds} moves it on, {"real": true} frees it."""
    given = request.json()
    with world.lock:
        if given.get("real"):
            world.change({"clock": ""})
        elif "now" in given:
            world.change({"clock": given["now"]})
        else:
            world.advance(float(given["advance"]))
        return clock_show(world, request, rest)


def deliveries(world: "Unas", request: Request, rest: str) -> Response:
    """?all=0 counts them alone."""
    every = {} if request.query.get("all") == "0" else {"all": world.sender.as_json()}
    return as_json({**world.sender.counts(), **every})


def webhooks(world: "Unas", request: Request, rest: str) -> Response:
    """{"url", "events"?, "status"?}: rules as the admin pages make them; {event} in the URL becomes the event."""
    given = request.json()
    with world.lock:
        made = [_rule(world, given, event) for event in given.get("events", EVENTS)]
        return as_json([rule.ident for rule in made], 201)


def statuses(world: "Unas", request: Request, rest: str) -> Response:
    """POST /_sim/statuses/ID {"name"?, "type"?}: rename a status of the shop, or give it another type."""
    given = request.json()
    with world.lock:
        status = world.statuses[int(rest)]
        if given.get("type", status.kind) not in KINDS:
            raise ValueError(f"type must be one of {', '.join(KINDS)}")
        status.name, status.kind = given.get("name", status.name), given.get("type", status.kind)
        return as_json({"id": status.ident, "name": status.name, "type": status.kind})


DOORS: Mapping[tuple[str, str], Door] = {
    ("GET", "orders"): orders_list, ("POST", "orders"): orders_change, ("GET", "clock"): clock_show,
    ("POST", "clock"): clock_move, ("GET", "deliveries"): deliveries, ("POST", "webhooks"): webhooks,
    ("POST", "statuses"): statuses,
}  # fmt: skip


def _rule(world: "Unas", given: Mapping[str, Any], event: str) -> Automatism:
    if event not in EVENTS:
        raise ValueError(f"unknown event {event!r}")
    rule = Automatism(world.next_id("automatisms"), f"{event} webhook", event, given["url"].replace("{event}", event),
                      status=given.get("status"))  # fmt: skip
    world.automatisms[rule.ident] = rule
    return rule


def _brief(world: "Unas", order: Order) -> dict[str, Any]:
    return {"key": order.key, "id": str(order.ident), "sum": plain(order.sum), "placed": order.placed,
            "modified": order.modified, "deleted": order.deleted}  # fmt: skip

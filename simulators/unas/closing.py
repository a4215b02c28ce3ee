"""The shop's books: enough for a test to say what was read, written, marked and refused."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.unas.arithmetic import plain
from simulators.unas.orders import Order

if TYPE_CHECKING:
    from simulators.unas.world import Unas


def books(world: "Unas") -> dict[str, Any]:
    documents = [{**order.shown(world), "deleted": order.deleted} for order in world.orders.values()]
    return {"documents": documents, "automatisms": [rule.shown() for rule in world.automatisms.values()],
            "deliveries": world.sender.as_json()}  # fmt: skip


def summary(world: "Unas") -> dict[str, Any]:
    """`per_oid`: order key -> different invoice numbers the API wrote there; `peaks`: most calls within any hour."""
    live = [world.orders[ident] for ident in world.keys.values()]
    return {
        "documents": len(live), "ever": len(world.orders),
        "per_oid": {order.key: len(set(order.numbers)) for order in live if order.numbers},
        "per_kind": Counter(world.statuses[order.status].kind for order in live),
        "totals": _totals(live), "emails": {order.key: order.emails for order in live if order.emails},
        "orders": {order.key: _order(order) for order in live},
        "gone": [{"key": order.key, **_order(order)} for order in world.orders.values() if order.deleted],
        "calls": dict(world.calls), "peaks": dict(world.limits.peaks), "bans": world.limits.bans,
        "unidentified": world.limits.unidentified, "auto_set": dict(world.auto_set), "deletes": world.deletes,
        "overwritten": world.overwritten, "deliveries": world.sender.counts(),
    }  # fmt: skip


def _order(order: Order) -> dict[str, Any]:
    return {"id": str(order.ident), "status": order.status, "sum": plain(order.sum), "invoice": order.invoice,
            "storno": order.nodes.get("Storno"), "written": order.numbers}  # fmt: skip


def _totals(live: list[Order]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for order in live:
        sums[order.currency] = sums.get(order.currency, Decimal(0)) + order.sum
    return {currency: plain(total) for currency, total in sums.items()}

"""The books of the shop as tests close them: orders, their notes, meta and refunds."""

from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from simulators.woocommerce.order import HIDDEN, Meta, Order
from simulators.woocommerce.php import six


def summary(orders: Collection[Order], emails: Mapping[int, int]) -> dict[str, Any]:
    """Documents are orders here; `orders` tells notes, meta and refunds of each."""
    listed = [order for order in orders if order.status not in HIDDEN]
    return {
        "documents": len(listed), "ever": len(orders), "per_oid": Counter(order.number for order in listed),
        "per_kind": Counter(order.status for order in listed), "totals": _totals(listed),
        "emails": {str(ident): times for ident, times in emails.items() if times},
        "orders": {str(order.ident): told(order) for order in orders},
    }  # fmt: skip


def patch(order: Order, changes: Mapping[str, Any], meta: list[Meta]) -> None:
    """Change what is given; `meta` are the rows to add."""
    if unknown := set(changes) - {"status", "number", "meta", "totals", "extra", "billing"}:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    order.status, order.number = changes.get("status", order.status), changes.get("number", order.number)
    order.meta += meta
    order.totals.update({name: six(Decimal(str(total))) for name, total in changes.get("totals", {}).items()})
    order.extra.update(changes.get("extra", {}))
    order.billing.update(changes.get("billing", {}))


def _totals(orders: list[Order]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for order in orders:
        sums[order.currency] = sums.get(order.currency, Decimal(0)) + order.totals["total"]
    return {currency: f"{total:f}" for currency, total in sums.items()}


def told(order: Order) -> dict[str, Any]:
    return {
        "id": order.ident, "number": order.number, "status": order.status, "currency": order.currency,
        "total": f"{order.totals['total']:f}", "refunded": f"{order.refunded:f}",
        "meta": {meta.key: meta.value for meta in order.meta},
        "notes": [{"note": note.text, "customer_note": note.to_customer, "author": note.author}
                  for note in order.notes],
        "refunds": [{"id": refund.ident, "amount": f"{refund.amount:f}", "paid_back": refund.refunded_payment}
                    for refund in order.refunds],
    }  # fmt: skip

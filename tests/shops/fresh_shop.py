"""A small WooCommerce behind real HTTP that holds captured orders, for tests of the desk that reads them back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.shops.scripted import Asked, Said, refused

CAPTURED = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"
CREDENTIALS = {"consumer_key": "ck_0123456789abcdef", "consumer_secret": "cs_fedcba9876543210"}
ROOT = "/wp-json/wc/v3"


def captured(name: str, **changed: Any) -> dict[str, Any]:
    """One captured order's body, changed as said."""
    return {**json.loads((CAPTURED / f"{name}.body").read_bytes()), **changed}


@dataclass
class SmallShop:
    """Its orders and refunds by id, its webhooks; `broken` answers everything instead."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    broken: Said | None = None
    broken_list: Said | None = None

    def has(self, name: str, **changed: Any) -> dict[str, Any]:
        """Put a captured order into the shop; gives its body."""
        order = captured(name, **changed)
        self.orders[str(order["id"])] = order
        return order

    def answer(self, asked: Asked) -> Said:
        """What WooCommerce's REST API would say."""
        if self.broken is not None:
            return self.broken
        parts = asked.path.removeprefix(f"{ROOT}/").split("/")
        if parts[0] == "webhooks":
            return self._webhooks(asked, parts)
        if parts == ["orders"]:
            return self.broken_list or self._changed(asked)
        if parts[1] not in self.orders:
            return refused("woocommerce_rest_shop_order_invalid_id", 404)
        return Said(self.refunds.get(parts[1], []) if parts[2:] == ["refunds"] else self.orders[parts[1]])

    def _changed(self, asked: Asked) -> Said:
        """By modification time, oldest first, bounds exclusive (woocommerce.md 5.3)."""
        after, before = asked.query.get("modified_after", ""), asked.query.get("modified_before", "9")
        found = [o for o in self.orders.values() if after < o["date_modified_gmt"] < before]
        found.sort(key=lambda o: (o["date_modified_gmt"], o["id"]))
        size, number = int(asked.query["per_page"]), int(asked.query.get("page", 1))
        return Said(found[(number - 1) * size : number * size], headers={"X-WP-Total": str(len(found))})

    def _webhooks(self, asked: Asked, parts: list[str]) -> Said:
        if asked.method == "POST":
            self.hooks.append({**asked.json, "id": len(self.hooks) + 1})
            return Said(self.hooks[-1], 201)
        if asked.method == "PUT":
            hook = self.hooks[int(parts[1]) - 1]
            hook |= asked.json
            return Said(hook)
        return Said(self.hooks)

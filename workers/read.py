"""A stored body becomes an Order: which reader a shop's platform needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemas import generic, unas, woocommerce
from schemas.connection import Shop
from schemas.errors import Unreadable
from schemas.order import Order

READERS: Mapping[str, Callable[[bytes], Order]] = {
    "woocommerce": woocommerce.read_order,
    "unas": unas.read_order,
    "generic": generic.read_order,
}


def read_order(shop: Shop, body: bytes) -> Order:
    """The order in this body; raises Unreadable with every problem by path, also for a platform nobody here reads."""
    reader = READERS.get(shop.platform)
    if reader is None:
        raise Unreadable(f"Bodies of platform {shop.platform!r} cannot be read.", remedy="Correct the shop's platform.")
    return reader(body)

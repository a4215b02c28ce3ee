"""A stand-in for a WooCommerce shop (https://woocommerce.github.io/woocommerce-rest-api-docs/) over real HTTP.

It is a shop, not an invoicing system: it sends orders and is written back to. Its REST API is wc/v3; orders are made
through the back door (see back.py).
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.woocommerce import notes, orders, refunds, shop, webhooks
from simulators.woocommerce.back import DOORS
from simulators.woocommerce.world import WooCommerce

ROOMS = (notes, orders, refunds, shop, webhooks)  # importing them adds their routes
WooCommerce.doors = DOORS

WORLD = WooCommerce
FLAGS = ("permissions", "ssl", "permalinks", "version")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with woocommerce.start(ssl="on") as shop: shop.url, shop.world`."""
    return server.start(WooCommerce(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(WooCommerce, argv, FLAGS)

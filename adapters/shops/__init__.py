"""Clients of the shop platforms: reading orders and refunds, writing numbers back."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from adapters.ports import ShopPorts
    from adapters.shops.base import ShopClient
    from schemas.connection import Shop

#: Platform → its client's class, imported when it is first wanted. A platform that is not here cannot be read back.
CLIENTS = {
    "woocommerce": "adapters.shops.woocommerce:WooCommerce",
    "unas": "adapters.shops.unas:Unas",
}


def client_class(platform: str) -> type[ShopClient]:
    """The client of a platform; raises KeyError for one that has none."""
    module, _, name = CLIENTS[platform].partition(":")
    found: type[ShopClient] = getattr(importlib.import_module(module), name)
    return found


def client_for(shop: Shop, **ports: Unpack[ShopPorts]) -> ShopClient:
    """The client of a shop, with what it takes of ShopPorts."""
    return client_class(shop.platform)(shop, **ports)


def problems(platform: str, credentials: Mapping[str, str]) -> dict[str, str]:
    """Field → what is wrong with a shop's credentials, where there are any; a platform without a client takes all."""
    return client_class(platform).problems(credentials) if platform in CLIENTS and credentials else {}


def is_secret(platform: str, field: str) -> bool:
    """Whether a credential is never shown; of a platform without a client none is."""
    fields = client_class(platform).credentials if platform in CLIENTS else ()
    return all(known.secret for known in fields if known.name == field)


def reads_back(shop: Shop) -> bool:
    """Whether this shop can be asked: its platform has a client, and its credentials are there."""
    return shop.platform in CLIENTS and bool(shop.credentials)

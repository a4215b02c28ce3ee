"""What tests of the UNAS client share: a shop that is connected to a simulated UNAS, and its client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.shops import client_for
from adapters.shops.base import ShopClient
from schemas.connection import Shop
from tests.simulators.unas_shop import MORNING, Caller

NOW = datetime.fromisoformat(MORNING)


def connected(there: Caller, key: str = "") -> Shop:
    credentials = {"api_key": key or there.world.settings["token"], "api_url": there.base}
    return Shop(1, "bolt-abcd1234", "unas", "Bolt", "https://bolt.example", ("s",), credentials, "Europe/Budapest")


def client(there: Caller, key: str = "", **ports: Any) -> ShopClient:
    """A client that tells the time by the shop's own clock."""
    now = {"now": lambda: datetime.fromtimestamp(there.world.now(), UTC)}
    return client_for(connected(there, key), **{**now, "allow_private": True, "deadline": 20.0, **ports})


def make(there: Caller, **given: Any) -> dict[str, Any]:
    """An order placed in the shop."""
    return dict(there.door("orders", given)[0])


def kept(there: Caller, key: str) -> dict[str, Any]:
    """The order as the shop has it, unread by any call."""
    return dict(there.door(f"orders/{key}"))

"""A desk whose shop can be asked: its orders stand in a small WooCommerce behind real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import adapter_for
from adapters.base import Adapter
from adapters.shops import client_for
from adapters.shops.base import ShopClient
from ledger import connections
from schemas.connection import Account, Shop
from schemas.ports import Guard, Turns, unguarded
from tests.desk.conftest import (
    Desk,
    database_url,
    desk,
    postgres_server,
    postgres_template,
    roadless,
    simulator,
    sqlite_template,
    valkey_url,
)
from tests.shops.fresh_shop import CREDENTIALS, SmallShop
from tests.shops.scripted import Site, site

__all__ = ["database_url", "desk", "postgres_server", "postgres_template", "roadless", "simulator", "sqlite_template",
           "valkey_url"]  # fmt: skip

#: Nothing here waits for a time-out, so a slow machine may take its time (seconds).
DEADLINE = 20.0
#: The captured orders are no younger than this, whatever day it is.
CAPTURED_BY = datetime(2026, 11, 21, 6, tzinfo=UTC)
PUBLIC_URL = "http://127.0.0.1:8000"


def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@dataclass
class Asking:
    """A desk and the shop that it asks; `site` remembers every request."""

    desk: Desk
    shop: SmallShop
    site: Site

    def deliver(self, name: str, **changed: Any) -> str:
        """The shop has this state and sends it; gives the event's id."""
        self.shop.has(name, **changed)
        return self.desk.captured(name, **changed)


def read_back(desk: Desk, url: str) -> None:
    """Give the desk's shop an address and a key, and the desk a client for it."""
    with desk.ledger.write() as tx:
        connections.change_shop(tx, desk.shop.id, name="Desk", url=url, timezone="UTC")
        connections.set_credentials(tx, desk.ledger.vault, desk.shop.id, CREDENTIALS)
        desk.shop = connections.shop(tx, desk.ledger.vault, desk.shop.id)

    def client(shop: Shop, *, guard: Guard = unguarded) -> ShopClient:
        return client_for(shop, guard=guard, allow_private=True, deadline=DEADLINE)

    def mouth(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        return adapter_for(account, guard=guard, turns=turns, allow_private=True, deadline=DEADLINE)

    desk.services = replace(desk.services, adapter=mouth, shop_client=client, public_url=PUBLIC_URL)


@pytest.fixture
def asking(desk: Desk) -> Iterator[Asking]:
    small = SmallShop()
    desk.now = max(desk.now, CAPTURED_BY)
    with site(small.answer) as there:
        read_back(desk, there.url)
        yield Asking(desk, small, there)

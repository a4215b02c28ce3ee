"""The clients of this process: a shop's own API with what all workers share of that shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.ports import ShopPorts
from adapters.shops import client_for
from adapters.shops.base import ShopClient
from schemas.connection import Shop
from schemas.ports import Guard, unguarded
from workers.shop.gates import Gates
from workers.timing import Timing
from workers.tokens import Tokens


@dataclass(frozen=True, slots=True)
class ShopClients:
    """The ShopClientFactory of a service; raises KeyError where a platform has none (see adapters.shops.reads_back)."""

    tokens: Tokens
    gates: Gates
    timing: Timing
    now: Callable[[], datetime]
    allow_private: bool = False

    def __call__(self, shop: Shop, *, guard: Guard = unguarded) -> ShopClient:
        ports = ShopPorts(guard=guard, allow_private=self.allow_private, deadline=self.timing.call, now=self.now)
        if shop.id:  # one that is only being tried before it is registered shares nothing
            ports["tokens"], ports["gate"] = self.tokens.of_shop(shop), self.gates.of(shop)
        return client_for(shop, **ports)

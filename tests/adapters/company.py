"""A simulated Fortnox company, what a test does to it, and adapters that speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from adapters.fortnox import Fortnox
from adapters.wire import compare
from schemas.connection import Account
from schemas.document import Document, Draft
from simulators import world_of
from simulators.server import Simulator, start
from tests.adapters.contract.test_fortnox import VENDOR
from tests.adapters.drafts import SWEDEN, at

FIRST = VENDOR.rotating["refresh_token"]


def account_at(url: str, credentials: Any = None, **options: str) -> Account:
    """An account with a tenant's number; `credentials` are laid over it."""
    given = {**VENDOR.credentials(url), **(credentials or {})}
    return Account(1, "main", "fortnox", "Main", SWEDEN.seller, credentials=given, options=options)


@dataclass
class Company:
    """A simulated company, and adapters that speak to it."""

    simulator: Simulator

    def adapter(self, *, deadline: float = 20.0, credentials: Any = None, guard: Any = None, **options: Any) -> Fortnox:
        account = account_at(self.simulator.url, credentials, **options)
        more = {"guard": guard} if guard else {}
        return Fortnox(account, allow_private=True, deadline=deadline, **more)

    def issued(self, wanted: Draft, original: Document | None = None, **options: Any) -> Document:
        document = self.adapter(**options).issue(wanted, original)
        assert compare(wanted, document) == ()
        return document

    def invoice(self, number: str) -> Any:
        return self.adapter().books.row(f"/invoices/{number}", "Invoice")

    def rows(self, path: str, name: str) -> list[Any]:
        return list(self.adapter().books.listed(path, name))

    def customers(self) -> list[Any]:
        return self.rows("/customers", "Customers")

    def do(self, method: str, path: str, name: str, body: Any = None) -> Any:
        """What a person does at Fortnox' own pages."""
        return self.adapter().books.made(method, path, name, body)

    def switch(self, **settings: object) -> None:
        self._door("settings", settings)

    def arm(self, name: str, path: str, method: str | None = None, *, times: int = 1, **params: object) -> None:
        self._door("faults", {"name": name, "times": times, "method": method, "path": path, "params": params})

    def disarm(self) -> None:
        self.simulator.world.plan.clear()

    def asked(self, method: str, path: str) -> int:
        """How often this was asked."""
        return sum(line["method"] == method and line["path"].endswith(path) for line in self.simulator.world.log)

    @property
    def summary(self) -> Any:
        return requests.get(f"{self.simulator.url}/_sim/summary", timeout=10).json()

    def _door(self, place: str, body: object) -> None:
        answer = requests.post(f"{self.simulator.url}/_sim/{place}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text


@pytest.fixture
def company() -> Iterator[Company]:
    with at(SWEDEN), start(world_of("fortnox")(**VENDOR.started)) as simulator:
        yield Company(simulator)
        assert not simulator.world.crashes, simulator.world.crashes

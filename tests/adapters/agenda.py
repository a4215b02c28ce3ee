"""A simulated iDoklad agenda, what a test does to it, and adapters that speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from adapters.idoklad import Idoklad
from adapters.wire import compare
from schemas.document import Draft
from simulators import world_of
from simulators.server import Simulator, start
from tests.adapters.contract.test_idoklad import VENDOR
from tests.adapters.drafts import CZECHIA, at
from tests.adapters.series_crowd import account_at

FIRST = "first-refresh-token"


@dataclass
class Agenda:
    """A simulated agenda, and an adapter that speaks to it."""

    simulator: Simulator

    def adapter(self, *, deadline: float = 20.0, credentials: Any = None, **options: Any) -> Idoklad:
        account = account_at(self.simulator.url)
        given = {**account.credentials, **(credentials or {})}
        return Idoklad(replace(account, credentials=given, options=options), allow_private=True, deadline=deadline)

    def issued(self, wanted: Draft, **options: Any) -> Any:
        """Issue it, and give the row as the system has it."""
        document = self.adapter(**options).issue(wanted)
        assert compare(wanted, document) == ()
        return self.row("IssuedInvoices", document.system_id)

    def row(self, path: str, ident: str) -> Any:
        return self.adapter().agenda.row(f"/{path}/{ident}")

    def rows(self, path: str) -> list[Any]:
        return list(self.adapter().agenda.listed(f"/{path}"))

    def switch(self, **settings: object) -> None:
        self._door("settings", settings)

    def arm(self, name: str, path: str, method: str | None = None, *, times: int = 1, **params: object) -> None:
        self._door("faults", {"name": name, "times": times, "method": method, "path": path, "params": params})

    def disarm(self) -> None:
        self.simulator.world.plan.clear()

    def _door(self, place: str, body: object) -> None:
        answer = requests.post(f"{self.simulator.url}/_sim/{place}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text


@pytest.fixture
def agenda() -> Iterator[Agenda]:
    with at(CZECHIA), start(world_of("idoklad")(**{**VENDOR.started, "refresh_token": FIRST})) as simulator:
        yield Agenda(simulator)
        assert not simulator.world.crashes, simulator.world.crashes

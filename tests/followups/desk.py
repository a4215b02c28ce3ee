"""A desk in this process: a real ledger, the simulator over HTTP, a clock to be turned, and no Redis."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import update

from adapters import adapter_for
from adapters.base import Adapter
from ledger import connections, documents, events, follow_ups
from ledger.documents import DocumentRow
from ledger.engine import Ledger, open_ledger
from ledger.follow_ups import Notes
from ledger.tables import routes
from ledger.vault import Vault
from schemas.connection import Account
from schemas.document import Kind, Seller
from schemas.envelope import read_envelope
from schemas.errors import DeadLettered
from schemas.event import Event, Incoming, State
from schemas.policy import read_policy
from schemas.ports import Guard, Turns
from simulators import fakturownia
from simulators.fakturownia.world import Fakturownia
from simulators.server import Simulator
from tests.ledger.fixtures import KEY
from workers import process
from workers.beats import Beats
from workers.bell import Bell
from workers.leases import Leases
from workers.services import Services
from workers.timing import REAL

ROOT = Path(__file__).parents[2]
TOKEN = "kanarek-4711/desk"
ALL = {"email": "yes", "pdf": "yes", "official": "yes"}
#: One call's deadline: long enough for a busy machine, short enough for two hundred lost answers.
DEADLINE = 0.6


class Mute:
    """A bell that only remembers; the desk is run by hand."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, bells: Sequence[tuple[str, str]]) -> None:
        self.rung += [event_id for event_id, _ in bells]


@dataclass
class Turned:
    """The time of day and the monotonic clock, both moved by hand."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    passed: float = 0.0

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.passed += seconds


@dataclass
class Desk:
    """One shop, one account, one route; `turn_mouth` lets a test stand between the desk and an adapter."""

    ledger: Ledger
    simulator: Simulator
    services: Services
    time: Turned
    bell: Mute
    shop_id: int
    shop_key: str
    turn_mouth: list[Callable[[Adapter], Adapter]]

    @property
    def world(self) -> Fakturownia:
        return cast(Fakturownia, self.simulator.world)

    def order(self, number: int, **changes: Any) -> str:
        """Store an order in the shape of a captured paid one; gives the event's id. `billing` is merged."""
        data = json.loads((ROOT / "fixtures/woocommerce-8.2.2/009.body").read_bytes())
        billing = data["billing"] | changes.pop("billing", {})
        data |= {"id": number, "number": str(number), "billing": billing, **changes}
        body = json.dumps(data).encode()
        envelope = read_envelope("order.updated", body)
        arrived = Incoming(self.shop_id, self.shop_key, "woocommerce", body, envelope, self.time.now)
        with self.ledger.write() as tx:
            return events.store(tx, [arrived], self.time.now, rung=True)[0].event_id

    def run(self, event_id: str) -> Event:
        """One run of an event, as a worker does it."""
        try:
            process.run(self.services, event_id)
        except DeadLettered:
            assert self.event(event_id).state is State.DEAD
        return self.event(event_id)

    def issue(self, number: int, **changes: Any) -> DocumentRow:
        """An order and its invoice; its follow-ups wait."""
        event = self.run(self.order(number, **changes))
        assert event.state is State.DONE, (event.reason, event.detail)
        return self.row(number)

    def row(self, number: int) -> DocumentRow:
        with self.ledger.read() as tx:
            (found,) = documents.page(tx, shop_id=self.shop_id, order=str(number), kind=Kind.INVOICE)
        return found

    def notes(self, row: DocumentRow) -> Notes:
        with self.ledger.read() as tx:
            return follow_ups.notes(tx, row.id)

    def follow_ups(self, number: int) -> Mapping[str, Event]:
        """The order's follow-ups by kind."""
        with self.ledger.read() as tx:
            found = events.page(tx, order=str(number), limit=100)
        return {e.kind: e for e in found if e.kind != "order"}

    def follow_up(self, number: int, kind: str) -> Event:
        return self.follow_ups(number)[f"document.{kind}"]

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found is not None
        return found

    def finish(self, event_id: str, most: int = 30) -> Event:
        """Run it, each time when it is due, until it rests."""
        for _ in range(most):
            event = self.event(event_id)
            if event.state is not State.WAITING:
                return event
            if event.due_at is not None and event.due_at > self.time.now:
                self.time.on((event.due_at - self.time.now).total_seconds())
            self.run(event_id)
        raise AssertionError(f"{event_id} does not come to rest: {self.event(event_id)}")

    def replay(self, event_id: str) -> Event:
        with self.ledger.write() as tx:
            events.replay(tx, event_id, self.time.now)
        return self.finish(event_id)

    def bury(self) -> None:
        """The worker died: a clock sees its beats still and takes its leases away."""
        clock = Beats(self.services, monotonic=lambda: self.time.passed)
        clock.take_abandoned()
        self.time.on(REAL.lease_still + 1)
        clock.take_abandoned()

    def options(self, **options: str) -> None:
        with self.ledger.write() as tx:
            tx.execute(update(routes).values(options=json.dumps(options)))

    def mails(self, row: DocumentRow) -> int:
        """How many e-mails the system sent of this document."""
        assert row.document is not None
        return int(self.world.summary()["emails"].get(row.document.system_id, 0))

    def arm(self, name: str, path: str, **params: Any) -> None:
        self.world.plan.arm(name, 1, None, path, params)


def patience(simulator: Simulator) -> float:
    """Seconds for a call: few where a fault is armed and no answer may come, many on a busy machine otherwise."""
    return DEADLINE if simulator.world.plan.as_json() else 20.0


@contextmanager
def desk_on(
    url: str, settings: Mapping[str, Any] | None = None, account: Mapping[str, str] | None = None
) -> Iterator[Desk]:
    """A desk on a migrated, empty database; every follow-up there is is asked for."""
    ledger = open_ledger(url, Vault([KEY]))
    with fakturownia.start(token=TOKEN, **(settings or {})) as simulator:
        yield _made(ledger, simulator, account or {})
    ledger.close()


def _made(ledger: Ledger, simulator: Simulator, options: Mapping[str, str]) -> Desk:
    time, bell, wraps = Turned(), Mute(), list[Callable[[Adapter], Adapter]]()

    def mouth(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        made = adapter_for(account, guard=guard, allow_private=True, deadline=patience(simulator))
        for wrap in wraps:
            made = wrap(made)
        return made

    leases = Leases(ledger, REAL, monotonic=lambda: time.passed)
    services = Services(ledger, cast(Bell, bell), leases, mouth, REAL, now=lambda: time.now)
    shop_id, shop_key = _connected(ledger, simulator.url, options)
    return Desk(ledger, simulator, services, time, bell, shop_id, shop_key, wraps)


def _connected(ledger: Ledger, url: str, options: Mapping[str, str]) -> tuple[int, str]:
    now = datetime.now(UTC)
    seller = Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest")
    credentials = {"url": url, "api_token": TOKEN}
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug="desk", platform="woocommerce", name="Desk", secrets=["s"], now=now
        )
        account = connections.add_account(
            tx, ledger.vault, key="books", system="fakturownia", name="Books", seller=seller,
            credentials=credentials, options=options, now=now,
        )  # fmt: skip
        connections.add_route(
            tx, key="way", shop_id=shop.id, account_id=account.id,
            policy=read_policy({"presets": ["invoice when paid"]}),
            starts_at=datetime(2026, 11, 20, tzinfo=UTC), options=ALL, now=now,
        )  # fmt: skip
    return shop.id, shop.key


def pretend(adapter: Adapter, **methods: Callable[..., object]) -> Adapter:
    """This adapter with some of its calls replaced."""
    for name, method in methods.items():
        setattr(adapter, name, method)
    return adapter

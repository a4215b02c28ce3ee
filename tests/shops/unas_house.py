"""A desk whose shop is a simulated UNAS and whose books are a simulated Fakturownia, by one clock that tests move."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters import adapter_for
from adapters.base import Adapter
from ledger import alarms, connections, documents, events, polls
from ledger.engine import Ledger, open_ledger
from ledger.rows import Alarm, DocumentRow
from ledger.vault import Vault
from schemas.connection import Account, Shop
from schemas.document import Seller
from schemas.errors import DeadLettered
from schemas.event import Event, Incoming, State
from schemas.policy import read_policy
from schemas.ports import Guard, Turns
from schemas.unas_envelope import read_envelope
from simulators import fakturownia
from simulators.server import Simulator
from tests.ledger.fixtures import KEY
from tests.simulators.unas_shop import Caller, open_shop
from workers import process
from workers.leases import Leases
from workers.services import Services
from workers.shop.clients import ShopClients
from workers.shop.gates import Gates
from workers.shop.rounds import Rounds
from workers.timing import REAL, Timing
from workers.tokens import Tokens

#: A winter's morning in Budapest, eight o'clock there.
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PAID: Mapping[str, Any] = {"presets": ["invoice when paid"]}


class Mute:
    """A bell that nobody hears: the desk is run by hand."""

    def ring(self, bells: Sequence[tuple[str, str]]) -> None:
        """Nobody comes."""


@dataclass
class House:
    """The desk, the shop and the books. `runs` counts what the desk did."""

    services: Services
    ledger: Ledger
    shop: Shop
    there: Caller
    books: Simulator
    moment: list[datetime]
    runs: int = field(default=0)

    @property
    def now(self) -> datetime:
        return self.moment[0]

    def until(self, moment: datetime) -> None:
        """Time passes, here and in the shop."""
        self.moment[0] = moment
        self.there.world.change({"clock": moment.isoformat()})

    def later(self, seconds: float) -> None:
        self.until(self.now + timedelta(seconds=seconds))

    # ---- the shop ----

    def sell(self, **given: Any) -> dict[str, Any]:
        """An order in the shop, paid by card unless told otherwise."""
        return dict(self.there.door("orders", {"payment": "bankcard", "paid": True, **given})[0])

    def change(self, order: Mapping[str, Any], **changes: Any) -> None:
        self.there.door(f"orders/{order['key']}", changes)

    def kept(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """The order as the shop has it."""
        return dict(self.there.door(f"orders/{order['id']}"))

    # ---- the desk ----

    def deliver(self, key: str, event: str = "order_send", **body: Any) -> str:
        """A webhook as the door stores it; gives the event's id."""
        raw = json.dumps({"orderID": key, **body}).encode()
        envelope = read_envelope(event, "", raw)
        incoming = Incoming(self.shop.id, self.shop.key, "webhook", raw, envelope, self.now)
        with self.ledger.write() as tx:
            return events.store(tx, [incoming], self.now)[0].event_id

    def look(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """The clock's duty: shops whose turn it is are visited, while the desk goes on."""
        rounds = Rounds(self.services)
        rounds.set_out()
        meanwhile()
        end = time.monotonic() + 60
        while rounds.busy:
            assert time.monotonic() < end, "a visit does not end"
            time.sleep(0.002)

    def work(self, most: int = 20) -> None:
        """Run whatever is due, follow-ups too, until nothing is."""
        for _ in range(most):
            found = self.due()
            if not found:
                return
            for event in found:
                self.run(event.id)
        raise AssertionError("it never comes to rest: an echo goes round and round")

    def due(self) -> list[Event]:
        found = [event for event in self.waiting() if event.due_at and event.due_at <= self.now]
        return sorted(found, key=lambda event: event.id)

    def run(self, event_id: str) -> Event:
        self.runs += 1
        try:
            process.run(self.services, event_id)
        except DeadLettered:
            assert self.event(event_id).state is State.DEAD
        return self.event(event_id)

    # ---- the ledger ----

    def waiting(self) -> list[Event]:
        with self.ledger.read() as tx:
            return events.page(tx, state=State.WAITING, limit=5000)

    def events(self) -> list[Event]:
        with self.ledger.read() as tx:
            return events.page(tx, limit=20000)

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found is not None
        return found

    def documents(self, order: str | None = None) -> list[DocumentRow]:
        with self.ledger.read() as tx:
            return documents.page(tx, shop_id=self.shop.id, order=order, limit=5000)

    def alarms(self) -> list[Alarm]:
        with self.ledger.read() as tx:
            return alarms.open_alarms(tx)

    def poll(self) -> polls.Poll:
        with self.ledger.read() as tx:
            return polls.load(tx, self.shop.id)

    def mode(self, mode: str) -> None:
        with self.ledger.write() as tx:
            polls.set_mode(tx, self.shop.id, mode)


def services_of(ledger: Ledger, now: Callable[[], datetime], timing: Timing = REAL, divisor: int = 1) -> Services:
    """A process' tools, by a clock of its own; `divisor` makes UNAS's limits tighter."""
    tokens, gates = Tokens(ledger, timing, now), Gates(ledger, now, divisor)
    clients = ShopClients(tokens, gates, replace(timing, call=20.0), now, allow_private=True)

    def adapter(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        return adapter_for(account, guard=guard, allow_private=True, deadline=20)

    return Services(
        ledger, Mute(), Leases(ledger, timing), adapter, timing, now=now, shop_client=clients,  # type: ignore[arg-type]
    )  # fmt: skip


@contextmanager
def house(
    database_url: str, policy: Mapping[str, Any] = PAID, options: Mapping[str, str] | None = None,
    start: datetime = MORNING, **settings: Any,
) -> Iterator[House]:  # fmt: skip
    """A house whose shop was connected at `start`; settings are the simulated shop's."""
    ledger, moment = open_ledger(database_url, Vault([KEY])), [start]
    with fakturownia.start() as books, open_shop(clock=start.isoformat(), **settings) as there:
        shop = _connected(ledger, there, books, policy, options or {}, start)
        made = House(services_of(ledger, lambda: moment[0]), ledger, shop, there, books, moment)
        made.mode("poll")
        yield made
        assert not books.world.crashes, books.world.crashes
    ledger.close()


def _connected(
    ledger: Ledger, there: Caller, books: Simulator, policy: Mapping[str, Any], options: Mapping[str, str],
    now: datetime,
) -> Shop:  # fmt: skip
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug="bolt", platform="unas", name="Bolt", secrets=["s"], now=now,
            timezone="Europe/Budapest", url="https://bolt.example",
            credentials={"api_key": there.world.settings["token"], "api_url": there.base},
        )  # fmt: skip
        account = connections.add_account(
            tx, ledger.vault, key="books", system="fakturownia", name="Books",
            seller=Seller("Bolt Kft.", "HU", vat_id="HU12345676", timezone="Europe/Budapest"),
            credentials={"url": books.url, "api_token": "simulator/demo"}, now=now,
        )  # fmt: skip
        connections.add_route(
            tx, key="way", shop_id=shop.id, account_id=account.id, policy=read_policy(dict(policy)),
            starts_at=now - timedelta(hours=1), now=now, options=options,
        )  # fmt: skip
    return shop

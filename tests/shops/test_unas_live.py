"""A UNAS shop with webhooks in real time, a twentieth of its limits: each order is invoiced within seconds, no ban.

Ten seconds in `make test`; `make unas-live` (BILLHOOK_LONG=1) takes five real minutes. Both print the figures. The door
listens on a real port, the simulated UNAS sends its webhooks there, and the desk runs by the profile `fast`.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import connections, documents, events
from ledger.rows import DocumentRow
from schemas.connection import Shop
from schemas.document import Kind, Seller
from schemas.errors import DeadLettered
from schemas.event import State
from schemas.policy import read_policy
from simulators import fakturownia
from tests.shops.door import Door, door
from tests.shops.unas_house import services_of
from tests.simulators.unas_shop import Caller, open_shop
from workers import process
from workers.services import Services, utc_now
from workers.shop.rounds import Rounds
from workers.timing import REAL, timing_of

LONG = os.environ.get("BILLHOOK_LONG") == "1"
SECONDS, ORDERS = (300.0, 25) if LONG else (10.0, 10)
#: "Within seconds", on a machine four times slower.
SOON = timedelta(seconds=5 * 4)
#: "Instant" is within five minutes at UNAS; here a twentieth of a few seconds, the tries of a failed delivery as well.
SETTINGS = {"clock": "", "limits_divisor": 20, "webhook_divisor": 20, "instant_seconds": 4.0}


@dataclass
class Desk:
    """A worker and a clock in threads, by the ledger alone."""

    services: Services
    stop: threading.Event = field(default_factory=threading.Event)
    under_way: set[str] = field(default_factory=set)

    def run(self) -> None:
        rounds = Rounds(self.services)
        with ThreadPoolExecutor(4) as slots:
            while not self.stop.wait(0.05):
                rounds.set_out()
                for event_id in self._due():
                    self.under_way.add(event_id)
                    slots.submit(self._one, event_id)

    def _due(self) -> list[str]:
        with self.services.ledger.read() as tx:
            waiting = events.page(tx, state=State.WAITING, limit=500)
        now = self.services.now()
        return [e.id for e in waiting if e.due_at and e.due_at <= now and e.id not in self.under_way]

    def _one(self, event_id: str) -> None:
        try:
            process.run(self.services, event_id)
        except DeadLettered:
            return
        finally:
            self.under_way.discard(event_id)


@contextmanager
def working(services: Services) -> Iterator[None]:
    desk = Desk(services)
    thread = threading.Thread(target=desk.run)
    thread.start()
    try:
        yield
    finally:
        desk.stop.set()
        thread.join()


def connect(here: Door, there: Caller, books_url: str) -> Shop:
    """The shop by its command, an account and a route."""
    settings = there.world.settings
    told = here.json("shop", "add", "unas", "https://bolt.example", "--api-key", settings["token"],
                     "--hmac-key", settings["hmac_key"], "--api-url", there.base)  # fmt: skip
    assert {finding["status"] for finding in told["findings"]} == {"OK"}
    ledger, now = here.house.ledger, utc_now()
    (shop,) = here.shops()
    with ledger.write() as tx:
        account = connections.add_account(
            tx, ledger.vault, key="books", system="fakturownia", name="Books", now=now,
            seller=Seller("Bolt Kft.", "HU", vat_id="HU12345676", timezone="Europe/Budapest"),
            credentials={"url": books_url, "api_token": "simulator/demo"},
        )  # fmt: skip
        connections.add_route(
            tx, key="way", shop_id=shop.id, account_id=account.id, now=now, starts_at=now - timedelta(hours=1),
            policy=read_policy({"presets": ["invoice when paid"]}),
        )  # fmt: skip
    return shop


def sell(there: Caller) -> dict[str, datetime]:
    """Orders over the whole time, each paid a moment after it was placed; gives when each became due."""
    due: dict[str, datetime] = {}
    for _ in range(ORDERS):
        made = there.door("orders", {"payment": "bankcard"})[0]
        there.door(f"orders/{made['key']}", {"paid": True})
        due[made["key"]] = datetime.now(UTC)
        time.sleep(SECONDS / ORDERS)
    return due


def settled(here: Door, count: int) -> dict[str, DocumentRow]:
    """The invoices, once there are so many and each was written back; or what there is after a minute."""
    end = time.monotonic() + 60
    while True:
        with here.house.ledger.read() as tx:
            rows = [row for row in documents.page(tx, limit=500) if row.kind is Kind.INVOICE and row.state == "live"]
            written = [e for e in events.page(tx, limit=2000) if e.reason == "WRITTEN_BACK"]
        if (len(rows) >= count and len(written) >= count) or time.monotonic() > end:
            assert len({row.order_id for row in rows}) == len(rows)
            return {row.order_id: row for row in rows}
        time.sleep(0.05)


def first_told(here: Door, keys: Iterable[str]) -> Counter[str]:
    """Of how many orders the first word came by webhook, and of how many by polling."""
    with here.house.ledger.read() as tx:
        return Counter(events.page(tx, order=key, limit=100)[-1].source for key in keys)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_with_webhooks_each_order_is_invoiced_within_seconds_and_nobody_is_banned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    timing = replace(timing_of("fast"), lease_sure=REAL.lease_sure)
    with fakturownia.start() as books, open_shop(**SETTINGS) as there, door(tmp_path) as here:
        connect(here, there, books.url)
        services = replace(services_of(here.house.ledger, utc_now, timing, divisor=20), public_url=here.url)
        with working(services):
            due = sell(there)
            made = settled(here, len(due))
        told = first_told(here, due)
        summary = there.summary()
        kept = {order["Key"]: order["Invoice"] for order in there.door("orders")}
    took = sorted(row.settled_at - due[key] for key, row in made.items() if row.settled_at)
    with capsys.disabled():
        print(
            f"\n{len(due)} orders in {SECONDS:.0f} s, first told of by {dict(told)}; {len(made)} invoiced, half of "
            f"them within {took[len(took) // 2]} of their payment, the slowest {took[-1]} after it; "
            f"bans: {len(summary['bans'])}; most calls in any hour, at limits ÷ 20: {dict(summary['peaks'])}"
        )
    assert set(made) == set(due)
    assert summary["bans"] == []
    assert took[-1] < SOON
    assert told["webhook"] >= ORDERS * 0.8  # a look may happen to come first
    assert {key: invoice.get("Number") for key, invoice in kept.items()} == {
        key: row.document.number for key, row in made.items() if row.document
    }
    assert len(books.world.invoices) == len(due)  # type: ignore[attr-defined]

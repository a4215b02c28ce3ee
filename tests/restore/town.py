"""Two simulated WooCommerce shops with keys, each leading to an invoicing system of its own, and a house in between."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from console.demo import Books, books_of
from console.stack import Stack
from ledger import documents, events, settings
from ledger.alarms import open_alarms
from schemas.event import ORDER, Event, State
from tests.faults.lab import until
from tests.faults.systems import vendor_of

MUG = {"name": "Mug", "sku": "MUG", "price": "12.90", "quantity": 2, "tax": "23"}
SELLER = ("--seller", "Sklep sp. z o.o.", "--country", "PL", "--vat-id", "PL5260250274", "--timezone", "Europe/Warsaw")


@dataclass(frozen=True, slots=True)
class Street:
    """A shop, the system that invoices its orders, and its books here."""

    shop_url: str
    system_url: str
    books: Books

    def order(self) -> str:
        """Somebody buys, the shop sends it; gives the order's id."""
        return str(_ask(f"{self.shop_url}/_sim/orders", {"lines": [MUG]})["id"])

    def sent(self) -> None:
        """The shop has sent all that it had to send."""
        _ask(f"{self.shop_url}/_sim/flush", {"seconds": 30})

    def notes(self, order: str) -> int:
        """How many notes with a document's number stand in the order."""
        kept = _ask(f"{self.shop_url}/_sim/orders/{order}")["notes"]
        return sum("FV" in note["note"] or "Invoice" in note["note"] for note in kept)

    def made(self) -> Counter[str]:
        """Documents over there per reference, and those without any, by what the system itself counts."""
        return Counter(_ask(f"{self.system_url}/_sim/summary")["per_oid"])

    def count(self) -> int:
        return int(_ask(f"{self.system_url}/_sim/summary")["documents"])

    def live(self) -> dict[str, str]:
        """Order → number of its live document, by the ledger."""
        with self.books.ledger.read() as tx:
            rows = documents.page(tx, shop_id=self.books.shop_id, state="live", limit=500)
        assert len({row.order_id for row in rows}) == len(rows), "two live documents of one order"
        return {row.order_id: row.document.number for row in rows if row.document}

    def held(self) -> dict[str, Event]:
        """Order → its dead letter that a person has to decide."""
        with self.books.ledger.read() as tx:
            dead = events.page(tx, state=State.DEAD, limit=500)
        mine = [e for e in dead if e.shop_id == self.books.shop_id and e.kind == ORDER]
        assert {e.reason for e in mine} <= {"HELD"}
        return {e.order_id: e for e in mine}


@dataclass
class Town:
    stack: Stack
    asked: Street
    unasked: Street

    def backup(self) -> Path:
        """A copy by SQLite's own means, which does not know that it is one."""
        file = self.stack.folder / "yesterday.db"
        with (
            closing(sqlite3.connect(self.stack.folder / "billhook.db")) as source,
            closing(sqlite3.connect(file)) as target,
        ):
            source.backup(target)
        return file

    def put_back(self, file: Path) -> None:
        for name in ("billhook.db", "billhook.db-wal", "billhook.db-shm"):
            (self.stack.folder / name).unlink(missing_ok=True)
        file.rename(self.stack.folder / "billhook.db")

    def alarms(self) -> list[str]:
        with self.asked.books.ledger.read() as tx:
            return [alarm.kind for alarm in open_alarms(tx)]

    def beat(self) -> datetime | None:
        with self.asked.books.ledger.read() as tx:
            return settings.last_beat(tx)

    def several_ticks(self) -> None:
        """A clock that had something to do would have done it."""
        for _ in range(8):
            self._tick(self.beat())

    def _tick(self, before: datetime | None) -> None:
        assert until(lambda: self.beat() != before), "no clock beats"


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    environ = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "SLOTS": "4",
               "FLASK_APP": "tests.restore.unasked:create_app"}  # fmt: skip
    with Stack(folder, environ) as stack:
        stack.valkey()
        stack.migrate()
        stack.web(workers=1)
        streets = [_street(stack, name, system) for name, system in (("one", "fakturownia"), ("two", "fakturoid"))]
        for name in ("clock", "worker"):
            getattr(stack, name)()
        yield Town(stack, *streets)


def _street(stack: Stack, name: str, system: str) -> Street:
    vendor = vendor_of(system)
    system_url = stack.simulator(system, *_settings(vendor.started))
    shop_url = _shop(stack, name)
    shop = json.loads(stack.flask("shop", "add", "woocommerce", shop_url, "--name", name, "--key", "ck_simulator",
                                  "--secret", "cs_simulator", "--plain-http", "--wait", "10", "--json"))  # fmt: skip
    said = {**vendor.credentials(system_url), **vendor.options}
    told = [part for field, value in said.items() for part in ("--set", f"{field}={value}")]
    account = json.loads(stack.flask("account", "add", system, "--name", name, *SELLER, *told, *vendor.ends, "--json"))
    stack.flask("route", "add", shop["key"], account["key"], "--preset", "invoice when paid", "--starts-at",
                "2026-01-01T00:00:00+00:00")  # fmt: skip
    return Street(shop_url, system_url, books_of(stack, shop["key"]))


def _shop(stack: Stack, name: str) -> str:
    """A second shop is a second process of the same simulator under another name."""
    url = stack.simulator("woocommerce", *_settings({"name": name}))
    stack.processes[f"shop-{name}"] = stack.processes.pop("woocommerce")
    return url


def _settings(given: Any) -> list[str]:
    return [part for key, value in given.items() for part in ("--set", f"{key}={json.dumps(value)}")]


def _ask(url: str, data: dict[str, Any] | None = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=60) as answer:
        return json.load(answer)

"""A shop's bad day in a whole house: lost, doubled, disordered webhooks, a door that is away, old orders stirred up."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from console.demo import TOKEN, Books, books_of
from console.stack import Stack
from ledger import documents, events
from schemas.document import Kind, reference_of
from schemas.event import State

DROPPED, DOUBLED, DISORDERED = 0.05, 0.05, 0.10
#: So many orders are placed while the door is away and a webhook is off.
AWAY = 5
#: Prices as the shop keeper types them; the rates are Poland's.
RATES = ("23", "8", "5")


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as the test placed it. `due` owes an invoice; `told` False: the shop never sent a word of it."""

    id: str
    at: float
    due: bool
    told: bool = True


@dataclass
class Day:
    """A running house, its shop, and what was placed there."""

    stack: Stack
    shop_url: str
    books_url: str
    dice: random.Random
    key: str = ""
    books: Books | None = None
    placed: list[Placed] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    off_at: float = 0.0
    on_at: float = 0.0

    def shop(self, path: str, body: object = None) -> Any:
        return asked(f"{self.shop_url}/_sim/{path}", body)

    @property
    def ledger(self) -> Any:
        assert self.books is not None
        return self.books.ledger

    def place(self, *, told: bool = True) -> None:
        """One order: most are paid at once, some later, some never."""
        fate = self.dice.choices(("paid", "later", "never"), (80, 10, 10))[0]
        order = self.shop("orders", self._described("processing" if fate == "paid" else "pending"))
        if fate == "later":
            self.shop(f"orders/{order['id']}/status", {"status": "processing"})
        self.placed.append(Placed(str(order["id"]), time.time(), fate != "never", told))

    def place_unheard(self) -> None:
        """One order of which no webhook says a word."""
        self.shop("settings", {"drop_rate": 1.0})
        self.place(told=False)
        self.shop("settings", {"drop_rate": DROPPED})

    def stir(self, count: int) -> None:
        """Old orders, placed long before the route begins, that the shop keeper saves once more."""
        for _ in range(count):
            ago = timedelta(days=self.dice.uniform(1, 300))
            created = f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%S}"
            order = self.shop("orders", {**self._described("processing"), "created": created, "quiet": True})
            self.old.append(str(order["id"]))

    def touch_old(self) -> None:
        for order_id in self.old:
            self.shop(f"orders/{order_id}/touch", {})

    def _described(self, status: str) -> dict[str, Any]:
        lines = [
            {
                "name": f"Thing {number}",
                "price": str(Decimal(self.dice.randint(100, 49999)) / 100),
                "quantity": self.dice.randint(1, 4),
                "tax": self.dice.choice(RATES),
            }
            for number in range(self.dice.randint(1, 4))
        ]
        return {"lines": lines, "status": status, "payment_method": "stripe", "created_via": "checkout"}

    def hooks(self) -> list[str]:
        return [hook["status"] for hook in self.shop("webhooks")]

    def away(self) -> None:
        """The door goes away until the shop has switched a webhook off and kept some orders to itself, then is back."""
        self.stack.processes["web"].send_signal(signal.SIGTERM)
        self.stack.processes.pop("web").wait(40)
        while "disabled" not in self.hooks():
            self.place()
            time.sleep(0.05)
        self.off_at = time.time()
        for _ in range(AWAY):
            self.place()
        self.stack.web(workers=1)

    def back(self, seconds: float) -> None:
        until(lambda: set(self.hooks()) == {"active"}, seconds, "the webhook is on again")
        self.on_at = time.time()


def asked(url: str, body: object = None) -> Any:
    """A call of a simulator's back door."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method="GET" if body is None else "POST")
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def until(true: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def begin(folder: Path, stack: Stack, seed: int) -> Day:
    """A house with a simulated shop and a simulated Fakturownia, nothing connected yet."""
    shop, books = stack.simulator("woocommerce"), stack.simulator("fakturownia", "--token", TOKEN)
    stack.valkey()
    stack.migrate()
    stack.web(workers=1)
    return Day(stack, shop, books, random.Random(seed))


def connect(day: Day, starts_at: datetime) -> None:
    """By the console's own commands, as a person would."""
    flask = day.stack.flask
    key = ("--key", "ck_simulator", "--secret", "cs_simulator", "--plain-http")
    shop = json.loads(flask("shop", "add", "woocommerce", day.shop_url, "--name", "storm", *key, "--json"))
    day.key = shop["key"]
    seller = ("--seller", "Sklep sp. z o.o.", "--country", "PL", "--vat-id", "PL5252445767")
    zone = ("--timezone", "Europe/Warsaw")
    login = ("--set", f"url={day.books_url}", "--set", f"api_token={TOKEN}")
    account = json.loads(flask("account", "add", "fakturownia", "--name", "storm", *seller, *zone, *login, "--json"))
    rules = ("--preset", "invoice when paid", "--starts-at", starts_at.isoformat())
    flask("route", "add", day.key, account["key"], *rules)
    day.books = books_of(day.stack, day.key)


def environ() -> Mapping[str, str]:
    own = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": "off"}
    return {**own, "LOG_LEVEL": "INFO", "SLOTS": "8"}


def settled(day: Day, seconds: float) -> None:
    """Every due order has its number in the shop, and no order event waits."""
    due = {order.id for order in day.placed if order.due}

    def written() -> bool:
        told = day.shop("summary")["orders"]
        return all("_billhook_invoice_number" in told[order_id]["meta"] for order_id in due)

    until(written, seconds, f"{len(due)} numbers are back in the shop")
    assert day.books is not None
    day.books.settle(seconds)


def found_after(day: Day) -> dict[str, float]:
    """Order id → seconds from its placing until the ledger first heard of it."""
    assert day.books is not None
    lags = {}
    for order in day.placed:
        with day.books.ledger.read() as tx:
            heard = [event.received_at.timestamp() for event in events.page(tx, order=order.id, limit=100)]
        lags[order.id] = min(heard) - order.at if heard else float("inf")
    return lags


def by_source(day: Day, order_id: str) -> set[str]:
    assert day.books is not None
    with day.books.ledger.read() as tx:
        return {event.source for event in events.page(tx, order=order_id, limit=100)}


@dataclass(frozen=True, slots=True)
class Closed:
    """The books at the end of the day."""

    due: int
    invoices: int
    extra: int
    for_old: int
    wrong: list[str]
    dead: int
    mails: int


def close(day: Day) -> Closed:
    """Shop, ledger and invoicing system side by side, by what each of them says itself."""
    assert day.books is not None
    there, shop = asked(f"{day.books_url}/_sim/summary"), day.shop("summary")
    due = {order.id for order in day.placed if order.due}
    wanted = {reference_of(day.key, order_id, Kind.INVOICE) for order_id in due}
    with day.books.ledger.read() as tx:
        rows = {row.order_id: row for row in documents.page(tx, shop_id=day.books.shop_id, state="live", limit=5000)}
        dead = len(events.page(tx, state=State.DEAD, limit=100))
    per_oid = there["per_oid"]
    wrong = [f"{oid}: {count} invoices" for oid, count in per_oid.items() if oid in wanted and count != 1]
    wrong += [f"{oid}: no invoice" for oid in wanted - per_oid.keys()]
    wrong += [sentence for order_id in due for sentence in _amiss(shop["orders"][order_id], rows.get(order_id))]
    strangers = (shop["orders"][order_id] for order_id in shop["orders"] if order_id not in due)
    wrong += [f"order {order['id']} was written to" for order in strangers if _told(order)]
    return Closed(
        due=len(due), invoices=int(there["documents"]), extra=int(there["ever"]) - len(due),
        for_old=len(rows.keys() & set(day.old)), wrong=wrong, dead=dead, mails=sum(shop["emails"].values()),
    )  # fmt: skip


def _told(order: Mapping[str, Any]) -> list[str]:
    return [note["note"] for note in order["notes"] if note["note"].startswith("Invoice ")]


def _amiss(order: Mapping[str, Any], row: Any) -> list[str]:
    """What is not as it should be about one due order: total, number and link, one note."""
    if row is None or row.document is None:
        return [f"order {order['id']}: no document in the ledger"]
    meta, notes = order["meta"], _told(order)
    faults = []
    if row.document.gross != Decimal(order["total"]):
        faults.append(f"order {order['id']}: {row.document.gross} instead of {order['total']}")
    if (meta.get("_billhook_invoice_number"), meta.get("_billhook_invoice_url")) != (
        row.document.number,
        row.document.url,
    ):
        faults.append(f"order {order['id']}: number or link is not back")
    if len(notes) != 1 or row.document.number not in notes[0]:
        faults.append(f"order {order['id']}: {len(notes)} notes")
    return faults


def long_run() -> bool:
    return os.environ.get("BILLHOOK_LONG") == "1"

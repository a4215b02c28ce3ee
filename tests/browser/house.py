"""A whole house with a shop whose orders the test writes: real processes, a simulated Fakturownia, profile fast."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from console.demo import TOKEN, Books, books_of, connect, deliveries
from console.stack import ROOT, Stack
from ledger import connections, events
from schemas.event import Event, State
from schemas.policy import read_policy

USER, PASSWORD = "ada", "correct horse battery"
RULES: Mapping[str, Any] = {"presets": ["invoice when paid"]}
#: So many jobs run at the same time.
SLOTS = 30


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def order(order_id: int, rate: int = 27, tax_class: str = "", **changes: Any) -> dict[str, Any]:
    """A paid Hungarian order of one thing, 100.00 net, at `rate` percent (0: no tax at all)."""
    tax = f"{rate}.00" if rate else "0"
    taxes = [{"id": 1, "total": tax, "subtotal": tax}] if rate else []
    address = {"first_name": "Anna", "last_name": "Kovács", "country": "HU", "postcode": "1011", "city": "Budapest"}
    thing = {"id": 1, "name": "Thing", "quantity": 1, "total": "100.00", "total_tax": tax, "taxes": taxes}
    rates = [{"id": 9, "rate_code": "HU-VAT-1", "rate_id": 1, "label": "VAT", "rate_percent": rate}] if rate else []
    return {
        "id": order_id,
        "number": str(order_id),
        "status": "processing",
        "currency": "EUR",
        "prices_include_tax": True,
        "date_created_gmt": "2026-11-21T01:00:00",
        "date_modified_gmt": "2026-11-21T01:00:00",
        "date_created": "2026-11-21T02:00:00",
        "date_modified": "2026-11-21T02:00:00",
        "date_paid": "2026-11-21T02:00:00",
        "payment_method": "bacs",
        "total": f"{100 + rate}.00",
        "line_items": [{**thing, "tax_class": tax_class, "price": 100}],
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": rates,
        "refunds": [],
        "meta_data": [],
        "billing": {**address, "email": "anna@customer.test"},
        "shipping": address,
        **changes,
    }


@dataclass
class Running:
    """The house, its shop, its ledger as seen from outside, and the simulator's back door."""

    stack: Stack
    simulator: str
    shop: str
    books: Books
    secret: str = field(repr=False)

    def post(self, body: Mapping[str, Any]) -> int:
        """Deliver an order, rightly signed."""
        raw = json.dumps(body).encode()
        signature = base64.b64encode(hmac.digest(self.secret.encode(), raw, "sha256")).decode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Signature": signature,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
        connection.request("POST", f"/webhooks/{self.shop}", raw, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def sim(self, path: str, data: Mapping[str, Any] | None = None, method: str = "POST") -> Any:
        """Speak to the simulator's own door."""
        body = None if data is None else json.dumps(data).encode()
        request = Request(f"{self.simulator}/_sim/{path}", body, method="GET" if data is None else method)
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def documents(self) -> Mapping[str, int]:
        """How many documents there are in the invoicing system, per reference."""
        found: Mapping[str, int] = self.sim("summary")["per_oid"]
        return found

    def dead(self) -> list[Event]:
        with self.books.ledger.read() as tx:
            return events.page(tx, state=State.DEAD, limit=500)

    def rules(self, **rules: Any) -> None:
        """Other rules for the shop's route."""
        with self.books.ledger.write() as tx:
            (way,) = connections.list_routes(tx)
            connections.change_route(
                tx,
                way.id,
                policy=read_policy({**RULES, **rules}),
                starts_at=way.starts_at,
                series=way.series,
                options=way.options,
                account_id=way.account_id,
            )

    def department(self, number: str) -> None:
        """The account's department by the real command; "" takes it away."""
        (account,) = json.loads(self.stack.flask("account", "list", "--json"))
        self.stack.flask("account", "edit", account["key"], "--set", f"department_id={number}")

    def add_user(self) -> None:
        """By the real command; its password comes by standard input."""
        subprocess.run(
            [sys.executable, "-m", "flask", "user", "add", USER, "--password-stdin"],
            input=f"{PASSWORD}\n",
            text=True,
            env=self.stack.settings(),
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def logs(self) -> dict[str, str]:
        """What every process has written so far."""
        return {path.name: path.read_text(errors="replace") for path in self.stack.folder.glob("*.log")}


@contextmanager
def house(folder: Path, **environ: str) -> Iterator[Running]:
    """Everything started, one shop connected, one user."""
    own = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": "off", "SLOTS": str(SLOTS)}
    with Stack(folder, {**own, **environ}) as stack:
        simulator = stack.simulator("fakturownia", "--token", TOKEN)
        stack.start()
        shop = connect(stack, simulator)
        secret = next(d.secret for d in deliveries() if d.secret)
        running = Running(stack, simulator, shop, books_of(stack, shop), secret)
        running.add_user()
        yield running
        running.books.ledger.close()

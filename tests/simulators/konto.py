"""A running Konto for its tests, and a session that speaks its forms."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import konto
from simulators.server import Simulator

KENNITALA = "1203894569"


class Account(requests.Session):
    """Speaks to one simulator: credentials on every call, answers out of the envelope."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.credentials = {"username": "shop", "api_key": self.world.settings["token"]}

    def ask(self, name: str, **asked: Any) -> requests.Response:
        """GET with the query string; two of the look-ups are POSTs."""
        if name in ("get-dashboard-data", "get-invoices-from-order"):
            return self.give(name, **asked)
        return self.get(f"{self.base}/api/v1/{name}", params={**self.credentials, **asked}, timeout=10)

    def give(self, name: str, data: Any = None, **fields: Any) -> requests.Response:
        """POST of a form, `data` as JSON text in one of its fields."""
        held = {} if data is None else {"data": data if isinstance(data, str) else json.dumps(data)}
        return self.post(f"{self.base}/api/v1/{name}", data={**self.credentials, **held, **fields}, timeout=10)

    def read(self, name: str, **asked: Any) -> Any:
        return result(self.ask(name, **asked))

    def made(self, name: str, data: Any, **fields: Any) -> Any:
        return result(self.give(name, data, **fields))

    def refused(self, answer: requests.Response) -> str:
        """The sentence of a refusal, which is always a 200."""
        told = answer.json()
        assert (answer.status_code, told["status"], told["result"]) == (200, False, None), answer.text
        return str(told["message"])

    def created(self, **fields: Any) -> dict[str, Any]:
        """An invoice made and read back."""
        return dict(self.read("get-invoice", guid=self.made("create-invoice", invoice(**fields))))

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = self.request(method, f"{self.base}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "settings", settings)

    def arm(self, name: str, **more: Any) -> None:
        self.admin("POST", "faults", {"name": name, **more})

    def summary(self) -> Any:
        return self.admin("GET", "summary")


def result(answer: requests.Response) -> Any:
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, True), answer.text
    return told["result"]


def customer(**fields: Any) -> dict[str, Any]:
    return {"name": "Jón Jónsson", "registration_no": KENNITALA, "email": "jon@example.test", "address": "Gata 1",
            "zip": "101", "city": "Reykjavík", "lang": "is", "currency": "ISK", "output_select": "3",
            **fields}  # fmt: skip


def line(unit_price: object = 5000, **fields: Any) -> dict[str, Any]:
    return {"item_number": "SKU-1", "description": "Mug", "qty": 2, "uom": "C62", "tax": "S", "unit_price": unit_price,
            "discount": 0, "discount_type": 0, **fields}  # fmt: skip


def invoice(**fields: Any) -> dict[str, Any]:
    """12,400 ISK: two mugs at 5,000 and 24 %."""
    return {"amount": 12400, "currency": "ISK", "issue_date": "2026-11-20", "due_date": "2026-11-30",
            "settlement_date": "2026-11-30", "type": "invoice", "booking": "Shop/10023/i1", "save": 0, "mark_paid": 0,
            "description": "Order Shop/10023/i1", "customer": customer(), "items": [line()], **fields}  # fmt: skip


@pytest.fixture
def account() -> Iterator[Account]:
    with konto.start() as simulator, Account(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes

"""A running Billingo for its tests, and a session that carries its key and has a buyer at hand."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import billingo
from simulators.server import Simulator

ADDRESS = {"country_code": "HU", "post_code": "1011", "city": "Budapest", "address": "Fő utca 1."}


class Cabinet(requests.Session):
    """Speaks to one simulator; paths below /v3."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["X-API-KEY"] = self.world.settings["token"]
        self.buyer = self.ask("POST", "/partners", partner()).json()["id"]

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, f"{self.base}/v3{path}", json=body, timeout=10, **more)

    def read(self, path: str, **asked: Any) -> Any:
        answer = self.ask("GET", path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, **fields: Any) -> requests.Response:
        return self.ask("POST", "/documents", document(partner_id=self.buyer) | fields)

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.create(**fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = self.request(method, f"{self.base}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "settings", settings)

    def arm(self, name: str, **more: Any) -> None:
        self.admin("POST", "faults", {"name": name, **more})

    def summary(self) -> Any:
        return self.admin("GET", "summary")


def partner(**fields: Any) -> dict[str, Any]:
    return {"name": "Teszt Vevő", "address": ADDRESS, "emails": ["vevo@example.test"], "taxcode": "",
            "tax_type": "NO_TAX_NUMBER", **fields}  # fmt: skip


def item(price: object = 1270, **fields: Any) -> dict[str, Any]:
    return {"name": "Bögre", "unit_price": price, "unit_price_type": "gross", "quantity": 2, "unit": "db",
            "vat": "27%", **fields}  # fmt: skip


def document(**fields: Any) -> dict[str, Any]:
    """The sheet's minimal example: two mugs at 1,270 with 27 % in it."""
    return {"vendor_id": "wc1-10023-invoice", "block_id": 1001, "type": "invoice", "fulfillment_date": "2026-11-20",
            "due_date": "2030-11-28", "payment_method": "online_bankcard", "language": "hu", "currency": "HUF",
            "electronic": True, "comment": "Rendelés: 10023", "items": [item()],
            "settings": {"round": "none", "order_number": "10023"}, **fields}  # fmt: skip


def fields_of(answer: requests.Response) -> list[str]:
    """What a 422 names."""
    assert answer.status_code == 422, answer.text
    assert all(set(error) == {"field", "message"} for error in answer.json()["errors"])
    return [error["field"] for error in answer.json()["errors"]]


def sentence(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


@pytest.fixture(scope="session")
def billingo_server() -> Iterator[Simulator]:
    with billingo.start() as simulator:
        yield simulator


@pytest.fixture
def cabinet(billingo_server: Simulator) -> Iterator[Cabinet]:
    """A Billingo with empty books."""
    billingo_server.world.reset()
    with Cabinet(billingo_server) as client:
        yield client
        assert not billingo_server.world.crashes, billingo_server.world.crashes

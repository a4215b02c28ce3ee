"""A running Jortt for its tests, and a session that has fetched its token."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import jortt
from simulators.server import Simulator

TOKEN = "/oauth-provider/oauth/token"
CLIENT = ("simulator-id", "simulator-secret")
SCOPE = "invoices:read invoices:write customers:read customers:write organizations:read"


class Office(requests.Session):
    """Speaks to one simulator: paths, data out of the envelope."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def token(self, **given: str) -> requests.Response:
        form = given or {"grant_type": "client_credentials", "scope": SCOPE}
        return requests.post(self.base + TOKEN, data=form, auth=CLIENT, timeout=10)

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, self.base + path, json=body, timeout=10, **more)

    def data(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        answer = self.call(method, path, body, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["data"]

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, str, list[str]]:
        """(status, key, what the details are about) of a refusal."""
        answer = self.call(method, path, body, **more)
        told = answer.json()["error"]
        assert told["code"] == answer.status_code
        assert told["message"]
        return told["code"], told["key"], [one.get("param", one["key"]) for one in told.get("details", [])]

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = self.request(method, f"{self.base}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "settings", settings)

    def summary(self) -> Any:
        return self.admin("GET", "summary")

    def customer(self, **fields: Any) -> str:
        given = {"is_private": True, "customer_name": "Jan Jansen", **fields}
        return str(self.data("POST", "/v1/customers", given)["id"])

    def made(self, path: str = "/v3/invoices", **fields: Any) -> str:
        return str(self.data("POST", path, self.body(**fields))["id"])

    def body(self, **fields: Any) -> dict[str, Any]:
        """A draft of one line at 121.00 with VAT."""
        customer = fields.get("customer_id") or self.customer()
        return {"customer_id": customer, "net_amounts": True, "line_items": [line()], **fields}

    def read(self, ident: str, version: int = 2) -> Any:
        return self.data("GET", f"/v{version}/invoices/{ident}")

    def sent(self, **fields: Any) -> str:
        """Made, sent, and looked at until it is."""
        ident = self.made(**{"send_method": "self", **fields})
        while self.read(ident)["invoice_status"] == "draft":
            pass
        return ident

    def found(self, query: str, **asked: Any) -> list[dict[str, Any]]:
        return list(self.data("GET", "/v2/invoices", params={"query": query, **asked}))


def line(amount: object = "121.00", rate: str = "0.21", category: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"description": "Mok", "quantity": "1", "amount": {"amount": amount, "currency": "EUR"},
            "vat": {"value": rate, "category": category}, **fields}  # fmt: skip


@pytest.fixture(scope="session")
def jortt_server() -> Iterator[Simulator]:
    with jortt.start() as simulator:
        yield simulator


@pytest.fixture
def office(jortt_server: Simulator) -> Iterator[Office]:
    """A Jortt with empty books."""
    jortt_server.world.reset()
    with Office(jortt_server) as client:
        yield client
        assert not jortt_server.world.crashes, jortt_server.world.crashes

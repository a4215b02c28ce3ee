"""A running Fortnox for its tests, and a session that has fetched its token."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import fortnox
from simulators.server import Simulator

APPLICATION = ("simulator-client", "simulator-secret")


class Company(requests.Session):
    """Speaks to one simulator: paths below /3, data out of its wrapping."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        token = self.token(grant_type="client_credentials").json()["access_token"]
        self.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def token(self, client: tuple[str, str] = APPLICATION, tenant: str = "1001", **given: str) -> requests.Response:
        return requests.post(
            f"{self.base}/oauth-v1/token", given, auth=client, headers={"TenantId": tenant}, timeout=10
        )

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, f"{self.base}/3{path}", json=body, timeout=10, **more)

    def data(self, method: str, path: str, name: str, body: object = None, **more: Any) -> Any:
        answer = self.call(method, path, {name: body} if body is not None else None, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()[name]

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, int]:
        """(HTTP status, code) of a refusal in the usual envelope."""
        answer = self.call(method, path, body, **more)
        told = {name.lower(): value for name, value in answer.json()["ErrorInformation"].items()}
        assert told["error"] == 1, answer.text
        assert told["message"], answer.text
        return answer.status_code, told["code"]

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

    def customer(self, **fields: Any) -> str:
        return str(self.data("POST", "/customers", "Customer", {"Name": "Kund AB", **fields})["CustomerNumber"])

    def invoice(self, **fields: Any) -> Any:
        """One row of 250 with VAT, for a new customer unless one is named."""
        body = {"CustomerNumber": fields.pop("CustomerNumber", "") or self.customer(), "VATIncluded": True,
                "InvoiceRows": [row()], **fields}  # fmt: skip
        return self.data("POST", "/invoices", "Invoice", body)

    def order(self, **fields: Any) -> Any:
        body = {"CustomerNumber": self.customer(), "VATIncluded": True,
                "OrderRows": [row(OrderedQuantity="2")], **fields}  # fmt: skip
        return self.data("POST", "/orders", "Order", body)

    def booked(self, **fields: Any) -> Any:
        return self.data("PUT", f"/invoices/{self.invoice(**fields)['DocumentNumber']}/bookkeep", "Invoice")

    def found(self, room: str = "invoices", **asked: Any) -> list[str]:
        answer = self.call("GET", f"/{room}", params=asked)
        assert answer.status_code == 200, answer.text
        return [one["DocumentNumber"] for one in answer.json()[room.capitalize()]]


def row(**fields: Any) -> dict[str, Any]:
    return {"Description": "Mugg", "DeliveredQuantity": "2", "Price": 125, "VAT": 25, "AccountNumber": 3001, **fields}


@pytest.fixture(scope="session")
def fortnox_server() -> Iterator[Simulator]:
    with fortnox.start() as simulator:
        yield simulator


@pytest.fixture
def swedish(fortnox_server: Simulator) -> Iterator[Company]:
    """A Fortnox with empty books."""
    fortnox_server.world.reset()
    with Company(fortnox_server) as company:
        yield company
        assert not fortnox_server.world.crashes, fortnox_server.world.crashes

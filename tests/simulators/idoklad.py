"""A running iDoklad for its tests, and a session that has fetched its token."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import idoklad
from simulators.server import Simulator

TOKEN = "/server/v2/connect/token"
APPLICATION = {"grant_type": "client_credentials", "application_id": "simulator-application",
               "client_id": "simulator-client", "client_secret": "simulator-secret",
               "scope": "idoklad_api"}  # fmt: skip


class Agenda(requests.Session):
    """Speaks to one simulator: paths below /v3, data out of the envelope."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["Authorization"] = f"Bearer {self.token(**APPLICATION).json()['access_token']}"

    def token(self, path: str = TOKEN, **given: str) -> requests.Response:
        return requests.post(self.base + path, data=given, timeout=10)

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, f"{self.base}/v3{path}", json=body, timeout=10, **more)

    def data(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        answer = self.call(method, path, body, **more)
        assert answer.status_code == 200, answer.text
        assert answer.json()["IsSuccess"] is True, answer.text
        return answer.json()["Data"]

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, int, str]:
        """(HTTP status, ErrorCode, Message) of a refusal in the envelope."""
        answer = self.call(method, path, body, **more)
        told = answer.json()
        assert (told["IsSuccess"], told["Data"]) == (False, None), answer.text
        return answer.status_code, told["ErrorCode"], told["Message"]

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

    def partner(self, **fields: Any) -> int:
        return int(self.data("POST", "/Contacts", {"CompanyName": "Jan Novák", "CountryId": 1, **fields})["Id"])

    def body(self, kind: str = "IssuedInvoices", **fields: Any) -> dict[str, Any]:
        """Default made ready: a partner, a description, one item of 121 with VAT."""
        default = self.data("GET", f"/{kind}/Default")
        ready = {**default, "PartnerId": self.partner(), "Description": "Order 1 [A]", "Items": [item()], **fields}
        return {name: value for name, value in ready.items() if name != "Prices"}

    def created(self, kind: str = "IssuedInvoices", **fields: Any) -> dict[str, Any]:
        return dict(self.data("POST", f"/{kind}", self.body(kind, **fields)))

    def found(self, wanted: str, kind: str = "IssuedInvoices", **asked: Any) -> list[dict[str, Any]]:
        return list(self.data("GET", f"/{kind}", params={"filter": wanted, **asked})["Items"])


def item(price: object = 121, **fields: Any) -> dict[str, Any]:
    return {"Name": "Cup", "Amount": 1, "UnitPrice": price, "PriceType": 0, "VatRateType": 1, "IsTaxMovement": True,
            **fields}  # fmt: skip


def contains(mark: str, column: str = "Description") -> str:
    return f"({column}~ct:base64~{base64.b64encode(mark.encode()).decode()})"


@pytest.fixture
def agenda() -> Iterator[Agenda]:
    with idoklad.start() as simulator, Agenda(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes

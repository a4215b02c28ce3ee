"""A client of the SuperFaktura simulator, with its header and documents to send."""

import json
from typing import Any
from urllib.parse import quote

import requests

from simulators.server import Simulator

MODULE = "Billhook tests 1.0"


class Ledger(requests.Session):
    """Speaks to one simulated company."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["Authorization"] = header(simulator.world.settings)

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, self.base + path, json=body, timeout=10, **more)

    def form(self, path: str, body: object) -> requests.Response:
        return self.post(self.base + path, data={"data": json.dumps(body)}, timeout=10)

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.base}/_sim{path}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "/settings", settings)

    def create(self, items: list[dict[str, Any]] | None = None, beside: dict[str, Any] | None = None,
               **invoice: Any) -> requests.Response:  # fmt: skip
        return self.ask("POST", "/invoices/create", draft(items, beside, **invoice))

    def created(self, items: list[dict[str, Any]] | None = None, beside: dict[str, Any] | None = None,
                **invoice: Any) -> dict[str, Any]:  # fmt: skip
        answer = self.create(items, beside, **invoice)
        assert (answer.status_code, answer.json()["error"]) == (200, 0), answer.text
        return dict(answer.json()["data"])

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        path = "".join(f"/{name}:{quote(str(value), safe='|,')}" for name, value in asked.items())
        answer = self.ask("GET", f"/invoices/index.json{path}")
        assert answer.status_code == 200, answer.text
        return list(answer.json())


def draft(items: list[dict[str, Any]] | None, beside: dict[str, Any] | None, **invoice: Any) -> dict[str, Any]:
    lines = [item()] if items is None else items
    return {"Invoice": invoice, "InvoiceItem": lines, "Client": {"name": "Ján Vzor"}, **(beside or {})}


def item(price: object = "100", **fields: Any) -> dict[str, Any]:
    return {"name": "Cup", "quantity": 1, "unit_price": price, "tax": 23, **fields}


def header(settings: dict[str, Any], **other: str) -> str:
    given = {"email": settings["email"], "apikey": settings["token"], "module": MODULE, **other}
    return "SFAPI " + "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())

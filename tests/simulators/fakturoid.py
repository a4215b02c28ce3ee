"""A client of the Fakturoid simulator, with a token, a contact and orders to send."""

from typing import Any

import requests

from simulators.server import Simulator

API = "/api/v3"


class Books(requests.Session):
    """Speaks to one simulated account; paths below /accounts/SLUG."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.renew()
        self.contact = self.ask("POST", "/subjects.json", {"name": "Jan Vzor", "email": "jan@example.test"}).json()[
            "id"
        ]

    def renew(self) -> requests.Response:
        settings = self.world.settings
        answer = requests.post(f"{self.base}{API}/oauth/token", json={"grant_type": "client_credentials"}, timeout=10,
                               auth=(settings["client_id"], settings["client_secret"]))  # fmt: skip
        self.headers["Authorization"] = f"Bearer {answer.json().get('access_token')}"
        return answer

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, f"{self.base}{API}/accounts/simulator{path}", json=body, timeout=10, **more)

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = self.request(method, f"{self.base}/_sim{path}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "/settings", settings)

    def create(self, **fields: Any) -> requests.Response:
        return self.ask("POST", "/invoices.json", {"subject_id": self.contact, "lines": [line()], **fields})

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.create(**fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, ident: int) -> dict[str, Any]:
        answer = self.ask("GET", f"/invoices/{ident}.json")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/invoices.json", params=asked)
        assert answer.status_code == 200, answer.text
        return list(answer.json())


def line(price: object = "121.0", **fields: Any) -> dict[str, Any]:
    return {"name": "Cup", "quantity": "1", "unit_price": price, "vat_rate": 21, **fields}


def errors(answer: requests.Response) -> dict[str, Any]:
    """What a refusal names."""
    assert answer.status_code == 422, answer.text
    return dict(answer.json()["errors"])

"""A running Fakturownia and a session that carries its token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators import fakturoid, fakturownia, superfaktura
from simulators.server import Simulator
from tests.simulators.billingo import billingo_server, cabinet  # noqa: F401 - fixtures
from tests.simulators.fakturoid import Books
from tests.simulators.fortnox import fortnox_server, swedish  # noqa: F401 - fixtures
from tests.simulators.idoklad import agenda  # noqa: F401 - a fixture
from tests.simulators.jortt import jortt_server, office  # noqa: F401 - fixtures
from tests.simulators.konto import account  # noqa: F401 - a fixture
from tests.simulators.superfaktura import Ledger
from tests.simulators.szamlazz import agent  # noqa: F401 - a fixture
from tests.simulators.woo import store  # noqa: F401 - a fixture
from tests.simulators.woo_ear import caller, ear  # noqa: F401 - fixtures

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing"


class Client(requests.Session):
    """Speaks to one simulator; paths only."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["Authorization"] = f"Bearer {simulator.world.settings['token']}"

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.request(method, self.base + path, json=body, timeout=10, **more)

    def arm(self, name: str, **more: Any) -> None:
        assert self.call("POST", "/_sim/faults", {"name": name, **more}).status_code == 201

    def switch(self, **settings: Any) -> None:
        assert self.call("POST", "/_sim/settings", settings).status_code == 200

    def create(self, **fields: Any) -> requests.Response:
        return self.call("POST", "/invoices.json", {"invoice": invoice(**fields)})

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.create(**fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        answer = self.call("GET", "/invoices.json", params={"period": "all", **asked})
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def documents(self) -> int:
        return int(self.call("GET", "/_sim/summary").json()["documents"])


def line(gross: object = "12.30", **fields: Any) -> dict[str, Any]:
    return {"name": "Cup", "quantity": "1", "tax": "23", "total_price_gross": gross, **fields}


def invoice(**fields: Any) -> dict[str, Any]:
    return {"kind": "vat", "buyer_name": "Kowal", "positions": [line()], **fields}


@pytest.fixture
def shop() -> Iterator[Client]:
    with fakturownia.start() as simulator, Client(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


@pytest.fixture(scope="session")
def fakturoid_server() -> Iterator[Simulator]:
    with fakturoid.start() as simulator:
        yield simulator


@pytest.fixture
def czech(fakturoid_server: Simulator) -> Iterator[Books]:
    """A Fakturoid with empty books."""
    fakturoid_server.world.reset()
    with Books(fakturoid_server) as books:
        yield books
        assert not fakturoid_server.world.crashes, fakturoid_server.world.crashes


@pytest.fixture(scope="session")
def superfaktura_server() -> Iterator[Simulator]:
    with superfaktura.start() as simulator:
        yield simulator


@pytest.fixture
def slovak(superfaktura_server: Simulator) -> Iterator[Ledger]:
    """A SuperFaktura with empty books."""
    superfaktura_server.world.reset()
    with Ledger(superfaktura_server) as ledger:
        yield ledger
        assert not superfaktura_server.world.crashes, superfaktura_server.world.crashes

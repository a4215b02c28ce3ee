"""A running UNAS shop with its clock stopped, and a client that logs in once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element

import requests
from defusedxml.ElementTree import fromstring

from simulators import unas
from simulators.server import Simulator
from simulators.unas.world import Unas

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "unas"
MORNING = "2026-03-02T08:00:00+00:00"
MORNING_UNIX = 1_772_438_400


class Caller(requests.Session):
    """Speaks XML to the API's functions and JSON to the back doors."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, cast(Unas, simulator.world)

    def ask(self, function: str, body: str | bytes = "<Params></Params>") -> requests.Response:
        text = body.encode() if isinstance(body, str) else body
        return self.post(f"{self.base}/shop/{function}", data=text, timeout=10, allow_redirects=False)

    def told(self, function: str, body: str | bytes = "<Params></Params>") -> Element:
        answer = self.ask(function, body)
        assert answer.status_code == 200, answer.text
        return fromstring(answer.content)

    def error(self, function: str, body: str | bytes = "<Params></Params>", status: int = 400) -> str:
        """The text of the <Error> this call gets."""
        answer = self.ask(function, body)
        root = fromstring(answer.content)
        assert (answer.status_code, root.tag) == (status, "Error"), answer.text
        return root.text or ""

    def login(self, key: str | None = None) -> Element:
        key = self.world.settings["token"] if key is None else key
        root = self.told("login", f"<Params><ApiKey>{key}</ApiKey></Params>")
        self.headers["Authorization"] = f"Bearer {root.findtext('Token')}"
        return root

    def door(self, path: str, body: object = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = self.request(method, f"{self.base}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def place(self, **given: Any) -> str:
        """A new order; gives its Key."""
        return str(self.door("orders", given)[0]["key"])

    def order(self, key: str) -> Element:
        found = self.told("getOrder", f"<Params><Key>{key}</Key></Params>").find("Order")
        assert found is not None
        return found

    def keys(self, **asked: object) -> list[str]:
        params = "".join(f"<{name}>{value}</{name}>" for name, value in asked.items())
        return [order.findtext("Key", "") for order in self.told("getOrder", f"<Params>{params}</Params>")]

    def modify(self, key: str, nodes: str) -> Element:
        body = f"<Orders><Order><Action>modify</Action><Key>{key}</Key>{nodes}</Order></Orders>"
        return self.told("setOrder", body)[0]

    def summary(self) -> dict[str, Any]:
        return dict(self.door("summary"))

    def switch(self, **settings: Any) -> None:
        self.door("settings", settings)

    def advance(self, seconds: float) -> None:
        self.door("clock", {"advance": seconds})


@contextmanager
def open_shop(**settings: Any) -> Iterator[Caller]:
    with unas.start(**{"clock": MORNING, **settings}) as simulator, Caller(simulator) as caller:
        yield caller
        assert not simulator.world.crashes, simulator.world.crashes

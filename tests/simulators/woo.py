"""A running shop, its back door, and a client that signs as WooCommerce asks."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests

from simulators import woocommerce
from simulators.server import Simulator

CAPTURES = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"
V3 = "/wp-json/wc/v3"
SECRET = "cs_simulator"
NONCES = itertools.count(1)
MUG = {"name": "Mug", "sku": "MUG", "price": "12.90", "quantity": 2, "tax": "27"}


class Shop(requests.Session):
    """Speaks to one simulated shop: `rest` as a client of the API, `sim` by the back door."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.url, self.world = simulator.url, simulator.world
        self.trust_env = False

    def sim(self, method: str, path: str, body: object = None, status: int | None = None) -> Any:
        answer = self.request(method, f"{self.url}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code == status or (status is None and answer.ok), answer.text
        return answer.json()

    def order(self, **told: Any) -> dict[str, Any]:
        return dict(self.sim("POST", "orders", {"lines": [MUG], **told}))

    def rest(self, method: str, path: str, body: object = None, **asked: Any) -> requests.Response:
        """Signed by OAuth 1.0a, as plain http demands."""
        url = f"{self.url}{V3}/{path}"
        return self.request(method, f"{url}?{urlencode(signed(method, url, asked))}", json=body, timeout=10)

    def read(self, path: str, **asked: Any) -> Any:
        answer = self.rest("GET", path, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()


def signed(method: str, url: str, asked: Mapping[str, Any], secret: str = SECRET, **other: str) -> dict[str, str]:
    """Query parameters with a one-legged OAuth 1.0a signature (RFC 5849, HMAC-SHA256)."""
    oauth = {"oauth_consumer_key": "ck_simulator", "oauth_timestamp": str(int(time.time())),
             "oauth_nonce": f"n{next(NONCES)}-{time.monotonic_ns()}",
             "oauth_signature_method": "HMAC-SHA256"}  # fmt: skip
    given = {**{name: str(value) for name, value in asked.items()}, **oauth, **other}
    pairs = "&".join(f"{_enc(name)}={_enc(value)}" for name, value in sorted(given.items()))
    text = "&".join((method, _enc(url), _enc(pairs)))
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()
    return {**given, "oauth_signature": base64.b64encode(digest).decode()}


def captures() -> dict[str, dict[str, Any]]:
    """The captured order bodies by their number."""
    found = {}
    for path in sorted(CAPTURES.glob("*.body")):
        if path.read_bytes().startswith(b"{"):
            body = json.loads(path.read_bytes())
            if "line_items" in body:
                found[path.stem] = body
    return found


def head(stem: str) -> dict[str, Any]:
    told = json.loads((CAPTURES / f"{stem}.headers.json").read_text())
    return {**told, "headers": {name.lower(): value for name, value in told["headers"]}}


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def store() -> Iterator[Shop]:
    """A shop in Warsaw on the first of March, at nine by UTC; prices typed gross in PLN."""
    with woocommerce.start(clock="2026-03-01T09:00:00") as simulator, Shop(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def _enc(text: str) -> str:
    return quote(text, safe="-._~")

"""A receiver of webhooks that keeps what it hears, and a shop that calls it."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulators import woocommerce
from simulators.woocommerce.switchboard import Switchboard
from simulators.woocommerce.world import WooCommerce
from tests.simulators import woo

PAIR = ["order.created", "order.updated"]
SECRET = "lab-secret-7f3a9c"


class Ear(ThreadingHTTPServer):
    """A receiver that keeps what it hears and answers `status`, or not at all while `silent`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listening)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/webhooks/shop"
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status, self.silent = 200, threading.Event()
        self.silent.set()

    @property
    def events(self) -> list[tuple[dict[str, str], Any]]:
        return [(head, json.loads(body)) for head, body in self.heard if "x-wc-webhook-topic" in head]

    @property
    def topics(self) -> list[str]:
        return [head["x-wc-webhook-topic"] for head, _ in self.events]

    @property
    def pings(self) -> list[tuple[dict[str, str], bytes]]:
        return [(head, body) for head, body in self.heard if "x-wc-webhook-topic" not in head]


class Listening(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.server.silent.wait(10)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.silent.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def caller(ear: Ear) -> Iterator[woo.Shop]:
    """A shop with a webhook for each order topic, all pinged."""
    with woocommerce.start() as simulator, woo.Shop(simulator) as client:
        client.sim("POST", "webhooks", {"url": ear.url, "secret": SECRET})
        settle(client)
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def settle(shop: woo.Shop) -> None:
    assert shop.sim("POST", "flush", {"seconds": 9}) == {"idle": True}


def board(shop: woo.Shop) -> Switchboard:
    assert isinstance(shop.world, WooCommerce)
    return shop.world.board


def hooks(shop: woo.Shop) -> dict[str, dict[str, Any]]:
    return {hook["topic"]: hook for hook in shop.sim("GET", "webhooks")}


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()

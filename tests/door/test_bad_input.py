"""Bad input against a real gunicorn: a clear error each, and nothing half-stored."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from ledger import api_keys, connections
from ledger.tables import attempts, documents, event_bodies, events, orders
from schemas import apikey
from schemas.connection import Shop
from schemas.document import Seller
from schemas.event import State
from schemas.policy import read_policy
from tests.door.conftest import SECRET as OTHERS
from tests.door.gunicorn import Server, serving
from tests.door.test_unas import BOMB, ENTITY, KEY, hmac_of
from tests.generic_orders import SECRET, bearer, body_of, signed

MIB = 1024 * 1024
LEFT_IN = (attempts, documents, event_bodies, events, orders)


@dataclass
class Street:
    """The server, and two doors on it."""

    server: Server
    generic: Shop
    unas: Shop

    def post(self, shop: Shop, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        client = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        client.request("POST", f"/webhooks/{shop.key}", body, headers)
        answer = client.getresponse()
        told = json.loads(answer.read())
        client.close()
        return answer.status, told

    def stored(self) -> dict[State, int]:
        return self.server.lab.counts()

    def rows(self) -> dict[str, int]:
        """Rows of every table that an order can leave something in."""
        with self.server.lab.ledger.read() as tx:
            return {t.name: tx.execute(select(func.count()).select_from(t)).scalar_one() for t in LEFT_IN}

    def key(self, days: float) -> str:
        shown, now = apikey.new_key(), datetime.now(UTC)
        with self.server.lab.ledger.write() as tx:
            api_keys.add(
                tx, shown, name=shown.public, scopes=list(apikey.SCOPES), expires_at=now + timedelta(days=days),
                now=now, shop_id=self.generic.id,
            )  # fmt: skip
        return shown.text


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with serving(tmp_path_factory.mktemp("street"), OTHERS, WEB_WORKERS="1", LOG_LEVEL="WARNING") as server:
        lab = server.lab
        made = Street(server, lab.add_shop(SECRET, platform="generic"), lab.add_shop(KEY, platform="unas"))
        now = datetime.now(UTC)
        with lab.ledger.write() as tx:
            books = connections.add_account(
                tx, lab.ledger.vault, key="books", system="fakturownia", name="B", seller=Seller("S", "PL"),
                credentials={}, now=now,
            )  # fmt: skip
            connections.add_route(
                tx, key="way", shop_id=made.generic.id, account_id=books.id, channel="ovoko", starts_at=now, now=now,
                policy=read_policy({"presets": ["invoice when paid"]}),
            )  # fmt: skip
        yield made


def refused(
    street: Street, body: bytes, headers: dict[str, str], status: int, code: str, shop: Shop | None = None
) -> None:
    before = street.rows()
    given, told = street.post(shop or street.generic, body, headers)
    assert (given, told["code"]) == (status, code), told
    assert told["detail"]
    assert told["remedy"]
    assert street.rows() == before


GOOD = body_of(channel="ovoko")
HUGE = body_of(channel="ovoko", note="x" * (10 * MIB))


def test_an_expired_key(street: Street) -> None:
    refused(street, GOOD, bearer(street.key(-0.01)), 401, "KEY_EXPIRED")


def test_a_wrong_signature(street: Street) -> None:
    refused(street, GOOD, signed(GOOD + b" "), 401, "UNAUTHENTIC")


def test_an_old_timestamp(street: Street) -> None:
    refused(street, GOOD, signed(GOOD, at=time.time() - 301), 401, "TIMESTAMP_OLD")


def test_an_unknown_channel(street: Street) -> None:
    refused(street, body_of(channel="allegro"), signed(body_of(channel="allegro")), 422, "UNKNOWN_CHANNEL")


def test_an_order_of_ten_mebibytes(street: Street) -> None:
    refused(street, HUGE, signed(HUGE), 413, "BODY_TOO_LARGE")
    refused(street, HUGE, {"X-Unas-Hmac": hmac_of(HUGE)}, 413, "BODY_TOO_LARGE", street.unas)


@pytest.mark.parametrize("bomb", [BOMB, ENTITY])
def test_xml_with_entities(street: Street, bomb: bytes) -> None:
    refused(street, bomb, signed(bomb), 422, "NOT_JSON")
    before = street.stored()
    status, told = street.post(street.unas, bomb, {"X-Unas-Hmac": hmac_of(bomb)})
    assert status == 200, "UNAS counts only 200, and what is authentic is kept"
    event = street.server.lab.event(told["event"])
    assert (event.state, event.reason) == (State.DEAD, "UNREADABLE")
    assert street.stored() == {**before, State.DEAD: before[State.DEAD] + 1}


def test_the_same_order_well_sent_is_stored(street: Street) -> None:
    before = street.stored()[State.WAITING]
    assert street.post(street.generic, GOOD, signed(GOOD))[0] == 200
    assert street.post(street.generic, GOOD, bearer(street.key(1)))[1]["duplicate"] is True
    assert street.stored()[State.WAITING] == before + 1

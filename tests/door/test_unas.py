"""UNAS at the door: its HMAC, and bodies that say little more than which order; no two of them are one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from schemas.connection import Shop
from schemas.event import Event, State
from schemas.unas_envelope import ORDER_EVENTS, read_envelope
from tests.door.conftest import Lab, said_in
from tests.door.test_refusals import problem

KEY = "hmac&amp;key"
SAMPLE = Path(__file__).parents[3] / "shared" / "samples" / "unas" / "webhook" / "order-01.json"
BODY = json.dumps({"shopID": "1", "orderID": "1-2", "grandTotal": 10, "orderStatus": {"id": 0, "name": "Új"}}).encode()


@pytest.fixture
def shop(lab: Lab) -> Shop:
    return lab.add_shop(KEY, "an older one", platform="unas")


def hmac_of(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def post(lab: Lab, shop: Shop, body: bytes, event: str = "order_send", **headers: str) -> TestResponse:
    given = {"X-Unas-Hmac": hmac_of(body), **{name.replace("_", "-"): value for name, value in headers.items()}}
    address = f"/webhooks/{shop.key}" + (f"?event={event}" if event else "")
    sent = {name: value for name, value in given.items() if value}
    return lab.app.test_client().post(address, data=body, headers={"Content-Type": "application/json", **sent})


def send(lab: Lab, shop: Shop, body: bytes, event: str = "order_send", **headers: str) -> Event:
    answer = post(lab, shop, body, event, **headers)
    assert answer.status_code == 200, answer.data
    return lab.event(said_in(answer)["event"])


def test_a_signed_order_is_filed_under_its_key_and_kept_as_it_came(lab: Lab, shop: Shop) -> None:
    event = send(lab, shop, BODY)
    assert (event.order_id, event.topic, event.status, event.state) == ("1-2", "order_send", "Új", State.WAITING)
    assert event.modified_at is None
    assert lab.body(event.id) == BODY


def test_a_payment_with_the_orders_own_body_is_an_event_of_its_own(lab: Lab, shop: Shop) -> None:
    first, payment = send(lab, shop, BODY), send(lab, shop, BODY, "successful_payment")
    again = send(lab, shop, BODY, "successful_payment")
    assert len({first.id, payment.id, again.id}) == 3
    assert all(lab.event(e.id).state is State.WAITING for e in (first, payment, again))


@pytest.mark.skipif(not SAMPLE.exists(), reason="the team's shared folder is not there: the sample was not read")
def test_the_recorded_webhook_is_an_order_without_a_time_of_its_own(lab: Lab, shop: Shop) -> None:
    event = send(lab, shop, SAMPLE.read_bytes())
    assert (event.order_id, event.status) == ("69312-465741", "Feldolgozásra vár")
    assert event.modified_at is None


def wrong(body: bytes) -> dict[str, str]:
    raw = base64.b64decode(hmac_of(body))
    return {
        "another key": hmac_of(body, "x"),
        "the key decoded as WordPress does": hmac_of(body, "hmac&key"),
        "hex": raw.hex(),
        "cut": hmac_of(body)[:-1],
        "another body": hmac_of(body + b"\n"),
        "not ASCII": "é" * 44,
    }


@pytest.mark.parametrize("name", sorted(wrong(BODY)))
def test_a_wrong_hmac_is_401_and_leaves_nothing(lab: Lab, shop: Shop, name: str) -> None:
    problem(post(lab, shop, BODY, X_Unas_Hmac=wrong(BODY)[name]), 401, "UNAUTHENTIC")
    assert sum(lab.counts().values()) == 0


def test_without_a_header_or_without_any_key_nothing_comes_in(lab: Lab, shop: Shop) -> None:
    problem(post(lab, shop, BODY, X_Unas_Hmac=""), 401, "UNSIGNED")
    keyless = lab.add_shop(platform="unas")
    problem(post(lab, keyless, BODY, X_Unas_Hmac=hmac_of(BODY, "")), 401, "UNAUTHENTIC")
    assert sum(lab.counts().values()) == 0


def test_any_current_key_is_good(lab: Lab, shop: Shop) -> None:
    assert send(lab, shop, BODY, X_Unas_Hmac=hmac_of(BODY, "an older one")).state is State.WAITING


def test_three_kinds_of_event_end_differently(lab: Lab, shop: Shop) -> None:
    ignored, unknown = send(lab, shop, b"{}", "customer_registration"), send(lab, shop, BODY, "order_eaten")
    unread = send(lab, shop, b'{"orderNumber": 3}')
    assert (ignored.state, ignored.reason) == (State.DONE, "IGNORED_TOPIC")
    assert (unknown.state, unknown.reason) == (State.DEAD, "UNKNOWN_TOPIC")
    assert (unread.state, unread.reason) == (State.DEAD, "UNREADABLE")
    assert all(e.detail and (e.remedy or e is ignored) for e in (ignored, unknown, unread))


def test_the_header_of_unas_names_the_event_only_where_the_address_does_not(lab: Lab, shop: Shop) -> None:
    assert send(lab, shop, BODY, "", X_Unas_Topic="order_delete").status == "trash"
    assert send(lab, shop, BODY, "order_send", X_Unas_Topic="order_delete").topic == "order_send"
    assert send(lab, shop, BODY, "", X_Unas_Topic="newsletter_subscribe").state is State.DONE
    assert send(lab, shop, BODY, "", X_Unas_Topic="order.something").state is State.WAITING
    assert send(lab, shop, BODY, "").order_id == "1-2"
    nameless = send(lab, shop, b'{"customerID": 5}', "")
    assert (nameless.state, nameless.reason) == (State.DEAD, "UNKNOWN_TOPIC")
    assert "?event=" in nameless.remedy


BOMB = b'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a "ha">%s]><Order><Key>&i;</Key></Order>' % b"".join(
    b'<!ENTITY %c "%s">' % (ord("a") + n, b"&%c;" % (ord("a") + n - 1) * 10) for n in range(1, 9)
)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><Order><Key>&x;</Key></Order>'


@pytest.mark.parametrize("body", [BOMB, ENTITY, b"<Order><Key>1-2</Key></Order>", b"[]", b"null", b"\xff", b""])
def test_what_is_no_json_object_is_kept_and_answered_200(lab: Lab, shop: Shop, body: bytes) -> None:
    event = send(lab, shop, body)
    assert (event.state, event.reason, event.order_id) == (State.DEAD, "UNREADABLE", "")
    assert lab.body(event.id) == body
    assert "passwd" not in event.detail


@pytest.mark.parametrize("event", sorted(ORDER_EVENTS))
@pytest.mark.parametrize(
    "order_id",
    [None, 5, "", "a b", "x" * 65, ["1-2"], "1\x00"],
    ids=["null", "number", "empty", "blank", "long", "list", "NUL"],
)
def test_a_key_that_is_none_is_unreadable(event: str, order_id: Any) -> None:
    envelope = read_envelope(event, "", json.dumps({"orderID": order_id}).encode())
    assert (envelope.verdict, envelope.order_id) == ("unreadable", "")
    assert envelope.why


@pytest.mark.parametrize("status", [None, {}, {"name": "x" * 200}, {"id": 3, "name": "a\nb"}])
def test_an_odd_status_does_not_matter(status: Any) -> None:
    envelope = read_envelope("order_send", "", json.dumps({"orderID": "1-2", "orderStatus": status}).encode())
    assert envelope.verdict == "order"
    assert len(envelope.status) <= 64
    assert "\n" not in envelope.status

"""The generic source: signatures, API keys, problems by pointer, channels; what is refused leaves nothing behind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ledger import api_keys, connections, rejections
from schemas import apikey
from schemas.apikey import SCOPES
from schemas.connection import Account, Shop
from schemas.document import Seller
from schemas.event import State
from schemas.policy import read_policy
from tests.door.conftest import Lab, close_lab, open_lab, said_in, settings_in
from tests.generic_orders import JSON, SECRET, bearer, body_of, signed

OTHER = "whsec_" + "QUJD" * 10


@pytest.fixture
def shop(lab: Lab) -> Shop:
    return lab.add_shop(SECRET, platform="generic")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Shop]]:
    """A lab for all that leaves nothing behind, and its shop."""
    lab = open_lab(settings_in(tmp_path_factory.mktemp("hall")), SECRET)
    yield lab, lab.add_shop(SECRET, platform="generic")
    close_lab(lab)


def post(lab: Lab, shop: Shop, body: bytes, headers: dict[str, str]) -> TestResponse:
    return lab.app.test_client().post(f"/webhooks/{shop.key}", data=body, headers=headers)


def send(lab: Lab, shop: Shop, body: bytes) -> TestResponse:
    return post(lab, shop, body, signed(body))


def nothing_stored(lab: Lab) -> bool:
    return sum(lab.counts().values()) == 0


def refused(lab: Lab, answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The right refusal, with a sentence and a remedy, and not a trace of the order."""
    said: dict[str, Any] = said_in(answer)
    assert (answer.status_code, said["code"]) == (status, code), said
    assert answer.content_type == "application/problem+json"
    assert len(said["detail"]) > 15
    assert len(said["remedy"]) > 10
    assert nothing_stored(lab)
    return said


def account(lab: Lab, key: str) -> Account:
    with lab.ledger.write() as tx:
        return connections.add_account(
            tx, lab.ledger.vault, key=key, system="fakturownia", name=key, seller=Seller("Sklep", "PL"),
            credentials={}, now=datetime.now(UTC),
        )  # fmt: skip


def route(lab: Lab, shop: Shop, to: Account, channel: str = "") -> int:
    with lab.ledger.write() as tx:
        return connections.add_route(
            tx, key=f"{shop.key}-{channel or 'all'}", shop_id=shop.id, account_id=to.id, channel=channel,
            policy=read_policy({"presets": ["invoice when paid"]}), starts_at=datetime(2026, 1, 1, tzinfo=UTC),
            now=datetime.now(UTC),
        ).id  # fmt: skip


def key(lab: Lab, *, days: float = 30, scopes: Sequence[str] = tuple(SCOPES), **owner: int) -> tuple[str, int]:
    """A new key's text, and its row."""
    shown, now = apikey.new_key(), datetime.now(UTC)
    with lab.ledger.write() as tx:
        made = api_keys.add(
            tx, shown, name=shown.public, scopes=scopes, expires_at=now + timedelta(days=days), now=now, **owner
        )
    return shown.text, made.id


def test_a_signed_order_is_stored_as_it_came(lab: Lab, shop: Shop) -> None:
    body = body_of(note="Dziękuję 🙂")
    answer = send(lab, shop, body)
    assert answer.status_code == 200
    event = lab.event(said_in(answer)["event"])
    assert (event.order_id, event.status, event.state) == ("A-1001", "processing", State.WAITING)
    assert event.modified_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert lab.body(event.id) == body


def test_a_repeated_body_is_a_duplicate_under_any_message_id_and_a_changed_one_is_not(lab: Lab, shop: Shop) -> None:
    first = said_in(send(lab, shop, body_of()))
    again = said_in(post(lab, shop, body_of(), signed(body_of(), message="msg_2")))
    assert again == {"event": first["event"], "duplicate": True}
    changed = body_of(status="completed")
    other = said_in(post(lab, shop, changed, signed(changed)))
    assert other["duplicate"] is False
    assert other["event"] != first["event"]


def test_any_of_several_secrets_and_of_several_signatures_is_good(lab: Lab, shop: Shop) -> None:
    with lab.ledger.write() as tx:
        connections.rotate_secret(tx, lab.ledger.vault, shop.id, OTHER, datetime.now(UTC) + timedelta(hours=1))
    for number, secret in enumerate((OTHER, SECRET)):
        body = body_of(number)
        headers = signed(body, secret, more=f"v1a,abc v1,{'A' * 43}= nonsense")
        assert post(lab, shop, body, headers).status_code == 200


def wrong(body: bytes) -> dict[str, dict[str, str]]:
    right = signed(body)
    return {
        "another secret": signed(body, OTHER),
        "another body": signed(body + b" "),
        "another message": {**right, "webhook-id": "msg_9"},
        "another time": {**right, "webhook-timestamp": str(int(time.time()) - 7)},
        "version 2": {**right, "webhook-signature": right["webhook-signature"].replace("v1", "v2")},
        "cut": {**right, "webhook-signature": right["webhook-signature"][:-2]},
        "no comma": {**right, "webhook-signature": "v1"},
        "nonsense": {**right, "webhook-signature": "é,é v1,"},
        "a time in words": {**right, "webhook-timestamp": "yesterday"},
        "no number": {**right, "webhook-timestamp": "nan"},
        "beyond all times": {**right, "webhook-timestamp": "9" * 11},
    }


@pytest.mark.parametrize("name", sorted(wrong(b"")))
def test_a_wrong_signature_is_401(hall: tuple[Lab, Shop], name: str) -> None:
    lab, shop = hall
    answer = post(lab, shop, body_of(), wrong(body_of())[name])
    code = "TIMESTAMP_AHEAD" if name == "beyond all times" else "UNAUTHENTIC"
    refused(lab, answer, 401, code)
    assert answer.headers["WWW-Authenticate"] == "Signature"


@pytest.mark.parametrize("gone", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(hall: tuple[Lab, Shop], gone: str) -> None:
    lab, shop = hall
    headers = {name: value for name, value in signed(body_of()).items() if name != gone}
    assert gone in refused(lab, post(lab, shop, body_of(), headers), 401, "UNSIGNED")["detail"].lower()


@pytest.mark.parametrize(("seconds", "code"), [(-400, "TIMESTAMP_OLD"), (400, "TIMESTAMP_AHEAD")])
def test_a_right_signature_of_another_time_is_refused(lab: Lab, shop: Shop, seconds: int, code: str) -> None:
    answer = post(lab, shop, body_of(), signed(body_of(), at=time.time() + seconds))
    assert "300 s" in refused(lab, answer, 401, code)["detail"]
    assert post(lab, shop, body_of(), signed(body_of(), at=time.time() - 200)).status_code == 200


def test_a_body_that_is_no_text_is_401(lab: Lab, shop: Shop) -> None:
    refused(lab, send(lab, shop, b"\xff\xfe"), 401, "UNAUTHENTIC")


def test_a_key_of_the_shop_is_good_for_it_alone(lab: Lab, shop: Shop) -> None:
    text, _ = key(lab, shop_id=shop.id)
    other = lab.add_shop(SECRET, platform="generic")
    refused(lab, post(lab, other, body_of(), bearer(text)), 403, "OTHER_COMPANY")
    assert post(lab, shop, body_of(), bearer(text)).status_code == 200


def test_a_key_of_an_account_is_good_for_shops_that_lead_there_alone(lab: Lab, shop: Shop) -> None:
    books, others = account(lab, "books"), account(lab, "others")
    text, _ = key(lab, account_id=books.id)
    refused(lab, post(lab, shop, body_of(), bearer(text)), 403, "OTHER_COMPANY")
    route(lab, shop, books, "ovoko")
    ovoko = body_of(channel="ovoko")
    assert post(lab, shop, ovoko, bearer(text)).status_code == 200
    route(lab, shop, others, "allegro")
    assert post(lab, shop, body_of("B-2", channel="ovoko"), bearer(text)).status_code == 403


def test_an_expired_key_a_revoked_one_and_one_of_little_use_are_told_apart(lab: Lab, shop: Shop) -> None:
    text, _ = key(lab, days=-1, shop_id=shop.id)
    assert "ended on" in refused(lab, post(lab, shop, body_of(), bearer(text)), 401, "KEY_EXPIRED")["detail"]
    text, _ = key(lab, scopes=[], shop_id=shop.id)
    refused(lab, post(lab, shop, body_of(), bearer(text)), 403, "SCOPE_MISSING")
    text, row = key(lab, shop_id=shop.id)
    with lab.ledger.write() as tx:
        api_keys.revoke(tx, row, datetime.now(UTC))
    answer = post(lab, shop, body_of(), bearer(text))
    refused(lab, answer, 401, "KEY_REVOKED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_what_is_no_key_tells_nothing_of_those_there_are(lab: Lab, shop: Shop) -> None:
    text, _ = key(lab, shop_id=shop.id)
    strangers = [text[:-1] + ("a" if text[-1] != "a" else "b"), apikey.new_key().text, "bhk_", text[:20]]
    answers = [post(lab, shop, body_of(), bearer(stranger)) for stranger in strangers[:2]]
    assert len({answer.data for answer in answers}) == 1
    for stranger in strangers:
        refused(lab, post(lab, shop, body_of(), bearer(stranger)), 401, "KEY_UNKNOWN")
    refused(lab, post(lab, shop, body_of(), {**JSON, "Authorization": "Basic YTpi"}), 401, "KEY_UNKNOWN")


def test_a_wrong_key_is_not_saved_by_a_right_signature(lab: Lab, shop: Shop) -> None:
    headers = {**signed(body_of()), "Authorization": f"Bearer {apikey.new_key().text}"}
    refused(lab, post(lab, shop, body_of(), headers), 401, "KEY_UNKNOWN")


def test_only_a_digest_of_a_key_is_kept(lab: Lab, shop: Shop) -> None:
    text, _ = key(lab, shop_id=shop.id)
    assert post(lab, shop, body_of(), bearer(text)).status_code == 200
    for path in lab.settings.var.glob("billhook.db*"):
        assert text[15:].encode() not in path.read_bytes()


def test_every_refusal_is_counted_without_its_values(lab: Lab, shop: Shop) -> None:
    post(lab, shop, b"{}", signed(b"{}"))
    with lab.ledger.read() as tx:
        (noted,) = rejections.last(tx, shop.id)
    assert (noted.reason, noted.size) == ("UNREADABLE", 2)
    assert "Webhook-Signature" in noted.headers


LINE = {"id": "1", "name": "Mug", "quantity": 1, "rate": 23}
REFUND = {"id": "r1", "at": "2026-11-21T10:00:00Z", "amount": "5.00"}

#: Changes of a good order, and where the problem is.
PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"refund": []}, "/refund"),
    "an unknown field with a slash": ({"a/b~c": 1}, "/a~1b~0c"),
    "no such status": ({"status": "paid"}, "/status"),
    "a comma": ({"total": "123,00"}, "/total"),
    "a binary rest": ({"total": 123.00000000000001}, "/total"),
    "total true": ({"total": True}, "/total"),
    "total an exponent": ({"total": 1e30}, "/total"),
    "total blank": ({"total": ""}, "/total"),
    "a time without its zone": ({"modified": "2026-11-20T10:00:00"}, "/modified"),
    "a day": ({"placed": "2026-11-20"}, "/placed"),
    "no such day": ({"placed": "2026-02-30T10:00:00Z"}, "/placed"),
    "a currency's sign": ({"currency": "zł"}, "/currency"),
    "an id with a slash": ({"id": "a/b"}, "/id"),
    "an id that is empty": ({"id": ""}, "/id"),
    "no lines": ({"lines": []}, "/lines"),
    "a line without a price": ({"lines": [LINE]}, "/lines/0"),
    "a line with two prices": ({"lines": [{**LINE, "line_net": 1, "unit_net": 1}]}, "/lines/0"),
    "a rate with its sign": ({"lines": [{**LINE, "rate": "23%", "line_net": 1}]}, "/lines/0/rate"),
    "a rate above a hundred": ({"lines": [{**LINE, "rate": 230, "line_net": 1}]}, "/lines/0/rate"),
    "quantity zero": ({"lines": [{**LINE, "quantity": 0, "line_net": 1}]}, "/lines/0/quantity"),
    "lines that share an id": ({"lines": [{**LINE, "line_net": 1}] * 2}, "/lines/1/id"),
    "a name with a bell": ({"lines": [{**LINE, "name": "a\x07b", "line_net": 1}]}, "/lines/0/name"),
    "a country in words": ({"buyer": {"name": "Anna", "country": "Poland"}}, "/buyer/country"),
    "no buyer's name": ({"buyer": {"name": " ", "country": "PL"}}, "/buyer/name"),
    "an address that is none": ({"buyer": {"name": "A", "country": "PL", "email": "a b@c"}}, "/buyer/email"),
    "not said whether paid": ({"payment": {"method": "card"}}, "/payment/paid_at"),
    "a refund of nothing sold": (
        {"refunds": [{**REFUND, "lines": [{"id": "7", "line_gross": 5}]}]}, "/refunds/0/lines/0/id"
    ),
    "refunds that share an id": ({"refunds": [REFUND, REFUND]}, "/refunds/0/id"),
    "a negative refund": ({"refunds": [{**REFUND, "amount": -5}]}, "/refunds/0/amount"),
    "refunded without refunds": ({"status": "refunded"}, "/refunds"),
    "a gift card of nothing": ({"gift_cards": [{"code": "x", "amount": 0}]}, "/gift_cards/0/amount"),
    "a number as meta": ({"meta": {"weight": 3}}, "/meta/weight"),
    "delivery a text": ({"delivery": "home"}, "/delivery"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PROBLEMS))
def test_a_problem_is_told_by_its_pointer(hall: tuple[Lab, Shop], name: str) -> None:
    lab, shop = hall
    changes, pointer = PROBLEMS[name]
    said = refused(lab, send(lab, shop, body_of(**changes)), 422, "UNREADABLE")
    assert pointer in [problem["pointer"] for problem in said["problems"]]
    assert all(set(problem) == {"pointer", "detail"} and problem["detail"] for problem in said["problems"])
    place = resolved(json.loads(body_of(**changes)), pointer)
    assert place or pointer.rpartition("/")[2] in ("paid_at", "refunds")


def resolved(data: Any, pointer: str) -> bool:
    """Whether the pointer (RFC 6901) leads somewhere."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            data = data[int(step)] if isinstance(data, list) else data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


REQUIRED = ("id", "number", "modified", "placed", "status", "currency", "total", "basis", "buyer", "payment", "lines")


def test_every_missing_field_is_told_at_once(lab: Lab, shop: Shop) -> None:
    said = refused(lab, send(lab, shop, b"{}"), 422, "UNREADABLE")
    assert sorted(p["pointer"] for p in said["problems"]) == sorted(f"/{name}" for name in REQUIRED)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "NOT_JSON"),
        (b"<Order/>", "NOT_JSON"),
        (b'{"id":1,"id":2}', "NOT_JSON"),
        (b'{"total":NaN}', "NOT_JSON"),
        (b'{"total":1e99999999999999999999}', "NOT_JSON"),
        (b"[" * 100_000, "NOT_JSON"),
        (b"[]", "UNREADABLE"),
        (b'"order"', "UNREADABLE"),
    ],
)
def test_what_is_no_json_object_is_422(hall: tuple[Lab, Shop], body: bytes, code: str) -> None:
    lab, shop = hall
    assert refused(lab, send(lab, shop, body), 422, code)["problems"][0]["pointer"] == ""


def test_a_flood_of_problems_gets_a_short_answer(lab: Lab, shop: Shop) -> None:
    answer = send(lab, shop, body_of(**{f"field{n}": n for n in range(20_000)}))
    assert len(refused(lab, answer, 422, "UNREADABLE")["problems"]) == 50
    assert len(answer.data) < 20_000


def test_null_is_as_good_as_left_out(lab: Lab, shop: Shop) -> None:
    optional = json.loads(body_of()) | dict.fromkeys(
        ("channel", "language", "delivery", "refunds", "gift_cards", "note", "meta", "completed_at")
    )
    optional["buyer"] |= {"vat_id": None, "email": None}
    assert send(lab, shop, json.dumps(optional).encode()).status_code == 200


def test_an_unknown_channel_is_refused_and_a_known_one_or_a_route_for_all_is_not(lab: Lab, shop: Shop) -> None:
    books = account(lab, "books")
    route(lab, shop, books, "ovoko")
    allegro, none, ovoko = body_of(1, channel="allegro"), body_of(2), body_of(3, channel="ovoko")
    said = refused(lab, send(lab, shop, allegro), 422, "UNKNOWN_CHANNEL")
    assert said["problems"] == [{"pointer": "/channel", "detail": said["detail"]}]
    assert "'allegro'" in said["detail"]
    assert "ovoko" in said["detail"]
    refused(lab, send(lab, shop, none), 422, "UNKNOWN_CHANNEL")
    assert send(lab, shop, ovoko).status_code == 200
    other = lab.add_shop(SECRET, platform="generic")
    way = route(lab, other, books)
    assert send(lab, other, allegro).status_code == 200
    with lab.ledger.write() as tx:
        connections.set_route_state(tx, way, "removed")
    assert send(lab, other, none).status_code == 200, "a shop without a route stores and waits"


def test_the_form_of_woocommerces_ping_needs_a_signature_here(lab: Lab, shop: Shop) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(lab, post(lab, shop, b"webhook_id=12", form), 401, "UNSIGNED")

"""What is turned away, how it is said, and that saying it costs little."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from ledger import connections
from schemas.connection import Shop
from schemas.event import State
from tests.door.conftest import Lab, headers_of, order
from tests.door.test_envelope import UNREADABLE
from webhooks.problems import _FILE
from webhooks.refusals import Refusal, Refusals, names_of


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert the whole shape of RFC 9457, and that nothing of the inside shows."""
    said: dict[str, Any] = answer.get_json(force=True)
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert answer.content_type == "application/problem+json"
    assert set(said) == {"type", "title", "status", "detail", "code", "remedy"}
    assert all(said[name] for name in said)
    assert said["type"].endswith(f"/docs/errors.md#{code.lower()}")
    assert f"\n## {code.lower()}\n" in _FILE.read_text()
    assert "Traceback" not in answer.text
    assert "<html" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return said


def test_wrong_signature(lab: Lab) -> None:
    answer = lab.post(order(), headers_of(order(), secret="x"))
    problem(answer, 401, "UNAUTHENTIC")
    assert answer.headers["WWW-Authenticate"]


def test_no_signature(lab: Lab) -> None:
    problem(lab.post(order(), {"Content-Type": "application/json"}), 401, "UNSIGNED")


def test_an_unknown_shop(lab: Lab) -> None:
    problem(lab.post(order(), path="/webhooks/shop-abcd1234"), 404, "UNKNOWN_SHOP")


def test_a_removed_shop_a_guessed_one_and_one_that_nobody_reads_get_the_same_answer(lab: Lab) -> None:
    removed, strange = lab.add_shop("x"), lab.add_shop("x", platform="shopify")
    with lab.ledger.write() as tx:
        connections.set_shop_state(tx, removed.id, "removed")
    keys = (removed.key, strange.key, "shop-abcd1234", "x" * 3000, "%00", "a b", "é")
    answers = {lab.post(order(), path=f"/webhooks/{key}").data for key in keys}
    assert len(answers) == 1
    assert sum(lab.counts().values()) == 0


def test_a_paused_shop_is_still_written_down(lab: Lab) -> None:
    with lab.ledger.write() as tx:
        connections.set_shop_state(tx, lab.shop.id, "paused")
    assert lab.post(order()).status_code == 200


def test_a_body_of_3_mib(lab: Lab) -> None:
    problem(lab.post(b" " * (3 * 1024 * 1024)), 413, "BODY_TOO_LARGE")
    assert lab.refused()[0].reason == "BODY_TOO_LARGE"


def test_a_body_of_exactly_the_limit_is_read(lab: Lab) -> None:
    limit = lab.settings.body_limit
    body = order() + b" " * (limit - len(order()))
    assert lab.send(body).state is State.WAITING
    problem(lab.post(body + b" "), 413, "BODY_TOO_LARGE")


def test_a_compressed_body(lab: Lab) -> None:
    problem(lab.post(order(), {**headers_of(order()), "Content-Encoding": "gzip"}), 415, "ENCODED_BODY")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods(lab: Lab, method: str) -> None:
    answer = lab.app.test_client().open(lab.path, method=method)
    problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert {"POST", "GET"} <= set(answer.headers["Allow"].split(", "))


def test_url_checks(lab: Lab) -> None:
    client = lab.app.test_client()
    assert client.get(lab.path).status_code == 200
    assert client.head(lab.path).status_code == 200
    assert client.head(lab.path).data == b""
    problem(client.get("/webhooks/nobody"), 404, "UNKNOWN_SHOP")


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/", "/webhooks/a/b", "/.env", "/healthz/", "/%ff"])
def test_other_addresses(lab: Lab, path: str) -> None:
    problem(lab.app.test_client().get(path), 404, "NOT_FOUND")


def test_a_defect_shows_nothing_of_itself(lab: Lab) -> None:
    def broken() -> str:
        raise RuntimeError("the secret inside")

    lab.app.add_url_rule("/broken", "broken", broken)
    said = problem(lab.app.test_client().get("/broken"), 500, "DEFECT")
    assert "inside" not in str(said)


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_is_no_order_but_authentic_is_kept_and_answered_200(lab: Lab, name: str) -> None:
    body = UNREADABLE[name]
    event = lab.send(body)
    assert (event.state, event.reason) == (State.DEAD, "UNREADABLE")
    assert event.detail
    assert event.remedy
    assert lab.body(event.id) == body


def test_three_kinds_of_topic_end_differently(lab: Lab) -> None:
    ignored, unknown = lab.send(b"{}", "coupon.created"), lab.send(b"{}", "order.shipped")
    assert (ignored.state, ignored.reason) == (State.DONE, "IGNORED_TOPIC")
    assert (unknown.state, unknown.reason) == (State.DEAD, "UNKNOWN_TOPIC")
    assert lab.send(order()).state is State.WAITING


def test_an_error_object_is_a_dead_letter_about_rights(lab: Lab) -> None:
    event = lab.send(b'{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":403}}')
    assert (event.state, event.reason) == (State.DEAD, "SHOP_ERROR")
    assert "owner lost the right" in event.detail
    assert "may read orders" in event.remedy


def test_orders_that_share_a_delivery_id_are_two_events(lab: Lab) -> None:
    assert lab.send(order(30)).id != lab.send(order(31)).id


@pytest.mark.parametrize(
    "body", [b"webhook_id=", b"webhook_id=1&a=b", b"webhook_id=1 ", b"webhook_id=x", b"id=1", b"", b"webhook_id=1\n"]
)
def test_only_the_exact_ping_comes_in_unsigned(lab: Lab, body: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert lab.post(b"webhook_id=12", form).status_code == 200
    problem(lab.post(body, form), 401, "UNSIGNED")


def test_a_ping_must_be_a_form(lab: Lab) -> None:
    problem(lab.post(b"webhook_id=12", {"Content-Type": "application/json"}), 401, "UNSIGNED")


def test_a_refusal_is_noted_without_body_or_values(lab: Lab) -> None:
    lab.post(b"the buyer's address", headers_of(b"x"))
    (noted,) = lab.refused()
    assert (noted.reason, noted.size) == ("UNAUTHENTIC", 19)
    assert "X-Wc-Webhook-Signature" in noted.headers
    assert "address" not in repr(noted)


def test_a_flood_of_refusals_is_not_a_flood_of_writes() -> None:
    now = 100.0
    written: list[Refusal] = []
    refusals = Refusals(lambda shop, refusal: written.append(refusal), per_second=2, monotonic=lambda: now)
    shop = Shop(1, "a", "woocommerce", "A")
    for step in range(1000):
        now = 100 + step / 200
        refusals.note(shop, Refusal("UNAUTHENTIC", 1, ()))
    assert len(written) == 10
    refusals.note(Shop(2, "b", "woocommerce", "B"), Refusal("UNAUTHENTIC", 1, ()))
    assert len(written) == 11


def test_header_names_of_strangers_are_cut() -> None:
    names = names_of([f"X-{n}-{'y' * 500}" for n in range(500)])
    assert len(names) == 40
    assert max(map(len, names)) == 60

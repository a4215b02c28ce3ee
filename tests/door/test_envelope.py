"""What a delivery is, by topic and body; whatever it is, reading it never raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.envelope import IGNORED, ORDER_TOPICS, read_envelope
from tests.door.conftest import captured, order

UPDATED = "order.updated"

#: What authentic bodies have been, or could be, instead of an order.
UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \r\n",
    "a form": b"webhook_id=1&x=2",
    "HTML": b"<!doctype html><title>Fatal error</title>",
    "a PHP notice before the JSON": b"<br />\nNotice: x\n" + order(),
    "two orders": order() + order(),
    "cut": order()[:-7],
    "a byte order mark": b"\xef\xbb\xbf" + order(),
    "Latin-1": order().replace(b"processing", b"caf\xe9"),
    "UTF-16": order().decode().encode("utf-16"),
    "half a surrogate pair": order().replace(b"processing", b"\\ud83d"),
    "half a surrogate pair as a name": b'{"id":30,"\\uDC00":1}',
    "a list": b"[1,2]",
    "a string": b'"order"',
    "null": b"null",
    "a number": b"30",
    "NaN": order().replace(b'"refunds": []', b'"total": NaN'),
    "Infinity": order().replace(b'"refunds": []', b'"total": -Infinity'),
    "a float beyond all floats": order().replace(b'"refunds": []', b'"total": 1e999'),
    "ten thousand digits": order().replace(b'"id": 30', b'"id": ' + b"9" * 10_000),
    "a name twice": b'{"id":30,' + order()[1:],
    "a name twice, deep inside": order().replace(b'"meta_data": []', b'"meta_data": [{"id":1,"id":2}]'),
    "nested lists": b"[" * 200_000,
    "nested lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "no id": order().replace(b'"id"', b'"ids"'),
    "id as text": order("30"),
    "id true": order(True),
    "id null": order(None),
    "id zero": order(0),
    "id negative": order(-1),
    "id with a fraction": order(30.5),
    "id beyond 64 bits": order(2**63),
    "no status": order().replace(b'"status"', b'"state"'),
    "status empty": order(status=""),
    "status a number": order(status=7),
    "status with NUL": order(status="proc\0essing"),
    "status very long": order(status="x" * 65),
    "no modification time": order().replace(b'"date_modified_gmt"', b'"date_modified"'),
    "modification time null": order(date_modified_gmt=None),
    "modification time no date": order(date_modified_gmt="yesterday"),
    "modification time out of range": order(date_modified_gmt="0000-00-00T00:00:00"),
    "modification time before the first year": order(date_modified_gmt="0001-01-01T00:00:00+14:00"),
    "refunds no list": order(refunds="none"),
    "an empty object": b"{}",
}


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_is_no_order_is_unreadable_with_why_and_remedy(name: str) -> None:
    envelope = read_envelope(UPDATED, UNREADABLE[name])
    assert (envelope.verdict, envelope.order_id) == ("unreadable", "")
    assert len(envelope.why) > 10
    assert len(envelope.remedy) > 10


def test_an_order_gives_its_four_fields() -> None:
    envelope = read_envelope(UPDATED, order(5309091028, refunds=[{"id": 1}, {"id": 2}]))
    assert envelope.verdict == "order"
    assert (envelope.order_id, envelope.status, envelope.refunds) == ("5309091028", "processing", 2)
    assert envelope.modified_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_an_order_of_another_plugin_and_with_emoji_is_an_order() -> None:
    emoji = order(note="x\U0001f600").replace(b'"meta_data": []', b'"meta_data": {}, "other": {"deep": [[[1]]]}')
    assert b"\\ud83d\\ude00" in emoji
    assert read_envelope(UPDATED, emoji).verdict == "order"
    assert read_envelope(UPDATED, order(status="wc-custom_status")).verdict == "order"


def test_an_escaped_backslash_before_ud_is_no_surrogate() -> None:
    assert read_envelope(UPDATED, order(note="\\ud800 is text")).verdict == "order"


def test_a_deleted_order_is_in_the_trash_without_a_time() -> None:
    envelope = read_envelope("order.deleted", b'{"id":57}')
    assert (envelope.verdict, envelope.order_id, envelope.status) == ("order", "57", "trash")
    assert envelope.modified_at is None


def test_version_one_asks_for_version_three() -> None:
    old = json.loads(order())
    for gone in ("date_created_gmt", "date_modified_gmt", "meta_data"):
        del old[gone]
    envelope = read_envelope(UPDATED, json.dumps(old).encode())
    assert envelope.verdict == "unreadable"
    assert "version to v3" in envelope.remedy


@pytest.mark.parametrize(
    ("code", "status", "word"),
    [
        ("woocommerce_rest_cannot_view", 401, "right to read"),
        ("woocommerce_rest_cannot_view", 403, "right to read"),
        ("woocommerce_rest_shop_order_invalid_id", 404, "gone"),
        ("woocommerce_rest_invalid_shop_order_id", 404, "gone"),
        ("internal_server_error", 500, "could not build"),
        ("strange", "403", "could not build"),
    ],
)
def test_an_error_object_in_the_orders_place_is_an_error(code: str, status: object, word: str) -> None:
    body = json.dumps({"code": code, "message": "Sorry", "data": {"status": status}}).encode()
    for topic in sorted(ORDER_TOPICS):
        envelope = read_envelope(topic, body)
        assert envelope.verdict == "error"
        assert word in envelope.why
        assert code in envelope.why
        assert envelope.remedy


@pytest.mark.parametrize("topic", [f"{kind}.updated" for kind in IGNORED] + ["action.woocommerce_thankyou"])
def test_other_topics_are_ignored_with_their_reason(topic: str) -> None:
    envelope = read_envelope(topic, b"whatever")
    assert envelope.verdict == "ignored"
    assert envelope.why == IGNORED[topic.partition(".")[0]]


@pytest.mark.parametrize("topic", ["", "order", "order.", "order.shipped", "coupon", "Order.Updated", "x" * 5000, "\0"])
def test_topics_nobody_knows_are_unknown(topic: str) -> None:
    envelope = read_envelope(topic, order())
    assert envelope.verdict == "unknown"
    assert envelope.why
    assert envelope.remedy
    assert len(envelope.topic) <= 100


def test_every_captured_body_is_an_order() -> None:
    for one in captured():
        if one.secret:
            assert read_envelope(one.topic, one.body).verdict == "order", one.number


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    assert read_envelope(UPDATED, body).verdict == "unreadable"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
_NAMES = st.sampled_from(["id", "status", "date_modified_gmt", "refunds", "code", "data", "line_items"])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(ORDER_TOPICS)), st.dictionaries(_NAMES, _JSON))
def test_no_object_makes_it_raise(topic: str, data: dict[str, object]) -> None:
    assert read_envelope(topic, json.dumps(data).encode()).verdict in ("order", "error", "unreadable")

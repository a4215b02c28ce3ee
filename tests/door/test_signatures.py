"""Who are you."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from ledger import connections
from tests.door.conftest import SECRET, Lab, headers_of, order, said_in, signature
from webhooks.signatures import decoded, keys_of, signed_by_any


def with_signature(body: bytes, text: str) -> dict[str, str]:
    return {**headers_of(body), "X-WC-Webhook-Signature": text}


def wrong(body: bytes) -> dict[str, str]:
    right = signature(body)
    raw = base64.b64decode(right)
    return {
        "another secret": signature(body, "another"),
        "another body": signature(body + b" "),
        "cut": right[:-1],
        "cut in half": right[:22],
        "longer": right + "A",
        "hex": raw.hex(),
        "url-safe": base64.urlsafe_b64encode(raw).decode().replace("=", "") + "-_",
        "percent-encoded": quote(right, safe=""),
        "quoted": f'"{right}"',
        "twice": f"{right},{right}",
        "empty": "",
        "blanks": "   ",
        "not ASCII": "é" * 44,
        "very long": "A" * 4000,
    }


@pytest.mark.parametrize("name", sorted(wrong(order())))
def test_a_wrong_signature_is_401(lab: Lab, name: str) -> None:
    body = order()
    answer = lab.post(body, with_signature(body, wrong(body)[name]))
    assert answer.status_code == 401
    assert said_in(answer)["code"] in ("UNAUTHENTIC", "UNSIGNED")
    assert sum(lab.counts().values()) == 0


def test_a_missing_signature_is_401(lab: Lab) -> None:
    headers = headers_of(order())
    del headers["X-WC-Webhook-Signature"]
    assert lab.post(order(), headers).status_code == 401


def test_a_body_that_was_encoded_anew_on_the_way_is_401(lab: Lab) -> None:
    body = order()
    assert lab.post(body.replace(b": ", b":"), headers_of(body)).status_code == 401


def test_any_current_secret_is_good(lab: Lab) -> None:
    shop = lab.add_shop("new", "older", "oldest")
    for secret in ("new", "older", "oldest"):
        body = order(status=secret)
        answer = lab.post(body, headers_of(body, secret=secret), f"/webhooks/{shop.key}")
        assert answer.status_code == 200


def test_the_secret_of_another_shop_is_not(lab: Lab) -> None:
    other = lab.add_shop("other")
    assert lab.post(order(), headers_of(order()), f"/webhooks/{other.key}").status_code == 401


def test_a_secret_given_a_moment_ago_is_good_at_once(lab: Lab) -> None:
    assert lab.post(order()).status_code == 200
    with lab.ledger.write() as tx:
        connections.rotate_secret(tx, lab.ledger.vault, lab.shop.id, "fresh", None)
    body = order(31)
    assert lab.post(body, headers_of(body, secret="fresh")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("a&amp;b", "a&b"),
        ("&lt;tag&gt;", "<tag>"),
        ("&quot;x&quot;", '"x"'),
        ("&#039;x&#x27;&#39;", "'x''"),
        ("&#038;&#x26;&#034;&#x22;&#060;&#062;", '&&""<>'),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_a_secret_with_entities_works_decoded_and_as_typed(lab: Lab, typed: str, used: str) -> None:
    assert decoded(typed) == used
    shop = lab.add_shop(typed)
    for secret in (used, typed):
        body = order(status=f"s{len(secret)}")
        assert lab.post(body, headers_of(body, secret=secret), f"/webhooks/{shop.key}").status_code == 200


@pytest.mark.parametrize("typed", ["&eacute;", "&amp", "a&b", "&copy;&nbsp;", "&#65;"])
def test_other_entities_stay_as_typed(typed: str) -> None:
    assert decoded(typed) == typed


@pytest.mark.parametrize("secrets", [(), ("",), ("", "  ")])
def test_an_empty_secret_opens_nothing(lab: Lab, secrets: tuple[str, ...]) -> None:
    shop = lab.add_shop(*secrets)
    for secret in ("", "  "):
        answer = lab.post(order(), headers_of(order(), secret=secret), f"/webhooks/{shop.key}")
        assert answer.status_code == 401


def test_every_key_is_tried_even_after_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []

    def sign(key: bytes, body: bytes) -> bytes:
        tried.append(key)
        return signature(body, key.decode()).encode()

    monkeypatch.setattr("webhooks.signatures.sign", sign)
    assert signed_by_any((SECRET, "b", "c"), b"x", signature(b"x"))
    assert tried == [SECRET.encode(), b"b", b"c"]
    assert keys_of(("a&amp;b",)) == (b"a&b", b"a&amp;b")

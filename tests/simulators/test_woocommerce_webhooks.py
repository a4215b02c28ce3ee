"""What a webhook sends and how it is signed, counted and switched off; the shop's /webhooks."""

import json
from datetime import UTC, datetime

import pytest

from simulators.woocommerce.webhook import Webhook
from tests.simulators import woo
from tests.simulators.woo_ear import PAIR, SECRET, Ear, hooks, settle, signature

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_ping_is_unsigned_form_encoded_and_owes_exactly_200(caller: woo.Shop, ear: Ear) -> None:
    assert [body for _, body in ear.pings] == [b"webhook_id=1", b"webhook_id=2", b"webhook_id=3", b"webhook_id=4"]
    real = woo.head("001")["headers"]
    for head, _ in ear.pings:
        assert head["content-type"] == real["content-type"]
        assert head["user-agent"] == real["user-agent"]
        assert not [name for name in head if name.startswith("x-wc")]
    assert not any(hook["pending_ping"] for hook in hooks(caller).values())


def test_a_ping_answered_204_comes_again_with_every_delivery(caller: woo.Shop, ear: Ear) -> None:
    ear.status = 204
    caller.rest("POST", "webhooks", {"topic": "order.updated", "delivery_url": ear.url, "secret": SECRET})
    settle(caller)
    ident = caller.order()["id"]
    settle(caller)
    assert len(ear.pings) == 6
    ear.status = 200
    for _ in "ab":
        caller.sim("POST", f"orders/{ident}/touch", {})
        settle(caller)
        assert len(ear.pings) == 7
    assert {body for _, body in ear.pings[4:]} == {b"webhook_id=5"}


def test_a_new_order_is_a_signed_pair_with_one_body_and_the_headers_of_a_real_shop(caller: woo.Shop, ear: Ear) -> None:
    order = caller.order(customer_note='Zażółć / "gęślą"')
    settle(caller)
    assert ear.topics == PAIR
    (first, body), (second, again) = ear.heard[4:]
    assert body == again
    real = woo.head("005")["headers"]
    assert set(real) - {"host"} <= set(first) | {"accept-encoding"}
    for head, topic in ((first, "created"), (second, "updated")):
        assert head["x-wc-webhook-signature"] == signature(body)
        assert (head["x-wc-webhook-event"], head["x-wc-webhook-resource"]) == (topic, "order")
        assert head["x-wc-webhook-source"] == f"{caller.url}/"
    assert b'Za\\u017c\\u00f3\\u0142\\u0107 \\/ \\"g' in body
    assert json.loads(body) == caller.read(f"orders/{order['id']}")


def test_the_captured_signatures_verify_by_the_same_rule() -> None:
    checked = 0
    for path in sorted(woo.CAPTURES.glob("*.body")):
        head = woo.head(path.stem)
        if head["secret"]:
            hook = Webhook(1, "", "order.updated", "", head["secret"], NOON, NOON)
            assert hook.signature(path.read_bytes()) == head["headers"]["x-wc-webhook-signature"]
            checked += 1
    assert checked > 60


def test_entities_in_a_secret_are_decoded_before_signing(caller: woo.Shop, ear: Ear) -> None:
    for ident in (1, 2):
        caller.rest("PUT", f"webhooks/{ident}", {"secret": "a&amp;b&#039;c"})
    caller.order()
    settle(caller)
    head, body = ear.heard[-1]
    assert head["x-wc-webhook-signature"] == signature(body, "a&b'c")


def test_a_failed_delivery_is_never_repeated_and_the_seventh_switches_off(caller: woo.Shop, ear: Ear) -> None:
    ident = caller.order()["id"]
    settle(caller)
    ear.status = 500
    for turn in range(1, 9):
        caller.sim("POST", f"orders/{ident}/touch", {})
        settle(caller)
        hook = hooks(caller)["order.updated"]
        assert (hook["failures"], hook["status"]) == (min(turn, 6), "active" if turn < 7 else "disabled")
    assert len(ear.topics) == 2 + 7
    assert caller.read("webhooks/2")["status"] == "disabled"
    ear.status = 200
    assert caller.rest("PUT", "webhooks/2", {"status": "active"}).json()["status"] == "active"
    assert hooks(caller)["order.updated"]["failures"] == 6
    caller.sim("POST", f"orders/{ident}/touch", {})
    settle(caller)
    assert hooks(caller)["order.updated"]["failures"] == 0


@pytest.mark.parametrize(("status", "failures"), [(202, 0), (302, 0), (303, 1), (410, 1), (429, 1)])
def test_what_counts_as_failure(caller: woo.Shop, ear: Ear, status: int, failures: int) -> None:
    ear.status = status
    caller.order()
    settle(caller)
    assert hooks(caller)["order.created"]["failures"] == failures


def test_a_receiver_that_does_not_answer_in_time_is_a_failure(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"delivery_timeout": 0.2})
    ear.silent.clear()
    caller.order()
    settle(caller)
    assert hooks(caller)["order.created"]["failures"] == 1
    assert "timed out" in caller.sim("GET", "deliveries")[-1]["fault"]


def test_private_addresses_and_other_ports_are_refused_when_guarded(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"guarded": True})
    caller.order()
    settle(caller)
    assert ear.topics == []
    assert hooks(caller)["order.updated"]["failures"] == 1


def test_a_webhook_whose_user_lost_its_rights_sends_a_signed_error(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"webhook_rights": "none"})
    caller.order()
    settle(caller)
    head, body = ear.heard[-1]
    assert json.loads(body)["code"] == "woocommerce_rest_cannot_view"
    assert (json.loads(body)["data"], head["x-wc-webhook-signature"]) == ({"status": 403}, signature(body))


def test_webhooks_are_made_listed_paused_and_deleted_by_rest(caller: woo.Shop, ear: Ear) -> None:
    told = {"name": "mine", "topic": "order.updated", "delivery_url": ear.url, "secret": "s", "status": "paused"}
    made = caller.rest("POST", "webhooks", told)
    assert (made.status_code, made.json()["status"], made.json()["event"]) == (201, "active", "updated")
    assert not {"secret", "failure_count", "pending_delivery"} & set(made.json())
    ident = made.json()["id"]
    settle(caller)
    assert ear.pings[-1][1] == b"webhook_id=%d" % ident
    assert caller.rest("PUT", f"webhooks/{ident}", {"status": "paused"}).json()["status"] == "paused"
    assert [hook["id"] for hook in caller.read("webhooks", status="paused")] == [ident]
    assert len(caller.read("webhooks", per_page=100)) == 5
    caller.order()
    settle(caller)
    assert ident not in {line["webhook"] for line in caller.sim("GET", "deliveries") if line["order"]}
    assert caller.rest("DELETE", f"webhooks/{ident}").status_code == 501
    assert caller.rest("DELETE", f"webhooks/{ident}", force="true").json()["id"] == ident
    for wrong in ({"topic": "order.paid", "delivery_url": ear.url}, {"topic": "order.updated", "delivery_url": "x"},
                  {"topic": "order.updated"}):  # fmt: skip
        assert caller.rest("POST", "webhooks", wrong).status_code == 400

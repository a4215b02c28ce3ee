"""The shop's webhooks over real HTTP: signed, late, in pairs, never repeated, and switched off at the 7th failure."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulators import woocommerce
from simulators.woocommerce.switchboard import Switchboard
from simulators.woocommerce.webhook import Webhook
from simulators.woocommerce.world import WooCommerce
from tests.simulators import woo

SECRET = "lab-secret-7f3a9c"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAIR = ["order.created", "order.updated"]


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
def shop(ear: Ear) -> Iterator[woo.Shop]:
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


def test_a_ping_is_unsigned_form_encoded_and_owes_exactly_200(shop: woo.Shop, ear: Ear) -> None:
    assert [body for _, body in ear.pings] == [b"webhook_id=1", b"webhook_id=2", b"webhook_id=3", b"webhook_id=4"]
    real = woo.head("001")["headers"]
    for head, _ in ear.pings:
        assert head["content-type"] == real["content-type"]
        assert head["user-agent"] == real["user-agent"]
        assert not [name for name in head if name.startswith("x-wc")]
    assert not any(hook["pending_ping"] for hook in hooks(shop).values())


def test_a_ping_answered_204_comes_again_with_every_delivery(shop: woo.Shop, ear: Ear) -> None:
    ear.status = 204
    shop.rest("POST", "webhooks", {"topic": "order.updated", "delivery_url": ear.url, "secret": SECRET})
    settle(shop)
    ident = shop.order()["id"]
    settle(shop)
    assert len(ear.pings) == 6
    ear.status = 200
    for _ in "ab":
        shop.sim("POST", f"orders/{ident}/touch", {})
        settle(shop)
        assert len(ear.pings) == 7
    assert {body for _, body in ear.pings[4:]} == {b"webhook_id=5"}


def test_a_new_order_is_a_signed_pair_with_one_body_and_the_headers_of_a_real_shop(shop: woo.Shop, ear: Ear) -> None:
    order = shop.order(customer_note='Zażółć / "gęślą"')
    settle(shop)
    assert ear.topics == PAIR
    (first, body), (second, again) = ear.heard[4:]
    assert body == again
    real = woo.head("005")["headers"]
    assert set(real) - {"host"} <= set(first) | {"accept-encoding"}
    for head, topic in ((first, "created"), (second, "updated")):
        assert head["x-wc-webhook-signature"] == signature(body)
        assert (head["x-wc-webhook-event"], head["x-wc-webhook-resource"]) == (topic, "order")
        assert head["x-wc-webhook-source"] == f"{shop.url}/"
    assert b'Za\\u017c\\u00f3\\u0142\\u0107 \\/ \\"g' in body
    assert json.loads(body) == shop.read(f"orders/{order['id']}")


def test_the_captured_signatures_verify_by_the_same_rule() -> None:
    checked = 0
    for path in sorted(woo.CAPTURES.glob("*.body")):
        head = woo.head(path.stem)
        if head["secret"]:
            hook = Webhook(1, "", "order.updated", "", head["secret"], NOON, NOON)
            assert hook.signature(path.read_bytes()) == head["headers"]["x-wc-webhook-signature"]
            checked += 1
    assert checked > 60


def test_entities_in_a_secret_are_decoded_before_signing(shop: woo.Shop, ear: Ear) -> None:
    for ident in (1, 2):
        shop.rest("PUT", f"webhooks/{ident}", {"secret": "a&amp;b&#039;c"})
    shop.order()
    settle(shop)
    head, body = ear.heard[-1]
    assert head["x-wc-webhook-signature"] == signature(body, "a&b'c")


def test_the_body_is_built_when_it_is_sent_and_bursts_are_one(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"sending": False})
    ident = shop.order(status="pending")["id"]
    for status in ("on-hold", "processing", "completed"):
        shop.sim("POST", f"orders/{ident}/status", {"status": status})
    shop.sim("POST", "settings", {"sending": True})
    settle(shop)
    assert [(head["x-wc-webhook-topic"], body["status"]) for head, body in ear.events] == [
        ("order.created", "completed"), ("order.updated", "completed")]  # fmt: skip
    assert shop.sim("GET", "summary")["sender"]["coalesced"] == 3


def test_deliveries_of_one_webhook_in_one_second_share_their_id(shop: woo.Shop) -> None:
    hook = board(shop).webhooks[1]
    assert hook.delivery_id(1_800_000_000) == hook.delivery_id(1_800_000_000) != hook.delivery_id(1_800_000_001)
    assert len(hook.delivery_id(1_800_000_000)) == len(woo.head("005")["headers"]["x-wc-webhook-delivery-id"])


def test_trash_is_deleted_with_an_id_alone_and_a_hard_delete_is_silent(shop: woo.Shop, ear: Ear) -> None:
    ident = shop.order()["id"]
    settle(shop)
    shop.sim("POST", f"orders/{ident}/trash", {})
    settle(shop)
    shop.sim("POST", f"orders/{ident}/restore", {})
    settle(shop)
    assert ear.topics == [*PAIR, "order.deleted", "order.restored"]
    assert ear.heard[-2][1] == b'{"id":%d}' % ident
    assert ear.events[-1][1]["status"] == "processing"
    shop.sim("DELETE", f"orders/{ident}")
    settle(shop)
    assert len(ear.topics) == 4


def test_a_failed_delivery_is_never_repeated_and_the_seventh_switches_off(shop: woo.Shop, ear: Ear) -> None:
    ident = shop.order()["id"]
    settle(shop)
    ear.status = 500
    for turn in range(1, 9):
        shop.sim("POST", f"orders/{ident}/touch", {})
        settle(shop)
        hook = hooks(shop)["order.updated"]
        assert (hook["failures"], hook["status"]) == (min(turn, 6), "active" if turn < 7 else "disabled")
    assert len(ear.topics) == 2 + 7
    assert shop.read("webhooks/2")["status"] == "disabled"
    ear.status = 200
    assert shop.rest("PUT", "webhooks/2", {"status": "active"}).json()["status"] == "active"
    assert hooks(shop)["order.updated"]["failures"] == 6
    shop.sim("POST", f"orders/{ident}/touch", {})
    settle(shop)
    assert hooks(shop)["order.updated"]["failures"] == 0


@pytest.mark.parametrize(("status", "failures"), [(202, 0), (302, 0), (303, 1), (410, 1), (429, 1)])
def test_what_counts_as_failure(shop: woo.Shop, ear: Ear, status: int, failures: int) -> None:
    ear.status = status
    shop.order()
    settle(shop)
    assert hooks(shop)["order.created"]["failures"] == failures


def test_a_receiver_that_does_not_answer_in_time_is_a_failure(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"delivery_timeout": 0.2})
    ear.silent.clear()
    shop.order()
    settle(shop)
    assert hooks(shop)["order.created"]["failures"] == 1
    assert "timed out" in shop.sim("GET", "deliveries")[-1]["fault"]


def test_private_addresses_and_other_ports_are_refused_when_guarded(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"guarded": True})
    shop.order()
    settle(shop)
    assert ear.topics == []
    assert hooks(shop)["order.updated"]["failures"] == 1


def test_drops_doubles_and_disorder_come_by_a_seed(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"drop_rate": 1.0})
    shop.order()
    settle(shop)
    assert ear.topics == []
    shop.sim("POST", "settings", {"drop_rate": 0.0, "double_rate": 1.0})
    shop.order()
    settle(shop)
    assert ear.topics == ["order.created"] * 2 + ["order.updated"] * 2
    shop.sim("POST", "settings", {"double_rate": 0.0, "drop_rate": 0.5, "seed": 3})
    lost = []
    for _ in "ab":
        before = len(ear.topics)
        idents = shop.sim("POST", "bulk", {"count": 20})["ids"]
        settle(shop)
        lost.append([(idents.index(body["id"]), head["x-wc-webhook-topic"]) for head, body in ear.events[before:]])
        shop.sim("POST", "settings", {"seed": 4})
        shop.order()
        settle(shop)
        shop.sim("POST", "settings", {"seed": 3})
    assert lost[0] == lost[1]
    assert 0 < len(lost[0]) < 40


def test_out_of_order_an_old_state_comes_after_the_new_one(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"disorder_rate": 1.0, "disorder_seconds": 60})
    ident = shop.order(status="pending")["id"]
    shop.sim("POST", "settings", {"disorder_rate": 0.0})
    shop.sim("POST", f"orders/{ident}/status", {"status": "completed"})
    settle(shop)
    assert [body["status"] for _, body in ear.events] == ["completed", "pending", "pending"]


def test_a_draft_is_announced_when_it_becomes_an_order(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"updated_first": True})
    ident = shop.order(status="checkout-draft")["id"]
    settle(shop)
    assert ear.topics == []
    shop.sim("POST", f"orders/{ident}/status", {"status": "processing"})
    settle(shop)
    assert ear.topics == PAIR[::-1]


def test_notes_and_deleted_refunds_are_silent_and_meta_echoes_by_version(shop: woo.Shop, ear: Ear) -> None:
    ident = shop.order()["id"]
    refund = shop.sim("POST", f"orders/{ident}/refunds", {"amount": "1.00"})["id"]
    settle(shop)
    heard = len(ear.topics)
    shop.rest("POST", f"orders/{ident}/notes", {"note": "Invoice 1"})
    shop.sim("DELETE", f"orders/{ident}/refunds/{refund}")
    shop.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "_invoice", "value": "1"}]})
    settle(shop)
    assert len(ear.topics) == heard
    shop.sim("POST", "settings", {"version": "11.0.1"})
    shop.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "_invoice", "value": "1"}]})
    settle(shop)
    assert ear.topics[heard:] == ["order.updated"]
    assert ear.events[-1][1]["refunds"] == []


def test_a_webhook_whose_user_lost_its_rights_sends_a_signed_error(shop: woo.Shop, ear: Ear) -> None:
    shop.sim("POST", "settings", {"webhook_rights": "none"})
    shop.order()
    settle(shop)
    head, body = ear.heard[-1]
    assert json.loads(body)["code"] == "woocommerce_rest_cannot_view"
    assert (json.loads(body)["data"], head["x-wc-webhook-signature"]) == ({"status": 403}, signature(body))


def test_webhooks_are_made_listed_paused_and_deleted_by_rest(shop: woo.Shop, ear: Ear) -> None:
    told = {"name": "mine", "topic": "order.updated", "delivery_url": ear.url, "secret": "s", "status": "paused"}
    made = shop.rest("POST", "webhooks", told)
    assert (made.status_code, made.json()["status"], made.json()["event"]) == (201, "active", "updated")
    assert not {"secret", "failure_count", "pending_delivery"} & set(made.json())
    ident = made.json()["id"]
    settle(shop)
    assert ear.pings[-1][1] == b"webhook_id=%d" % ident
    assert shop.rest("PUT", f"webhooks/{ident}", {"status": "paused"}).json()["status"] == "paused"
    assert [hook["id"] for hook in shop.read("webhooks", status="paused")] == [ident]
    assert len(shop.read("webhooks", per_page=100)) == 5
    shop.order()
    settle(shop)
    assert ident not in {line["webhook"] for line in shop.sim("GET", "deliveries") if line["order"]}
    assert shop.rest("DELETE", f"webhooks/{ident}").status_code == 501
    assert shop.rest("DELETE", f"webhooks/{ident}", force="true").json()["id"] == ident
    for wrong in ({"topic": "order.paid", "delivery_url": ear.url}, {"topic": "order.updated", "delivery_url": "x"},
                  {"topic": "order.updated"}):  # fmt: skip
        assert shop.rest("POST", "webhooks", wrong).status_code == 400


def test_many_orders_arrive_each_with_a_good_signature(shop: woo.Shop, ear: Ear) -> None:
    idents = shop.sim("POST", "bulk", {"count": 150, "seed": 2})["ids"]
    settle(shop)
    assert sorted(body["id"] for head, body in ear.events if head["x-wc-webhook-topic"] == "order.created") == idents
    assert all(head["x-wc-webhook-signature"] == signature(body) for head, body in ear.heard[4:])

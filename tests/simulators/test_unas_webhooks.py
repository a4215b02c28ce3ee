"""The shop's webhooks: signed, thin, tried five times, and as unpunctual as wanted."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulators.unas.sender import signature
from tests.simulators.unas_shop import MORNING_UNIX, Caller, open_shop

RULE = ("<Automatisms><Automatism><Action>add</Action><Name>Számla</Name><Active>yes</Active>"
        "<Schedule><Type>{schedule}</Type>{delay}</Schedule><Event><Type>{event}</Type></Event><Operation>"
        "<Type>webhook</Type><Config><WebhookUrl>{url}</WebhookUrl></Config></Operation></Automatism></Automatisms>"
        )  # fmt: skip


@dataclass
class Door:
    """A receiver: answers with `status` and keeps what came."""

    url: str
    status: int = 200
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def keys(self) -> list[str]:
        return [json.loads(body)["orderID"] for _, _, body in self.came]

    def events(self) -> list[str]:
        return [path.removeprefix("/") for path, _, _ in self.came]


@contextmanager
def open_door() -> Iterator[Door]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Door(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as found:
        yield found


@pytest.fixture
def shop(door: Door) -> Iterator[Caller]:
    with open_shop() as caller:
        caller.door("webhooks", {"url": f"{door.url}/{{event}}"})
        yield caller


def wait(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < until, "never came about"
        time.sleep(0.005)


def settled(shop: Caller, tries: int) -> dict[str, Any]:
    """The deliveries, once this many tries have been made and counted."""
    wait(lambda: shop.door("deliveries")["tries"] >= tries)
    return dict(shop.door("deliveries"))


def test_a_new_order_is_told_once_with_a_signature_that_fits(shop: Caller, door: Door) -> None:
    key = shop.place(buyer={"tax_number": "12345678-1-42"})
    assert settled(shop, 1)["delivered"] == 1
    path, headers, body = door.came[0]
    assert (path, headers["content-type"]) == ("/order_send", "application/json")
    assert headers["x-unas-hmac"] == signature(body, shop.world.settings["hmac_key"])
    told = json.loads(body)
    assert (told["orderID"], told["shopID"], told["grandTotal"]) == (key, "99212", 3990)
    assert b"12345678" not in body and "x-unas-topic" not in headers


def test_each_change_raises_its_event(shop: Caller, door: Door) -> None:
    key = shop.place()
    for changes in ({"status": "close_ok"}, {"shipping": "1490"}, {"paid": True}, {"deleted": True}):
        shop.door(f"orders/{key}", changes)
    settled(shop, 5)
    assert door.events() == ["order_send", "order_status_modify", "order_modify_admin", "successful_payment",
                             "order_delete"]  # fmt: skip
    assert set(door.keys()) == {key}


def test_a_payment_event_can_be_byte_for_byte_the_order_event(shop: Caller, door: Door) -> None:
    shop.place(payment="bankcard", paid=True)
    settled(shop, 2)
    assert door.events() == ["order_send", "successful_payment"]
    assert door.came[0][2] == door.came[1][2]


def test_only_200_counts_and_the_fifth_try_is_the_last(shop: Caller, door: Door) -> None:
    door.status = 202
    shop.place()
    for tries in range(1, 6):
        assert settled(shop, tries)["dropped"] == (tries == 5)
        shop.advance(299)
        assert len(door.came) == tries
        shop.advance(1)
    shop.advance(3600)
    tries = shop.door("deliveries")["all"][0]["tries"]
    assert [one["at"] - MORNING_UNIX for one in tries] == [0, 300, 600, 900, 1200]
    assert {one["outcome"] for one in tries} == {202} and len(door.came) == 5


def test_a_try_that_finds_nobody_is_made_again(shop: Caller, door: Door) -> None:
    shop.door("webhooks", {"url": "http://127.0.0.1:9/", "events": ["order_delete"]})
    key = shop.place()
    shop.door(f"orders/{key}", {"deleted": True})
    told = settled(shop, 3)
    assert (told["delivered"], told["pending"]) == (2, 1)
    assert told["all"][-1]["tries"][0]["outcome"] == "ConnectionRefusedError"


def test_pauses_shrink_by_the_divisor(shop: Caller, door: Door) -> None:
    shop.switch(webhook_divisor=20, instant_seconds=300)
    door.status = 500
    shop.place()
    shop.advance(14)
    assert door.came == []
    shop.advance(1)
    settled(shop, 1)
    shop.advance(15)
    assert settled(shop, 2)["pending"] == 1


def test_retries_run_by_real_time_when_the_clock_runs(door: Door) -> None:
    with open_shop(clock="", webhook_divisor=6000) as shop:
        shop.door("webhooks", {"url": door.url})
        door.status = 503
        shop.place()
        assert settled(shop, 5)["dropped"] == 1


def test_mischief_drops_doubles_and_disorders_by_its_seed(shop: Caller, door: Door) -> None:
    chances = {"seed": 7, "drop": 0.2, "double": 0.2, "late": 0.3, "late_seconds": 600}
    shop.switch(mischief=chances)
    placed = [shop.place() for _ in range(40)]
    shop.advance(600)
    told = shop.door("deliveries")
    wait(lambda: shop.door("deliveries")["pending"] == 0)
    came = door.keys()
    assert told["lost"] == 40 - len(set(came)) > 0
    assert len(came) > len(set(came))
    assert [key for key in placed if key in came] != list(dict.fromkeys(came))


def test_mischief_is_the_same_for_the_same_seed() -> None:
    fates = []
    for _ in range(2):
        with open_shop(mischief={"seed": 3, "drop": 0.5}) as shop:
            shop.door("webhooks", {"url": "http://127.0.0.1:9/"})
            shop.place(count=12)
            fates.append([one["due"] > 0 for one in shop.door("deliveries")["all"]])
    assert fates[0] == fates[1] and len(set(fates[0])) == 2


def test_writes_by_api_echo_as_the_setting_says(shop: Caller, door: Door) -> None:
    shop.login()
    key = shop.place(event=None)
    invoice = "<Invoice><Number>1</Number></Invoice>"
    shop.modify(key, invoice)
    assert shop.modify(key, "<Status>Teljesítve</Status>").findtext("Status") == "ok"
    shop.switch(echoes="status")
    shop.modify(key, invoice)
    shop.modify(key, "<Status>Törölve</Status>")
    shop.switch(echoes="off")
    shop.modify(key, "<Status>Teljesítve</Status>")
    settled(shop, 3)
    assert door.events() == ["order_modify_admin", "order_status_modify", "order_status_modify"]


def test_a_rule_made_by_api_sends_and_a_deleted_one_does_not(door: Door) -> None:
    with open_shop() as shop:
        shop.login()
        told = shop.told("setAutomatism", RULE.format(schedule="instant", delay="", event="order_send", url=door.url))
        ident = told.findtext("Automatism/Id")
        assert [rule.findtext("Id") for rule in shop.told("getAutomatism")] == [ident]
        shop.place()
        settled(shop, 1)
        gone = f"<Automatism><Action>delete</Action><Id>{ident}</Id></Automatism>"
        shop.told("setAutomatism", f"<Automatisms>{gone}</Automatisms>")
        shop.place()
        assert shop.door("deliveries")["tries"] == len(shop.door("deliveries")["all"]) == 1


@pytest.mark.parametrize(("delay", "status"), [("19", "error"), ("20", "ok")])
def test_a_delayed_rule_waits_at_least_twenty_minutes(door: Door, delay: str, status: str) -> None:
    with open_shop() as shop:
        shop.login()
        rule = RULE.format(schedule="delayed", delay=f"<Delay>{delay}</Delay>", event="order_send", url=door.url)
        assert shop.told("setAutomatism", rule).findtext("Automatism/Status") == status
        shop.place()
        shop.advance(1199)
        assert door.came == []
        shop.advance(1)
        wait(lambda: len(door.came) == (status == "ok"))


def test_premium_sends_no_webhooks_and_no_key_sends_no_signature(shop: Caller, door: Door) -> None:
    shop.switch(package="premium")
    shop.place()
    shop.switch(package="vip", hmac_key="", topic_header=True)
    shop.place()
    settled(shop, 1)
    assert [("x-unas-hmac" in headers, headers["x-unas-topic"]) for _, headers, _ in door.came] == [
        (False, "order_send")]  # fmt: skip


def test_a_body_is_what_the_order_was_when_the_event_arose(shop: Caller, door: Door) -> None:
    door.status = 500
    key = shop.place()
    settled(shop, 1)
    shop.door(f"orders/{key}", {"shipping": "1490", "event": None})
    door.status = 200
    shop.advance(300)
    assert settled(shop, 2)["delivered"] == 1
    assert json.loads(door.came[-1][2])["grandTotal"] == 3990

"""Each fault does on the wire what its line says, and no more."""

import socket
import time
from typing import Any
from urllib.parse import quote

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, ReadTimeout

from simulators.exchange import Request
from simulators.faults import FAULTS, FaultPlan, chaos_of, listing, parse
from tests.simulators.conftest import Client

VOCABULARY = {"429", "500", "502_after", "timeout_before", "timeout_after", "reset_before", "reset_after", "empty_200",
              "html_200", "half", "twice", "drip", "slow", "expired_token", "lag"}  # fmt: skip


def test_the_vocabulary_is_complete_and_each_fault_says_what_it_does() -> None:
    assert set(listing()) == VOCABULARY
    assert all(line.endswith(".") and len(line) > 10 for line in listing().values())


def test_429_does_nothing_and_says_when_to_come_back(shop: Client) -> None:
    shop.arm("429", params={"retry_after": 7})
    answer = shop.create()
    assert (answer.status_code, answer.headers["Retry-After"], shop.documents()) == (429, "7", 0)


def test_429_can_keep_silent_about_when_to_come_back(shop: Client) -> None:
    shop.arm("429", params={"retry_after": None})
    assert "Retry-After" not in shop.create().headers


def test_500_does_nothing_unless_told_to_commit(shop: Client) -> None:
    shop.arm("500")
    shop.arm("500", params={"commit": True, "status": 503})
    assert [(shop.create().status_code, shop.documents()) for _ in "ab"] == [(500, 0), (503, 1)]


def test_502_after_has_done_the_write_and_answers_a_page(shop: Client) -> None:
    shop.arm("502_after")
    answer = shop.create()
    assert (answer.status_code, shop.documents()) == (502, 1)
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("name", "made"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_timeout_holds_and_then_closes_without_an_answer(shop: Client, name: str, made: int) -> None:
    shop.arm(name, params={"seconds": 0.3})
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=r"without response|aborted"):
        shop.create()
    assert 0.25 < time.monotonic() - start < 3
    assert shop.documents() == made


def test_a_timeout_outlives_the_patience_of_the_client(shop: Client) -> None:
    shop.arm("timeout_after", params={"seconds": 5})
    with pytest.raises(ReadTimeout):
        shop.post(shop.base + "/invoices.json", json={}, timeout=0.2)


@pytest.mark.parametrize(("name", "made"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_is_a_reset_on_the_wire(shop: Client, name: str, made: int) -> None:
    shop.arm(name)
    body = b'{"invoice":{"buyer_name":"K","positions":[{"name":"C","total_price_gross":"1.00"}]}}'
    with socket.create_connection(_address(shop)) as raw:
        raw.sendall(_head(shop, len(body)) + body)
        with pytest.raises(ConnectionResetError):
            raw.recv(100)
    assert shop.documents() == made


def test_empty_200_has_no_body_and_did_nothing(shop: Client) -> None:
    shop.arm("empty_200")
    answer = shop.create()
    assert (answer.status_code, answer.content, shop.documents()) == (200, b"", 0)


def test_html_200_shows_a_log_in_page_and_did_nothing(shop: Client) -> None:
    shop.arm("html_200")
    answer = shop.create()
    assert (answer.status_code, answer.text[:9], shop.documents()) == (200, "<!DOCTYPE", 0)


def test_half_ends_in_the_middle_of_the_body_of_a_done_write(shop: Client) -> None:
    shop.arm("half")
    with pytest.raises((ChunkedEncodingError, ConnectionError)):
        shop.create()
    assert shop.documents() == 1


def test_twice_is_one_document_and_two_whole_answers_on_the_wire(shop: Client) -> None:
    shop.arm("twice")
    body = b'{"invoice":{"buyer_name":"K","positions":[{"name":"C","total_price_gross":"1.00"}]}}'
    with socket.create_connection(_address(shop)) as raw:
        raw.sendall(_head(shop, len(body)) + body)
        raw.shutdown(socket.SHUT_WR)
        with raw.makefile("rb") as answers:
            told = answers.read()
    assert told.count(b"HTTP/1.1 201") == 2
    assert told[: len(told) // 2] == told[len(told) // 2 :]
    assert shop.documents() == 1


def test_drip_sends_byte_by_byte(shop: Client) -> None:
    shop.arm("drip", params={"seconds": 0.05})
    with shop.call("GET", "/invoices.json?period=all", stream=True) as answer:
        start = time.monotonic()
        assert answer.content == b"[]"
    assert time.monotonic() - start > 0.05


def test_slow_answers_late_but_whole(shop: Client) -> None:
    shop.arm("slow", params={"seconds": 0.3})
    start = time.monotonic()
    assert shop.create().status_code == 201
    assert time.monotonic() - start > 0.28


def test_expired_token_is_a_401_once(shop: Client) -> None:
    shop.arm("expired_token")
    assert [shop.create().status_code for _ in "ab"] == [401, 201]


def test_lag_hides_young_documents_from_one_look_up_only(shop: Client) -> None:
    shop.created(oid="A")
    shop.arm("lag")
    assert [len(shop.listed(oid="A")) for _ in "ab"] == [0, 1]


def test_a_write_fault_lets_reads_pass(shop: Client) -> None:
    shop.arm("502_after")
    assert shop.listed() == []
    assert shop.create().status_code == 502


def test_a_fault_waits_for_its_method_and_path(shop: Client) -> None:
    shop.arm("500", method="get", path=r"^/departments")
    assert shop.listed() == []
    assert shop.call("GET", "/departments.json").status_code == 500


def test_times_are_counted_and_clearing_ends_them(shop: Client) -> None:
    shop.arm("500", times=2)
    shop.arm("429", times=None)
    codes = [shop.call("GET", "/account.json").status_code for _ in "abcd"]
    shop.call("DELETE", "/_sim/faults")
    assert [*codes, shop.call("GET", "/account.json").status_code] == [500, 500, 429, 429, 200]


def test_an_unknown_fault_is_refused_by_name(shop: Client) -> None:
    answer = shop.call("POST", "/_sim/faults", {"name": "earthquake"})
    assert (answer.status_code, "earthquake" in answer.text) == (422, True)


def test_the_command_line_form_says_how_often() -> None:
    assert [parse(text) for text in ("500", "500:3", "500:*")] == [("500", 1), ("500", 3), ("500", None)]


def test_chaos_falls_the_same_way_for_the_same_seed() -> None:
    def fallen(seed: int) -> list[str | None]:
        plan = FaultPlan()
        plan.chaos = chaos_of({"seed": seed, "rate": 0.3, "faults": ["500", "reset_after"]})
        picks = [plan.pick(Request("POST", "/x"), writes=True) for _ in range(200)]
        return [pick.kind.name if pick else None for pick in picks]

    assert fallen(1) == fallen(1) != fallen(2)
    assert 30 < sum(name is not None for name in fallen(1)) < 90


def test_chaos_meets_real_requests_and_can_be_switched_off(shop: Client) -> None:
    shop.switch(chaos={"seed": 7, "rate": 0.5, "faults": ["502_after"]})
    codes = {shop.create().status_code for _ in range(20)}
    shop.switch(chaos=None)
    assert codes == {201, 502}
    assert (shop.create().status_code, shop.documents()) == (201, 21)


def test_the_log_tells_what_was_done_and_what_was_sent(shop: Client) -> None:
    shop.arm("502_after")
    shop.create(oid="L-1")
    line: dict[str, Any] = shop.call("GET", "/_sim/requests").json()[-1]
    assert (line["fault"], line["outcome"]) == ("502_after", "done 201, sent 502")
    assert "L-1" in line["body"]


def test_the_log_holds_no_token_wherever_it_was_sent(shop: Client) -> None:
    token = shop.world.settings["token"]
    requests.get(f"{shop.base}/account.json?api_token={token}", timeout=5)
    requests.get(f"{shop.base}/account.json", params={"api_token": token}, timeout=5)
    shop.call("POST", "/clients.json", {"api_token": token, "client": {"name": "K"}})
    log = shop.call("GET", "/_sim/state").text
    assert token not in log and quote(token, safe="") not in log


def test_every_fault_leaves_the_server_answering(shop: Client) -> None:
    for name in FAULTS:
        shop.arm(name, params={"seconds": 0})
        try:
            shop.create()
        except requests.RequestException:
            continue
    assert shop.call("GET", "/_sim/health").json() == {"ok": True, "key": "fakturownia"}


def _address(shop: Client) -> tuple[str, int]:
    return "127.0.0.1", int(shop.base.rsplit(":", 1)[1])


def _head(shop: Client, length: int) -> bytes:
    return (f"POST /invoices.json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
            f"Authorization: Bearer {shop.world.settings['token']}\r\n\r\n").encode()  # fmt: skip

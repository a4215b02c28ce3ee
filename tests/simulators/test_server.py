"""The room bears many connections, keeps them alive, tells what went on, and leaves quietly."""

import http.client
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

import simulators
from simulators import fakturownia
from simulators.references import References
from simulators.tokens import Tokens
from tests.simulators.conftest import Client, invoice, line

ROOT = Path(__file__).parents[2]


def test_one_connection_carries_many_requests(shop: Client) -> None:
    connection = http.client.HTTPConnection(shop.base.removeprefix("http://"))
    ports = set()
    for _ in range(5):
        connection.request("GET", "/account.json", headers={"Authorization": "Bearer simulator/demo"})
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


def test_64_connections_are_served_at_once(shop: Client) -> None:
    """Each holds its connection while all others ask; nobody waits for another's slow answer."""
    shop.switch(latency=300)
    done: list[int] = []

    def ask() -> None:
        connection = http.client.HTTPConnection(shop.base.removeprefix("http://"), timeout=10)
        connection.request("GET", "/account.json", headers={"Authorization": "Bearer simulator/demo"})
        done.append(connection.getresponse().status)
        connection.close()

    start = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [200] * 64
    assert time.monotonic() - start < 5


def test_chunked_bodies_are_read(shop: Client) -> None:
    body = b'{"client": {"name": "K"}}'
    answer = shop.post(f"{shop.base}/clients.json", data=iter([body[:9], body[9:]]), timeout=5,
                       headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == 201


def test_unknown_paths_are_404_and_wrong_methods_405(shop: Client) -> None:
    assert shop.call("GET", "/nothing.json").status_code == 404
    assert shop.call("PATCH", "/invoices.json").status_code == 405


def test_a_broken_body_is_400(shop: Client) -> None:
    answer = shop.post(f"{shop.base}/invoices.json", data="{", headers={"Content-Type": "application/json"}, timeout=5)
    assert answer.status_code == 400


def test_settings_are_checked_by_name_type_and_choice(shop: Client) -> None:
    for wrong in ({"lagg": 1}, {"lag": "long"}, {"oid_unique": "sometimes"}, {"role": 1}):
        assert shop.call("POST", "/_sim/settings", wrong).status_code == 422


def test_a_revoked_token_is_401_until_it_is_accepted_again(shop: Client) -> None:
    shop.switch(token_accepted=False)
    assert shop.call("GET", "/account.json").status_code == 401
    shop.switch(token_accepted=True)
    assert shop.call("GET", "/account.json").status_code == 200


def test_a_rate_limit_refuses_what_is_too_much(shop: Client) -> None:
    shop.switch(rate_limit={"count": 2, "seconds": 60})
    assert [shop.call("GET", "/account.json").status_code for _ in "abc"] == [200, 200, 429]


def test_reset_gives_back_the_first_day(shop: Client) -> None:
    shop.created(oid="A")
    shop.switch(lag=9)
    shop.arm("500")
    shop.call("POST", "/_sim/reset")
    state = shop.call("GET", "/_sim/state").json()
    assert (state["documents"], state["requests"], state["faults"], state["settings"]["lag"]) == ([], [], [], 0.0)
    assert shop.created()["number"].startswith("1/")


def test_the_summary_closes_the_books(shop: Client) -> None:
    first, gone = shop.created(oid="A"), shop.created(oid="B", currency="EUR")
    shop.created(oid="A", kind="proforma")
    shop.call("POST", f"/invoices/{first['id']}/send_by_email.json", {"email_to": "a@example.test"})
    shop.call("DELETE", f"/invoices/{gone['id']}.json")
    summary = shop.call("GET", "/_sim/summary").json()
    assert (summary["documents"], summary["ever"], summary["per_oid"]) == (2, 3, {"A": 2})
    assert (summary["totals"], summary["emails"]) == ({"PLN": "12.30"}, {str(first["id"]): 1})


def test_a_document_can_be_changed_behind_the_api(shop: Client) -> None:
    ident = shop.created()["id"]
    shop.call("POST", f"/_sim/documents/{ident}", {"price_gross": "12.31"})
    assert shop.call("GET", f"/invoices/{ident}.json").json()["price_gross"] == "12.31"
    assert shop.call("POST", f"/_sim/documents/{ident}", {"prise": "1"}).status_code == 422


def test_stopping_frees_the_held_connections_at_once() -> None:
    with fakturownia.start(armed=["timeout_after"]) as simulator, Client(simulator) as client:
        failed: list[Exception] = []
        thread = threading.Thread(target=_expect_failure, args=(client, failed))
        thread.start()
        time.sleep(0.2)
        start = time.monotonic()
        simulator.stop()
        thread.join(5)
    assert failed and time.monotonic() - start < 3


def test_the_command_line_serves_arms_and_leaves_on_sigterm() -> None:
    command = [sys.executable, "-m", "simulators.fakturownia", "--port", "0", "--token", "t", "--fault", "429",
               "--oid-unique", "off", "--lag", "2"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().strip()
        url = ready.rsplit(" ", 1)[1]
        codes = [requests.get(f"{url}/account.json?api_token=t", timeout=5).status_code for _ in "ab"]
        settings = requests.get(f"{url}/_sim/settings", timeout=5).json()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert ready.startswith("fakturownia simulator ready on http://127.0.0.1:")
    assert (codes, settings["oid_unique"], settings["lag"]) == ([429, 200], "off", 2.0)


def test_every_registered_simulator_can_be_found_by_key() -> None:
    assert {simulators.world_of(key).key for key in simulators.SIMULATORS} == set(simulators.SIMULATORS)


def test_references_are_found_by_part_by_beginning_and_exactly() -> None:
    index = References()
    for ident, reference in enumerate(["W-1", "W-10", "XW-1", "ŻW-1"]):
        index.add(reference, ident)
    assert index.find("W-1") == [0, 1, 2, 3]
    assert index.find("W-1", "prefix") == [0, 1]
    assert index.find("W-1", "exact") == [0]
    assert index.find("nothing") == []


def test_concurrent_writes_lose_nothing_and_number_without_gaps(shop: Client) -> None:
    def write() -> None:
        connection = requests.Session()
        connection.headers["Authorization"] = "Bearer simulator/demo"
        for _ in range(20):
            connection.post(f"{shop.base}/invoices.json", json={"invoice": invoice(positions=[line()])}, timeout=10)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = shop.call("GET", "/_sim/state?requests=0").json()
    assert sorted(int(entry["number"].split("/")[0]) for entry in state["documents"]) == list(range(1, 161))


def _expect_failure(client: Client, failed: list[Exception]) -> None:
    try:
        client.create()
    except requests.RequestException as error:
        failed.append(error)


def test_a_refresh_token_is_good_once_and_for_its_own_client() -> None:
    tokens = Tokens()
    mine = tokens.refresh("me")
    assert [tokens.take(mine, owner) for owner in ("you", "me", "me")] == [False, True, False]
    assert tokens.refused_refreshes == 2


def test_an_access_token_ends_with_its_time_or_when_the_next_is_alone() -> None:
    tokens = Tokens()
    first, dead = tokens.access(60), tokens.access(0)
    assert (tokens.good(first), tokens.good(dead), tokens.good("made up")) == (True, False, False)
    tokens.access(60, alone=True)
    assert not tokens.good(first)

"""Accounts whose tokens begin with a consent, and how every account stands in listings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import Result

from adapters import ADAPTERS
from ledger import alarms, breakers, connections, tokens
from schemas.document import Seller
from tests.console.conftest import Console
from tests.queue.conftest import until
from tests.tokens.endpoint import FIRST, Endpoint, serving
from workers.held_tokens import ALARM
from workers.keeping import Keeping

BACK = "https://me.example/back"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setitem(ADAPTERS, "consenting", "tests.tokens.adapter:Consenting")
    with serving(Endpoint()) as running:
        yield running


@pytest.fixture
def key(console: Console, endpoint: Endpoint) -> str:
    """A paused account that nobody has connected yet."""
    with console.ledger.write() as tx:
        found = connections.add_account(
            tx, console.ledger.vault, key="mine", system="consenting", name="Mine", seller=Seller("Me", "IS"),
            credentials={"url": endpoint.url}, now=datetime.now(UTC),
        )  # fmt: skip
        connections.pause_account(tx, found.id, "The account is not connected yet.", datetime.now(UTC))
        alarms.sound(tx, "account_paused", "mine", "x", datetime.now(UTC))
    return "mine"


def connect(console: Console, key: str, monkeypatch: pytest.MonkeyPatch, came: str) -> Result:
    """Give the command; `came` is what the browser was led to, `STATE` in it the state that was asked for."""
    monkeypatch.setattr("console.connecting.secrets.token_urlsafe", lambda _: "the-state")
    return console.run("account", "connect", key, "--redirect", BACK, input=came.replace("STATE", "the-state") + "\n")


def open_alarms(console: Console) -> set[str]:
    with console.ledger.read() as tx:
        return {alarm.kind for alarm in alarms.open_alarms(tx)}


def test_a_consent_connects_the_account_and_lets_it_go_on(
    console: Console, endpoint: Endpoint, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "flask account connect mine" in json.loads(console.run("account", "verify", key, "--json").stdout)["remedy"]
    done = connect(console, key, monkeypatch, f"{BACK}?code=c-1&state=STATE")
    assert done.exit_code == 0, done.output
    printed = urlsplit(next(line for line in done.output.splitlines() if line.startswith(endpoint.url)))
    asked = {name: values[0] for name, values in parse_qs(printed.query).items()}
    assert (printed.path, asked["redirect_uri"], asked["scope"]) == ("/consent", BACK, "invoices")
    assert endpoint.asked[0] == {"grant_type": "authorization_code", "code": "c-1", "redirect_uri": BACK}
    assert console.json("account", "verify", key)["status"] == "OK"
    (row,) = [row for row in console.json("account", "list") if row["key"] == key]
    assert row["state"] == "active"
    assert row["token_until"] > f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    assert "account_paused" not in open_alarms(console)


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (f"{BACK}?code=c-1&state=of-somebody-else", "another request"),
        (f"{BACK}?error=access_denied&state=STATE", "access_denied"), ("c-1", "another request"),
    ],
)  # fmt: skip
def test_an_address_that_is_no_answer_connects_nothing(
    console: Console, endpoint: Endpoint, key: str, monkeypatch: pytest.MonkeyPatch, came: str, said: str
) -> None:
    refused = connect(console, key, monkeypatch, came)
    assert refused.exit_code == 1
    assert said in refused.output
    assert endpoint.asked == []


def test_a_system_without_consent_says_how_it_is_connected(console: Console) -> None:
    key = console.account().key
    assert f"flask account resume {key} --set" in console.refuses("account", "connect", key, "--redirect", BACK)


def test_a_refresh_token_set_by_hand_begins_a_connection_of_its_own(
    console: Console, endpoint: Endpoint, key: str
) -> None:
    console.says("account", "resume", key, "--set", f"refresh_token={FIRST}")
    assert [said["refresh_token"] for said in endpoint.asked] == [FIRST]
    endpoint.refresh = "refresh-of-another-consent"
    console.says("account", "resume", key, "--set", "refresh_token=refresh-of-another-consent")
    assert console.json("account", "verify", key)["status"] == "OK"
    assert endpoint.refused == []
    assert len(endpoint.asked) == 2


def test_a_clock_renews_tokens_that_rested_for_a_week(console: Console, endpoint: Endpoint, key: str) -> None:
    console.says("account", "resume", key, "--set", f"refresh_token={FIRST}")
    services = console.house.services()
    Keeping(services).set_out()
    later = replace(services, now=lambda: datetime.now(UTC) + timedelta(seconds=services.timing.token_rest + 60))
    keeping = Keeping(later)
    keeping.set_out()
    until(lambda: not keeping.busy, "the renewal ended")
    assert [said["refresh_token"] for said in endpoint.asked] == [FIRST, "refresh-1"]


def test_a_refused_renewal_of_resting_tokens_is_an_alarm(console: Console, endpoint: Endpoint, key: str) -> None:
    console.says("account", "resume", key, "--set", f"refresh_token={FIRST}")
    endpoint.answer = 400, {"error": "invalid_grant"}
    services = console.house.services()
    keeping = Keeping(replace(services, now=lambda: datetime.now(UTC) + timedelta(days=8)))
    keeping.set_out()
    until(lambda: not keeping.busy, "the renewal ended")
    assert ALARM in open_alarms(console)
    assert console.json("account", "verify", key)["status"] == "OK"


def test_every_account_shows_whether_its_system_answers_and_what_is_left(console: Console) -> None:
    found, now = console.account(), datetime.now(UTC)
    (row,) = console.json("account", "list")
    assert row["answers"] == "yes"
    assert "60 per minute" in row["limits"] and "1000 per hour" in row["limits"]
    assert row["token_until"] is None
    with console.ledger.write() as tx:
        for _ in range(5):
            breakers.fail(tx, found.id, "HTTP 500", now, now, 5)
    assert console.json("account", "list")[0]["answers"].startswith("not since 20")


def doctor(console: Console, key: str) -> tuple[str, str]:
    """What the doctor says of an account: its status, and the sentence."""
    rows = json.loads(console.run("doctor", "--json").stdout)
    (row,) = [row for row in rows if row["what"] == f"account {key}"]
    return row["status"], row["detail"]


def test_the_doctor_warns_while_a_system_is_down(console: Console) -> None:
    found = console.account()
    status, detail = doctor(console, found.key)
    assert status == "OK"
    assert "Limits: " in detail
    now = datetime.now(UTC)
    with console.ledger.write() as tx:
        for _ in range(5):
            breakers.fail(tx, found.id, "HTTP 500", now, now.replace(year=now.year + 1), 5)
    status, detail = doctor(console, found.key)
    assert status == "WARN"
    assert detail.startswith("Fakturownia does not answer")


def test_the_doctor_warns_when_less_than_a_tenth_of_a_limit_is_left(
    console: Console, endpoint: Endpoint, key: str
) -> None:
    console.says("account", "resume", key, "--set", f"refresh_token={FIRST}")
    assert doctor(console, key) == ("OK", "Consenting at  Limits: 18/20 per day.")
    for _ in range(16):
        console.says("account", "verify", key)
    assert doctor(console, key) == ("WARN", "Consenting at  Left: 1 of 20 calls per day.")


def test_no_token_is_in_a_listing(console: Console, endpoint: Endpoint, key: str) -> None:
    console.says("account", "resume", key, "--set", f"refresh_token={FIRST}")
    with console.ledger.read() as tx:
        assert tokens.standings(tx)
    listed = console.says("account", "list", "--json") + console.says("account", "list") + console.says("export")
    assert "access-1" not in listed and "refresh-1" not in listed and FIRST not in listed

"""`flask shop add unas`, `flask shop verify` and the connection file, against the simulated shop and a real door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from ledger import polls
from schemas.unas_envelope import ORDER_EVENTS
from tests.shops.door import Door, door
from tests.simulators.unas_shop import Caller, open_shop

ADD = ("shop", "add", "unas", "https://bolt.example")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Around midnight a refused log-in is UNAS's maintenance, not the key's fault."""
    with time_machine.travel(datetime.now(UTC).replace(hour=12)):
        yield


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as made:
        yield made


@pytest.fixture
def there() -> Iterator[Caller]:
    with open_shop(clock="") as made:
        yield made


def keys(there: Caller, hmac: bool = True) -> tuple[str, ...]:
    own = ("--api-key", str(there.world.settings["token"]), "--api-url", there.base)
    return (*own, "--hmac-key", str(there.world.settings["hmac_key"])) if hmac else own


def words(told: dict[str, Any]) -> str:
    return " ".join(f"{finding['detail']} {finding['remedy']}" for finding in told["findings"])


def mode(here: Door) -> str:
    (shop,) = here.shops()
    with here.house.ledger.read() as tx:
        return polls.load(tx, shop.id).mode


def test_a_vip_shop_is_connected_by_one_command_and_its_webhooks_arrive(here: Door, there: Caller) -> None:
    told = here.json(*ADD, *keys(there))
    assert {finding["status"] for finding in told["findings"]} == {"OK"}
    assert (told["name"], here.shops()[0].timezone) == ("Minta Webshop", "Europe/Budapest")
    assert {rule.url for rule in there.world.automatisms.values()} == {
        f"{here.url}/webhooks/{told['key']}?event={event}" for event in ORDER_EVENTS
    }
    made = there.door("orders", {"payment": "bankcard", "paid": True})[0]
    for _ in range(200):
        if there.world.sender.counts()["delivered"] == 2:
            break
        there.world.sender.thread.join(0.05)  # type: ignore[union-attr]
    stored = here.json("event", "list")
    assert {(event["order_id"], event["topic"]) for event in stored} == {
        (made["key"], "order_send"), (made["key"], "successful_payment"),
    }  # fmt: skip


def test_the_keys_stay_out_of_listings_and_come_back_from_the_connection_file(
    here: Door, there: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNAS_KEY", str(there.world.settings["token"]))
    told = here.json(*ADD, *keys(there, hmac=False)[2:], "--api-key", "env:UNAS_KEY", "--name", "Bolt")
    exported = here.run("export").stdout
    said = exported + json.dumps(here.json("shop", "list")) + json.dumps(told)
    assert there.world.settings["token"] not in said
    assert "secret =" not in exported
    (tmp_path / "file.toml").write_text(exported.replace(told["key"], "bolt-abcd1234"))
    variable = next(line.split("env:")[1].split('"')[0] for line in exported.splitlines() if "api_key" in line)
    monkeypatch.setenv(variable, "another-key")
    assert here.run("import", str(tmp_path / "file.toml")).exit_code == 0
    again = next(shop for shop in here.shops() if shop.key == "bolt-abcd1234")
    assert (again.credentials, again.secrets) == ({"api_key": "another-key", "api_url": there.base}, ())


def test_a_premium_shop_is_polled_alone_and_told_so(here: Door) -> None:
    with open_shop(clock="", package="premium") as there:
        told = here.json(*ADD, *keys(there))
        assert "sends no webhooks" in words(told)
        assert mode(here) == "poll"
        again = here.json("shop", "verify", told["key"])
        assert "FAIL" not in {finding["status"] for finding in again["findings"]}
        assert set(there.summary()["calls"]) == {"login"}


def test_without_an_hmac_key_the_shop_is_polled_alone(here: Door, there: Caller) -> None:
    told = here.json(*ADD, *keys(there, hmac=False))
    assert "--hmac-key" in words(told)
    assert (mode(here), there.world.automatisms) == ("poll", {})


def test_a_key_that_may_not_make_webhooks_gets_addresses_to_make_them_by_hand(here: Door) -> None:
    with open_shop(clock="", permissions="getOrder,setOrder,getOrderStatus") as there:
        told = here.json(*ADD, *keys(there))
    assert "getAutomatism" in words(told)
    assert told["order_send"] == f"{told['webhook']}?event=order_send"
    assert mode(here) == ""


@pytest.mark.parametrize(
    ("settings", "key", "why"),
    [
        ({}, "a-key-of-another-shop", "Invalid Key"),
        ({"permissions": "setOrder"}, "", "getOrder"),
        ({"package": "basic"}, "", "PREMIUM or VIP"),
        ({}, "k", "api_key does not look like"),
    ],
)
def test_a_key_that_does_not_suffice_registers_nothing(
    here: Door, settings: dict[str, Any], key: str, why: str
) -> None:
    with open_shop(clock="", **settings) as there:
        given = ("--api-key", key or str(there.world.settings["token"]), "--api-url", there.base)
        assert why in here.refuses(*ADD, *given)
    assert here.shops() == []


def test_verify_says_what_is_wrong_and_makes_a_good_key_go_on(here: Door, there: Caller) -> None:
    key = here.json(*ADD, *keys(there))["key"]
    there.switch(allowed_ips="192.0.2.1")
    refused = here.refuses("shop", "verify", key)
    assert "IP is not allowed" in refused and key in refused
    there.switch(allowed_ips="")
    told = here.json("shop", "verify", key)
    assert "FAIL" not in {finding["status"] for finding in told["findings"]}


def test_five_attempts_are_never_made_whoever_asks(here: Door, there: Caller) -> None:
    key = here.json(*ADD, *keys(there))["key"]
    there.switch(allowed_ips="192.0.2.1")
    for _ in range(8):
        here.run("shop", "verify", key)
    assert there.summary()["unidentified"] == 4
    assert there.summary()["bans"] == []

"""`flask shop add woocommerce` and `flask shop verify` against the simulated shop and a door on a real port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger import connections
from schemas.connection import Shop
from simulators import fakturownia, woocommerce
from tests.shops.door import Door, door
from tests.simulators import woo
from webhooks.pings import Pings

KEYS = ("--key", "ck_simulator", "--secret", "cs_simulator")
ADD = ("shop", "add", "woocommerce")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as made:
        yield made


@pytest.fixture
def there() -> Iterator[woo.Shop]:
    with woocommerce.start(name="Sklep & Syn", timezone="Europe/Warsaw") as simulator, woo.Shop(simulator) as shop:
        yield shop


def hooks(there: woo.Shop) -> list[tuple[str, str, str]]:
    return sorted(
        (hook["topic"], hook["status"], hook["delivery_url"]) for hook in there.read("webhooks", per_page=100)
    )


def statuses(told: dict[str, Any]) -> list[str]:
    return [finding["status"] for finding in told["findings"]]


def words(told: dict[str, Any]) -> str:
    return " ".join(f"{finding['detail']} {finding['remedy']}" for finding in told["findings"])


def test_a_shop_is_connected_by_one_command(here: Door, there: woo.Shop) -> None:
    told = here.json(*ADD, there.url, *KEYS)
    assert set(statuses(told)) <= {"OK", "WARN"}
    assert "ping has arrived" in words(told)
    assert (told["name"], told["timezone"]) == ("Sklep & Syn", "Europe/Warsaw")
    assert [hook[:2] for hook in hooks(there)] == [
        (f"order.{event}", "active") for event in ("created", "deleted", "restored", "updated")
    ]
    assert {hook[2] for hook in hooks(there)} == {f"{here.url}/webhooks/{told['key']}"}
    (shop,) = here.shops()
    assert shop.credentials == {"consumer_key": "ck_simulator", "consumer_secret": "cs_simulator"}
    assert "secret" not in told
    assert here.json("shop", "list")[0]["reads_back"] is True


def test_what_the_new_shop_sends_is_stored(here: Door, there: woo.Shop) -> None:
    here.json(*ADD, there.url, *KEYS)
    order = there.order()
    assert there.world.board.sender.idle(20)  # type: ignore[attr-defined]
    stored = here.json("event", "list")
    assert {event["order_id"] for event in stored} == {str(order["id"])}


def test_the_secret_is_asked_for_or_taken_from_the_environment(
    here: Door, there: woo.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = here.run(*ADD, there.url, "--key", "ck_simulator", "--wait", "0", input="cs_simulator\n")
    assert asked.exit_code == 0, asked.output
    assert "cs_simulator" not in asked.output
    monkeypatch.setenv("WOO_KEY", "ck_simulator")
    monkeypatch.setenv("WOO_SECRET", "cs_simulator")
    here.json(*ADD, there.url, "--key", "env:WOO_KEY", "--secret", "env:WOO_SECRET", "--wait", "0")
    assert "NOWHERE is not set" in here.refuses(*ADD, there.url, "--key", "env:NOWHERE", "--secret", "x")
    assert len(here.shops()) == 2


@pytest.mark.parametrize(
    ("settings", "keys", "why"),
    [
        ({}, ("--key", "ck_simulator", "--secret", "cs_wrong_secret"), "Make a key in the shop"),
        ({"permissions": "read"}, KEYS, "Read/Write"),
        ({"rights": "none"}, KEYS, "may manage the shop"),
        ({}, ("--key", "ck_", "--secret", "cs_simulator"), "consumer_key does not look like"),
    ],
)
def test_a_key_that_does_not_suffice_registers_nothing_and_says_what_is_missing(
    here: Door, settings: dict[str, Any], keys: tuple[str, ...], why: str
) -> None:
    with woocommerce.start(**settings) as simulator:
        assert why in here.refuses(*ADD, simulator.url, *keys)
    assert here.shops() == []


def test_plain_http_and_private_addresses_are_refused_with_what_would_allow_them(
    tmp_path: Path, there: woo.Shop
) -> None:
    with door(tmp_path, allow_private=False) as here:
        assert "--plain-http" in here.refuses(*ADD, there.url, *KEYS)
        assert "ALLOW_PRIVATE_ADDRESSES" in here.refuses(*ADD, there.url, *KEYS, "--plain-http")
        assert here.shops() == []


def test_without_a_public_url_the_shop_is_known_and_polled_and_told_how_to_go_on(
    tmp_path: Path, there: woo.Shop
) -> None:
    with door(tmp_path, public=False) as here:
        told = here.json(*ADD, there.url, *KEYS)
        assert "PUBLIC_URL is not set" in words(told)
        assert len(here.shops()) == 1
    assert hooks(there) == []


def test_a_ping_that_does_not_come_is_said_with_the_likely_reason(tmp_path: Path, there: woo.Shop) -> None:
    with door(tmp_path, listens=False) as here:
        told = here.json(*ADD, there.url, *KEYS, "--wait", "0.2", "--name", "Hats")
    assert "No ping came" in words(told)
    assert "does not lead here" in words(told)
    assert told["secret"]


def test_a_shop_that_cannot_reach_us_is_told_apart_from_a_wrong_public_url(here: Door, there: woo.Shop) -> None:
    there.sim("POST", "settings", {"sending": False})
    told = here.json(*ADD, there.url, *KEYS, "--wait", "0.2")
    assert "but not from the shop" in words(told)


def test_verify_switches_on_what_the_shop_switched_off_and_makes_nothing_twice(here: Door, there: woo.Shop) -> None:
    key = here.json(*ADD, there.url, *KEYS)["key"]
    first = there.read("webhooks")[0]["id"]
    there.rest("PUT", f"webhooks/{first}", {"status": "disabled"})
    told = here.json("shop", "verify", key)
    assert "was switched on again" in words(told)
    again = here.json("shop", "verify", key)
    assert "The webhooks are active." in words(again)
    assert [hook[1] for hook in hooks(there)] == ["active"] * 4


def test_verify_fails_when_the_key_is_refused_and_edit_gives_a_new_one(here: Door, there: woo.Shop) -> None:
    key = here.json(*ADD, there.url, *KEYS)["key"]
    there.sim("POST", "settings", {"consumer_secret": "cs_changed_over_there"})
    assert "Make a key in the shop" in here.refuses("shop", "verify", key)
    assert "consumer_secret does not look like" in here.refuses("shop", "edit", key, "--set", "consumer_secret=x")
    assert "color is not known" in here.refuses("shop", "edit", key, "--set", "color=red")
    here.json("shop", "edit", key, "--set", "consumer_secret=cs_changed_over_there")
    assert "FAIL" not in statuses(here.json("shop", "verify", key))


def test_the_doctor_asks_the_shop_and_says_when_its_key_is_refused(here: Door, there: woo.Shop) -> None:
    key = here.json(*ADD, there.url, *KEYS, "--wait", "0")["key"]
    with fakturownia.start() as books:
        account = here.json("account", "add", "fakturownia", "--name", "Books", "--seller", "Sklep", "--country", "PL",
                            "--set", "api_token=simulator/demo", "--set", f"url={books.url}")["key"]  # fmt: skip
        here.json("route", "add", key, account)
        good = {row["what"]: row for row in json.loads(here.run("doctor", "--json").stdout)}[f"shop {key}"]
        there.sim("POST", "settings", {"consumer_secret": "cs_changed_over_there"})
        bad = {row["what"]: row for row in json.loads(here.run("doctor", "--json").stdout)}[f"shop {key}"]
    assert (good["status"], bad["status"]) == ("WARN", "FAIL")
    assert "takes our key" in good["detail"]
    assert f"flask shop edit {key}" in bad["remedy"]


def test_a_shop_with_a_key_goes_out_and_in_by_file_its_secrets_only_named(
    here: Door, there: woo.Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.json(*ADD, there.url, *KEYS, "--plain-http", "--wait", "0")
    said = here.run("export").stdout
    assert "cs_simulator" not in said
    assert "ck_simulator" not in said
    assert 'plain_http = "yes"' in said
    (file := tmp_path / "connections.toml").write_text(said)
    name = f"{here.shops()[0].key}_consumer_secret".upper().replace("-", "_")
    monkeypatch.setenv(name, "cs_another_secret")
    here.json("import", str(file))
    assert here.shops()[0].credentials == {
        "consumer_key": "ck_simulator", "consumer_secret": "cs_another_secret", "plain_http": "yes",
    }  # fmt: skip
    monkeypatch.setenv(name, "x")
    assert "consumer_secret: does not look like" in here.refuses("import", str(file))
    file.write_text(said.replace(f"env:{name}", "cs_written_out"))
    assert "no place for a secret" in here.refuses("import", str(file))


def test_a_shop_without_a_key_is_added_as_before(here: Door) -> None:
    told = here.json(*ADD, "https://shop.example", "--name", "Hats")
    assert len(told["secret"]) >= 32
    assert "secret" not in here.json(*ADD, "https://shop.example", "--name", "Hats", "--secret", "given-one")
    assert [shop.credentials for shop in here.shops()] == [{}, {}]
    assert here.shops()[1].secrets == ("given-one",)
    assert "--name" in here.refuses(*ADD, "https://shop.example")
    assert "no key of this shop" in json.dumps(here.json("shop", "verify", told["key"]))


def test_a_ping_is_noted_and_answered_with_200_even_when_it_comes_again(here: Door) -> None:
    key = here.json(*ADD, "https://shop.example", "--name", "Hats")["key"]
    web, (shop,) = here.app.test_client(), here.shops()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with here.house.ledger.read() as tx:
        assert connections.last_ping(tx, shop.id) is None
    for _ in range(3):
        assert web.post(f"/webhooks/{key}", data=b"webhook_id=7", headers=form).status_code == 200
    with here.house.ledger.read() as tx:
        assert connections.last_ping(tx, shop.id) is not None


def test_a_flood_of_pings_is_few_writes() -> None:
    now, written = [0.0], list[str]()
    pings = Pings(lambda shop: written.append(shop.key), seconds=1.0, monotonic=lambda: now[0])
    one, other = (Shop(number, f"shop-{number}", "woocommerce", "") for number in (1, 2))
    for step in range(100):
        now[0] = step / 40
        pings.note(one)
    pings.note(other)
    assert written == ["shop-1"] * 3 + ["shop-2"]

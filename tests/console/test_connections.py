"""`flask shop|account|route`: connecting, changing, pausing, replacing keys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.engine import open_ledger
from schemas.event import State
from tests.console.conftest import TOKEN, Console

ACCOUNT = ("account", "add", "fakturownia", "--name", "My books", "--seller", "Bolt", "--country", "hu")


def test_a_house_is_connected_from_nothing_by_three_commands(bare: Console) -> None:
    shop = bare.json("shop", "add", "woocommerce", "https://shop.example", "--name", "Żółw & Co")
    fields = ("--set", f"url={bare.simulator.url}", "--set", f"api_token={TOKEN}", "--expires-on", "2030-01-31")
    account = bare.json(*ACCOUNT, *fields)
    route = bare.json("route", "add", shop["key"], account["key"], "--starts-at", "2020-01-01")
    assert shop["webhook"] == f"https://bills.example/webhooks/{shop['key']}"
    assert len(shop["secret"]) >= 32
    event_id = bare.deliver()
    bare.process(event_id)
    assert bare.event(event_id).state is State.DONE, bare.event(event_id).detail
    assert [r["key"] for r in bare.json("route", "list")] == [route["key"]]
    assert bare.json("account", "list")[0]["expires_on"] == "2030-01-31"


def test_secrets_are_in_no_listing(console: Console) -> None:
    for listing in (("shop", "list"), ("account", "list"), ("route", "list"), ("export",)):
        assert TOKEN not in console.says(*listing)
        assert "one" not in console.says(*listing).split('"')


def test_a_wrong_field_is_named_with_those_there_are(console: Console) -> None:
    said = console.refuses(*ACCOUNT, "--set", "tokn=x")
    assert "tokn is not known" in said
    assert "api_token is missing" in said
    assert "Fakturownia takes: url, api_token" in said


def test_what_is_not_given_to_edit_stays(console: Console) -> None:
    key, shop = console.account().key, console.shop()
    console.says("account", "edit", key, "--name", "Other books", "--set", "language=pl", "--expires-on", "2031-01-01")
    changed = console.account()
    assert (changed.name, changed.options, changed.credentials["api_token"]) == (
        "Other books",
        {"language": "pl"},
        TOKEN,
    )
    assert changed.seller.vat_id == "HU12345676"
    console.says("account", "edit", key, "--set", "language=", "--vat-id", "HU11111111", "--expires-on", "never")
    assert (console.account().options, console.account().seller.vat_id) == ({}, "HU11111111")
    console.says("shop", "edit", shop.key, "--name", "Corner shop")
    assert (console.shop().name, console.shop().url, console.shop().secrets) == ("Corner shop", shop.url, shop.secrets)
    console.says("route", "edit", "way", "--preset", "invoice on completed", "--set", "pdf=yes")
    (route,) = console.json("route", "list")
    assert route["policy"]["documents"] == {"*": {"completed": "invoice", "close_ok": "invoice"}}
    assert route["options"] == {"pdf": "yes"}


def test_a_rotated_secret_overlaps_with_the_old_one(console: Console) -> None:
    fresh = console.json("shop", "rotate-secret", console.shop().key)["secret"]
    assert console.shop().secrets == (fresh, "one")
    console.says("shop", "rotate-secret", console.shop().key, "--secret", "third", "--overlap", "0")
    assert console.shop().secrets[0] == "third"
    assert "one" in console.shop().secrets, "an overlap that was promised is kept"


def test_a_paused_shop_stores_and_waits(console: Console) -> None:
    console.says("shop", "pause", console.shop().key)
    assert console.shop().state == "paused"
    console.deliver()
    assert "1 waiting events" in console.says("shop", "resume", console.shop().key)
    assert console.shop().state == "active"


def test_a_paused_account_holds_its_events_and_resuming_frees_them(console: Console) -> None:
    key = console.account().key
    console.says("account", "pause", key)
    event_id = console.deliver()
    console.process(event_id)
    assert console.event(event_id).reason == "ACCOUNT_PAUSED"
    assert "1 waiting events are due" in console.says("account", "resume", key)
    console.process(event_id)
    assert len(console.documents()) == 1


def test_a_new_key_that_is_refused_changes_nothing(console: Console) -> None:
    account = console.account()
    console.says("account", "pause", account.key)
    said = console.refuses("account", "resume", account.key, "--set", "api_token=another/token")
    assert "Traceback" not in said
    assert (console.account().state, console.account().credentials) == ("paused", account.credentials)
    console.says("account", "resume", account.key, "--set", "api_token=another/token", "--unchecked")
    assert console.account().credentials["api_token"] == "another/token"


def test_verify_says_whose_account_it_is_or_what_to_do(console: Console) -> None:
    key = console.account().key
    assert console.json("account", "verify", key)["status"] == "OK"
    console.simulator.world.settings["token_accepted"] = False
    refused = console.run("account", "verify", key, "--json")
    assert refused.exit_code == 1
    assert f"flask account resume {key}" in json.loads(refused.stdout)["remedy"]
    console.simulator.world.settings["token_accepted"] = True
    console.simulator.world.plan.arm("500", times=None)
    assert console.json("account", "verify", key)["status"] == "WARN"


def test_an_account_that_a_route_leads_to_is_not_removed(console: Console) -> None:
    key = console.account().key
    assert "way still leads there" in console.refuses("account", "remove", key, "--yes")
    console.says("route", "remove", "way", "--yes")
    console.says("account", "remove", key, "--yes")
    assert console.json("account", "list") == []
    assert f"There is no account '{key}'" in console.refuses("account", "verify", key)


def test_a_removed_shop_is_gone_with_its_routes(console: Console) -> None:
    key = console.shop().key
    console.says("shop", "remove", key, "--yes")
    assert (console.json("shop", "list"), console.json("route", "list")) == ([], [])
    assert "There is no shop" in console.refuses("shop", "pause", key)


def test_a_removed_route_leaves_room_for_another(console: Console) -> None:
    shop, account = console.shop().key, console.account().key
    assert "already takes orders" in console.refuses("route", "add", shop, account)
    for _ in range(2):
        (route,) = console.json("route", "list")
        console.says("route", "remove", route["key"], "--yes")
        console.says("route", "add", shop, account)
    assert len(console.json("route", "list")) == 1


def test_a_paused_route_lets_orders_wait_and_resuming_wakes_them(console: Console) -> None:
    console.says("route", "pause", "way")
    event_id = console.deliver()
    console.process(event_id)
    assert console.event(event_id).reason == "NO_ROUTE"
    assert "1 waiting events are due" in console.says("route", "resume", "way")


def test_a_routes_rules_are_explained_in_sentences(console: Console) -> None:
    said = console.says("route", "explain", "way")
    assert "Payment by cod, order completed: an invoice." in said
    assert "left alone" in said


def test_rules_of_ones_own_come_from_a_file_and_problems_have_paths(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('presets = ["invoice on completed"]\ndue_dayz = 3\n')
    assert "due_dayz" in console.refuses("route", "edit", "way", "--rules", str(file))
    file.write_text('due_days = 3\n[documents.cod]\ncompleted = "proforma"\n')
    console.says("route", "edit", "way", "--rules", str(file))
    assert "Unpaid invoices are due after 3 days." in console.says("route", "explain", "way")


def test_what_cannot_follow_a_document_is_refused(console: Console) -> None:
    assert "is no option of a route" in console.refuses("route", "edit", "way", "--set", "fax=yes")


def test_preview_takes_the_rules_of_a_shop(console: Console) -> None:
    said = console.says("preview", "fixtures/woocommerce-8.2.2/009.body", "--shop", console.shop().key)
    assert "invoice (DUE)" in said
    assert "There is no shop" in console.refuses("preview", "fixtures/woocommerce-8.2.2/009.body", "--shop", "nobody")


@pytest.mark.parametrize(
    "command",
    [("shop", "list"), ("event", "list"), ("event", "replay", "--all", "--yes"), ("export",), ("document", "list")],
)
def test_without_a_database_there_is_one_sentence_and_no_traceback(console: Console, command: tuple[str, ...]) -> None:
    lost = "postgresql://nobody@127.0.0.1:1/none" if "postgresql" in console.house.database_url else "sqlite:////no/db"
    said = _without_database(console, lost, *command)
    assert said.startswith("Error: The ")
    assert "database" in said
    assert "Traceback" not in said


def _without_database(console: Console, url: str, *command: str) -> str:
    house = console.house
    console.app.extensions["billhook.house"] = replace(
        house, ledger=open_ledger(url, house.ledger.vault), database_url=url
    )
    try:
        return console.refuses(*command)
    finally:
        console.app.extensions["billhook.house"] = house


def test_without_redis_a_command_succeeds_and_says_who_rings_later(console: Console) -> None:
    result = console.run("event", "replay", console.dead())
    assert result.exit_code == 0
    assert "the clock rings" in result.stderr

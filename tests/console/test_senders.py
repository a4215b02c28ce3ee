"""`flask shop add unas|generic` and `flask key …`: who may send, and with what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import api_keys
from ledger.api_keys import by_public
from schemas.apikey import fits, parse
from tests.console.conftest import Console
from tests.generic_orders import SECRET, bearer, body_of, signed

#: What both databases have to do with it is tested at the desk and in the ledger.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_generic_shop_takes_what_its_secret_signs(bare: Console) -> None:
    made = bare.json("shop", "add", "generic", "--name", "ERP")
    assert made["secret"].startswith("whsec_")
    client, path = bare.app.test_client(), made["webhook"].removeprefix("https://bills.example")
    body = body_of()
    assert client.post(path, data=body, headers=signed(body, SECRET)).status_code == 401
    assert client.post(path, data=body, headers=signed(body, made["secret"])).status_code == 200


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_QUJD", "whsec_" + "é" * 40, "whsec_" + "QUJD" * 30])
def test_a_secret_that_signs_nothing_well_is_refused(bare: Console, secret: str) -> None:
    assert "The secret" in bare.refuses("shop", "add", "generic", "--name", "ERP", "--secret", secret)
    key = bare.json("shop", "add", "generic", "--name", "ERP", "--secret", SECRET)["key"]
    assert "The secret" in bare.refuses("shop", "rotate-secret", key, "--secret", secret)


def test_a_new_secret_of_a_generic_shop_is_one_of_its_scheme_and_the_old_one_stays_good(bare: Console) -> None:
    made = bare.json("shop", "add", "generic", "--name", "ERP", "--secret", SECRET)
    new = bare.json("shop", "rotate-secret", made["key"])["secret"]
    client, path = bare.app.test_client(), made["webhook"].removeprefix("https://bills.example")
    for number, secret in enumerate((new, SECRET)):
        body = body_of(number)
        assert client.post(path, data=body, headers=signed(body, secret)).status_code == 200


def test_a_file_with_a_generic_secret_that_signs_nothing_is_refused(
    bare: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[shops.erp-abcd1234]\nplatform = "generic"\nname = "ERP"\n'
    (tmp_path / "file.toml").write_text(text)
    assert "shops.erp-abcd1234.secret: Missing" in bare.refuses("import", str(tmp_path / "file.toml"))
    (tmp_path / "file.toml").write_text(text + 'secret = "env:ERP"\n')
    monkeypatch.setenv("ERP", "words")
    assert "What env:ERP stands for" in bare.refuses("import", str(tmp_path / "file.toml"))
    monkeypatch.setenv("ERP", SECRET)
    assert "added" in bare.says("import", str(tmp_path / "file.toml"))


def test_a_key_is_shown_once_and_kept_as_a_digest(console: Console) -> None:
    shop = console.shop()
    made = console.json("key", "add", "ERP", "--company", shop.key)
    shown = parse(made["key"])
    assert shown is not None
    with console.ledger.read() as tx:
        kept = by_public(tx, shown.public)
    assert fits(shown, kept)
    assert shown.secret not in repr(kept)
    (listed,) = console.json("key", "list")
    assert (listed["name"], listed["company"], listed["state"]) == ("ERP", shop.key, "good")
    assert made["key"] not in console.says("key", "list") + console.says("export")
    assert "already" in console.refuses("key", "add", "ERP", "--company", shop.key)


def test_a_revoked_key_is_listed_only_when_asked_for_and_its_name_is_free(console: Console) -> None:
    key = console.json("key", "add", "ERP", "--company", console.account().key)["key"]
    console.says("key", "revoke", "ERP")
    assert console.json("key", "list") == []
    assert [row["state"] for row in json.loads(console.says("key", "list", "--all", "--json"))] == ["revoked"]
    again = console.json("key", "add", "ERP", "--company", console.account().key)
    console.says("key", "revoke", again["key"][:14])
    assert "There is no key" in console.refuses("key", "revoke", "ERP")
    assert key != again["key"]


def test_a_key_that_ends_soon_is_warned_of_and_one_that_ended_too(console: Console) -> None:
    shop = console.shop().key
    for name, days in (("long", 365), ("short", 10), ("gone", 1)):
        console.says("key", "add", name, "--company", shop, "--days", str(days))
    with console.ledger.write() as tx:
        gone = next(k for k in api_keys.list_keys(tx) if k.name == "gone")
        api_keys.revoke(tx, gone.id, datetime.now(UTC))
    states = {row["name"]: row["state"] for row in console.json("key", "list")}
    assert states == {"long": "good", "short": "ends in 9 days"}
    said = {row["what"]: row for row in json.loads(console.run("doctor", "--json").stdout)}
    assert (said["key long"]["status"], said["key short"]["status"]) == ("OK", "WARN")
    assert "key gone" not in said


def test_a_key_for_nobody_or_of_yesterday_is_refused(console: Console) -> None:
    assert "neither a shop nor an account" in console.refuses("key", "add", "x", "--company", "nobody")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert "over already" in console.refuses(
        "key", "add", "x", "--company", console.shop().key, "--expires-at", yesterday
    )
    assert console.json("key", "list") == []


def test_a_key_made_here_opens_the_door(bare: Console) -> None:
    made = bare.json("shop", "add", "generic", "--name", "ERP")
    key = bare.json("key", "add", "ERP", "--company", made["key"])["key"]
    path = made["webhook"].removeprefix("https://bills.example")
    answer = bare.app.test_client().post(path, data=body_of(), headers=bearer(key))
    assert answer.status_code == 200
    bare.says("key", "revoke", "ERP")
    assert bare.app.test_client().post(path, data=body_of(), headers=bearer(key)).status_code == 401


def test_preview_reads_a_generic_order(console: Console, tmp_path: Path) -> None:
    (tmp_path / "order.json").write_bytes(body_of())
    told = console.says("preview", str(tmp_path / "order.json"), "--shop", console.shop().key)
    assert "invoice (DUE)" in told
    assert "123.00" in told
    (tmp_path / "odd.json").write_bytes(body_of(total="much"))
    assert "/total" in console.says("preview", str(tmp_path / "odd.json"), "--shop", console.shop().key)


def test_a_held_document_is_issued_by_its_event_and_by_no_other_word(console: Console) -> None:
    console.says("route", "edit", "way", "--set", "issue=manual")
    assert "issue" in console.refuses("route", "edit", "way", "--set", "issue=never")
    held, other = console.deliver(), console.deliver()
    for event_id in (held, other):
        console.process(event_id)
    (first, second) = console.json("event", "list", "--code", "HELD_FOR_PERSON")
    assert {first["id"], second["id"]} == {held, other}
    assert console.documents() == []
    assert "not held" in console.refuses("event", "issue", held, "01a1fd08-0000-7000-8000-000000000000")
    console.process(held)
    assert console.documents() == [], "all or none"
    console.says("event", "issue", held)
    console.process(held)
    assert len(console.documents()) == 1
    assert "not held" in console.refuses("event", "issue", held)
    console.says("route", "edit", "way", "--set", "issue=")
    assert console.event(other).due_at is not None
    console.process(other)
    assert len(console.documents()) == 2

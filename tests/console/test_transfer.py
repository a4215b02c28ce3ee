"""`flask import` and `flask export`: connections as a file in git."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from console import toml
from schemas.event import State
from tests.console.conftest import TOKEN, Console

FILE = """
[shops.corner-x7k2q9ab]
platform = "woocommerce"
name = "Corner"
url = "https://shop.example"
timezone = "Europe/Budapest"
secret = "env:CORNER_SECRET"

[accounts.books]
system = "fakturownia"
name = "Books"
expires_on = 2030-01-31
seller = {{ name = "Bolt Kft.", country = "HU", vat_id = "HU12345676", oss = true, timezone = "Europe/Budapest" }}
settings = {{ url = "{url}", api_token = "env:BOOKS_TOKEN" }}

[routes.way]
shop = "corner-x7k2q9ab"
account = "books"
starts_at = 2020-01-01T00:00:00Z
policy = {{ presets = ["invoice when paid"], due_days = 8 }}
"""


@pytest.fixture
def file(bare: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORNER_SECRET", "a webhook secret")
    monkeypatch.setenv("BOOKS_TOKEN", TOKEN)
    written = tmp_path / "connections.toml"
    written.write_text(FILE.format(url=bare.simulator.url))
    return written


def changes(console: Console, *arguments: str) -> dict[str, str]:
    return {row["what"]: row["change"] for row in console.json("import", *arguments)}


ALL = ("shops.corner-x7k2q9ab", "accounts.books", "routes.way")


def test_a_file_connects_a_whole_house_and_a_second_import_changes_nothing(bare: Console, file: Path) -> None:
    assert changes(bare, str(file)) == dict.fromkeys(ALL, "added")
    event_id = bare.deliver()
    bare.process(event_id)
    assert bare.event(event_id).state is State.DONE
    before = bare.says("export")
    assert changes(bare, str(file)) == dict.fromkeys(ALL, "unchanged")
    assert bare.says("export") == before
    assert bare.shop().secrets == ("a webhook secret",)


def test_an_export_is_taken_back_and_holds_no_secret(bare: Console, file: Path, tmp_path: Path) -> None:
    bare.says("import", str(file))
    bare.says("route", "edit", "way", "--preset", "proforma on transfer, invoice on payment", "--set", "email=yes")
    exported = bare.says("export")
    assert TOKEN not in exported
    assert "a webhook secret" not in exported
    assert 'api_token = "env:BOOKS_API_TOKEN"' in exported
    again = tmp_path / "again.toml"
    again.write_text(exported)
    told = changes(bare, str(again))
    assert {told[path] for path in ALL} == {"unchanged"}
    assert told["accounts.books.settings.api_token"] == "kept: BOOKS_API_TOKEN is not set"


def test_what_changed_is_said_by_name_and_never_by_value(
    bare: Console, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.says("import", str(file))
    file.write_text(file.read_text().replace('"Corner"', '"Corner shop"').replace("due_days = 8", "due_days = 9"))
    monkeypatch.setenv("CORNER_SECRET", "another webhook secret")
    monkeypatch.setenv("BOOKS_TOKEN", "another/token")
    told = changes(bare, str(file))
    assert told["shops.corner-x7k2q9ab"] == "changed: name, secret (the old one is good for 24 h more)"
    assert (told["accounts.books"], told["routes.way"]) == ("changed: credentials", "changed: policy")
    assert bare.shop().secrets == ("another webhook secret", "a webhook secret")


def test_a_dry_run_tells_the_same_and_changes_nothing(bare: Console, file: Path) -> None:
    assert changes(bare, str(file), "--dry-run") == dict.fromkeys(ALL, "added")
    assert bare.json("shop", "list") == []


def test_every_problem_is_said_at_once_by_its_path_and_nothing_is_changed(bare: Console, file: Path) -> None:
    text = file.read_text().replace('"Europe/Budapest"\nsecret = "env:CORNER_SECRET"', '"Mars"\nsecret = "plain"')
    file.write_text(text.replace("due_days = 8", "due_dayz = 8") + '\n[shops.short]\nplatform = "woocommerce"\n')
    said = bare.refuses("import", str(file))
    assert "shops.corner-x7k2q9ab.timezone: This is no time zone" in said
    assert "shops.corner-x7k2q9ab.secret: Write env:NAME" in said
    assert "shops.short: A shop's key ends in" in said or "shops.short.key: A shop's key ends in" in said
    assert "nothing was changed" in said
    assert bare.json("account", "list") == []


def test_rules_that_cannot_be_read_have_their_path(bare: Console, file: Path) -> None:
    file.write_text(file.read_text().replace("due_days = 8", "due_dayz = 8"))
    assert "routes.way.policy.due_dayz: Unknown field." in bare.refuses("import", str(file))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('api_token = "env:BOOKS_TOKEN"', 'api_token = "secret/in-clear"', "accounts.books.settings.api_token: Write"),
        ('api_token = "env:BOOKS_TOKEN"', 'api_token = "env:NOBODY"', "NOBODY is not set in the environment"),
        ('api_token = "env:BOOKS_TOKEN"', 'tokn = "x"', "accounts.books.settings.tokn: is not known"),
        ('account = "books"', 'account = "nobody"', "routes.way.account: There is no account nobody"),
        ("2020-01-01T00:00:00Z", "2020-01-01", "routes.way.starts_at: This is no time with its zone"),
        ("[routes.way]", "[routes.way", "The file is not TOML"),
    ],
)
def test_a_problem_is_named_and_nothing_is_changed(
    bare: Console, file: Path, before: str, after: str, said: str
) -> None:
    file.write_text(file.read_text().replace(before, after))
    assert said in bare.refuses("import", str(file))
    assert bare.json("shop", "list") == []


def test_a_pause_by_the_desk_is_not_undone_by_an_import_that_does_not_say_so(bare: Console, file: Path) -> None:
    bare.says("import", str(file))
    bare.says("account", "pause", "books")
    assert changes(bare, str(file))["accounts.books"] == "unchanged"
    assert bare.account().state == "paused"
    file.write_text(file.read_text().replace('name = "Books"', 'name = "Books"\nstate = "active"'))
    assert changes(bare, str(file))["accounts.books"] == "goes on"


def test_a_removed_connection_does_not_come_back(bare: Console, file: Path) -> None:
    bare.says("import", str(file))
    bare.says("shop", "remove", "corner-x7k2q9ab", "--yes")
    assert "was removed for good" in bare.refuses("import", str(file))


def test_a_file_that_is_not_there_is_one_sentence(bare: Console) -> None:
    assert "nowhere.toml cannot be read: No such file" in bare.refuses("import", "nowhere.toml")


@pytest.mark.parametrize(
    "table",
    [
        {"a": {"*": {"x": "1"}, "b c": {"d": [1, 2, {"e": "f"}]}}},
        {"text": 'quotes " \\ \n \x7f Żółw 🦔', "yes": True, "empty": {}},
    ],
)
def test_what_is_written_is_read_back(table: dict[str, Any]) -> None:
    read = tomllib.loads(toml.dumps(table))
    assert read == {k: v for k, v in table.items() if v != {}} or read == table

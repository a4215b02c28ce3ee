"""Systems whose keys end want the last day of each, wherever an account is written down."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ledger import connections
from tests.adapters.kontozz import OPTIONS
from tests.console.conftest import Console

ADD = ("account", "add", "kontozz", "--name", "Books", "--seller", "Bolt", "--country", "HU")
GIVEN = ("--set", "url=https://kontozz.test", "--set", "api_key=0123456789")


def test_an_account_whose_key_ends_is_refused_without_its_last_day(console: Console) -> None:
    assert "--expires-on" in console.refuses(*ADD, *GIVEN)
    made = console.json(*ADD, *GIVEN, "--expires-on", "2099-12-31")["key"]
    assert "--expires-on" in console.refuses("account", "edit", made, "--expires-on", "never")
    assert "--expires-on" in console.refuses("account", "resume", made, "--expires-on", "never", "--unchecked")
    with console.ledger.read() as tx:
        kept = connections.account_by_key(tx, console.ledger.vault, made)
    assert kept is not None
    assert kept.expires_on == date(2099, 12, 31)


def test_a_profile_that_cannot_work_is_refused_with_what_is_wrong_in_it(console: Console) -> None:
    said = console.refuses(*ADD, *GIVEN, "--expires-on", "2099-12-31", "--set", "profile=[ping]")
    assert "profile cannot be used: " in said
    profile = OPTIONS["profile"]
    made = console.json(*ADD, *GIVEN, "--expires-on", "2099-12-31", "--set", f"profile={profile}")["key"]
    with console.ledger.read() as tx:
        kept = connections.account_by_key(tx, console.ledger.vault, made)
    assert kept is not None
    assert kept.options["profile"] == profile


def test_a_file_of_connections_must_name_the_last_day_too(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "books.toml"
    text = """
[accounts.hu-books]
system = "kontozz"
name = "Books"
seller = {name = "Bolt", country = "HU"}
settings = {url = "https://kontozz.test", api_key = "env:BOOKS_KEY"}
"""
    file.write_text(text, "utf-8")
    assert "accounts.hu-books.expires_on" in console.refuses("import", str(file))


def test_a_route_asks_for_no_more_than_the_accounts_profile_can(console: Console) -> None:
    blind = OPTIONS["profile"].replace('[email]\ncall = "POST /api/v1/documents/{id}/email"', "")
    blind = blind.replace('body = \'{"email": "{email}"}\'\n', "")
    made = console.json(*ADD, *GIVEN, "--expires-on", "2099-12-31", "--set", f"profile={blind}")["key"]
    shop = console.shop().key
    said = console.refuses("route", "add", shop, made, "--channel", "other", "--set", "email=yes")
    assert "email cannot be done by Kontozz" in said

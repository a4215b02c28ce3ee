"""`flask import FILE` and `flask export`: connections as a file that can be kept in git, secrets only named in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click
from flask import current_app

from adapters import manifest_of
from adapters.shops import is_secret
from console import connectionfile, importing, toml
from console.connectionfile import ValueOf
from console.parts import house, plainly, ring
from console.tables import show
from ledger import connections
from schemas.connection import Account, Policy, Route, Shop
from schemas.errors import BillhookError
from schemas.policy import write_policy


class _OnlyTold(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--json", "as_json", is_flag=True)
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Add and change shops, accounts and routes as FILE (TOML) says. Whatever it does not name is left alone.

    Secrets stand in it as env:NAME; where NAME is not set, a known connection keeps its secret. All or nothing.
    """
    try:
        done = _import(file, dry_run=dry_run)
    except BillhookError as error:
        raise plainly(error) from None
    if not dry_run:
        ring(done.woken)
    show([{"what": path, "change": said} for path, said in done.said], ("what", "change"), as_json=as_json)
    if dry_run and not as_json:
        click.echo("\nNothing was changed.")


def _import(file: Path, *, dry_run: bool) -> importing.Import:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {getattr(error, 'strerror', error)}.") from None
    contents, ledger = connectionfile.read(text), house().ledger
    try:
        with ledger.write() as tx:
            done = importing.begun(tx, ledger.vault, _value_of())
            done.run(contents)
            if dry_run:
                raise _OnlyTold
    except _OnlyTold:
        return done
    return done


def _value_of() -> ValueOf:
    """The application's way to the environment, which only its settings read."""
    return cast(ValueOf, current_app.extensions["billhook.value_of"])


@click.command("export")
def export() -> None:
    """Print every connection as TOML that `flask import` takes. Secrets are only named: env:NAME."""
    ledger = house().ledger
    try:
        with ledger.read() as tx:
            shops = [s for s in connections.list_shops(tx, ledger.vault) if s.state != "removed"]
            accounts = [a for a in connections.list_accounts(tx, ledger.vault) if a.state != "removed"]
            routes = connections.list_routes(tx)
    except BillhookError as error:
        raise plainly(error) from None
    names = {s.id: s.key for s in shops}, {a.id: a.key for a in accounts}
    tables = {
        "shops": {s.key: _shop(s) for s in shops},
        "accounts": {a.key: _account(a) for a in accounts},
        "routes": {r.key: _route(r, *names) for r in routes},
    }
    click.echo(toml.dumps(tables), nl=False)


def _named(key: str, field: str) -> str:
    return "env:" + re.sub(r"[^A-Z0-9]", "_", f"{key}_{field}".upper())


def _paused(state: str) -> dict[str, str]:
    return {"state": state} if state == "paused" else {}


def _shop(shop: Shop) -> dict[str, Any]:
    own = {name: getattr(shop, name) for name in ("platform", "name", "url", "timezone")}
    credentials = {
        name: _named(shop.key, name) if is_secret(shop.platform, name) else value
        for name, value in shop.credentials.items()
    }
    secret = {"secret": _named(shop.key, "secret")} if shop.secrets else {}
    return {**own, **secret, **_paused(shop.state), "credentials": credentials}


def _account(account: Account) -> dict[str, Any]:
    secret = manifest_of(account.system).secrets
    settings = {**account.credentials, **account.options}
    said = {name: _named(account.key, name) if name in secret else value for name, value in settings.items()}
    own = {"system": account.system, "name": account.name, "expires_on": account.expires_on, **_paused(account.state)}
    return {**own, "settings": said, "seller": asdict(account.seller)}


def _route(route: Route, shops: Mapping[int, str], accounts: Mapping[int, str]) -> dict[str, Any]:
    own = {"shop": shops[route.shop_id], "account": accounts[route.account_id]}
    own |= {name: getattr(route, name) for name in ("channel", "series", "starts_at")}
    return {**own, **_paused(route.state), "options": dict(route.options), "policy": _policy(route.policy)}


def _policy(policy: Policy) -> dict[str, Any]:
    """The rules, without what is so anyway."""
    anyway = write_policy(Policy(documents={}))
    return {name: value for name, value in write_policy(policy).items() if value != anyway[name]}

"""`flask key add|list|revoke`: programs that send. A key is shown once; the ledger keeps a digest of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from console.parts import Plain, house, moment
from console.tables import one, show
from ledger import api_keys, connections
from ledger.engine import Tx
from schemas import apikey
from schemas.apikey import SCOPES, ApiKey

_DAYS = 365


@click.group("key", cls=Plain)
def key() -> None:
    """API keys of programs that send."""


@key.command("add")
@click.argument("name")
@click.option("--company", required=True, metavar="KEY", help="A shop's key; or an account's: its shops.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help="Good for this; else all.")
@click.option("--days", type=click.IntRange(1, 3650), default=_DAYS, show_default=True, help="So long it is good.")
@click.option("--expires-at", type=moment, metavar="TIME", help="When it ends, in place of --days.")
@click.option("--json", "as_json", is_flag=True)
def key_add(
    name: str, company: str, scopes: Sequence[str], days: int, expires_at: datetime | None, as_json: bool
) -> None:
    """Make a key called NAME and show it, this once."""
    now, shown = datetime.now(UTC), apikey.new_key()
    ends = expires_at or now + timedelta(days=days)
    if ends <= now:
        raise click.BadParameter("That is over already.", param_hint="--expires-at")
    with house().ledger.write() as tx:
        owner = _owner(tx, company)
        made = api_keys.add(
            tx, shown, name=_name(name), scopes=scopes or list(SCOPES), expires_at=ends, now=now, **owner
        )
    one({"name": made.name, "key": shown.text, "company": company, "expires_at": made.expires_at}, as_json=as_json)
    if not as_json:
        click.echo("It is not shown again: keep it now.")


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise click.UsageError("A name has one to a hundred printable characters.")
    return text.strip()


def _owner(tx: Tx, company: str) -> dict[str, int]:
    """The shop or the account of that key."""
    vault = house().ledger.vault
    shop = connections.shop_by_key(tx, vault, company)
    if shop is not None:
        return {"shop_id": shop.id}
    account = connections.account_by_key(tx, vault, company)
    if account is None or account.state == "removed":
        raise click.ClickException(f"There is neither a shop nor an account {company!r}: flask shop list names them.")
    return {"account_id": account.id}


@key.command("list")
@click.option("--all", "everything", is_flag=True, help="Revoked ones too.")
@click.option("--json", "as_json", is_flag=True)
def key_list(everything: bool, as_json: bool) -> None:
    """Every key: whose it is and when it ends. The keys themselves are nowhere."""
    now = datetime.now(UTC)
    with house().ledger.read() as tx:
        owners = _owners(tx)
        rows = [_row(k, owners, now) for k in api_keys.list_keys(tx, revoked=everything)]
    show(rows, ("id", "name", "company", "scopes", "expires_at", "state"), as_json=as_json)


def _owners(tx: Tx) -> dict[tuple[str, int], str]:
    vault = house().ledger.vault
    shops = {("shop", s.id): s.key for s in connections.list_shops(tx, vault)}
    return {**shops, **{("account", a.id): a.key for a in connections.list_accounts(tx, vault)}}


def _row(found: ApiKey, owners: dict[tuple[str, int], str], now: datetime) -> dict[str, Any]:
    owner = ("shop", found.shop_id) if found.shop_id is not None else ("account", found.account_id or 0)
    return {
        "id": f"bhk_{found.public}",
        "name": found.name,
        "company": owners.get(owner, ""),
        "scopes": " ".join(found.scopes),
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "revoked_at": found.revoked_at,
        "state": state_of(found, now),
    }


def state_of(found: ApiKey, now: datetime) -> str:
    """One word, and the days that are left where they are few."""
    if found.revoked_at is not None:
        return "revoked"
    if now >= found.expires_at:
        return "expired"
    return f"ends in {(found.expires_at - now).days} days" if found.ends_soon(now) else "good"


@key.command("revoke")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def key_revoke(name: str, as_json: bool) -> None:
    """Make the key called NAME (or with that id) good for nothing, at once."""
    with house().ledger.write() as tx:
        found = next((k for k in api_keys.list_keys(tx) if name in (k.name, f"bhk_{k.public}")), None)
        if found is None:
            raise click.ClickException(f"There is no key {name!r}: flask key list names them.")
        api_keys.revoke(tx, found.id, datetime.now(UTC))
    one({"id": f"bhk_{found.public}", "name": found.name, "state": "revoked"}, as_json=as_json)

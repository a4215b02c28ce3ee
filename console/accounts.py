"""`flask account …`: the logins to invoicing systems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

from adapters import ADAPTERS
from console.checking import accepted, check
from console.connecting import connect
from console.keys import an_account, lasting, pairs, slug, sorted_fields
from console.parts import Plain, house, ring
from console.shop_add import timezone
from console.tables import one, show
from console.trying import try_out
from ledger import alarms, connections, events
from ledger.engine import Tx
from ledger.ids import shop_suffix
from schemas.connection import Account
from schemas.document import Seller
from workers.budget.standing import Standing

Command = TypeVar("Command", bound=Callable[..., Any])
_SELLER = ("seller", "country", "vat_id", "vat_status", "oss", "zone")


def day(text: str) -> date | None:
    """A day, or None for "never"."""
    if text == "never":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day like 2027-03-31.") from None


def _company(command: Command, *, needed: bool) -> Command:
    """The options that describe the company on the documents."""
    for option in (
        click.option("--timezone", "zone", type=timezone, help="Rules every date on a document; UTC when left out."),
        click.option("--oss/--no-oss", default=None, help="Registered for the EU's One Stop Shop."),
        click.option("--vat-status", type=click.Choice(["payer", "exempt", "non_payer"]), help="payer when left out."),
        click.option("--vat-id", help="Its VAT number with country prefix."),
        click.option("--country", required=needed, help="Its country, two letters."),
        click.option("--seller", required=needed, help="The company on the documents."),
    ):
        command = option(command)
    return command


def _seller(before: Seller, given: dict[str, Any]) -> Seller:
    names = {"seller": "name", "zone": "timezone"}
    said = {names.get(k, k): given[k] for k in _SELLER if given[k] is not None}
    if "country" in said:
        said["country"] = said["country"].upper()
    return replace(before, **said)


@click.group("account", cls=Plain)
def account() -> None:
    """The logins to invoicing systems."""


account.add_command(connect)
account.add_command(try_out)


@account.command("add")
@click.argument("system", type=click.Choice(sorted(ADAPTERS)))
@click.option("--name", required=True, help="What people call it; its key is made from this.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A credential or option of the system.")
@click.option("--expires-on", type=day, metavar="DAY", help="The last day of its key: doctor warns 30 days before.")
@lambda command: _company(command, needed=True)
@click.option("--json", "as_json", is_flag=True)
def account_add(
    system: str, name: str, settings: Sequence[str], expires_on: date | None, as_json: bool, **company: Any
) -> None:
    """Register a login to SYSTEM. Its fields are in docs/; secrets are stored encrypted and never shown again."""
    credentials, options = sorted_fields(system, pairs(settings))
    ledger = house().ledger
    with ledger.write() as tx:
        added = connections.add_account(
            tx,
            ledger.vault,
            key=f"{slug(name)}-{shop_suffix()}",
            system=system,
            name=name,
            seller=_seller(Seller("", ""), company),
            credentials=credentials,
            options=options,
            expires_on=lasting(system, expires_on),
            now=datetime.now(UTC),
        )
    one({"key": added.key, "system": system, "company": added.seller.name}, as_json=as_json)


@account.command("list")
@click.option("--all", "everything", is_flag=True, help="Removed ones too.")
@click.option("--json", "as_json", is_flag=True)
def account_list(everything: bool, as_json: bool) -> None:
    """Every account, with its state, whether its system answers, what is left of its limits, and when keys end."""
    ledger = house().ledger
    with ledger.read() as tx:
        found = connections.list_accounts(tx, ledger.vault)
    mouths = house().mouths()
    rows = [{**_row(a), **_standing(mouths.standing(a))} for a in found if everything or a.state != "removed"]
    columns = ("key", "system", "company", "state", "paused_reason", "answers", "limits", "token_until", "expires_on")
    show(rows, columns, as_json=as_json)


def _standing(found: Standing) -> dict[str, Any]:
    until = f"{found.token_until:%Y-%m-%d %H:%M} UTC" if found.token_until else None
    return {"answers": found.answers, "limits": found.limits, "token_until": until}


def _row(found: Account) -> dict[str, Any]:
    own = {k: getattr(found, k) for k in ("key", "system", "name", "state", "paused_reason", "expires_on")}
    return {**own, "company": found.seller.name, "options": dict(found.options)}


@account.command("edit")
@click.argument("key")
@click.option("--name", help="What people call it; its key stays.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A new value; FIELD= takes one away.")
@click.option("--expires-on", metavar="DAY", help='The last day of its key, or "never".')
@lambda command: _company(command, needed=False)
@click.option("--json", "as_json", is_flag=True)
def account_edit(
    key: str, name: str | None, settings: Sequence[str], expires_on: str | None, as_json: bool, **company: Any
) -> None:
    """Change an account; what is not given stays. A paused one stays paused: see resume."""
    with house().ledger.write() as tx:
        found = an_account(tx, key)
        changed = _with(found, settings, day(expires_on) if expires_on else found.expires_on)
        _write(tx, replace(changed, name=name or found.name, seller=_seller(found.seller, company)))
        told = an_account(tx, key)
    one(_row(told), as_json=as_json)


def _with(found: Account, settings: Sequence[str], expires_on: date | None) -> Account:
    """The account with other values in its fields."""
    given = {**found.options, **found.credentials, **pairs(settings)}
    credentials, options = sorted_fields(found.system, given)
    last = lasting(found.system, expires_on)
    return replace(found, credentials=credentials, options=options, expires_on=last)


def _write(tx: Tx, account: Account) -> None:
    connections.set_account_credentials(tx, house().ledger.vault, account.id, account.credentials, account.expires_on)
    connections.change_account(
        tx, account.id, name=account.name, seller=account.seller, options=account.options,
        expires_on=account.expires_on,
    )  # fmt: skip


@account.command("pause")
@click.argument("key")
@click.option("--reason", default="A person paused it.", show_default=True)
def account_pause(key: str, reason: str) -> None:
    """Let nothing more be said to an account; its events wait and none becomes a dead letter."""
    with house().ledger.write() as tx:
        connections.pause_account(tx, an_account(tx, key).id, reason, datetime.now(UTC))
    click.echo(f"{key} is paused: flask account resume {key} goes on.")


@account.command("resume")
@click.argument("key")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A new value, for instance a new key.")
@click.option("--expires-on", metavar="DAY", help='The last day of the new key, or "never".')
@click.option("--unchecked", is_flag=True, help="Do not ask the system first whether it takes the new values.")
def account_resume(key: str, settings: Sequence[str], expires_on: str | None, unchecked: bool) -> None:
    """Let a paused account go on, with a new key if given; all that waited for it becomes due at once."""
    with house().ledger.read() as tx:
        before = an_account(tx, key)
    fresh = _with(before, settings, day(expires_on) if expires_on else before.expires_on)
    if not unchecked:
        accepted(fresh)
    with house().ledger.write() as tx:
        _write(tx, fresh)
        connections.resume_account(tx, fresh.id)
        alarms.clear(tx, "account_paused", key, datetime.now(UTC))
        woken = events.wake(tx, f"account:{fresh.id}", datetime.now(UTC))
    ring(woken)
    click.echo(f"{key} goes on; {len(woken)} waiting events are due.")


@account.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def account_remove(key: str, yes: bool) -> None:
    """Never use an account again; its documents keep naming it. Refused while a route leads there."""
    if not yes:
        click.confirm(f"Nothing more will be issued, credited or cancelled in {key}. Remove it?", abort=True)
    with house().ledger.write() as tx:
        found = an_account(tx, key)
        ways = [route.key for route in connections.list_routes(tx) if route.account_id == found.id]
        if ways:
            raise click.ClickException(f"{', '.join(ways)} still leads there: remove that route first, or edit it.")
        connections.remove_account(tx, found.id)
    click.echo(f"{key} is removed.")


@account.command("verify")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True)
def account_verify(key: str, as_json: bool) -> None:
    """Ask the invoicing system whether it takes this account's key; issues nothing."""
    with house().ledger.read() as tx:
        found = an_account(tx, key)
    checked = check(found)
    one({"key": key, **checked.row()}, as_json=as_json)
    if checked.status == "FAIL":
        raise SystemExit(1)

"""`flask account connect KEY`: consent in a browser, where a system's tokens begin with that (OAuth, RFC 6749 4.1)."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import click

from adapters.oauth import OAuth
from console.keys import an_account
from console.parts import house, ring
from ledger import alarms, connections, events
from schemas.connection import Account
from schemas.ports import unguarded


@click.command("connect")
@click.argument("key")
@click.option("--redirect", help="The redirect address registered with the system; PUBLIC_URL when left out.")
def connect(key: str, redirect: str | None) -> None:
    """Let the account's owner allow Billhook to act: prints an address for the browser, takes the one it leads to."""
    with house().ledger.read() as tx:
        account = an_account(tx, key)
    oauth = _oauth(account)
    back = redirect or house().public_url
    if not back:
        raise click.ClickException("Set PUBLIC_URL, or give --redirect: the address that the system knows.")
    state = secrets.token_urlsafe(24)
    click.echo(f"Open this in a browser and allow it:\n\n{oauth.consent_url(back, state)}\n")
    came_to = click.prompt("Then copy the address you were led to, even if the page there is an error", type=str)
    oauth.connect(_code(came_to, state), back)
    _go_on(account)


def _oauth(account: Account) -> OAuth:
    """How the account gets tokens by consent; a plain sentence where it does not."""
    oauth = house().services().adapter(account, guard=unguarded).oauth
    if oauth is None or not oauth.login.authorize:
        raise click.ClickException(
            f"{account.system} needs no consent: what it needs is set by "
            f"flask account resume {account.key} --set FIELD=VALUE."
        )
    return oauth


def _code(address: str, state: str) -> str:
    """The code in the address; refused unless it answers the very address that was printed."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if not hmac.compare_digest(said.get("state", ""), state):
        raise click.ClickException("That address answers another request: give the command again.")
    if "code" not in said:
        told = said.get("error_description") or said.get("error") or "it holds no code"
        raise click.ClickException(f"It was not allowed: {told}.")
    return said["code"]


def _go_on(account: Account) -> None:
    """A paused account is active again; all that waited is due."""
    now = datetime.now(UTC)
    with house().ledger.write() as tx:
        connections.resume_account(tx, account.id)
        alarms.clear(tx, "account_paused", account.key, now)
        woken = events.wake(tx, f"account:{account.id}", now)
    ring(woken)
    click.echo(f"{account.key} is connected; {len(woken)} waiting events are due.")

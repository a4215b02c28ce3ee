"""`flask user add|list|remove|password`: who may open the console. A password is never an argument: others could
read it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from console.parts import house
from console.tables import show
from console.web import auth
from ledger import users
from schemas.errors import BillhookError

SHORTEST = 10
LONGEST = 1000
_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")


@click.group("user")
def user() -> None:
    """People who may open the console and the RQ dashboard."""


@user.command("add")
@click.argument("name")
@_from_stdin
def user_add(name: str, password_stdin: bool) -> None:
    """Let NAME in; asks for a password."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > 100:
        raise click.UsageError("A name has one to a hundred printable characters.")
    kept = auth.hashed(_password(from_stdin=password_stdin))
    try:
        with house().ledger.write() as tx:
            users.add_user(tx, name, kept, datetime.now(UTC))
    except BillhookError as error:
        raise click.ClickException(f"{error.detail} {error.remedy}") from None
    click.echo(f"{name} may log in at {house().public_url}/console/.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
def user_list(as_json: bool) -> None:
    """Everybody who may log in."""
    columns = ("name", "state", "created_at", "last_login_at")
    with house().ledger.read() as tx:
        rows = [{column: getattr(u, column) for column in columns} for u in users.list_users(tx)]
    show(rows, columns, as_json=as_json)


@user.command("remove")
@click.argument("name")
def user_remove(name: str) -> None:
    """Let NAME in no more; open sessions end at once."""
    with house().ledger.write() as tx:
        _existing(users.remove_user(tx, name), name)
    click.echo(f"{name} is removed.")


@user.command("password")
@click.argument("name")
@_from_stdin
def user_password(name: str, password_stdin: bool) -> None:
    """Give NAME a new password; open sessions end at once."""
    kept = auth.hashed(_password(from_stdin=password_stdin))
    with house().ledger.write() as tx:
        _existing(users.set_password(tx, name, kept), name)
    click.echo(f"{name} has a new password.")


def _password(*, from_stdin: bool) -> str:
    """Typed twice, or one line of standard input."""
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not SHORTEST <= len(given) <= LONGEST:
        raise click.UsageError(f"A password has at least {SHORTEST} characters, at most {LONGEST}.")
    return str(given)


def _existing(found: bool, name: str) -> None:
    if not found:
        raise click.ClickException(f"There is no user {name!r}: flask user list names them.")

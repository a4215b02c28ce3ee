"""`flask account again`: a request that was sent as often as its system allows may be sent anew."""

from __future__ import annotations

import click

from console.keys import an_account
from console.parts import house
from ledger import sends


@click.command("again")
@click.argument("key")
@click.argument("request")
def again(key: str, request: str) -> None:
    """Count a request's sends from nothing, after TOO_MANY_SENDS; its dead letter names it in brackets."""
    with house().ledger.write() as tx:
        known = sends.forget(tx, an_account(tx, key).id, request)
    if not known:
        raise click.ClickException(f"{key} never sent a request {request!r}: the dead letter names it in brackets.")
    click.echo(f"{request} may be sent again; replay its event: flask event replay …")

"""`flask shop sync|backfill`: looking at a shop's own orders now, and taking in those from before a route began."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from adapters.shops import reads_back
from console.keys import a_shop
from console.parts import house, moment
from console.tables import one
from ledger import connections, polls
from ledger.engine import Tx
from schemas.connection import Shop
from schemas.money import said
from workers.shop import backfill, polling
from workers.shop.backfill import Foretold
from workers.shop.polling import Looked
from workers.shop.rounds import mode_of

_UNASKABLE = "{key} has no credentials to be asked with: flask shop edit {key} --set FIELD=VALUE"


def how_looked_at(tx: Tx, shop: Shop) -> dict[str, Any]:
    """A shop's mode, its last look, and when it last sent something, for listings."""
    row = polls.load(tx, shop.id)
    return {
        "mode": mode_of(shop, row.mode),
        "last_look": _in_words(row),
        "last_delivery": polls.last_delivery(tx, shop.id),
        "looked_at": row.began_at,
        "listed": row.listed,
        "new": row.stored,
        "error": row.error,
        "mark": row.mark,
        "webhooks": row.hooks_problem,
    }


def _in_words(row: polls.Poll) -> str:
    if row.began_at is None:
        return ""
    when = f"{row.began_at:%Y-%m-%d %H:%M}"
    if row.error:
        return f"{when} failed: {row.error}"
    return f"{when} {'' if row.ended_at else 'under way: '}{row.listed} listed, {row.stored} new"


def set_mode(tx: Tx, shop: Shop, mode: str) -> None:
    """Choose how a shop is looked at; raises ClickException for what its credentials do not allow."""
    if mode in ("webhook+poll", "poll") and not reads_back(shop):
        raise click.ClickException(_UNASKABLE.format(key=shop.key))
    polls.set_mode(tx, shop.id, mode)


@click.command("sync")
@click.argument("key")
@click.option("--since", type=moment, metavar="TIME", help="All that changed since then; else since the last look.")
@click.option("--last", is_flag=True, help="Only say how the last look went.")
@click.option("--json", "as_json", is_flag=True)
def sync(key: str, since: datetime | None, last: bool, as_json: bool) -> None:
    """Look at the shop's own orders now: what it never sent becomes events, worked on like any other."""
    if not last:
        services = house().services()
        polling.look(services, _askable(key), since=since, tell=polling.quiet if as_json else _progress)
    with house().ledger.read() as tx:
        told = how_looked_at(tx, a_shop(tx, key))
    names = ("looked_at", "listed", "new", "error", "mark", "webhooks")
    one({"shop": key, **{name: told[name] for name in names}}, as_json=as_json)


@click.command("backfill")
@click.argument("key")
@click.option("--from", "since", type=moment, required=True, metavar="DATE", help="Orders placed then or later.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON; without --yes nothing is done.")
def backfill_command(key: str, since: datetime, yes: bool, as_json: bool) -> None:
    """Take in the orders placed from DATE on that came before the shop's routes began.

    Says first how many there are and what their documents come to. Then the routes begin at DATE, so that whatever
    changes in those orders later is followed too.
    """
    services, shop = house().services(), _askable(key)
    found = backfill.foretell(services, shop, since)
    if as_json:
        looked = backfill.carry_out(services, shop, found) if yes else None
        one({**_row(key, found), "done": yes, "new": looked.stored if looked else 0}, as_json=True)
        return
    _say(key, found)
    if not yes:
        click.confirm(f"Begin at {since:%Y-%m-%d %H:%M} UTC, and make these documents?", abort=True, err=True)
    looked = backfill.carry_out(services, shop, found, _progress)
    click.echo(f"Done: {looked.listed} orders listed, {looked.stored} new events; the workers go on with them.")


def _askable(key: str) -> Shop:
    """The shop, if it can be asked and its orders have somewhere to go."""
    with house().ledger.read() as tx:
        shop = a_shop(tx, key)
        ways = connections.list_routes(tx, shop.id)
    if not reads_back(shop):
        raise click.ClickException(
            f"{key} has no credentials to be asked with: flask shop edit {key} --set FIELD=VALUE"
        )
    if not ways:
        raise click.ClickException(f"{key} has no route, so its orders would only wait: flask route add {key} ACCOUNT")
    return shop


def _progress(looked: Looked) -> None:
    click.echo(f"{looked.listed} listed, {looked.stored} new …", err=True)


def _row(key: str, found: Foretold) -> dict[str, Any]:
    return {
        "shop": key,
        "from": found.since,
        "routes": list(found.routes),
        "orders": len(found.order_ids),
        "due": found.due,
        "refused": found.refused,
        "totals": {currency: said(total) for currency, total in sorted(found.totals.items())},
    }


def _say(key: str, found: Foretold) -> None:
    since = f"{found.since:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{len(found.order_ids)} orders of {key} were placed from {since} on, before its routes begin.")
    click.echo(f"{found.due} of them owe a document now, {found.refused} cannot be invoiced as they are.")
    for currency, total in sorted(found.totals.items()):
        click.echo(f"  {said(total):>12} {currency}")
    if found.routes:
        click.echo(f"Routes that will begin at {since}: {', '.join(found.routes)}.")

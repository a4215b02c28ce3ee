"""`flask route …`: the way of a shop's orders to an account, and its rules."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from adapters import manifest_of
from console.keys import a_route, a_shop, an_account, pairs, slug
from console.parts import Plain, house, moment, ring
from console.tables import one, show
from ledger import connections, events
from ledger.engine import Tx
from schemas.connection import Account, Policy, Route
from schemas.errors import Unreadable
from schemas.policy import PRESETS, explain, read_policy, write_policy
from workers.follow_ups import wanted

_DEFAULT = "invoice when paid"


@click.group("route", cls=Plain)
def route() -> None:
    """The way of a shop's orders to an account, and its rules."""


def rules(presets: Sequence[str], file: Path | None) -> Policy:
    """The rules of presets, of a TOML file, or of both: the file's own words win."""
    try:
        written: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}.") from None
    data = {**written, "presets": [*presets, *written.get("presets", [])]} if presets else written
    try:
        return read_policy(data)
    except Unreadable as odd:
        told = "\n".join(f"  {path}: {said}" for path, said in sorted(odd.problems.items()))
        raise click.ClickException(f"These rules cannot be used:\n{told}") from None


def options_of(account: Account, given: Mapping[str, str]) -> dict[str, str]:
    """What follows a document, checked against what the system can do; FIELD= takes one away."""
    kept = {name: value for name, value in given.items() if value}
    found = wanted.problems(kept, manifest_of(account.system, account.options))
    if found:
        raise click.UsageError("; ".join(f"{name} {sentence}" for name, sentence in found.items()) + ".")
    return kept


@route.command("add")
@click.argument("shop_key")
@click.argument("account_key")
@click.option("--preset", "presets", multiple=True, type=click.Choice(list(PRESETS)), help=f"Rules; else {_DEFAULT!r}.")
@click.option("--rules", "file", type=click.Path(path_type=Path), help="A TOML file with rules of your own.")
@click.option("--channel", default="", help="Only this sales channel of the shop.")
@click.option("--series", default="", help="Department, invoice book or number series of the account.")
@click.option("--starts-at", type=moment, metavar="TIME", help="Orders placed before are left alone; else now.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="What follows a document: email=yes")
@click.option("--json", "as_json", is_flag=True)
def route_add(
    shop_key: str, account_key: str, presets: Sequence[str], file: Path | None, starts_at: datetime | None,
    settings: Sequence[str], as_json: bool, **more: str,
) -> None:  # fmt: skip
    """Send the orders of SHOP_KEY to ACCOUNT_KEY; whatever waited for a route becomes due."""
    policy, now = rules(presets if presets or file else (_DEFAULT,), file), datetime.now(UTC)
    with house().ledger.write() as tx:
        from_shop, to_account = a_shop(tx, shop_key), an_account(tx, account_key)
        added = connections.add_route(
            tx,
            key=_free_key(tx, f"{from_shop.key}-{slug(more['channel'] or to_account.name)}"),
            shop_id=from_shop.id,
            account_id=to_account.id,
            policy=policy,
            starts_at=starts_at or now,
            options=options_of(to_account, pairs(settings)),
            now=now,
            **more,
        )
        woken = events.wake(tx, f"route:{from_shop.id}", now)
    ring(woken)
    named = ", ".join(presets) or str(file or _DEFAULT)
    one({"key": added.key, "shop": shop_key, "account": account_key, "rules": named, "starts_at": added.starts_at},
        as_json=as_json)  # fmt: skip


def _free_key(tx: Tx, wish: str) -> str:
    """The key wished for, or it with a number: a removed route keeps its own."""
    numbered = (f"{wish}-{number}" for number in range(2, 1000))
    return next(key for key in (wish, *numbered) if connections.route_by_key(tx, key) is None)


@route.command("list")
@click.option("--json", "as_json", is_flag=True)
def route_list(as_json: bool) -> None:
    """Every route."""
    with house().ledger.read() as tx:
        names = _names(tx)
        rows = [_row(found, names) for found in connections.list_routes(tx)]
    show(rows, ("key", "shop", "channel", "account", "series", "starts_at", "state"), as_json=as_json)


def _names(tx: Tx) -> tuple[dict[int, str], dict[int, str]]:
    vault = house().ledger.vault
    shops = {found.id: found.key for found in connections.list_shops(tx, vault)}
    return shops, {found.id: found.key for found in connections.list_accounts(tx, vault)}


def _row(found: Route, names: tuple[dict[int, str], dict[int, str]]) -> dict[str, Any]:
    own = {k: getattr(found, k) for k in ("key", "channel", "series", "starts_at", "state")}
    own |= {"shop": names[0][found.shop_id], "account": names[1][found.account_id]}
    return {**own, "options": dict(found.options), "policy": write_policy(found.policy)}


@route.command("edit")
@click.argument("key")
@click.option("--account", "account_key", metavar="KEY", help="Lead to this account; orders with a document stay.")
@click.option("--preset", "presets", multiple=True, type=click.Choice(list(PRESETS)), help="Rules in place of today's.")
@click.option("--rules", "file", type=click.Path(path_type=Path), help="A TOML file with rules in place of today's.")
@click.option("--series", help="Department, invoice book or number series of the account.")
@click.option("--starts-at", type=moment, metavar="TIME", help="Orders placed before are left alone.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="What follows a document: email=yes")
@click.option("--json", "as_json", is_flag=True)
def route_edit(
    key: str, account_key: str | None, presets: Sequence[str], file: Path | None, series: str | None,
    starts_at: datetime | None, settings: Sequence[str], as_json: bool,
) -> None:  # fmt: skip
    """Change a route from the next decision on; what is not given stays."""
    ledger = house().ledger
    with ledger.write() as tx:
        found = a_route(tx, key)
        leads = an_account(tx, account_key) if account_key else connections.account(tx, ledger.vault, found.account_id)
        connections.change_route(
            tx,
            found.id,
            policy=rules(presets, file) if presets or file else found.policy,
            starts_at=starts_at or found.starts_at,
            series=found.series if series is None else series,
            options=options_of(leads, {**found.options, **pairs(settings)}),
            account_id=leads.id,
        )
        woken = events.wake(tx, f"person:{found.shop_id}", datetime.now(UTC))
        told = _row(a_route(tx, key), _names(tx))
    ring(woken)
    one(told, as_json=as_json)


@route.command("explain")
@click.argument("key")
def route_explain(key: str) -> None:
    """A route's rules in sentences, in the order in which they are applied."""
    with house().ledger.read() as tx:
        found = a_route(tx, key)
    click.echo(f"Orders placed before {found.starts_at:%Y-%m-%d %H:%M} UTC are left alone.")
    for sentence in explain(found.policy):
        click.echo(sentence)


@route.command("pause")
@click.argument("key")
def route_pause(key: str) -> None:
    """Let a route's orders wait."""
    _set_state(key, "paused")
    click.echo(f"{key} is paused: its orders wait. flask route resume {key} goes on.")


@route.command("resume")
@click.argument("key")
def route_resume(key: str) -> None:
    """Let a paused route's orders go on."""
    woken = _set_state(key, "active")
    click.echo(f"{key} goes on; {len(woken)} waiting events are due.")


@route.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def route_remove(key: str, yes: bool) -> None:
    """Take a route away for good; orders without a route wait for one."""
    if not yes:
        click.confirm(f"Orders of {key} will wait for another route. Remove it?", abort=True)
    _set_state(key, "removed")
    click.echo(f"{key} is removed.")


def _set_state(key: str, state: str) -> list[tuple[str, str]]:
    with house().ledger.write() as tx:
        found = a_route(tx, key)
        connections.set_route_state(tx, found.id, state)
        woken = events.wake(tx, f"route:{found.shop_id}", datetime.now(UTC)) if state == "active" else []
    ring(woken)
    return woken

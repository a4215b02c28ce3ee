"""`flask shop …`: the webshops that send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from adapters.shops import client_class, problems
from console.checking import told
from console.keys import a_shop, pairs
from console.parts import Plain, given, house, ring
from console.shop_add import add, timezone, webhook_of
from console.shop_check import checked
from console.shop_generic import add_generic
from console.shop_looks import backfill_command, how_looked_at, set_mode, sync
from console.shop_unas import add_unas
from console.shop_woocommerce import add_woocommerce
from console.tables import one, show
from ledger import alarms, connections, events, polls
from ledger.engine import Tx
from schemas import shop_secret
from schemas.connection import Shop
from schemas.event import State

#: Platforms whose deliveries this version reads.
PLATFORMS = ("woocommerce", "unas", "generic")
OVERLAP_HOURS = 24


@click.group("shop", cls=Plain)
def shop() -> None:
    """The webshops that send."""


shop.add_command(add)
for command in (add_woocommerce, add_unas, add_generic):
    add.add_command(command)
for command in (sync, backfill_command):
    shop.add_command(command)


@shop.command("list")
@click.option("--all", "everything", is_flag=True, help="Removed ones too.")
@click.option("--json", "as_json", is_flag=True)
def shop_list(everything: bool, as_json: bool) -> None:
    """Every shop, with its state."""
    ledger = house().ledger
    with ledger.read() as tx:
        found = connections.list_shops(tx, ledger.vault)
        rows = [_row(tx, s) for s in found if everything or s.state != "removed"]
    show(rows, ("key", "platform", "name", "url", "state", "mode", "last_look", "last_delivery"), as_json=as_json)


def _row(tx: Tx, found: Shop) -> dict[str, Any]:
    own = {k: getattr(found, k) for k in ("key", "platform", "name", "url", "timezone", "state")}
    own |= how_looked_at(tx, found)
    return {**own, "webhook": webhook_of(found), "secrets": len(found.secrets), "reads_back": bool(found.credentials)}


@shop.command("edit")
@click.argument("key")
@click.option("--name", help="What people call it; its key stays.")
@click.option("--url", help="Where the shop is.")
@click.option("--timezone", "zone", type=timezone, help="The shop's own time zone.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A credential for reading the shop back.")
@click.option("--mode", type=click.Choice(polls.MODES), help="How its orders are learned of: webhooks, polling, both.")
@click.option("--json", "as_json", is_flag=True)
def shop_edit(
    key: str, name: str | None, url: str | None, zone: str | None, settings: Sequence[str], mode: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Change what is known about a shop; what is not given stays."""
    ledger = house().ledger
    with ledger.write() as tx:
        found = a_shop(tx, key)
        connections.change_shop(
            tx, found.id, name=name or found.name, url=url or found.url, timezone=zone or found.timezone
        )
        if settings:
            connections.set_credentials(tx, ledger.vault, found.id, _credentials(found, settings))
        changed = a_shop(tx, key)
        if mode:
            set_mode(tx, changed, mode)
        woken = _key_changed(tx, found) if settings else []
        row = _row(tx, changed)
    ring(woken)
    one(row, as_json=as_json)


def _key_changed(tx: Tx, found: Shop) -> list[tuple[str, str]]:
    """What waited for a good key is due; if this one is refused too, that is said anew."""
    alarms.clear(tx, "shop_key_refused", found.key, datetime.now(UTC))
    polls.soon(tx, found.id)
    return events.wake(tx, f"shop:{found.id}", datetime.now(UTC))


def _credentials(found: Shop, settings: Sequence[str]) -> dict[str, str]:
    """The shop's credentials with these laid over them, checked by its client's fields; FIELD= takes one away."""
    laid = {**found.credentials, **{name: given(value) for name, value in pairs(settings).items()}}
    kept = {name: value for name, value in laid.items() if value}
    wrong = problems(found.platform, kept)
    if wrong:
        fields = ", ".join(field.name for field in client_class(found.platform).credentials)
        raise click.UsageError(f"{'; '.join(f'{k} {v}' for k, v in wrong.items())}. This shop takes: {fields}.")
    return kept


@shop.command("verify")
@click.argument("key")
@click.option("--wait", type=click.FloatRange(0, 600), default=20, show_default=True, metavar="SECONDS",
              help="So long for the ping of webhooks that had to be made.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def shop_verify(key: str, wait: float, as_json: bool) -> None:
    """Ask the shop whether it takes our key, see to its webhooks, and say what is missing; issues nothing."""
    with house().ledger.read() as tx:
        found = a_shop(tx, key)
    told({"key": key, "platform": found.platform}, checked(found, wait), as_json=as_json)


@shop.command("rotate-secret")
@click.argument("key")
@click.option("--secret", help="The new secret; made here and shown once when not given.")
@click.option(
    "--overlap", type=click.IntRange(0, 24 * 90), default=OVERLAP_HOURS, show_default=True, metavar="HOURS",
    help="So long the old secret is good too: time to enter the new one in the shop.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def shop_rotate(key: str, secret: str | None, overlap: int, as_json: bool) -> None:
    """Give a shop's webhooks a new secret, without a gap in which deliveries are refused."""
    until = datetime.now(UTC) + timedelta(hours=overlap)
    ledger = house().ledger
    with ledger.write() as tx:
        found = a_shop(tx, key)
        chosen = _new_secret(found.platform, secret)
        connections.rotate_secret(tx, ledger.vault, found.id, chosen, until)
    row: dict[str, Any] = {"key": key, "old_valid_until": until}
    one(row if secret else {**row, "secret": chosen}, as_json=as_json)


def _new_secret(platform: str, given: str | None) -> str:
    """The secret that is given, if it can be one of this platform; else a new one."""
    if given is None and platform == "unas":
        raise click.UsageError("Make a new HMAC key in UNAS (API connection), then give it here with --secret.")
    if given is not None and (wrong := shop_secret.problem(platform, given)):
        raise click.BadParameter(f"The secret {wrong}.", param_hint="--secret")
    return given if given is not None else shop_secret.new_secret(platform)


@shop.command("pause")
@click.argument("key")
def shop_pause(key: str) -> None:
    """Keep storing what a shop sends, but work on nothing of it."""
    _set_state(key, "paused")
    click.echo(f"{key} is paused: its deliveries are stored and wait. flask shop resume {key} goes on.")


@shop.command("resume")
@click.argument("key")
def shop_resume(key: str) -> None:
    """Work on what a paused shop has sent."""
    with house().ledger.write() as tx:
        found = a_shop(tx, key)
        connections.set_shop_state(tx, found.id, "active")
        waiting = _waiting(tx, key)
    ring(waiting)
    click.echo(f"{key} goes on; {len(waiting)} waiting events are rung.")


def _waiting(tx: Tx, key: str) -> list[tuple[str, str]]:
    """What a first bell is rung for; the clock rings the rest."""
    now = datetime.now(UTC)
    found = events.page(tx, shop=key, state=State.WAITING, limit=1000)
    return [(event.id, event.shop_key) for event in found if event.due_at and event.due_at <= now]


@shop.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def shop_remove(key: str, yes: bool) -> None:
    """Close a shop's address for good; its orders and documents stay in the ledger."""
    if not yes:
        click.confirm(f"Deliveries to {key} will be refused from now on. Remove it?", abort=True)
    with house().ledger.write() as tx:
        found = a_shop(tx, key)
        for way in connections.list_routes(tx, found.id):
            connections.set_route_state(tx, way.id, "removed")
        connections.set_shop_state(tx, found.id, "removed")
    click.echo(f"{key} is removed, and its routes with it.")


def _set_state(key: str, state: str) -> None:
    with house().ledger.write() as tx:
        connections.set_shop_state(tx, a_shop(tx, key).id, state)

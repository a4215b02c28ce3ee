"""`flask shop|account|route`: connect a shop, an invoicing system, and the way between them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from adapters import manifest_of, systems
from console.parts import house
from console.tables import one, show
from ledger import connections
from schemas.connection import Account, Route, Shop
from schemas.document import Seller
from schemas.policy import PRESETS, preset

#: Platforms whose deliveries this version reads.
PLATFORMS = ("woocommerce",)


@click.group("shop")
def shop() -> None:
    """The webshops that send."""


@shop.command("add")
@click.argument("platform", type=click.Choice(PLATFORMS))
@click.argument("url")
@click.option("--name", required=True, help="What people call it; its key is made from this.")
@click.option("--secret", help="The webhook's secret; made here and shown once when not given.")
@click.option("--timezone", default="UTC", show_default=True, help="The shop's own time zone, e.g. Europe/Warsaw.")
@click.option("--json", "as_json", is_flag=True)
def shop_add(platform: str, url: str, name: str, secret: str | None, timezone: str, as_json: bool) -> None:
    """Register the shop at URL and say where its webhooks go."""
    chosen = secret or secrets.token_urlsafe(24)
    ledger = house().ledger
    with ledger.write() as tx:
        added = connections.add_shop(
            tx, ledger.vault, platform=platform, name=name, url=url, secrets=(chosen,), timezone=timezone
        )
    row = {"key": added.key, "platform": platform, "webhook": f"{house().public_url}/webhooks/{added.key}"}
    if not secret:
        row["secret"] = chosen
    one(row, as_json=as_json)
    if not as_json:
        click.echo("In WooCommerce: Settings > Advanced > Webhooks, one for 'Order created', one for 'Order updated'.")


@shop.command("list")
@click.option("--json", "as_json", is_flag=True)
def shop_list(as_json: bool) -> None:
    """Every shop, with its state."""
    ledger = house().ledger
    with ledger.read() as tx:
        rows = [_shop_row(s) for s in connections.shops(tx, ledger.vault)]
    show(rows, ("key", "platform", "name", "url", "state"), as_json=as_json)


def _shop_row(found: Shop) -> dict[str, Any]:
    return {k: getattr(found, k) for k in ("key", "platform", "name", "url", "timezone", "state")}


@click.group("account")
def account() -> None:
    """The logins to invoicing systems."""


@account.command("add")
@click.argument("system", type=click.Choice(systems()))
@click.option("--name", required=True, help="What people call it; its key is made from this.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A credential or option of the system.")
@click.option("--seller", required=True, help="The company on the documents.")
@click.option("--country", required=True, help="Its country, two letters.")
@click.option("--vat-id", help="Its VAT number with country prefix.")
@click.option("--vat-status", type=click.Choice(["payer", "exempt", "non_payer"]), default="payer", show_default=True)
@click.option("--oss/--no-oss", default=False, help="Registered for the EU's One Stop Shop.")
@click.option("--timezone", default="UTC", show_default=True, help="Rules every date on a document.")
@click.option("--json", "as_json", is_flag=True)
def account_add(system: str, name: str, settings: Sequence[str], as_json: bool, **seller: Any) -> None:
    """Register a login to SYSTEM. Its fields are in docs/; secrets are stored encrypted and never shown again."""
    given = _pairs(settings)
    credentials, options = _sorted_fields(system, given)
    sold_by = Seller(
        name=seller["seller"],
        country=seller["country"].upper(),
        vat_status=seller["vat_status"],
        vat_id=seller["vat_id"],
        oss=seller["oss"],
        timezone=seller["timezone"],
    )
    ledger = house().ledger
    with ledger.write() as tx:
        added = connections.add_account(
            tx, ledger.vault, system=system, name=name, seller=sold_by, credentials=credentials, options=options
        )
    one({"key": added.key, "system": system, "company": sold_by.name}, as_json=as_json)


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    wrong = [s for s in settings if "=" not in s]
    if wrong:
        raise click.UsageError(f"--set takes FIELD=VALUE, not {wrong[0]!r}.")
    return dict(s.split("=", 1) for s in settings)


def _sorted_fields(system: str, given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Which of the given values are credentials and which are options, by the system's manifest."""
    manifest = manifest_of(system)
    fields = {f.key: f for f in (*manifest.credentials, *manifest.options)}
    unknown = sorted(given.keys() - fields.keys())
    missing = sorted(f.key for f in manifest.credentials if f.required and not given.get(f.key))
    if unknown or missing:
        known = ", ".join(fields)
        said = [f"unknown: {', '.join(unknown)}"] * bool(unknown) + [f"missing: {', '.join(missing)}"] * bool(missing)
        raise click.UsageError(f"{'; '.join(said)}. {manifest.label} takes: {known}.")
    keys = {f.key for f in manifest.credentials}
    return {k: v for k, v in given.items() if k in keys}, {k: v for k, v in given.items() if k not in keys}


@account.command("list")
@click.option("--json", "as_json", is_flag=True)
def account_list(as_json: bool) -> None:
    """Every account, with its state and why it is paused."""
    ledger = house().ledger
    with ledger.read() as tx:
        rows = [_account_row(a) for a in connections.accounts(tx, ledger.vault)]
    show(rows, ("key", "system", "company", "state", "paused_reason", "expires_on"), as_json=as_json)


def _account_row(found: Account) -> dict[str, Any]:
    own = {k: getattr(found, k) for k in ("key", "system", "name", "state", "paused_reason", "expires_on")}
    return {**own, "company": found.seller.name, "options": dict(found.options)}


@account.command("resume")
@click.argument("key")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A new value, for instance a new key.")
def account_resume(key: str, settings: Sequence[str]) -> None:
    """Let a paused account go on, with a new key if given; all that waited for it becomes due at once."""
    ledger, bells = house().ledger, house().bell()
    with ledger.write() as tx:
        found = connections.account_by_key(tx, ledger.vault, key)
        if found is None:
            raise click.ClickException(f"There is no account {key!r}: flask account list names them.")
        credentials, options = _sorted_fields(found.system, {**found.credentials, **found.options, **_pairs(settings)})
        woken = connections.resume_account(tx, ledger.vault, found.id, credentials, options, datetime.now(UTC))
    bells.ring(woken)
    click.echo(f"{key} goes on; {len(woken)} waiting events are due.")


@click.group("route")
def route() -> None:
    """The way of a shop's orders to an account, and its rules."""


@route.command("add")
@click.argument("shop_key")
@click.argument("account_key")
@click.option("--preset", "named", type=click.Choice(sorted(PRESETS)), default="invoice-when-paid", show_default=True)
@click.option("--channel", default="", help="Only this sales channel of the shop.")
@click.option("--series", default="", help="Department, invoice book or number series of the account.")
@click.option("--starts-at", help="Orders placed before are left alone (RFC 3339); now when not given.")
@click.option("--json", "as_json", is_flag=True)
def route_add(shop_key: str, account_key: str, named: str, channel: str, series: str, starts_at: str | None, as_json: bool) -> None:
    """Send the orders of SHOP_KEY to ACCOUNT_KEY; whatever waited for a route becomes due."""
    begins = _instant(starts_at) if starts_at else datetime.now(UTC)
    ledger = house().ledger
    with ledger.write() as tx:
        from_shop = connections.shop_by_key(tx, ledger.vault, shop_key)
        to_account = connections.account_by_key(tx, ledger.vault, account_key)
        if from_shop is None or to_account is None:
            raise click.ClickException(f"There is no {'shop ' + shop_key if from_shop is None else 'account ' + account_key}.")
        added, woken = connections.add_route(
            tx,
            shop_id=from_shop.id,
            account_id=to_account.id,
            policy=preset(named),
            starts_at=begins,
            channel=channel,
            series=series,
            now=datetime.now(UTC),
        )
    house().bell().ring(woken)
    one({"key": added.key, "shop": shop_key, "account": account_key, "rules": named, "starts_at": begins}, as_json=as_json)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is not a time like 2026-11-21T00:00:00+01:00.") from None
    if found.tzinfo is None:
        raise click.UsageError(f"{text!r} lacks its time zone, e.g. +01:00 or Z.")
    return found.astimezone(UTC)


@route.command("list")
@click.option("--json", "as_json", is_flag=True)
def route_list(as_json: bool) -> None:
    """Every route."""
    with house().ledger.read() as tx:
        rows = [_route_row(r) for r in connections.routes(tx)]
    show(rows, ("key", "shop_id", "channel", "account_id", "series", "starts_at", "state"), as_json=as_json)


def _route_row(found: Route) -> dict[str, Any]:
    return asdict(found)

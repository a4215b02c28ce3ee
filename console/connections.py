"""`flask shop|account|route`: connect a shop, an invoicing system, and the way between them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from adapters import ADAPTERS, manifest_of
from console.parts import house
from console.tables import one, show
from ledger import alarms, connections, events
from ledger.ids import shop_suffix
from schemas.connection import Account, Route, Shop
from schemas.document import Seller
from schemas.policy import PRESETS, read_policy
from workers.bell import Bell, BellDown

_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """A name as part of a key: lower-case ASCII letters, digits and dashes, at most 20 of them."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_KEY.sub("-", ascii_only).strip("-")[:20].strip("-") or "shop"


def _ring(bell: Bell, woken: Sequence[tuple[str, str]]) -> None:
    """Ring now; without Redis the clock does it later, and the person is told."""
    try:
        bell.ring(woken)
    except BellDown:
        click.echo("Redis does not answer; the clock rings what waits as soon as it does.", err=True)


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
            tx,
            ledger.vault,
            slug=slug(name),
            platform=platform,
            name=name,
            url=url,
            secrets=(chosen,),
            timezone=timezone,
            now=datetime.now(UTC),
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
        rows = [_shop_row(s) for s in connections.list_shops(tx, ledger.vault)]
    show(rows, ("key", "platform", "name", "url", "state"), as_json=as_json)


def _shop_row(found: Shop) -> dict[str, Any]:
    return {k: getattr(found, k) for k in ("key", "platform", "name", "url", "timezone", "state")}


@click.group("account")
def account() -> None:
    """The logins to invoicing systems."""


@account.command("add")
@click.argument("system", type=click.Choice(sorted(ADAPTERS)))
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
            tx,
            ledger.vault,
            key=f"{slug(name)}-{shop_suffix()}",
            system=system,
            name=name,
            seller=sold_by,
            credentials=credentials,
            options=options,
            now=datetime.now(UTC),
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
    fields = {f.name: f for f in (*manifest.credentials, *manifest.options)}
    unknown = sorted(given.keys() - fields.keys())
    missing = sorted(f.name for f in manifest.credentials if f.required and not given.get(f.name))
    if unknown or missing:
        known = ", ".join(fields)
        said = [f"unknown: {', '.join(unknown)}"] * bool(unknown) + [f"missing: {', '.join(missing)}"] * bool(missing)
        raise click.UsageError(f"{'; '.join(said)}. {manifest.label} takes: {known}.")
    keys = {f.name for f in manifest.credentials}
    return {k: v for k, v in given.items() if k in keys}, {k: v for k, v in given.items() if k not in keys}


@account.command("list")
@click.option("--json", "as_json", is_flag=True)
def account_list(as_json: bool) -> None:
    """Every account, with its state and why it is paused."""
    ledger = house().ledger
    with ledger.read() as tx:
        rows = [_account_row(a) for a in connections.list_accounts(tx, ledger.vault)]
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
        if settings:
            credentials, _ = _sorted_fields(found.system, {**found.credentials, **_pairs(settings)})
            connections.set_account_credentials(tx, ledger.vault, found.id, credentials, found.expires_on)
        connections.resume_account(tx, found.id)
        alarms.clear(tx, "account_paused", found.key, datetime.now(UTC))
        woken = events.wake(tx, f"account:{found.id}", datetime.now(UTC))
    _ring(bells, woken)
    click.echo(f"{key} goes on; {len(woken)} waiting events are due.")


@click.group("route")
def route() -> None:
    """The way of a shop's orders to an account, and its rules."""


@route.command("add")
@click.argument("shop_key")
@click.argument("account_key")
@click.option("--preset", "named", type=click.Choice(list(PRESETS)), default="invoice when paid", show_default=True)
@click.option("--channel", default="", help="Only this sales channel of the shop.")
@click.option("--series", default="", help="Department, invoice book or number series of the account.")
@click.option("--starts-at", help="Orders placed before are left alone (RFC 3339); now when not given.")
@click.option("--json", "as_json", is_flag=True)
def route_add(
    shop_key: str, account_key: str, named: str, channel: str, series: str, starts_at: str | None, as_json: bool
) -> None:
    """Send the orders of SHOP_KEY to ACCOUNT_KEY; whatever waited for a route becomes due."""
    begins = _instant(starts_at) if starts_at else datetime.now(UTC)
    ledger = house().ledger
    with ledger.write() as tx:
        from_shop = connections.shop_by_key(tx, ledger.vault, shop_key)
        to_account = connections.account_by_key(tx, ledger.vault, account_key)
        if from_shop is None or to_account is None:
            raise click.ClickException(
                f"There is no {'shop ' + shop_key if from_shop is None else 'account ' + account_key}."
            )
        added = connections.add_route(
            tx,
            key=f"{from_shop.key}-{slug(to_account.name)}",
            shop_id=from_shop.id,
            account_id=to_account.id,
            policy=read_policy({"presets": [named]}),
            starts_at=begins,
            channel=channel,
            series=series,
            now=datetime.now(UTC),
        )
        woken = events.wake(tx, f"route:{from_shop.id}", datetime.now(UTC))
    _ring(house().bell(), woken)
    one(
        {"key": added.key, "shop": shop_key, "account": account_key, "rules": named, "starts_at": begins},
        as_json=as_json,
    )


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
        rows = [_route_row(r) for r in connections.list_routes(tx)]
    show(rows, ("key", "shop_id", "channel", "account_id", "series", "starts_at", "state"), as_json=as_json)


def _route_row(found: Route) -> dict[str, Any]:
    return asdict(found)

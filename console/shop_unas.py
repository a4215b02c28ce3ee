"""`flask shop add unas URL`: a UNAS shop, read by its API; webhooks (its package VIP) say sooner what changed."""

from __future__ import annotations

import click

from console.shop_add import named, register, webhook_of
from console.tables import one
from schemas.unas_envelope import ORDER_EVENTS


@click.command("unas")
@click.argument("url")
@named("Europe/Budapest")
@click.option("--api-key", required=True, help="Of UNAS: Settings > External connections > API connection.")
@click.option(
    "--hmac-key",
    "--secret",
    "hmac_key",
    default="",
    help="The same place, tab 'Webhook igazolása'; without it: polling alone.",
)
def add_unas(url: str, name: str, zone: str, api_key: str, hmac_key: str, as_json: bool) -> None:
    """Register the shop at URL and say where each of its webhooks goes."""
    secrets = (hmac_key,) if hmac_key.strip() else ()
    added = register("unas", name, zone, url=url, secrets=secrets, credentials={"api_key": api_key})
    row: dict[str, object] = {"key": added.key, "platform": added.platform, "webhook": webhook_of(added)}
    webhooks = {event: f"{webhook_of(added)}?event={event}" for event in sorted(ORDER_EVENTS)} if secrets else {}
    one({**row, "webhooks": webhooks} if as_json else {**row, **webhooks}, as_json=as_json)
    if not as_json:
        click.echo("In UNAS: one automatism per event, operation webhook, each with its own address." if secrets else
                   "Without --hmac-key webhooks are refused; orders are found by polling.")  # fmt: skip

"""`flask shop add woocommerce URL`: a WooCommerce shop that sends signed webhooks."""

from __future__ import annotations

import click

from console.shop_add import named, register, webhook_of
from console.tables import one
from schemas import shop_secret


@click.command("woocommerce")
@click.argument("url")
@named()
@click.option("--secret", help="The webhook's secret; made here and shown once when not given.")
def add_woocommerce(url: str, name: str, zone: str, secret: str | None, as_json: bool) -> None:
    """Register the shop at URL and say where its webhooks go."""
    chosen = secret or shop_secret.new_secret("woocommerce")
    added = register("woocommerce", name, zone, url=url, secrets=(chosen,))
    row = {"key": added.key, "platform": added.platform, "webhook": webhook_of(added)}
    if not secret:
        row["secret"] = chosen
    one(row, as_json=as_json)
    if not as_json:
        click.echo("In WooCommerce: Settings > Advanced > Webhooks, one for 'Order created', one for 'Order updated'.")

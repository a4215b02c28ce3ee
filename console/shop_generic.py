"""`flask shop add generic`: anything that sends Billhook's own order JSON."""

from __future__ import annotations

import click

from console.shop_add import named, register, webhook_of
from console.tables import one
from schemas import shop_secret


@click.command("generic")
@click.argument("url", default="")
@named()
@click.option("--secret", help="The signing secret (whsec_…); made here and shown once when not given.")
def add_generic(url: str, name: str, zone: str, secret: str | None, as_json: bool) -> None:
    """Register a tool that sends Billhook's own order JSON; URL is where people find it, if anywhere."""
    if secret is not None and (wrong := shop_secret.problem("generic", secret)):
        raise click.BadParameter(f"The secret {wrong}.", param_hint="--secret")
    chosen = secret or shop_secret.new_secret("generic")
    added = register("generic", name, zone, url=url, secrets=(chosen,))
    row = {"key": added.key, "platform": added.platform, "webhook": webhook_of(added)}
    if not secret:
        row["secret"] = chosen
    one(row, as_json=as_json)
    if not as_json:
        click.echo(f"Sign by the Standard Webhooks scheme, or use an API key: flask key add NAME --company {added.key}")

"""`flask shop add woocommerce URL`: with a key, the shop is asked, its webhooks are made and its ping is waited for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from adapters.shops import client_class
from console.checking import OK, told
from console.parts import given, house, plainly
from console.shop_add import named, register, webhook_of
from console.shop_check import hooked, said
from console.tables import one
from schemas import shop_secret
from schemas.connection import Shop
from schemas.errors import AdapterError

PLATFORM = "woocommerce"
_BY_HAND = "In WooCommerce: Settings > Advanced > Webhooks, one for 'Order created', one for 'Order updated'."
#: What people copy along with the shop's address.
_TAIL = re.compile(r"/(wp-admin|wp-json|wp-login\.php)(/.*)?$")


@click.command(PLATFORM)
@click.argument("url")
@named(zone=None, needed=False)
@click.option("--key", help="Its consumer key (ck_…), or env:NAME: Billhook then reads orders and writes back.")
@click.option("--secret", help="With --key its consumer secret (cs_…), or env:NAME; asked for when not given. "
              "Without --key the webhook's secret.")  # fmt: skip
@click.option("--webhook-secret", help="Signs the webhooks, or env:NAME; made here when not given.")
@click.option("--plain-http", is_flag=True, help="The shop has no https: sign calls, though anyone can read them.")
@click.option("--key-in-query", is_flag=True, help="The shop's web server drops the Authorization header.")
@click.option("--wait", type=click.FloatRange(0, 600), default=20, show_default=True, metavar="SECONDS",
              help="So long for the shop's ping.")  # fmt: skip
def add_woocommerce(
    url: str, name: str | None, zone: str | None, key: str | None, secret: str | None, webhook_secret: str | None,
    plain_http: bool, key_in_query: bool, wait: float, as_json: bool,
) -> None:  # fmt: skip
    """Connect the shop at URL.

    Make a key in the shop under WooCommerce > Settings > Advanced > REST API, for a shop manager, with permission
    Read/Write. Without a key only what the shop sends is known, and nothing is written back.
    """
    if key is None:
        _by_hand(url, name, zone, given(webhook_secret or secret), as_json)
        return
    credentials = {"consumer_key": given(key), "consumer_secret": given(secret) or _asked()}
    credentials |= {"plain_http": "yes"} if plain_http else {}
    credentials |= {"key_in": "query"} if key_in_query else {}
    _with_key(_TAIL.sub("", url.rstrip("/")), name, zone, credentials, given(webhook_secret), wait, as_json)


def _asked() -> str:
    return str(click.prompt("Consumer secret", hide_input=True))


def _by_hand(url: str, name: str | None, zone: str | None, secret: str, as_json: bool) -> None:
    """A shop without a key: its webhooks are made by a person."""
    if name is None:
        raise click.UsageError("Missing option '--name': without --key the shop cannot be asked for it.")
    chosen = secret or shop_secret.new_secret(PLATFORM)
    row = _row(register(PLATFORM, name, zone or "UTC", url=url, secrets=(chosen,)))
    one(row if secret else {**row, "secret": chosen}, as_json=as_json)
    if not as_json:
        click.echo(_BY_HAND)


def _with_key(
    url: str, name: str | None, zone: str | None, credentials: Mapping[str, str], secret: str, wait: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Ask first, so that nothing is registered that does not work; then the webhooks."""
    client = client_class(PLATFORM)
    wrong = [f"{field} {sentence}" for field, sentence in client.problems(credentials).items()]
    if wrong:
        raise click.UsageError(f"{'; '.join(wrong)}.")
    try:
        info = house().shop_client(Shop(0, "", PLATFORM, "", url, credentials=credentials)).verify()
    except AdapterError as error:
        raise plainly(error) from None
    chosen = secret or shop_secret.new_secret(PLATFORM)
    name, zone = name or info.name or urlsplit(url).netloc, zone or info.timezone or "UTC"
    added = register(PLATFORM, name, zone, url=url, secrets=(chosen,), credentials=credentials)
    hooks = hooked(added, wait)
    by_hand = {} if secret or all(checked.status == OK for checked in hooks) else {"secret": chosen}
    row = {**_row(added), "name": added.name, "timezone": added.timezone, **by_hand}
    told(row, [*said(info), *hooks], as_json=as_json)


def _row(added: Shop) -> dict[str, Any]:
    return {"key": added.key, "platform": added.platform, "webhook": webhook_of(added)}

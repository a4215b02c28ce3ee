"""`flask shop add unas URL`: the key is tried, the webhooks are made (package VIP), and what is missing is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from adapters.shops import client_class
from adapters.shops.base import ShopInfo
from console.checking import OK, WARN, Checked, told
from console.parts import given, house, plainly
from console.shop_add import named, register, webhook_of
from console.shop_check import hooked, said
from ledger import polls
from schemas.connection import Shop
from schemas.errors import AdapterError
from schemas.unas_envelope import ORDER_EVENTS

PLATFORM = "unas"
_NO_HMAC = "Without --hmac-key webhooks would be refused: orders are found by polling alone."
_BY_HAND = "In UNAS: one automatism per event, operation webhook, each with its own address (docs/unas.md)."


@click.command(PLATFORM)
@click.argument("url")
@named("Europe/Budapest", needed=False)
@click.option("--api-key", required=True,
              help="Of UNAS: Settings > External connections > API connection; or env:NAME.")  # fmt: skip
@click.option("--hmac-key", default="",
              help="The same place, tab 'Webhook igazolása', or env:NAME; without it: polling alone.")  # fmt: skip
@click.option("--api-url", default="", help="Of a stand-in of UNAS, for a trial.")
def add_unas(
    url: str, name: str | None, zone: str, api_key: str, hmac_key: str, api_url: str, as_json: bool
) -> None:  # fmt: skip
    """Connect the shop at URL. Nothing is registered whose key is refused."""
    credentials = {"api_key": given(api_key), **({"api_url": given(api_url)} if api_url else {})}
    info = _tried(url, credentials)
    secrets = tuple(filter(str.strip, (given(hmac_key),)))
    added = register(
        PLATFORM, name or info.name or urlsplit(url).netloc, zone, url=url, secrets=secrets, credentials=credentials
    )
    hears = bool(secrets) and info.sends
    if not hears:
        _poll_alone(added)
    hooks = hooked(added, 0.0)
    by_hand = hears and any(checked.status != OK for checked in hooks)
    told(_row(added, by_hand), [*said(info), *_unheard(info, secrets), *hooks], as_json=as_json)
    if by_hand and not as_json:
        click.echo(_BY_HAND)


def _tried(url: str, credentials: Mapping[str, str]) -> ShopInfo:
    wrong = [f"{field} {sentence}" for field, sentence in client_class(PLATFORM).problems(credentials).items()]
    if wrong:
        raise click.UsageError(f"{'; '.join(wrong)}.")
    try:
        return house().shop_client(Shop(0, "", PLATFORM, "", url, credentials=credentials)).verify()
    except AdapterError as error:
        raise plainly(error) from None


def _poll_alone(added: Shop) -> None:
    with house().ledger.write() as tx:
        polls.set_mode(tx, added.id, "poll")


def _unheard(info: ShopInfo, secrets: tuple[str, ...]) -> list[Checked]:
    remedy = "With one: flask shop rotate-secret KEY --secret HMAC_KEY, then flask shop edit KEY --mode webhook+poll."
    return [Checked(WARN, _NO_HMAC, remedy)] if info.sends and not secrets else []


def _row(added: Shop, by_hand: bool) -> dict[str, Any]:
    row = {"key": added.key, "platform": added.platform, "name": added.name, "webhook": webhook_of(added)}
    return row | {event: f"{webhook_of(added)}?event={event}" for event in sorted(ORDER_EVENTS) if by_hand}

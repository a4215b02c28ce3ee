"""Asking a shop whether it takes our key, seeing to its webhooks, and saying in words what is missing."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from adapters.reach import unreachable
from adapters.shops import reads_back
from adapters.shops.base import ShopInfo
from console.checking import FAIL, OK, WARN, Checked
from console.parts import house, ring
from console.shop_add import webhook_of
from ledger import alarms, connections, events, polls
from schemas.connection import Shop
from schemas.errors import AdapterError, Auth, Permanent
from workers.shop.rounds import mode_of

#: The ledger is looked at for a ping, and a dot printed, this often (seconds).
LOOK = 0.5


def checked(shop: Shop, wait: float) -> list[Checked]:
    """The key, then the webhooks: each a status with advice. New webhooks have `wait` seconds to ping."""
    if not reads_back(shop):
        words = "Billhook has no key of this shop: it knows only what the shop sends."
        return [Checked(WARN, words, f"Give it one: flask shop edit {shop.key} --set FIELD=VALUE")]
    try:
        info = house().shop_client(shop).verify()
    except AdapterError as error:
        return [failed(error, shop)]
    _goes_on(shop)
    return [*said(info), *hooked(shop, wait)]


def asked(shop: Shop, words: str) -> Checked:
    """Whether the shop takes our key, in one line after these words; nothing else is looked at."""
    try:
        info = house().shop_client(shop).verify()
    except AdapterError as error:
        return failed(error, shop)
    told = " ".join((words, "It takes our key.", *info.warnings))
    return Checked(WARN if info.warnings else OK, told)


def said(info: ShopInfo) -> list[Checked]:
    """What a shop that takes the key tells of itself."""
    zone = f" ({info.timezone})" if info.timezone else ""
    return [Checked(OK, f"The shop takes the key: {info.name}{zone}."), *(Checked(WARN, w) for w in info.warnings)]


def failed(error: AdapterError, shop: Shop) -> Checked:
    """A refusal fails; whatever may pass by itself is a warning."""
    then = f" Then: flask shop edit {shop.key} --set FIELD=VALUE" if isinstance(error, Auth) else ""
    return Checked(FAIL if isinstance(error, Auth | Permanent) else WARN, error.detail, error.remedy.strip() + then)


def _goes_on(shop: Shop) -> None:
    """The key is good: what waited for it is due."""
    now = datetime.now(UTC)
    with house().ledger.write() as tx:
        alarms.clear(tx, "shop_key_refused", shop.key, now)
        woken = events.wake(tx, f"shop:{shop.id}", now)
    ring(woken)


def hooked(shop: Shop, wait: float) -> list[Checked]:
    """See to the webhooks of a platform that lets us; say what a person has to do."""
    client = house().shop_client(shop)
    if not client.minds_hooks or _polled_alone(shop):
        return []
    if not house().public_url:
        words = "PUBLIC_URL is not set, so no webhooks can be made: orders come by polling alone."
        return [Checked(WARN, words, f"Set PUBLIC_URL, restart, then: flask shop verify {shop.key}")]
    if not shop.secrets:
        return [Checked(FAIL, "No webhook secret of this shop is valid.", f"flask shop rotate-secret {shop.key}")]
    before = _last_ping(shop)
    try:
        hooks = client.mend_hooks(webhook_of(shop), shop.secrets[0])
    except AdapterError as error:
        return [failed(error, shop)]
    found = [Checked(OK, f"The webhook {mended}.") for mended in hooks.mended]
    if hooks.problem:
        return [*found, Checked(WARN, hooks.problem, hooks.remedy)]
    return [*found, _ping(shop, before, wait)] if hooks.pinging else [*found, Checked(OK, "The webhooks are active.")]


def _polled_alone(shop: Shop) -> bool:
    """A person, or its package, decided that the shop sends nothing."""
    with house().ledger.read() as tx:
        return mode_of(shop, polls.load(tx, shop.id).mode) in ("poll", "manual")


def _last_ping(shop: Shop) -> datetime | None:
    with house().ledger.read() as tx:
        return connections.last_ping(tx, shop.id)


def _ping(shop: Shop, before: datetime | None, wait: float) -> Checked:
    """Whether the shop's ping has reached our door; if not, where it may have stayed."""
    until = time.monotonic() + wait
    click.echo("Waiting for the shop's ping ", err=True, nl=False)
    while not (came := _last_ping(shop) != before) and time.monotonic() < until:
        click.echo(".", err=True, nl=False)
        time.sleep(LOOK)
    click.echo("", err=True)
    if came:
        return Checked(OK, "The shop's ping has arrived: webhooks reach us.")
    return Checked(WARN, f"No ping came within {wait:.0f} s: {_why(shop)}", _REMEDY.format(key=shop.key))


def _why(shop: Shop) -> str:
    place = house()
    why = unreachable(place.public_url, f"/webhooks/{shop.key}", allow_private=place.allow_private)
    if why:
        return f"{place.public_url} does not lead here ({why.rstrip('.')})."
    return f"{place.public_url} leads here when asked from this machine, but not from the shop."


_REMEDY = (
    "Is the web process running, and does PUBLIC_URL lead to it from outside (DNS, certificate, firewall)? Orders come "
    "by polling meanwhile. Then: flask shop verify {key}"
)

"""How connections are named and found by name, and how FIELD=VALUE becomes credentials and options."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

import click

from adapters import manifest_of
from adapters.manifest import Token
from console.parts import house
from ledger import connections
from ledger.engine import Tx
from schemas.connection import Account, Route, Shop

_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """A name as part of a key: lower-case ASCII letters, digits and dashes, at most 20 of them."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_KEY.sub("-", ascii_only).strip("-")[:20].strip("-") or "shop"


def pairs(settings: Sequence[str]) -> dict[str, str]:
    """FIELD=VALUE texts as a mapping."""
    wrong = [s for s in settings if "=" not in s]
    if wrong:
        raise click.UsageError(f"--set takes FIELD=VALUE, not {wrong[0]!r}.")
    return dict(s.split("=", 1) for s in settings)


def a_shop(tx: Tx, key: str) -> Shop:
    """The shop, or a plain sentence."""
    found = connections.shop_by_key(tx, house().ledger.vault, key)
    if found is None:
        raise click.ClickException(f"There is no shop {key!r}: flask shop list names them.")
    return found


def an_account(tx: Tx, key: str) -> Account:
    """The account, or a plain sentence."""
    found = connections.account_by_key(tx, house().ledger.vault, key)
    if found is None or found.state == "removed":
        raise click.ClickException(f"There is no account {key!r}: flask account list names them.")
    return found


def a_route(tx: Tx, key: str) -> Route:
    """The route, or a plain sentence."""
    found = connections.route_by_key(tx, key)
    if found is None or found.state == "removed":
        raise click.ClickException(f"There is no route {key!r}: flask route list names them.")
    return found


def lasting(system: str, last: date | None) -> date | None:
    """The last day of a key; a plain sentence where a system's keys end and it is not told."""
    manifest = manifest_of(system)
    if last is None and manifest.token is Token.EXPIRING_KEY:
        raise click.UsageError(f"{manifest.label}'s keys end: say --expires-on DAY, the last day of this one.")
    return last


def sorted_fields(system: str, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Which of the given values are credentials and which are options, by the system's manifest; empty ones are
    left out, so that FIELD= takes an option away."""
    manifest = manifest_of(system)
    fields = {f.name: f for f in manifest.fields}
    unknown = {name: "is not known" for name in given if name not in fields}
    said = [f"{name} {sentence}" for name, sentence in {**unknown, **manifest.problems(given)}.items()]
    if said:
        raise click.UsageError(f"{'; '.join(said)}. {manifest.label} takes: {', '.join(fields)}.")
    keys = {f.name for f in manifest.credentials}
    kept = {k: v for k, v in given.items() if v}
    return {k: v for k, v in kept.items() if k in keys}, {k: v for k, v in kept.items() if k not in keys}

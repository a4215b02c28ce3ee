"""Shops: who may send, under which secrets, and a reading of them kept for the door."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ledger.engine import Ledger
from ledger.ids import shop_suffix
from ledger.tables import REMOVED, shops
from ledger.vault import Vault
from schemas.connection import Shop
from schemas.errors import BillhookError

_Secret = dict[str, Any]


def add_shop(
    tx: Connection,
    vault: Vault,
    *,
    slug: str,
    platform: str,
    name: str,
    secrets: Sequence[str],
    now: datetime,
    url: str = "",
    credentials: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    key: str = "",
) -> Shop:
    """Register a webshop; its key is the slug and eight random characters, so that nobody guesses its address.

    `key` is given where it was made before: a connection file that is imported into a second house.
    """
    row = {
        "key": key or f"{slug}-{shop_suffix()}",
        "platform": platform,
        "name": name,
        "url": url,
        "timezone": timezone,
        "sealed_secrets": vault.seal([_secret(secret) for secret in secrets]),
        "sealed_credentials": vault.seal(dict(credentials or {})),
        "created_at": now,
    }
    shop_id = tx.execute(insert(shops).values(row).returning(shops.c.id)).scalar_one()
    return shop(tx, vault, shop_id, now)


_ONE = select(shops).where(shops.c.id == bindparam("shop_id"))


def shop(tx: Connection, vault: Vault, shop_id: int, now: datetime | None = None) -> Shop:
    """A shop with the secrets valid at `now`; raises BillhookError when there is none."""
    found = tx.execute(_ONE, {"shop_id": shop_id}).one_or_none()
    if found is None:
        raise _no_shop(shop_id)
    return _shop(found, vault, now or datetime.now(UTC))


def shop_by_key(tx: Connection, vault: Vault, key: str, now: datetime | None = None) -> Shop | None:
    """A shop that was not removed, by the key in its address."""
    found = tx.execute(select(shops).where(shops.c.key == key, shops.c.state != REMOVED)).one_or_none()
    return None if found is None else _shop(found, vault, now or datetime.now(UTC))


def list_shops(tx: Connection, vault: Vault, now: datetime | None = None) -> list[Shop]:
    """Every shop, removed ones too (their state says so)."""
    found = tx.execute(select(shops).order_by(shops.c.id)).all()
    return [_shop(row, vault, now or datetime.now(UTC)) for row in found]


def set_shop_state(tx: Connection, shop_id: int, state: str) -> None:
    """Make it active, paused (deliveries are stored, nothing is issued) or removed (its address is gone, rows stay)."""
    tx.execute(update(shops).where(shops.c.id == shop_id).values(state=state))


def change_shop(tx: Connection, shop_id: int, *, name: str, url: str, timezone: str) -> None:
    """What people call it, where it is, and its own time zone."""
    tx.execute(update(shops).where(shops.c.id == shop_id).values(name=name, url=url, timezone=timezone))


def set_credentials(tx: Connection, vault: Vault, shop_id: int, credentials: Mapping[str, str]) -> None:
    """Replace what reads the shop back."""
    tx.execute(update(shops).where(shops.c.id == shop_id).values(sealed_credentials=vault.seal(dict(credentials))))


def pinged(tx: Connection, shop_id: int, now: datetime) -> None:
    """A webhook of the shop has reached us with the ping that WooCommerce sends when it is made."""
    tx.execute(update(shops).where(shops.c.id == shop_id).values(pinged_at=now))


def last_ping(tx: Connection, shop_id: int) -> datetime | None:
    """When a ping last came (at most one a second is written down), None when none ever did."""
    at: datetime | None = tx.execute(select(shops.c.pinged_at).where(shops.c.id == shop_id)).scalar_one()
    return at


def rotate_secret(tx: Connection, vault: Vault, shop_id: int, secret: str, old_valid_until: datetime | None) -> None:
    """A new webhook secret; the others stay valid until then (None: for good), so that no delivery falls into a gap."""
    kept = select(shops.c.sealed_secrets).where(shops.c.id == shop_id).with_for_update()
    sealed = tx.execute(kept).scalar_one_or_none()
    if sealed is None:
        raise _no_shop(shop_id)
    until = old_valid_until.isoformat() if old_valid_until else None
    old = [{**one, "until": one["until"] or until} for one in _opened(vault, sealed) if one["secret"] != secret]
    tx.execute(update(shops).where(shops.c.id == shop_id).values(sealed_secrets=vault.seal([_secret(secret), *old])))


def _secret(secret: str) -> _Secret:
    return {"secret": secret, "until": None}


def _opened(vault: Vault, sealed: str) -> list[_Secret]:
    return cast(list[_Secret], vault.open(sealed))


def _valid(one: _Secret, now: datetime) -> bool:
    return one["until"] is None or datetime.fromisoformat(one["until"]) > now


def _shop(row: Row[Any], vault: Vault, now: datetime) -> Shop:
    return Shop(
        id=row.id,
        key=row.key,
        platform=row.platform,
        name=row.name,
        url=row.url,
        secrets=tuple(one["secret"] for one in _opened(vault, row.sealed_secrets) if _valid(one, now)),
        credentials=cast(dict[str, str], vault.open(row.sealed_credentials)),
        timezone=row.timezone,
        state=row.state,
    )


def _no_shop(shop_id: int) -> BillhookError:
    return BillhookError(f"There is no shop {shop_id}.", code="NO_SHOP", remedy="List the shops to find it.")


@dataclass(frozen=True, slots=True)
class _Reading:
    shop: Shop
    at: float


class ShopBook:
    """Shops by key as the door needs them, each read at most every `ttl` seconds.

    When a signature does not match, ask again with `fresh`: a secret added a moment ago must not be refused.
    Unknown keys are not kept, so that guessing fills no memory.
    """

    def __init__(self, ledger: Ledger, ttl: float = 2.0) -> None:
        self._ledger = ledger
        self._ttl = ttl
        self._readings: dict[str, _Reading] = {}

    def get(self, key: str, *, fresh: bool = False) -> Shop | None:
        """The shop, None when there is none (or no longer); raises LedgerDown when it has to be read and cannot."""
        known = self._readings.get(key)
        if known is not None and not fresh and time.monotonic() - known.at < self._ttl:
            return known.shop
        return self._read(key)

    def _read(self, key: str) -> Shop | None:
        at = time.monotonic()
        with self._ledger.read() as tx:
            found = shop_by_key(tx, self._ledger.vault, key)
        if found is None:
            self._readings.pop(key, None)
        else:
            self._readings[key] = _Reading(found, at)
        return found

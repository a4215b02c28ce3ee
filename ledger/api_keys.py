"""API keys: made once, kept as a digest, revoked but never deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ledger.tables import api_keys
from schemas.apikey import ApiKey, Shown
from schemas.errors import BillhookError


def add(
    tx: Connection,
    shown: Shown,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
    shop_id: int | None = None,
    account_id: int | None = None,
) -> ApiKey:
    """Keep the digest of a new key of a shop or of an account; raises BillhookError when its name is in use."""
    if any(key.name == name for key in list_keys(tx)):
        raise BillhookError(f"There is a key {name!r} already.", code="NAME_TAKEN", remedy="Choose another name.")
    row = {
        "public": shown.public,
        "name": name,
        "digest": shown.digest,
        "scopes": json.dumps(list(scopes)),
        "shop_id": shop_id,
        "account_id": account_id,
        "created_at": now,
        "expires_at": expires_at,
    }
    return _key(tx.execute(insert(api_keys).values(row).returning(*api_keys.c)).one())


def by_public(tx: Connection, public: str) -> ApiKey | None:
    """The key with this readable part, also a revoked one."""
    found = tx.execute(select(api_keys).where(api_keys.c.public == public)).one_or_none()
    return None if found is None else _key(found)


def list_keys(tx: Connection, *, revoked: bool = False) -> list[ApiKey]:
    """Every key in order of making; revoked ones only when asked for."""
    query = select(api_keys).order_by(api_keys.c.id)
    return [_key(row) for row in tx.execute(query if revoked else query.where(api_keys.c.revoked_at.is_(None)))]


def revoke(tx: Connection, key_id: int, now: datetime) -> None:
    """It is good for nothing from now on."""
    kept = (api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    tx.execute(update(api_keys).where(*kept).values(revoked_at=now))


def _key(row: Row[Any]) -> ApiKey:
    values = dict(row._mapping)
    return ApiKey(**{**values, "scopes": tuple(json.loads(values["scopes"]))})

"""Accounts: logins to invoicing systems, and the pause that spares five hundred dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ledger import tokens
from ledger.tables import accounts
from ledger.vault import Vault
from schemas.codec import from_json, to_json
from schemas.connection import Account
from schemas.document import Seller
from schemas.errors import BillhookError

_ONE = select(accounts).where(accounts.c.id == bindparam("account_id"))


def add_account(
    tx: Connection,
    vault: Vault,
    *,
    key: str,
    system: str,
    name: str,
    seller: Seller,
    credentials: Mapping[str, str],
    now: datetime,
    options: Mapping[str, str] | None = None,
    expires_on: date | None = None,
) -> Account:
    """Register a login; raises BillhookError when the key is taken."""
    if account_by_key(tx, vault, key) is not None:
        raise BillhookError(f"There is an account {key} already.", code="KEY_TAKEN", remedy="Choose another key.")
    row = {
        "key": key,
        "system": system,
        "name": name,
        "seller": to_json(seller),
        "options": to_json(options or {}),
        "sealed_credentials": vault.seal(dict(credentials)),
        "expires_on": expires_on,
        "created_at": now,
    }
    account_id = tx.execute(insert(accounts).values(row).returning(accounts.c.id)).scalar_one()
    return account(tx, vault, account_id)


def account(tx: Connection, vault: Vault, account_id: int) -> Account:
    """An account with its credentials; raises BillhookError when there is none."""
    found = tx.execute(_ONE, {"account_id": account_id}).one_or_none()
    if found is None:
        raise BillhookError(f"There is no account {account_id}.", code="NO_ACCOUNT", remedy="List the accounts.")
    return _account(found, vault)


def account_by_key(tx: Connection, vault: Vault, key: str) -> Account | None:
    """An account by its key."""
    found = tx.execute(select(accounts).where(accounts.c.key == key)).one_or_none()
    return None if found is None else _account(found, vault)


def list_accounts(tx: Connection, vault: Vault) -> list[Account]:
    """Every account, removed ones too (their state says so)."""
    return [_account(row, vault) for row in tx.execute(select(accounts).order_by(accounts.c.id))]


def pause_account(tx: Connection, account_id: int, reason: str, now: datetime) -> bool:
    """Stop using it; True only for the first who says so, who then sounds the one alarm."""
    paused = {"state": "paused", "paused_reason": reason, "paused_at": now}
    stop = update(accounts).where(accounts.c.id == account_id, accounts.c.state == "active").values(paused)
    return tx.execute(stop).rowcount == 1


def resume_account(tx: Connection, account_id: int) -> bool:
    """Use it again; True when it was paused. The caller wakes "account:<id>" in the same transaction."""
    active = {"state": "active", "paused_reason": "", "paused_at": None}
    go = update(accounts).where(accounts.c.id == account_id, accounts.c.state == "paused").values(active)
    return tx.execute(go).rowcount == 1


def change_account(
    tx: Connection, account_id: int, *, name: str, seller: Seller, options: Mapping[str, str], expires_on: date | None
) -> None:
    """Everything about an account but its login."""
    changed = {"name": name, "seller": to_json(seller), "options": to_json(options), "expires_on": expires_on}
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(changed))


def remove_account(tx: Connection, account_id: int) -> None:
    """Never use it again; its documents keep naming it, its tokens go."""
    tokens.ACCOUNTS.forget(tx, account_id)
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(state="removed"))


def set_account_credentials(
    tx: Connection, vault: Vault, account_id: int, credentials: Mapping[str, str], expires_on: date | None = None
) -> None:
    """Replace the login."""
    fresh = {"sealed_credentials": vault.seal(dict(credentials)), "expires_on": expires_on}
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(fresh))


def _account(row: Row[Any], vault: Vault) -> Account:
    return Account(
        id=row.id,
        key=row.key,
        system=row.system,
        name=row.name,
        seller=from_json(Seller, row.seller),
        credentials=cast(dict[str, str], vault.open(row.sealed_credentials)),
        options=from_json(dict[str, str], row.options),
        state=row.state,
        paused_reason=row.paused_reason,
        expires_on=row.expires_on,
    )

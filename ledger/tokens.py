"""OAuth tokens at rest: one row per account and login, a version to compare, and who is asking for the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, and_, case, delete, select, update

from ledger.columns import instant, micros
from ledger.tables import tokens
from ledger.upsert import insert_for
from ledger.vault import Vault
from schemas.ports import TokenSet

#: Tokens of another login of the account go after this; a run may still hold that login.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row: `tokens` None before the first; `version` grows with each new set; `renewing` is who asks for the next,
    "" nobody; `interrupted`: somebody asked, and what came was never stored."""

    tokens: TokenSet | None
    version: int
    renewing: str
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What people may see of an account's tokens."""

    account_id: int
    expires_at: datetime | None
    renewed_at: datetime | None


NOTHING = Kept(None, 0, "", False)


def load(tx: Connection, vault: Vault, account_id: int, origin: str) -> Kept:
    """What is stored of a login's tokens."""
    c = tokens.c
    query = select(c.sealed, c.version, c.renewing, c.interrupted).where(_which(account_id, origin))
    row = tx.execute(query).one_or_none()
    if row is None:
        return NOTHING
    return Kept(_opened(vault, row.sealed), row.version, row.renewing, row.interrupted)


def claim(tx: Connection, account_id: int, origin: str, owner: str, kept: Kept = NOTHING) -> bool:
    """Say that `owner`, random, asks for the successor of what was `kept`; False when somebody else does, or did
    meanwhile. Whoever was asking in `kept` is seen to be dead."""
    row = {"account_id": account_id, "origin": origin}
    tx.execute(insert_for(tx, tokens).values(row).on_conflict_do_nothing(index_elements=["account_id", "origin"]))
    free = and_(
        _which(account_id, origin), tokens.c.renewing == kept.renewing, tokens.c.version == kept.version
    )  # fmt: skip
    taken = {"renewing": owner, "interrupted": case((tokens.c.renewing != "", True), else_=tokens.c.interrupted)}
    return tx.execute(update(tokens).where(free).values(taken)).rowcount == 1


def release(tx: Connection, account_id: int, origin: str, owner: str, *, interrupted: bool = False) -> None:
    """Asked in vain: others may try. `interrupted`: there may have been an answer, which did not arrive."""
    mine = and_(_which(account_id, origin), tokens.c.renewing == owner)
    freed: dict[str, Any] = {"renewing": "", **({"interrupted": True} if interrupted else {})}
    tx.execute(update(tokens).where(mine).values(freed))


def store(
    tx: Connection, vault: Vault, account_id: int, origin: str, fresh: TokenSet, after: int, now: datetime
) -> bool:
    """Keep the successor of version `after`; False when another one was stored meanwhile."""
    same = and_(_which(account_id, origin), tokens.c.version == after)
    if tx.execute(update(tokens).where(same).values(_row(vault, fresh, now))).rowcount != 1:
        return False
    _forget_others(tx, account_id, origin, now)
    return True


def replace(tx: Connection, vault: Vault, account_id: int, origin: str, fresh: TokenSet, now: datetime) -> None:
    """Keep the tokens of a new connection, whatever was there and whoever was asking."""
    row = {"account_id": account_id, "origin": origin}
    tx.execute(insert_for(tx, tokens).values(row).on_conflict_do_nothing(index_elements=["account_id", "origin"]))
    tx.execute(update(tokens).where(_which(account_id, origin)).values(_row(vault, fresh, now)))


def forget(tx: Connection, account_id: int) -> None:
    """The account is used no more."""
    tx.execute(delete(tokens).where(tokens.c.account_id == account_id))


def standings(tx: Connection) -> dict[int, Standing]:
    """The newest tokens of each account that has any."""
    c = tokens.c
    query = select(c.account_id, c.expires_at, c.renewed_at).where(c.version > 0).order_by(c.renewed_at)
    return {row.account_id: Standing(*row) for row in tx.execute(query)}


def _which(account_id: int, origin: str) -> ColumnElement[bool]:
    return and_(tokens.c.account_id == account_id, tokens.c.origin == origin)


def _row(vault: Vault, fresh: TokenSet, now: datetime) -> dict[str, Any]:
    return {
        "sealed": vault.seal(_said(fresh)), "version": tokens.c.version + 1, "expires_at": fresh.expires_at,
        "renewed_at": now, "renewing": "", "interrupted": False,
    }  # fmt: skip


def _forget_others(tx: Connection, account_id: int, origin: str, now: datetime) -> None:
    c = tokens.c
    old = (c.account_id == account_id, c.origin != origin, c.renewed_at < now - FORGOTTEN_AFTER)
    tx.execute(delete(tokens).where(*old))


def _said(fresh: TokenSet) -> dict[str, Any]:
    moments = {name: micros(at) if (at := getattr(fresh, name)) else None for name in ("expires_at", "renew_at")}
    return {**asdict(fresh), **moments, "extra": dict(fresh.extra)}


def _opened(vault: Vault, sealed: str) -> TokenSet | None:
    if not sealed:
        return None
    said = cast(Mapping[str, Any], vault.open(sealed))
    moments = {name: instant(at) if (at := said[name]) else None for name in ("expires_at", "renew_at")}
    return TokenSet(**{**said, **moments})

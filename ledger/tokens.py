"""Tokens at rest: one row per login of an account or a shop, a version to compare, and who asks for the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, bindparam, case, delete, select, update

from ledger.columns import instant, micros
from ledger.tables import shop_tokens, tokens
from ledger.upsert import insert_for
from ledger.vault import Vault
from schemas.ports import TokenSet

#: Tokens of another login of the same go after this; a run may still hold that login.
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


class Shelf:
    """The tokens of accounts, or of shops: a table each."""

    def __init__(self, table: Table, owner: Column[int]) -> None:
        self._table, self._owner = table, owner
        c = table.c
        self._kept = select(c.sealed, c.version, c.renewing, c.interrupted).where(
            owner == bindparam("holder"), c.origin == bindparam("from")
        )

    def load(self, tx: Connection, vault: Vault, owner_id: int, origin: str) -> Kept:
        """What is stored of a login's tokens."""
        row = tx.execute(self._kept, {"holder": owner_id, "from": origin}).one_or_none()
        if row is None:
            return NOTHING
        return Kept(_opened(vault, row.sealed), row.version, row.renewing, row.interrupted)

    def claim(self, tx: Connection, owner_id: int, origin: str, worker: str, kept: Kept = NOTHING) -> bool:
        """Say that `worker`, random, asks for the successor of what was `kept`; False when somebody else does, or did
        meanwhile. Whoever was asking in `kept` is seen to be dead."""
        c = self._table.c
        self._ensure(tx, owner_id, origin)
        free = and_(self._which(owner_id, origin), c.renewing == kept.renewing, c.version == kept.version)
        taken = {"renewing": worker, "interrupted": case((c.renewing != "", True), else_=c.interrupted)}
        return tx.execute(update(self._table).where(free).values(taken)).rowcount == 1

    def release(self, tx: Connection, owner_id: int, origin: str, worker: str, *, interrupted: bool = False) -> None:
        """Asked in vain: others may try. `interrupted`: there may have been an answer, which did not arrive."""
        mine = and_(self._which(owner_id, origin), self._table.c.renewing == worker)
        freed: dict[str, Any] = {"renewing": "", **({"interrupted": True} if interrupted else {})}
        tx.execute(update(self._table).where(mine).values(freed))

    def store(
        self, tx: Connection, vault: Vault, owner_id: int, origin: str, fresh: TokenSet, after: int, now: datetime
    ) -> bool:
        """Keep the successor of version `after`; False when another one was stored meanwhile."""
        same = and_(self._which(owner_id, origin), self._table.c.version == after)
        if tx.execute(update(self._table).where(same).values(self._row(vault, fresh, now))).rowcount != 1:
            return False
        self._forget_others(tx, owner_id, origin, now)
        return True

    def replace(self, tx: Connection, vault: Vault, owner_id: int, origin: str, fresh: TokenSet, now: datetime) -> None:
        """Keep the tokens of a new connection, whatever was there and whoever was asking."""
        self._ensure(tx, owner_id, origin)
        tx.execute(update(self._table).where(self._which(owner_id, origin)).values(self._row(vault, fresh, now)))

    def forget(self, tx: Connection, owner_id: int) -> None:
        """It is used no more."""
        tx.execute(delete(self._table).where(self._owner == owner_id))

    def _ensure(self, tx: Connection, owner_id: int, origin: str) -> None:
        row = insert_for(tx, self._table).values({self._owner.name: owner_id, "origin": origin})
        tx.execute(row.on_conflict_do_nothing(index_elements=[self._owner.name, "origin"]))

    def _which(self, owner_id: int, origin: str) -> ColumnElement[bool]:
        return and_(self._owner == owner_id, self._table.c.origin == origin)

    def _row(self, vault: Vault, fresh: TokenSet, now: datetime) -> dict[str, Any]:
        return {
            "sealed": vault.seal(_said(fresh)), "version": self._table.c.version + 1, "expires_at": fresh.expires_at,
            "renewed_at": now, "renewing": "", "interrupted": False,
        }  # fmt: skip

    def _forget_others(self, tx: Connection, owner_id: int, origin: str, now: datetime) -> None:
        c = self._table.c
        old = (self._owner == owner_id, c.origin != origin, c.renewed_at < now - FORGOTTEN_AFTER)
        tx.execute(delete(self._table).where(*old))


ACCOUNTS = Shelf(tokens, tokens.c.account_id)
SHOPS = Shelf(shop_tokens, shop_tokens.c.shop_id)


def standings(tx: Connection) -> dict[int, Standing]:
    """The newest tokens of each account that has any."""
    c = tokens.c
    query = select(c.account_id, c.expires_at, c.renewed_at).where(c.version > 0).order_by(c.renewed_at)
    return {row.account_id: Standing(*row) for row in tx.execute(query)}


def _said(fresh: TokenSet) -> dict[str, Any]:
    moments = {name: micros(at) if (at := getattr(fresh, name)) else None for name in ("expires_at", "renew_at")}
    return {**asdict(fresh), **moments, "extra": dict(fresh.extra)}


def _opened(vault: Vault, sealed: str) -> TokenSet | None:
    if not sealed:
        return None
    said = cast(Mapping[str, Any], vault.open(sealed))
    moments = {name: instant(at) if (at := said[name]) else None for name in ("expires_at", "renew_at")}
    return TokenSet(**{**said, **moments})

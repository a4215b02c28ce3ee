"""Orders: their newest state, their last decision, and the lease that keeps two workers off one (DESIGN 4, lock 2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.sql.dml import ReturningInsert

from ledger.rows import Beat, OrderRow
from ledger.states import AT_ONCE
from ledger.tables import leases, orders
from ledger.upsert import insert_in
from schemas.errors import BillhookError
from schemas.event import Event

__all__ = ["Beat", "OrderRow", "allow_issue", "beats", "find", "fix_account", "holds", "identify", "lease_event",
           "left_alone", "note_newest", "page", "release", "release_all", "renew", "take_away",
           "take_lease"]  # fmt: skip

_COLUMNS = [orders.c[field.name] for field in fields(OrderRow)]
_ONE = select(*_COLUMNS).where(orders.c.shop_id == bindparam("of_shop"), orders.c.order_id == bindparam("of_order"))
_MOVED = update(orders).where(orders.c.id == bindparam("row_id"))
_UNNAMED, _UNFIXED = _MOVED.where(orders.c.identity == ""), _MOVED.where(orders.c.account_id.is_(None))
_FIXED = select(orders.c.account_id).where(orders.c.id == bindparam("row_id"))
_MINE = (leases.c.order_row_id == bindparam("row_id"), leases.c.owner == bindparam("by"))
_HELD = select(leases.c.owner).where(*_MINE).with_for_update()
_RELEASE = delete(leases).where(*_MINE)


@cache
def _take(dialect: str) -> ReturningInsert[Any]:
    take = insert_in(dialect, leases).on_conflict_do_nothing(index_elements=["order_row_id"])
    return take.returning(leases.c.owner)


def find(tx: Connection, shop_id: int, order_id: str) -> OrderRow | None:
    """An order's row."""
    found = tx.execute(_ONE, {"of_shop": shop_id, "of_order": order_id})
    row: Row[tuple[object, ...]] | None = found.one_or_none()
    return None if row is None else OrderRow(**row._mapping)


def take_lease(tx: Connection, shop_id: int, order_id: str, owner: str, event_id: str) -> OrderRow | None:
    """Take the order in hand under `owner`, random per lease; None when somebody has it.

    Raises BillhookError for an order no event ever named.
    """
    order = find(tx, shop_id, order_id)
    if order is None:
        raise BillhookError(f"There is no order {order_id} of shop {shop_id}.", code="NO_ORDER")
    row = {"order_row_id": order.id, "owner": owner, "beat": 1, "event_id": event_id, "shop_key": order.shop_key}
    taken = tx.execute(_take(tx.dialect.name), row).scalar_one_or_none()
    return order if taken is not None else None


def renew(tx: Connection, owners: Collection[str]) -> set[str]:
    """One more beat for all leases of a process; gives the owners that still hold theirs."""
    beat = update(leases).where(leases.c.owner.in_(owners)).values(beat=leases.c.beat + 1).returning(leases.c.owner)
    return set(tx.execute(beat).scalars())


def holds(tx: Connection, row_id: int, owner: str) -> bool:
    """Whether the lease is still ours; on PostgreSQL it then stays so until this transaction ends."""
    return tx.execute(_HELD, {"row_id": row_id, "by": owner}).scalar_one_or_none() is not None


def release(tx: Connection, row_id: int, owner: str) -> bool:
    """Give the order back; False when it was taken away before."""
    return tx.execute(_RELEASE, {"row_id": row_id, "by": owner}).rowcount == 1


def release_all(tx: Connection, owners: Collection[str]) -> list[str]:
    """Give back every lease of a process; gives the ids of the events they were for, which are still due."""
    return list(tx.execute(delete(leases).where(leases.c.owner.in_(owners)).returning(leases.c.event_id)).scalars())


def lease_event(tx: Connection, shop_id: int, order_id: str) -> str | None:
    """For which event the order is in somebody's hand; None when it is free."""
    held = select(leases.c.event_id).join(orders, orders.c.id == leases.c.order_row_id)
    return tx.execute(
        held.where(orders.c.shop_id == shop_id, orders.c.order_id == order_id)
    ).scalar_one_or_none()  # fmt: skip


def beats(tx: Connection) -> list[Beat]:
    """Every lease there is, for a clock that watches for still beats."""
    c = leases.c
    return [Beat(*row) for row in tx.execute(select(c.order_row_id, c.owner, c.beat, c.event_id, c.shop_key))]


def take_away(tx: Connection, row_id: int, owner: str, beat: int) -> str | None:
    """End a lease whose beat stood still; gives its event's id, None when it moved or ended meanwhile."""
    still = (leases.c.order_row_id == row_id, leases.c.owner == owner, leases.c.beat == beat)
    return tx.execute(delete(leases).where(*still).returning(leases.c.event_id)).scalar_one_or_none()


def note_newest(
    tx: Connection,
    row_id: int,
    event: Event,
    *,
    decision: str = "",
    reason: str = "",
    number: str = "",
    currency: str = "",
    total: Decimal | None = None,
    status: str | None = None,
    refunds: int | None = None,
    modified_at: datetime | None = None,
    now: datetime | None = None,
) -> None:
    """`event` brought the newest state of the order; what was read of it and decided. The caller compared (DESIGN 4).

    `status`, `refunds` and `modified_at` are given when the order was read fresh from the shop.
    """
    newest = {
        "row_id": row_id,
        "newest_event_id": event.id,
        "newest_modified": modified_at or event.modified_at,
        "newest_refunds": event.refunds if refunds is None else refunds,
        "newest_status": event.status if status is None else status,
        "number": number,
        "currency": currency,
        "total": total,
        "decision": decision,
        "reason": reason,
        "decided_at": now,
    }
    tx.execute(_MOVED, newest)


def identify(tx: Connection, row_id: int, identity: str) -> None:
    """The shop's own name for this very order; the first one stays."""
    tx.execute(_UNNAMED, {"row_id": row_id, "identity": identity})


def fix_account(tx: Connection, row_id: int, account_id: int) -> int:
    """The first document fixes the order's account; gives the fixed one."""
    tx.execute(_UNFIXED, {"row_id": row_id, "account_id": account_id})
    fixed: int = tx.execute(_FIXED, {"row_id": row_id}).scalar_one()
    return fixed


def allow_issue(tx: Connection, row_id: int, allowed: bool) -> None:
    """A person's word that what the order owes may be issued; taken back when the order comes to rest."""
    tx.execute(_MOVED, {"row_id": row_id, "issue_allowed": allowed})


def page(tx: Connection, *, shop_id: int, after: int | None = None, limit: int = 50) -> list[OrderRow]:
    """A shop's orders, newest first, those older than the row `after`."""
    query = select(*_COLUMNS).where(orders.c.shop_id == shop_id).order_by(orders.c.id.desc()).limit(limit)
    query = query if after is None else query.where(orders.c.id < after)
    return [OrderRow(**row._mapping) for row in tx.execute(query)]


def left_alone(tx: Connection, shop_id: int, order_ids: Sequence[str], reason: str) -> list[str]:
    """The newest events of those of these orders whose last decision had this reason."""
    found: list[str] = []
    for start in range(0, len(order_ids), AT_ONCE):
        mine = (orders.c.shop_id == shop_id, orders.c.order_id.in_(order_ids[start : start + AT_ONCE]))
        asked = select(orders.c.newest_event_id).where(*mine, orders.c.reason == reason)
        found += [event_id for event_id in tx.execute(asked).scalars() if event_id]
    return found

"""How each shop is looked at beside its webhooks: by which mode, up to which mark, when next, and how it went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, update

from ledger.tables import events, orders, polls, shops
from ledger.upsert import insert_for
from schemas.event import ORDER

#: `webhook+poll` is what a shop with credentials does unless told otherwise, `webhook` one without.
MODES = ("webhook+poll", "webhook", "poll", "manual")


@dataclass(frozen=True, slots=True)
class Poll:
    """A shop's row. `mark`: the shop's own time up to which everything listed was stored; `good_at`: when, by our
    clock, the last look that went well began; `ended_at` None while one is under way.

    `listed` and `stored` count the last look, `error` is its sentence. `hooks_good_at`: when its webhooks were last
    seen switched on; `hooks_problem` says what is wrong with them.
    """

    shop_id: int
    mode: str = ""
    mark: datetime | None = None
    next_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    good_at: datetime | None = None
    listed: int = 0
    stored: int = 0
    error: str = ""
    hooks_good_at: datetime | None = None
    hooks_problem: str = ""


class Known(NamedTuple):
    """A state of an order that the ledger has: delivered, listed, or read afresh."""

    modified_at: datetime
    refunds: int
    status: str


_COLUMNS = [polls.c[field.name] for field in fields(Poll)]


def load(tx: Connection, shop_id: int) -> Poll:
    """A shop's row; that of a shop never looked at is empty."""
    found = tx.execute(select(*_COLUMNS).where(polls.c.shop_id == shop_id)).one_or_none()
    return Poll(shop_id) if found is None else Poll(**found._mapping)


def every(tx: Connection) -> dict[int, Poll]:
    """All rows, by shop id."""
    return {row.shop_id: Poll(**row._mapping) for row in tx.execute(select(*_COLUMNS))}


def set_mode(tx: Connection, shop_id: int, mode: str) -> None:
    """Look at it so from the next round on ("" = as its credentials allow)."""
    _ensure(tx, shop_id)
    _set(tx, shop_id, mode=mode)


def due(tx: Connection, now: datetime) -> list[int]:
    """The ids of active shops whose turn it is, the longest waiting first."""
    mine = select(shops.c.id).outerjoin(polls, polls.c.shop_id == shops.c.id).where(shops.c.state == "active")
    ready = mine.where(or_(polls.c.next_at.is_(None), polls.c.next_at <= now))
    return list(tx.execute(ready.order_by(polls.c.next_at.nulls_first(), shops.c.id)).scalars())


def claim(tx: Connection, shop_id: int, now: datetime, next_at: datetime) -> bool:
    """Take a shop's turn; False when another clock took it. Who dies with it loses this turn only."""
    _ensure(tx, shop_id)
    ready = or_(polls.c.next_at.is_(None), polls.c.next_at <= now)
    taken = tx.execute(update(polls).where(polls.c.shop_id == shop_id, ready).values(next_at=next_at))
    return taken.rowcount == 1


def put_off(tx: Connection, shop_id: int, next_at: datetime) -> None:
    """Not before then."""
    _set(tx, shop_id, next_at=next_at)


def begin(tx: Connection, shop_id: int, now: datetime) -> Poll:
    """A look begins; gives the row as it was before."""
    _ensure(tx, shop_id)
    before = load(tx, shop_id)
    _set(tx, shop_id, began_at=now, ended_at=None, listed=0, stored=0, error="")
    return before


def note(tx: Connection, shop_id: int, listed: int, stored: int, next_at: datetime) -> None:
    """How far the look under way is; no other begins before `next_at`."""
    _set(tx, shop_id, listed=listed, stored=stored, next_at=next_at)


def reach(tx: Connection, shop_id: int, mark: datetime | None, began_at: datetime) -> None:
    """Everything listed since the mark is stored, so it may move; it never moves back."""
    row = load(tx, shop_id)
    marks = [moment for moment in (row.mark, mark) if moment]
    _set(tx, shop_id, mark=max(marks, default=None), good_at=began_at)


def end(tx: Connection, shop_id: int, now: datetime) -> None:
    """The look under way went well."""
    _set(tx, shop_id, ended_at=now, error="")


def soon(tx: Connection, shop_id: int) -> None:
    """The next clock that looks takes it, whatever was planned."""
    _set(tx, shop_id, next_at=None)


def fail(tx: Connection, shop_id: int, error: str, now: datetime, next_at: datetime | None = None) -> None:
    """It broke off: the mark stays where it was, so nothing is skipped. `next_at`: not sooner than then."""
    _set(tx, shop_id, ended_at=now, error=error, **({"next_at": next_at} if next_at else {}))


def hooks(tx: Connection, shop_id: int, good_at: datetime | None, problem: str) -> None:
    """How the shop's webhooks stand; `good_at` None keeps what was known."""
    _ensure(tx, shop_id)
    _set(tx, shop_id, hooks_problem=problem, **({"hooks_good_at": good_at} if good_at else {}))


def rewind(tx: Connection, since: datetime) -> None:
    """After a restore: nothing listed after that counts as stored, and every shop's turn is now."""
    c = polls.c
    for column in (c.mark, c.good_at, c.hooks_good_at):
        tx.execute(update(polls).where(column > since).values({column: since}))
    tx.execute(update(polls).values(next_at=None))


def known(tx: Connection, shop_id: int, order_ids: Collection[str]) -> Mapping[str, list[Known]]:
    """What the ledger has of these orders; an order without an entry was never heard of.

    An order known only by its id (moved to the bin unseen) has an empty list.
    """
    o, e = orders.c, events.c
    mine = (o.shop_id == shop_id, o.order_id.in_(order_ids))
    found: dict[str, list[Known]] = {}
    for row in tx.execute(select(o.order_id, o.newest_modified, o.newest_refunds, o.newest_status).where(*mine)):
        found[row[0]] = [Known(*row[1:])] if row[1] else []
    told = (e.shop_id == shop_id, e.order_id.in_(order_ids), e.kind == ORDER, e.modified_at.is_not(None))
    for row in tx.execute(select(e.order_id, e.modified_at, e.refunds, e.status).where(*told)):
        found.setdefault(row[0], []).append(Known(*row[1:]))
    return found


def last_delivery(tx: Connection, shop_id: int) -> datetime | None:
    """When the shop itself last sent something."""
    sent = select(events.c.received_at).where(events.c.shop_id == shop_id, events.c.source == "webhook")
    return tx.execute(sent.order_by(events.c.id.desc()).limit(1)).scalar_one_or_none()


def _ensure(tx: Connection, shop_id: int) -> None:
    tx.execute(insert_for(tx, polls).values(shop_id=shop_id).on_conflict_do_nothing(index_elements=["shop_id"]))


def _set(tx: Connection, shop_id: int, **values: object) -> None:
    tx.execute(update(polls).where(polls.c.shop_id == shop_id).values(values))

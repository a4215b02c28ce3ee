"""How events come to rest (done, waiting, dead) and how they are made due again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from ledger import wakings
from ledger.columns import Instant
from ledger.listing import load
from ledger.rows import Bell
from ledger.tables import DONE, attempts, events, is_dead, is_waiting, orders
from schemas.errors import BillhookError
from schemas.event import ORDER, Attempt, Event, State

_MOST_KILLS = 3
_QUIET = {"rings": 0, "rung_at": None, "manual": False}
_AT_REST = {**_QUIET, "due_at": None, "waiting_for": ""}
_THESE = update(events).where(events.c.id.in_(bindparam("these", expanding=True)))
_WOKEN = update(events).where(is_waiting).returning(events.c.id, events.c.shop_key)
_WOKEN_BY = _WOKEN.where(events.c.waiting_for == bindparam("condition"))
_OF_ORDER = and_(events.c.order_row_id == bindparam("of_row"), events.c.waiting_for == "order")
_WOKEN_BY_ORDER = _WOKEN.where(or_(_OF_ORDER, events.c.waiting_for == bindparam("condition")))
_ROW_OF_ORDER = select(orders.c.id).where(
    orders.c.shop_id == bindparam("of_shop"), orders.c.order_id == bindparam("of_order")
)
_CLOSED = (
    update(events)
    .where(
        is_dead, events.c.shop_id == bindparam("of_shop"), events.c.order_id == bindparam("of_order"),
        events.c.kind == ORDER, events.c.sticks.is_(False), events.c.id.not_in(bindparam("kept", expanding=True)),
    )
    .values(detail=bindparam("said", type_=events.c.detail.type) + events.c.reason)
    .returning(events.c.id)
)  # fmt: skip


def done(tx: Connection, ids: Sequence[str], reason: str, detail: str, now: datetime) -> None:
    """These events need nothing more."""
    ended = {**_AT_REST, "state": State.DONE.value, "reason": reason, "detail": detail, "remedy": "", "ended_at": now}
    tx.execute(_THESE, {**ended, "these": list(ids)})


def wait(
    tx: Connection,
    event_id: str,
    due_at: datetime | None,
    waiting_for: str,
    reason: str,
    detail: str,
    now: datetime,
    *,
    counted: bool,
    system: str = "",
    error_class: str = "",
    account_id: int | None = None,
    remedy: str = "",
) -> None:
    """Not now: due at a time, or woken by a named condition, or whichever comes first. `counted` makes it a failure.

    An event that never killed the child it ran in is proven harmless and runs among the others again.
    """
    resting: dict[str, object] = {
        **_QUIET,
        "state": State.WAITING.value,
        "due_at": due_at,
        "waiting_for": waiting_for,
        "reason": reason,
        "detail": detail,
        "remedy": remedy,
        "system": system,
        "error_class": error_class,
        "account_id": func.coalesce(account_id, events.c.account_id),
        "isolate": events.c.kills > 0,
        "ended_at": None,
    }
    if counted:
        failed = {
            "attempts": events.c.attempts + 1,
            "first_failed_at": func.coalesce(events.c.first_failed_at, literal(now, Instant)),
        }
        resting.update(failed)
    tx.execute(update(events).where(events.c.id == event_id).values(resting))


def die(
    tx: Connection,
    event_id: str,
    code: str,
    detail: str,
    remedy: str,
    now: datetime,
    *,
    error_class: str = "",
    system: str = "",
    account_id: int | None = None,
    sticks: bool = False,
) -> None:
    """A person is needed. With `sticks` a later event of the order does not close it."""
    dead = {
        **_AT_REST,
        "state": State.DEAD.value,
        "reason": code,
        "detail": detail,
        "remedy": remedy,
        "error_class": error_class,
        "system": system,
        "account_id": func.coalesce(account_id, events.c.account_id),
        "sticks": sticks,
        "ended_at": now,
    }
    tx.execute(update(events).where(events.c.id == event_id).values(dead))


def wake(tx: Connection, condition: str, now: datetime) -> list[Bell]:
    """The condition came about: whatever waits for it, or is about to, is due; gives what to ring."""
    wakings.note(tx, condition, now)
    return _wake(tx, _WOKEN_BY, now, condition=condition)


def wake_order(tx: Connection, shop_id: int, order_id: str, now: datetime) -> list[Bell]:
    """Whatever waits for this order to be released ("order") or for it by row ("order:<row id>") is due."""
    row_id = tx.execute(_ROW_OF_ORDER, {"of_shop": shop_id, "of_order": order_id}).scalar_one_or_none()
    if row_id is None:
        return []
    return _wake(tx, _WOKEN_BY_ORDER, now, of_row=row_id, condition=f"order:{row_id}")


def _wake(tx: Connection, which: Executable, now: datetime, **bound: object) -> list[Bell]:
    due = {"due_at": now, "waiting_for": "", "rings": 0, "rung_at": None}
    woken = tx.execute(which, {**due, **bound})
    return [(row.id, row.shop_key) for row in woken]


def close_dead(
    tx: Connection, shop_id: int, order_id: str, except_ids: Collection[str], by_event: str, now: datetime
) -> list[str]:
    """The order's dead letters whose reason is gone are done, except those that stick; gives their ids."""
    closed = {
        **_AT_REST,
        "state": State.DONE.value,
        "reason": "SETTLED_BY",
        "settled_by": by_event,
        "ended_at": now,
    }
    which = {"of_shop": shop_id, "of_order": order_id, "kept": list(except_ids)}
    said = {"said": f"Settled by event {by_event}; it was "}
    return list(tx.execute(_CLOSED, {**closed, **which, **said}).scalars())


def replay(tx: Connection, event_id: str, now: datetime) -> Event:
    """A person wants it run again: due now, attempts anew, whatever it was; running twice is harmless (DESIGN, top).

    Raises BillhookError for an event that does not exist.
    """
    replay_all(tx, [event_id], now)
    return _loaded(tx, event_id)


def replay_all(tx: Connection, ids: Sequence[str], now: datetime) -> None:
    """`replay` for many at once; ids that do not exist are left out.

    Of a document's follow-ups of one kind only one may be open: an ended one stays as it is while another is, and of
    several that are replayed together the latest runs.
    """
    anew = {
        **_AT_REST,
        "state": State.WAITING.value,
        "due_at": now,
        "reason": "REPLAYED",
        "attempts": 0,
        "first_failed_at": None,
        "kills": 0,
        "manual": True,
        "settled_by": "",
        "sticks": False,
        "ended_at": None,
    }
    tx.execute(update(events).where(events.c.id.in_(ids), ~_succeeded(ids)).values(anew))


def _succeeded(ids: Sequence[str]) -> ColumnElement[bool]:
    """Another follow-up of the same kind and document is open, or is a later one of these."""
    other = events.alias()
    alike = exists().where(other.c.document_id == events.c.document_id, other.c.kind == events.c.kind)
    is_open = alike.where(other.c.state != DONE, other.c.id != events.c.id)
    is_later = alike.where(other.c.id > events.c.id, other.c.id.in_(ids))
    return and_(events.c.document_id.is_not(None), or_(is_open, is_later))


def put_off(tx: Connection, event_id: str, due_at: datetime) -> None:
    """Not its turn yet: due a little later, everything else of the event untouched."""
    tx.execute(update(events).where(events.c.id == event_id, is_waiting).values(due_at=due_at, rings=0, rung_at=None))


def abandon(tx: Connection, event_id: str, now: datetime) -> Event:
    """Its worker died or lost the lease: due now, alone in a child from here on; the third kill there makes it dead."""
    left = {
        "due_at": now,
        "waiting_for": "",
        "rings": 0,
        "rung_at": None,
        "kills": case((events.c.isolate, events.c.kills + 1), else_=events.c.kills),
        "isolate": True,
    }
    tx.execute(update(events).where(events.c.id == event_id, is_waiting).values(left))
    event = _loaded(tx, event_id)
    if event.state is not State.WAITING or event.kills < _MOST_KILLS:
        return event
    die(tx, event_id, "POISON", f"Running it alone ended {event.kills} times with the death of the process.",
        "Read the worker's log for that time; when the cause is mended, replay this event.", now)  # fmt: skip
    return _loaded(tx, event_id)


def _loaded(tx: Connection, event_id: str) -> Event:
    event = load(tx, event_id)
    if event is None:
        raise BillhookError(f"There is no event {event_id}.", code="NO_EVENT", remedy="List events to find its id.")
    return event


def add_attempt(tx: Connection, attempt: Attempt) -> None:
    """Remember one try."""
    tx.execute(insert(attempts), {name: getattr(attempt, name) for name in Attempt.__slots__})

"""Reading events: one, an order's, the ones to ring, and pages by keyset."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, or_, select

from ledger.ids import first_id, first_id_after
from ledger.storing import unpack
from ledger.tables import DEAD, DONE, NOTHING, WAITING, attempts, event_bodies, events, is_dead, is_due, is_waiting
from schemas.errors import BillhookError
from schemas.event import ORDER, Attempt, Event, State

_COLUMNS = [events.c[field.name] for field in fields(Event)]
_ATTEMPT = [attempts.c[field.name] for field in fields(Attempt)]
#: Building a statement costs SQLAlchemy several times what running it costs: what every run needs is built once.
_ONE = select(*_COLUMNS).where(events.c.id == bindparam("event_id"))
_OF_ORDER = (
    select(*_COLUMNS)
    .where(events.c.shop_id == bindparam("shop"), events.c.order_id == bindparam("order"), events.c.kind == ORDER)
    .order_by(events.c.id)
)
_WAITING_OF_ORDER, _DEAD_OF_ORDER = _OF_ORDER.where(is_waiting), _OF_ORDER.where(is_dead)
_STATES = {State.WAITING: WAITING, State.DONE: DONE, State.DEAD: DEAD}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events: all given must hold. `shop` is a key, `code` the reason, `text` part of the detail or an id.

    `since` and `until` bound the time of arrival, to the millisecond.
    """

    shop: str | None = None
    state: State | None = None
    code: str | None = None
    system: str | None = None
    error_class: str | None = None
    order: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def _event(row: Row[Any]) -> Event:
    values = dict(row._mapping)
    values["state"] = State(values["state"])
    return Event(**values)


def _events(tx: Connection, query: Select[Any], **bound: object) -> list[Event]:
    return [_event(row) for row in tx.execute(query, bound)]


def load(tx: Connection, event_id: str) -> Event | None:
    """One event."""
    found = tx.execute(_ONE, {"event_id": event_id}).one_or_none()
    return None if found is None else _event(found)


def body(tx: Connection, event_id: str) -> bytes:
    """The raw bytes as they came; raises BillhookError for an event that has none (a follow-up)."""
    packed = tx.execute(select(event_bodies.c.body).where(event_bodies.c.event_id == event_id)).scalar_one_or_none()
    if packed is None:
        raise BillhookError(f"Event {event_id} has no body.", code="NO_BODY")
    return unpack(packed)


def waiting_of_order(tx: Connection, shop_id: int, order_id: str) -> list[Event]:
    """The order's events that still have to be decided, oldest first."""
    return _events(tx, _WAITING_OF_ORDER, shop=shop_id, order=order_id)


def dead_of_order(tx: Connection, shop_id: int, order_id: str) -> list[Event]:
    """The order's open dead letters, oldest first."""
    return _events(tx, _DEAD_OF_ORDER, shop=shop_id, order=order_id)


def attempts_of(tx: Connection, event_id: str) -> list[Attempt]:
    """All tries at an event, oldest first."""
    found = tx.execute(select(*_ATTEMPT).where(attempts.c.event_id == event_id).order_by(attempts.c.id))
    return [Attempt(**row._mapping) for row in found]


def page(
    tx: Connection,
    *,
    shop: str | None = None,
    state: State | None = None,
    code: str | None = None,
    system: str | None = None,
    error_class: str | None = None,
    order: str | None = None,
    text: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[Event]:
    """Newest first, those older than the event `after`. `shop` is a key; `code` the reason; `text` part of the detail.

    `since` and `until` bound the time of arrival, to the millisecond.
    """
    wanted = Filter(shop, state, code, system, error_class, order, text, since, until)
    query = select(*_COLUMNS).where(*matching(wanted)).order_by(events.c.id.desc()).limit(limit)
    return _events(tx, query if after is None else query.where(events.c.id < after))


def matching(wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, so said that the partial indexes serve them."""
    same = {
        "shop_key": wanted.shop,
        "reason": wanted.code,
        "system": wanted.system,
        "error_class": wanted.error_class,
        "order_id": wanted.order,
    }
    found = [events.c[name] == value for name, value in same.items() if value is not None]
    if wanted.state is not None:
        found.append(events.c.state == _STATES[wanted.state])
    said = [name for name in ("system", "error_class") if getattr(wanted, name)]
    found += [events.c[name] != NOTHING for name in said]
    if wanted.text:
        found.append(or_(events.c.detail.icontains(wanted.text, autoescape=True), events.c.id == wanted.text))
    return found + _between(wanted.since, wanted.until)


def _between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    bounds = [] if since is None else [events.c.id >= first_id(since)]
    return bounds + ([] if until is None else [events.c.id < first_id_after(until)])


def counts(tx: Connection, *, done: bool = False) -> dict[State, int]:
    """How many wait and are dead, by the partial indexes; `done` counts those too, which reads them all."""
    states = [State.WAITING, State.DEAD] + ([State.DONE] if done else [])
    count = select(func.count()).select_from(events)
    return {state: tx.execute(count.where(events.c.state == _STATES[state])).scalar_one() for state in states}


def oldest_due(tx: Connection, now: datetime) -> float:
    """For how many seconds the oldest due event is overdue; 0 when nothing is."""
    due_at = tx.execute(select(func.min(events.c.due_at)).where(is_due)).scalar_one()
    return 0.0 if due_at is None else max(0.0, (now - due_at).total_seconds())

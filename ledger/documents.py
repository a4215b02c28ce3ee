"""Documents: one row per shop, order, kind and counter, forward only (DESIGN 4, "Four locks for one document")."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import Insert

from ledger.rows import NO_TICK, DocumentRow, Tick, Total
from ledger.tables import LIVE, accounts, documents, orders
from ledger.upsert import insert_in
from schemas.codec import from_json, to_json
from schemas.document import Document, Draft, Issued, Kind
from schemas.errors import BillhookError

__all__ = ["DocumentRow", "Total", "back_to_planned", "cancel", "claim", "found_issuing", "history", "hold", "load",
           "mark_issuing", "open_rows", "page", "seen_none", "settle", "totals"]  # fmt: skip

_OWN = [documents.c[field.name] for field in fields(DocumentRow) if field.name != "system"]
_ROWS: Select[Any] = select(*_OWN, accounts.c.system).join(accounts, accounts.c.id == documents.c.account_id)
_ONE = _ROWS.where(documents.c.id == bindparam("row_id"))
_NEWEST = select(orders.c.newest_modified).where(orders.c.id == bindparam("row_id"))
_MOVED = update(documents).where(documents.c.id == bindparam("row_id"))
_ISSUING = _MOVED.where(documents.c.state == "planned").values(sends=documents.c.sends + 1)

_KEY = ("shop_id", "order_id", "kind", "counter")
_MINE = [documents.c[name] == bindparam(f"of_{name}") for name in _KEY]
_PLANNED = update(documents).where(*_MINE, documents.c.state == "planned")
_KEYED = _ROWS.where(*_MINE)

#: What decide is told about a row: something may exist from the moment it was sent until a person says otherwise.
_SEEN_AS: Mapping[str, str] = {"issuing": "in_flight", "held": "in_flight", "live": "issued", "cancelled": "cancelled"}
_OF_ORDER = _ROWS.where(
    documents.c.shop_id == bindparam("of_shop"), documents.c.order_id == bindparam("of_order")
).order_by(documents.c.id)
#: Literals: a plain list is put into the statement anew each time it runs.
_SEEN = _OF_ORDER.where(documents.c.state.in_([literal(state) for state in _SEEN_AS]))
_OPEN = _OF_ORDER.where(documents.c.state.in_([literal(state) for state in ("planned", "issuing", "held")]))


@cache
def _make(dialect: str) -> Insert:
    return insert_in(dialect, documents).on_conflict_do_nothing(index_elements=list(_KEY))


def _row(row: Row[Any]) -> DocumentRow:
    values = dict(row._mapping)
    values["kind"] = Kind(values["kind"])
    values["draft"] = from_json(Draft, values["draft"])
    values["document"] = from_json(Document, values["document"]) if values["document"] else None
    values["differs"] = tuple(json.loads(values["differs"]))
    return DocumentRow(**values)


def rows_of(tx: Connection, *which: ColumnElement[bool]) -> list[DocumentRow]:
    """The rows for which all of this holds, oldest first: for the other modules of this floor."""
    return [_row(row) for row in tx.execute(_ROWS.where(*which).order_by(documents.c.id))]


def load(tx: Connection, document_id: int) -> DocumentRow:
    """One row; raises BillhookError when there is none."""
    found = tx.execute(_ONE, {"row_id": document_id}).one_or_none()
    if found is None:
        raise BillhookError(f"There is no document {document_id}.", code="NO_DOCUMENT")
    return _row(found)


def claim(
    tx: Connection,
    order_row_id: int,
    shop_id: int,
    draft: Draft,
    account_id: int,
    event_id: str,
    now: datetime,
    order_modified: datetime | None = None,
) -> DocumentRow:
    """The one row of the draft's order, kind and counter: made, or the one there is; a planned one takes this draft.

    `order_modified` is the order's state the draft was made of; left out, the newest one noted for the order.
    """
    plan = {
        **_said_by(draft),
        "account_id": account_id,
        "event_id": event_id,
        "order_modified": order_modified or tx.execute(_NEWEST, {"row_id": order_row_id}).scalar_one(),
    }
    key = {"shop_id": shop_id, "order_id": draft.order_id, "kind": draft.kind.value, "counter": draft.counter}
    row = {**plan, **key, "order_row_id": order_row_id, "state": "planned", "created_at": now}
    tx.execute(_make(tx.dialect.name), row)
    mine = {f"of_{name}": value for name, value in key.items()}
    tx.execute(_PLANNED, {**mine, **plan})
    return _row(tx.execute(_KEYED, mine).one())


def _said_by(draft: Draft) -> dict[str, object]:
    return {
        "reference": draft.reference,
        "draft": to_json(draft),
        "currency": draft.currency,
        "gross": draft.totals.gross,
        "refund_id": draft.refund_id or "",
    }


def _move(tx: Connection, document_id: int, values: Mapping[str, object]) -> None:
    tx.execute(_MOVED, {**values, "row_id": document_id})


def mark_issuing(tx: Connection, document_id: int, now: datetime, tick: Tick = NO_TICK) -> bool:
    """Right before the write leaves: from here on it may exist. False unless it was planned: then send nothing."""
    issuing = {"state": "issuing", "issuing_at": now, "nones": 0, **_said_at(tick)}
    return tx.execute(_ISSUING, {**issuing, "row_id": document_id}).rowcount == 1


def _said_at(tick: Tick) -> dict[str, object]:
    return {"issuing_host": tick.host, "issuing_tick": tick.micros}


def found_issuing(tx: Connection, document_id: int, tick: Tick) -> None:
    """A machine that cannot know how long it has been issuing saw it now: it counts from here."""
    _move(tx, document_id, _said_at(tick))


def back_to_planned(tx: Connection, document_id: int) -> None:
    """Surely nothing was made, and so nothing was mailed."""
    _move(tx, document_id, {"state": "planned", "issuing_at": None, "nones": 0, "email_state": "", "email_at": None})


def seen_none(tx: Connection, document_id: int, now: datetime) -> int:
    """A look-up saw nothing; gives how many in a row since the row said `issuing` (twice is believed).

    `issuing_at` stays: the next look-up is spaced by the caller from `now`.
    """
    seen = update(documents).where(documents.c.id == document_id).values(nones=documents.c.nones + 1)
    count: int = tx.execute(seen.returning(documents.c.nones)).scalar_one()
    return count


def settle(tx: Connection, document_id: int, document: Document, differs: Sequence[str], now: datetime) -> None:
    """It exists: what the system says it is, and in what that differs from the draft."""
    live = {
        "state": "live",
        "document": to_json(document),
        "differs": json.dumps(list(differs), ensure_ascii=False),
        "system_id": document.system_id,
        "number": document.number,
        "url": document.url,
        "currency": document.currency,
        "gross": document.gross,
        "nones": 0,
        "settled_at": now,
    }
    _move(tx, document_id, live)


def hold(tx: Connection, document_id: int) -> None:
    """Nobody can tell whether it exists: a person has to."""
    _move(tx, document_id, {"state": "held"})


def cancel(tx: Connection, document_id: int, now: datetime) -> None:
    """It is no longer valid over there."""
    _move(tx, document_id, {"state": "cancelled", "cancelled_at": now})


def _of_order(tx: Connection, query: Select[Any], shop_id: int, order_id: str) -> list[DocumentRow]:
    return [_row(row) for row in tx.execute(query, {"of_shop": shop_id, "of_order": order_id})]


def history(tx: Connection, shop_id: int, order_id: str) -> list[Issued]:
    """What decide has to know of the order's documents; planned ones were never sent and are left out."""
    return [_issued(row) for row in _of_order(tx, _SEEN, shop_id, order_id)]


def _issued(row: DocumentRow) -> Issued:
    state = _SEEN_AS[row.state]
    return Issued(row.kind, row.reference, state, row.draft, row.document, row.order_modified, row.refund_id or None)


def open_rows(tx: Connection, shop_id: int, order_id: str) -> list[DocumentRow]:
    """The order's rows that are not settled yet."""
    return _of_order(tx, _OPEN, shop_id, order_id)


def page(
    tx: Connection,
    *,
    shop_id: int | None = None,
    order: str | None = None,
    state: str | None = None,
    kind: Kind | None = None,
    number: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[DocumentRow]:
    """Newest first, those older than the row `after`."""
    same = {"shop_id": shop_id, "order_id": order, "state": state, "kind": kind, "number": number}
    query = _ROWS.where(*(documents.c[name] == value for name, value in same.items() if value is not None))
    if after is not None:
        query = query.where(documents.c.id < after)
    return [_row(row) for row in tx.execute(query.order_by(documents.c.id.desc()).limit(limit))]


def totals(tx: Connection, kind: Kind = Kind.INVOICE) -> list[Total]:
    """Live documents of a kind per currency, added up exactly."""
    c = documents.c
    live = select(c.currency, func.count(), func.sum(c.gross, type_=c.gross.type)).where(c.state == LIVE)
    return [
        Total(*row) for row in tx.execute(live.where(c.kind == kind.value).group_by(c.currency).order_by(c.currency))
    ]

"""What a restored ledger cannot vouch for: documents under way, e-mail about to leave, and how far its events reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from ledger.follow_ups import NOT_MAILED, PERHAPS_SENT, SENDING
from ledger.tables import LIVE, documents, events, is_waiting

_UNDER_WAY = documents.c.state.in_(("planned", "issuing"))


class UnderWay(NamedTuple):
    """A document that may have been issued since the copy was made: its row, its event, its account."""

    document_id: int
    event_id: str
    account_id: int


class Live(NamedTuple):
    """A document issued shortly before the copy was made."""

    document_id: int
    shop_id: int
    order_id: str
    account_id: int


def last_event_at(tx: Connection) -> datetime | None:
    """When the latest event arrived: the copy is not older than that."""
    latest: datetime | None = tx.execute(
        select(events.c.received_at).order_by(events.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return latest


def under_way(tx: Connection) -> list[UnderWay]:
    """Documents planned or being issued."""
    query = select(documents.c.id, documents.c.event_id, documents.c.account_id)
    return [UnderWay(*row) for row in tx.execute(query.where(_UNDER_WAY).order_by(documents.c.id))]


def live_since(tx: Connection, since: datetime) -> list[Live]:
    """Live documents settled then or later."""
    c = documents.c
    query = select(c.id, c.shop_id, c.order_id, c.account_id)
    return [Live(*row) for row in tx.execute(query.where(c.state == LIVE, c.settled_at >= since).order_by(c.id))]


def doubt(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    """These may exist: each is looked up before anything of it is sent, as after an answer that was lost."""
    unsure = {"state": "issuing", "issuing_at": now, "issuing_host": "", "issuing_tick": None, "nones": 0}
    tx.execute(update(documents).where(documents.c.id.in_(ids), _UNDER_WAY).values(unsure))


def hold(tx: Connection, ids: Sequence[int]) -> None:
    """These may exist, and nobody can be asked but a person."""
    tx.execute(update(documents).where(documents.c.id.in_(ids), _UNDER_WAY).values(state="held"))


def mails(tx: Connection, kind: str) -> int:
    """How many e-mails (follow-ups of this kind) may have left since the copy was made."""
    return int(tx.execute(select(func.count()).select_from(documents).where(_perhaps_mailed(kind))).scalar_one())


def doubt_mails(tx: Connection, kind: str) -> None:
    """They are not sent again by themselves: a person looks."""
    tx.execute(update(documents).where(_perhaps_mailed(kind)).values(email_state=PERHAPS_SENT))


def _perhaps_mailed(kind: str) -> ColumnElement[bool]:
    """Its e-mail waits to leave; or it was sent itself, and may have been mailed as soon as it was there."""
    waits = exists().where(events.c.document_id == documents.c.id, events.c.kind == kind, is_waiting)
    sent = and_(_UNDER_WAY, documents.c.sends > 0)
    return and_(documents.c.email_state.in_((NOT_MAILED, SENDING)), or_(waits, sent))

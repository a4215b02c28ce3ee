"""Which of an order's states is the newest: real shops show two within one second (DESIGN 4, "Newest")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.event import Event

#: Later in an order's life = higher. A status that a plugin made up counts as being worked on.
STATUS_RANK = {
    "pending": 0,
    "on-hold": 1,
    "processing": 2,
    "completed": 3,
    "cancelled": 4,
    "failed": 4,
    "refunded": 5,
}
_UNKNOWN_STATUS = STATUS_RANK["processing"]
_NEVER = datetime.min.replace(tzinfo=UTC)

#: The status the door gives to an order moved to the bin: its body holds nothing but the id.
TRASH = "trash"

Key = tuple[datetime, int, int, datetime, str]


def said(modified_at: datetime | None, refunds: int, status: str) -> tuple[datetime, int, int]:
    """What orders an order's states by the shop's own word: modification time, number of refunds, rank of status."""
    return (modified_at or _NEVER, refunds, STATUS_RANK.get(status, _UNKNOWN_STATUS))


def key(event: Event) -> Key:
    """The same, and where that is equal the order of arrival (event ids grow)."""
    return (*said(event.modified_at, event.refunds, event.status), event.received_at, event.id)


def stale(event: Event, newest: Event) -> bool:
    """Strictly older by the shop's own word; equal is not stale."""
    return key(event)[:3] < key(newest)[:3]


def newest_of(states: Iterable[Event]) -> Event | None:
    """The newest state that has a body to decide on; None when all are movements to the bin or there is none."""
    return max((e for e in states if e.status != TRASH), key=key, default=None)


def last_is_trash(states: Iterable[Event]) -> bool:
    """Whether the last that arrived says the order was moved to the bin."""
    last = max(states, key=lambda e: (e.received_at, e.id), default=None)
    return last is not None and last.status == TRASH

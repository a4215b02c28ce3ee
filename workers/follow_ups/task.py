"""A follow-up in hand: its document's row, the mouth of the document's own account, and how it waits or ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from adapters.base import Adapter
from ledger.documents import DocumentRow
from ledger.follow_ups import Notes
from schemas.document import Document
from schemas.errors import Waiting
from schemas.event import State
from workers.ending import Ending
from workers.hand import Hand

T = TypeVar("T")

#: What a lost lease waits for: said by the desk itself, not by the system spoken to.
OWN_CONDITIONS = frozenset({"order", "lease"})

#: A wait is at least this share of the event's age, so that what is late is asked for ever more rarely.
SHARE_OF_AGE = 0.1


@dataclass(frozen=True, slots=True)
class Task:
    """One follow-up: `document` is the row's, as the system gave it back; `notes` is what was done with it before."""

    hand: Hand
    row: DocumentRow
    document: Document
    mouth: Adapter
    notes: Notes


def asked(task: Task, call: Callable[[], T]) -> T:
    """Speak; what the system is not ready for waits under the document's own name, growing rarer with age."""
    try:
        return call()
    except Waiting as error:
        if error.until in OWN_CONDITIONS:
            raise
        seconds = (error.seconds or 0.0) * task.hand.services.timing.settle_scale
        code = f"{error.until.upper()}_NOT_READY"
        raise not_yet(task.hand, task.row, error.until, error.detail, seconds, code=code) from None


def not_yet(hand: Hand, row: DocumentRow, what: str, detail: str, seconds: float, *, code: str) -> Waiting:
    """Waiting for `what` of this document, at least `seconds`; never counted as a try."""
    timing, event = hand.services.timing, hand.event
    age = (hand.services.now() - event.received_at).total_seconds()
    pause = max(seconds, min(age * SHARE_OF_AGE, timing.not_ready_most))
    return Waiting(detail, until=f"{what}:{row.id}", seconds=pause, code=code)


def done(reason: str, detail: str = "") -> Ending:
    return Ending(State.DONE, reason, detail)

"""One thing that happened (Event), one try at it (Attempt), and why it rests: done, waiting or dead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where an event is. WAITING has a time or a named condition; new events wait for their first turn, due at once."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


#: Kinds of event: an order changed, or a follow-up of a document.
ORDER = "order"
FOLLOW_UPS = (
    "document.pdf",
    "document.paid",
    "document.email",
    "document.writeback",
    "document.official",
    "document.verify",
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the door reads of a delivery: just enough to file it (DESIGN 4, room 3).

    `verdict` says what the topic means: "order" (to be decided), "ignored" or "unknown" with `why`, "error" for a
    signed error object, "unreadable". `modified_at` is the shop's own time in UTC; `status` the shop's word.
    """

    verdict: str
    topic: str
    order_id: str = ""
    status: str = ""
    modified_at: datetime | None = None
    refunds: int = 0
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery to be written down: raw bytes as they came, the envelope, and the sender's delivery id for the
    logs."""

    shop_id: int
    shop_key: str
    source: str
    body: bytes
    envelope: Envelope
    received_at: datetime
    delivery_id: str = ""
    headers: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an Incoming: its event id and, for a duplicate, the event it repeats (then `event_id` is that
    one).

    `ring` is True when the event is due and has to be rung.
    """

    event_id: str
    shop_key: str
    duplicate: bool
    ring: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event as the desk loads it. `due_at` None with WAITING means only its named condition wakes it.

    `attempts` counts failures since the last manual replay; `kills` counts deaths of the child that ran it alone.
    `manual`: a person asked for the next run; `repeats`: duplicates counted on it; `settled_by`: the event that
    closed it.
    """

    id: str
    shop_id: int
    shop_key: str
    kind: str
    source: str
    topic: str
    order_id: str
    status: str
    modified_at: datetime | None
    refunds: int
    received_at: datetime
    state: State
    due_at: datetime | None
    waiting_for: str
    reason: str
    detail: str
    remedy: str
    attempts: int
    first_failed_at: datetime | None
    isolate: bool
    kills: int
    document_id: int | None
    account_id: int | None
    manual: bool = False
    repeats: int = 0
    error_class: str = ""
    system: str = ""
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an event: what it met, when, how long, and the redacted exchange as JSON text ("" if none)."""

    event_id: str
    started_at: datetime
    elapsed_ms: int
    outcome: str
    code: str
    detail: str
    error_class: str = ""
    system: str = ""
    exchange: str = ""
    manual: bool = False

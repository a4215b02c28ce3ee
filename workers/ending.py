"""How one run of an event ended, as a value: done, waiting or dead, with the words people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.errors import BillhookError, Exchange
from schemas.event import State


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending to be written down. `code` is the reason; `condition` the name that wakes it; `counted` uses up a try.

    `sticks`: a dead letter about a live document, which no later event of the order may close.
    `account_id` and `system` say whom it concerns; `exchange` is the last conversation, redacted.
    """

    state: State
    code: str
    detail: str = ""
    remedy: str = ""
    due_at: datetime | None = None
    condition: str = ""
    counted: bool = False
    sticks: bool = False
    error_class: str = ""
    system: str = ""
    account_id: int | None = None
    exchange: Exchange | None = None


class Incident(BillhookError):
    """A live document that is not what was asked for, or more than one: a person must look; it stays until they did."""

    code = "INCIDENT"
    remedy = "Open the documents in the invoicing system, decide by hand, then close this dead letter."

"""What the ledger gives back besides the words of `schemas`: rows of orders and documents, dead letters, alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from schemas.document import Document, Draft, Kind


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the ledger knows it. `newest_*` is its newest state so far (DESIGN 4, Newest); arrival = event id.

    `account_id` is fixed by the order's first document. `decision` and `reason` are the last ones taken.
    `issue_allowed`: a person let what is owed now be issued, on a route that issues nothing by itself. `identity` is
    the shop's own name for this very order, where its number may be given out again.
    """

    id: int
    shop_id: int
    shop_key: str
    order_id: str
    account_id: int | None
    newest_event_id: str | None
    newest_modified: datetime | None
    newest_refunds: int
    newest_status: str
    number: str
    currency: str
    total: Decimal | None
    decision: str
    reason: str
    decided_at: datetime | None
    issue_allowed: bool = False
    identity: str = ""


class Tick(NamedTuple):
    """A moment by one machine's monotonic clock: which machine since which start, and its microseconds."""

    host: str
    micros: int | None

    def since(self, before: Tick) -> float | None:
        """Seconds from that moment to this one; None where no clock of one machine tells both."""
        if self.host != before.host or self.micros is None or before.micros is None or self.micros < before.micros:
            return None
        return (self.micros - before.micros) / 1_000_000


NO_TICK = Tick("", None)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document's row; `state` planned | issuing | live | cancelled | held.

    `issuing_host` and `issuing_tick` (microseconds) say by which machine's monotonic clock it was said to be issuing.
    `sends` counts how often it was said to be issuing, `nones` how many look-ups in a row since then saw nothing.
    """

    id: int
    shop_id: int
    order_row_id: int
    order_id: str
    kind: Kind
    counter: str
    reference: str
    state: str
    account_id: int
    system: str
    event_id: str
    draft: Draft
    document: Document | None
    differs: tuple[str, ...]
    refund_id: str
    order_modified: datetime | None
    issuing_at: datetime | None
    issuing_host: str
    issuing_tick: int | None
    sends: int
    nones: int
    created_at: datetime
    settled_at: datetime | None
    cancelled_at: datetime | None


#: An event to ring, and the key of the shop whose queue it belongs to.
Bell = tuple[str, str]


class DeadLetter(NamedTuple):
    """What a failed job has to say about a dead event."""

    event_id: str
    shop_key: str
    code: str
    detail: str
    remedy: str


class Beat(NamedTuple):
    """A lease as a clock sees it: still held when (owner, beat) did not change."""

    order_row_id: int
    owner: str
    beat: int
    event_id: str
    shop_key: str


class Alarm(NamedTuple):
    """One open alarm, however often its cause was met (`times`)."""

    kind: str
    key: str
    detail: str
    remedy: str
    first_at: datetime
    last_at: datetime
    times: int


class Rejection(NamedTuple):
    """A delivery that was turned away; its body is not kept."""

    at: datetime
    reason: str
    size: int
    headers: tuple[str, ...]


class Total(NamedTuple):
    """How many live documents there are in one currency, and what they come to."""

    currency: str
    documents: int
    gross: Decimal

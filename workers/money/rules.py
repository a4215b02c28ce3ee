"""What decide works with besides the order: the rules, the trigger, and the decision it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from schemas.connection import Account, Policy, Route
from schemas.document import Draft, Issued, Kind, Seller
from schemas.mapping import FieldMapping, mapping_of

INVOICE = "invoice"
PROFORMA = "proforma"
CREDIT_NOTE = "credit_note"
CANCEL_PROFORMA = "cancel_proforma"
NOTHING = "nothing"
WAIT = "wait"
REFUSE = "refuse"

#: A refund comes in cents whatever the document has.
CENT = Decimal("0.01")

ORDER_UPDATED = "order.updated"
REFUND_CREATED = "refund.created"
CREDIT_REQUESTED = "credit.requested"
INVOICE_REQUESTED = "invoice.requested"


@dataclass(frozen=True, slots=True)
class Rules:
    """What rules a decision: nothing placed before `starts_at`; `today` is the day in the seller's time zone."""

    shop_key: str
    seller: Seller
    policy: Policy
    starts_at: datetime | None
    today: date
    mapping: FieldMapping = field(default_factory=FieldMapping)


def rules_of(shop_key: str, route: Route, account: Account, now: datetime) -> Rules:
    """The rules of a shop's orders on a route to an account; today is the seller's."""
    seller = account.seller
    mapping = mapping_of(account.options)
    policy = replace(route.policy, vat_number_keys=(*mapping.tax_number, *route.policy.vat_number_keys))
    return Rules(shop_key, seller, policy, route.starts_at, now.astimezone(ZoneInfo(seller.timezone)).date(), mapping)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What asked: order.updated, refund.created with its refund, or a person (credit.requested, invoice.requested)."""

    type: str = ORDER_UPDATED
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do next: one document at most. `reason` is a code of documents.md 4.7; `detail` names the amounts.

    `replaces` is the reference of a proforma to cancel: alone (cancel_proforma) or because the draft takes its place.
    """

    action: str
    reason: str
    detail: str = ""
    warnings: tuple[str, ...] = ()
    draft: Draft | None = None
    counter: str = ""
    refund_id: str | None = None
    replaces: str | None = None
    remedy: str = ""


def live(history: Sequence[Issued], kind: Kind) -> list[Issued]:
    """The documents of a kind that stand: issued, not cancelled."""
    return [issued for issued in history if issued.kind is kind and issued.state == "issued"]


def last(history: Sequence[Issued], kind: Kind) -> Issued | None:
    """The latest document of a kind that stands."""
    found = live(history, kind)
    return found[-1] if found else None


def next_counter(history: Sequence[Issued], kind: Kind) -> str:
    """The sequence of the next document of a kind, cancelled ones counted: its reference must be new."""
    return str(1 + sum(issued.kind is kind for issued in history))

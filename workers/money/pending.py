"""Which refunds of an order still want a credit note, and which an invoice was already reduced by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from schemas.document import Issued, Kind
from schemas.money import ZERO
from schemas.order import Order, Refund
from workers.money.rules import live

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def oldest_first(refunds: Sequence[Refund]) -> list[Refund]:
    """By time, then by id, as the shop counted them."""
    return sorted(refunds, key=lambda refund: (refund.at or _LONG_AGO, len(refund.id), refund.id))


def is_credited(refund_id: str, history: Sequence[Issued]) -> bool:
    """A credit note for this refund stands."""
    return any(credit.refund_id == refund_id for credit in live(history, Kind.CREDIT_NOTE))


def open_refunds(order: Order, history: Sequence[Issued]) -> list[Refund]:
    """Refunds with money that no credit note stands for, oldest first."""
    return [r for r in oldest_first(order.refunds) if r.amount and not is_credited(r.id, history)]


def deducted_in(order: Order, invoice: Issued) -> tuple[Refund, ...]:
    """The refunds that the invoice was reduced by: as recorded, else those whose sum explains the difference."""
    recorded = invoice.draft.deducted_refunds
    if recorded is not None:
        return tuple(refund for refund in order.refunds if refund.id in recorded)
    missing = order.total + order.gifts - invoice.draft.totals.gross - invoice.draft.totals.rounding
    taken, found = ZERO, []
    for refund in (r for r in oldest_first(order.refunds) if r.amount and r.lines):
        if taken >= missing:
            break
        taken += refund.amount
        found.append(refund)
    return tuple(found) if found and taken == missing else ()


def uncredited(order: Order, history: Sequence[Issued], invoice: Issued) -> list[Refund]:
    """Open refunds of an invoiced order that the invoice does not already contain."""
    inside = {refund.id for refund in deducted_in(order, invoice)}
    return [refund for refund in open_refunds(order, history) if refund.id not in inside]

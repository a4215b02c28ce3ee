"""Orders that were cancelled, failed or refunded (documents.md 4.4)."""

from __future__ import annotations

from schemas.document import Issued, Kind
from schemas.money import said
from workers.money import rules as words
from workers.money.refund import refund_of_invoice, take_back
from workers.money.rules import Decision, last
from workers.money.situation import Case, nothing, refuse

_REASONS = {
    "cancelled": "ORDER_CANCELLED",
    "failed": "ORDER_FAILED",
    "refunded": "ORDER_REFUNDED",
    "close_fault": "ORDER_CLOSE_FAULT",
}


def cancelled(case: Case) -> Decision:
    """Take back what stands: the invoice by credit note, a proforma as its system does it; else nothing."""
    if case.invoice:
        return _invoiced(case, case.invoice)
    standing = last(case.history, Kind.PROFORMA)
    if standing is None:
        return nothing("NO_DOCUMENT_TO_CANCEL", f"The order is {case.order.status} and has no document.")
    return Decision(
        words.CANCEL_PROFORMA,
        _REASONS[case.order.status],
        f"{standing.reference} over {said(standing.draft.totals.gross)} falls.",
        replaces=standing.reference,
    )


def _invoiced(case: Case, invoice: Issued) -> Decision:
    order, policy = case.order, case.rules.policy
    if order.status == "failed":
        return refuse(
            "FAILED_AFTER_INVOICE",
            f"The payment of {said(order.total)} {order.currency} failed, and {invoice.reference} over "
            f"{said(invoice.draft.totals.gross)} exists.",
            "Find out whether the money came; if not, cancel the order in the shop.",
        )
    if order.status == "refunded":
        credit = refund_of_invoice(case)
        if credit is not None:
            return credit
    if not policy.cancellations:
        return nothing(
            "CANCELLATIONS_OFF", f"{invoice.reference} stands: this route leaves {order.status} orders to people."
        )
    if order.status == "refunded":
        return nothing("NOTHING_LEFT_TO_CREDIT", f"Every refund of {invoice.reference} is credited.")
    return take_back(case, invoice)

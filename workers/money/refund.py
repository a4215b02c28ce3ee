"""Refunds of an order: one credit note each, oldest first (documents.md 4.4)."""

from __future__ import annotations

from schemas.document import Issued
from schemas.money import said
from schemas.order import Refund
from workers.money.credit import credit_all, credit_refund, credit_rest
from workers.money.left import is_all_credited
from workers.money.pending import deducted_in, is_credited, uncredited
from workers.money.rules import Decision
from workers.money.situation import Case, credit_in, nothing, refuse


def refund_event(case: Case) -> Decision:
    """A refund was made: already credited, stock only, before the invoice, or one credit note."""
    wanted = str(case.trigger.refund_id)
    refund = next((r for r in case.order.refunds if r.id == wanted), None)
    if is_credited(wanted, case.history):
        return nothing("REFUND_ALREADY_CREDITED", f"A credit note for refund {wanted} stands.")
    if refund is None:
        return nothing("NOTHING_LEFT_TO_CREDIT", f"The shop no longer has refund {wanted}.")
    if not refund.amount:
        return nothing("REFUND_ZERO", f"Refund {wanted} gave no money back: 0.00 {case.order.currency}.")
    invoice = case.invoice
    if invoice is None or refund in deducted_in(case.order, invoice):
        return nothing("REFUND_BEFORE_INVOICE", f"The invoice is reduced by refund {wanted}, {said(refund.amount)}.")
    return _credit(case, invoice, refund, ())


def _credit(case: Case, invoice: Issued, refund: Refund, more: tuple[str, ...]) -> Decision:
    """One refund's credit note, unless the invoice is already taken back as a whole."""
    if not case.rules.policy.credit_notes:
        return nothing(
            "CREDIT_NOTES_OFF", f"Refund {refund.id}, {said(refund.amount)}: this route leaves refunds to people."
        )
    if _taken_back(case, invoice):
        return nothing("NOTHING_LEFT_TO_CREDIT", f"{invoice.reference} is already credited as a whole.")
    return credit_in(case, invoice, "REFUND", lambda job: credit_refund(job, refund), more)


def refund_of_invoice(case: Case) -> Decision | None:
    """The oldest refund that an invoiced order still wants credited; None when there is none."""
    invoice = case.invoice
    if invoice is None:
        return None
    waiting = uncredited(case.order, case.history, invoice)
    if not waiting or _taken_back(case, invoice):
        return None
    return _credit(case, invoice, waiting[0], ("MORE_REFUNDS_OPEN",) if len(waiting) > 1 else ())


def _taken_back(case: Case, invoice: Issued) -> bool:
    """The whole invoice was cancelled: refunds only moved the money of that."""
    return is_all_credited(case.crediting(invoice).left) and any(credit.refund_id is None for credit in case.credits)


def manual_credit(case: Case) -> Decision:
    """A person asks for a credit note: open refunds first, else all that is left (documents.md 4.3 no. 6)."""
    invoice = case.invoice
    if invoice is None:
        return refuse(
            "CREDIT_WITHOUT_INVOICE",
            f"The order of {said(case.order.total)} {case.order.currency} has no invoice; 0.00 was invoiced.",
            "Issue the invoice first.",
        )
    return refund_of_invoice(case) or take_back(case, invoice)


def take_back(case: Case, invoice: Issued) -> Decision:
    """Credit the whole invoice, or what earlier credit notes left of it."""
    if is_all_credited(case.crediting(invoice).left):
        return nothing(
            "NOTHING_LEFT_TO_CREDIT", f"{invoice.reference} over {said(invoice.draft.totals.gross)} is credited."
        )
    if case.credits:
        return credit_in(case, invoice, "REMAINDER", credit_rest)
    return credit_in(case, invoice, "FULL_CANCEL", credit_all)

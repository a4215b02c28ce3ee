"""What an order owes next: a pure function of its newest state, the standing documents and the rules (documents.md 4).

One call names one document; the desk calls again with the longer history until nothing is owed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.document import Issued, Kind
from schemas.errors import Unbalanced
from schemas.money import ZERO, said
from schemas.order import Order
from workers.draft import Drafted, Wanted, draft
from workers.money import rules as words
from workers.money.cancel import cancelled
from workers.money.compare import buyer_changed, same, same_amounts
from workers.money.pending import deducted_in, open_refunds
from workers.money.refund import manual_credit, refund_event, refund_of_invoice
from workers.money.rules import Decision, Rules, Trigger, last, next_counter
from workers.money.situation import Case, nothing, preceding, refuse, wait
from workers.money.when import due

__all__ = ["Decision", "Rules", "Trigger", "decide"]

_IGNORED = frozenset({"draft", "auto-draft", "checkout-draft", "trash"})
_CANCELLED = frozenset({"cancelled", "failed", "refunded", "close_fault"})


def decide(order: Order, history: Sequence[Issued], rules: Rules, trigger: Trigger) -> Decision:
    """The next act for an order: first hit of the guards (documents.md 4.3, in their order).

    Pure: `history` holds every document of the order in the order they were made, `trigger` says what asked. What the
    sums refuse comes back as a refusal with both amounts, never as an exception.
    """
    case = Case(order, tuple(history), rules, trigger)
    try:
        for guard in _GUARDS:
            decision = guard(case)
            if decision is not None:
                return decision
        return _invoice(case)
    except Unbalanced as odd:
        action = words.WAIT if odd.code == "REFUND_LINES_UNKNOWN" else words.REFUSE
        return Decision(action, odd.code, odd.detail, remedy=odd.remedy)


def _ignored(case: Case) -> Decision | None:
    if case.order.status in _IGNORED:
        return nothing("STATUS_IGNORED", f"The order is a {case.order.status}.")
    return None


def _before_start(case: Case) -> Decision | None:
    start, placed = case.rules.starts_at, case.order.placed_at or case.order.modified_at
    asked = case.trigger.type == words.INVOICE_REQUESTED
    if start is None or placed is None or placed >= start or case.history or asked:
        return None
    return nothing(
        "BEFORE_START", f"The order was placed on {placed:%Y-%m-%d %H:%M}, before {start:%Y-%m-%d %H:%M} UTC."
    )


def _elsewhere(case: Case) -> Decision | None:
    """Another invoicer's number; after our own invoice it is ours that was written back."""
    if not case.order.invoiced_elsewhere or case.invoices:
        return None
    return nothing("INVOICED_ELSEWHERE", f"The order carries an invoice already: {case.order.invoiced_elsewhere}.")


def _returns(case: Case) -> Decision | None:
    """Where a shop writes a return as an order of its own, that one is no sale."""
    if not case.order.takes_back or case.history:
        return None
    return refuse(
        "RETURN_ORDER",
        f"This order takes back goods of order {case.order.takes_back}, for {said(case.order.total)} "
        f"{case.order.currency}.",
        f"Credit the invoice of order {case.order.takes_back} by hand, then close this one.",
    )


def _stale(case: Case) -> Decision | None:
    """Strictly older than the last state that made a document; refund events do not age."""
    seen = [issued.order_modified for issued in case.history if issued.order_modified]
    modified = case.order.modified_at
    if case.trigger.type == words.REFUND_CREATED or not seen or modified is None or modified >= max(seen):
        return None
    return nothing("STALE_EVENT", f"This state is of {modified:%Y-%m-%d %H:%M:%S}, older than one already processed.")


def _in_flight(case: Case) -> Decision | None:
    flying = next((issued for issued in case.history if issued.state == "in_flight"), None)
    return wait("DOCUMENT_IN_FLIGHT", f"{flying.reference} was sent and not answered yet.") if flying else None


def _currency(case: Case) -> Decision | None:
    other = next(
        (i.draft for i in case.history if i.state == "issued" and i.draft.currency != case.order.currency), None
    )
    if other is None:
        return None
    return refuse(
        "CURRENCY_CHANGED",
        f"The order is {said(case.order.total)} {case.order.currency}, an earlier document {said(other.totals.gross)} "
        f"{other.currency}.",
        "Cancel the earlier document by hand, then replay this event.",
    )


def _refund_event(case: Case) -> Decision | None:
    return refund_event(case) if case.trigger.type == words.REFUND_CREATED else None


def _asked(case: Case) -> Decision | None:
    """A person asks: no credit without an invoice, no second invoice."""
    if case.trigger.type == words.CREDIT_REQUESTED:
        return manual_credit(case)
    if case.trigger.type == words.INVOICE_REQUESTED and case.invoice:
        return refuse(
            "ALREADY_INVOICED", f"{case.invoice.reference} over {said(case.invoice.draft.totals.gross)} exists."
        )
    return None


def _cancelled(case: Case) -> Decision | None:
    return cancelled(case) if case.order.status in _CANCELLED else None


def _amount(case: Case) -> Decision | None:
    order = case.order
    if order.total < 0:
        return refuse("NEGATIVE_TOTAL", f"The total is {said(order.total)} {order.currency}, below 0.00.")
    if order.total == 0 and not order.gifts:
        return nothing("ZERO_TOTAL", f"There is nothing to pay: 0.00 {order.currency}.")
    return None


def _invoiced(case: Case) -> Decision | None:
    """An invoice stands: refunds come first, then the order must still be what was invoiced (no. 9)."""
    invoice = case.invoice
    if invoice is None:
        return None
    credit = refund_of_invoice(case)
    if credit is not None:
        return credit
    refused = ""
    try:
        again = draft(case.order, case.rules, Wanted(Kind.INVOICE, "1", deducted_in(case.order, invoice)))
    except Unbalanced as odd:
        again, refused = None, f": {odd.detail.rstrip('.')}"
    before = invoice.draft
    if again is None or not same(again.draft, before):
        now = f"{said(case.order.total + case.order.gifts)} {case.order.currency}"
        then = said(before.totals.gross)
        return refuse(
            "ORDER_CHANGED_AFTER_INVOICE",
            f"The order is {now} now, {invoice.reference} said {then}{refused}.",
            "Correct the invoice by hand (credit note and new invoice).",
        )
    warnings = ("BUYER_CHANGED",) if buyer_changed(again.draft.buyer, before.buyer) else ()
    return Decision(
        words.NOTHING, "ALREADY_INVOICED", f"{invoice.reference} over {said(before.totals.gross)}.", warnings
    )


def _not_due(case: Case) -> Decision | None:
    """The policy's word; a person who asks for an invoice overrides it."""
    if case.trigger.type == words.INVOICE_REQUESTED:
        return None
    verdict = due(case.order, case.rules.policy)
    return None if verdict.kind else verdict.decision


def _wants_proforma(case: Case) -> bool:
    asked = case.trigger.type == words.INVOICE_REQUESTED
    return not asked and due(case.order, case.rules.policy).kind == words.PROFORMA


def _proforma(case: Case) -> Decision | None:
    if not _wants_proforma(case):
        return None
    standing = last(case.history, Kind.PROFORMA)
    made = _drafted(case, Kind.PROFORMA)
    if isinstance(made, Decision):
        return made
    if standing and same(made.draft, standing.draft):
        return nothing("PROFORMA_EXISTS", f"{standing.reference} over {said(standing.draft.totals.gross)} stands.")
    warnings = {*made.warnings, *(["PROFORMA_REPLACED"] if standing else [])}
    return Decision(
        words.PROFORMA,
        "UNPAID",
        f"{said(made.draft.totals.due)} {made.draft.currency} to be paid.",
        tuple(sorted(warnings)),
        made.draft,
        made.draft.counter,
        replaces=standing.reference if standing else None,
    )


def _drafted(case: Case, kind: Kind) -> Drafted | Decision:
    """Guards 12 to 14: earlier refunds taken off, a buyer, and sums that hold."""
    order = case.order
    refunds = open_refunds(order, case.history)
    gone = sum((refund.amount for refund in refunds), ZERO)
    if refunds and gone >= order.total + order.gifts:
        return nothing(
            "FULLY_REFUNDED_BEFORE_INVOICE", f"{said(gone)} of {said(order.total)} {order.currency} went back already."
        )
    deduct = case.deductible(refunds)
    if not order.buyer.name or not order.buyer.country:
        missing = "name" if not order.buyer.name else "country"
        return refuse(
            "MISSING_BUYER", f"The buyer's {missing} is missing; {said(order.total)} {order.currency} were asked."
        )
    standing = last(case.history, Kind.PROFORMA) if kind is Kind.INVOICE else None
    link = preceding(standing) if standing else None
    return draft(order, case.rules, Wanted(kind, next_counter(case.history, kind), deduct, link))


def _invoice(case: Case) -> Decision:
    made = _drafted(case, Kind.INVOICE)
    if isinstance(made, Decision):
        return made
    standing = last(case.history, Kind.PROFORMA)
    differs = standing is not None and not same_amounts(made.draft, standing.draft)
    warnings = {*made.warnings, *(["PROFORMA_DIFFERS"] if differs else [])}
    detail = f"Invoice over {said(made.draft.totals.gross)} {made.draft.currency}."
    return Decision(words.INVOICE, "DUE", detail, tuple(sorted(warnings)), made.draft, made.draft.counter)


_GUARDS: tuple[Callable[[Case], Decision | None], ...] = (
    _ignored,
    _before_start,
    _elsewhere,
    _returns,
    _stale,
    _in_flight,
    _currency,
    _refund_event,
    _asked,
    _cancelled,
    _amount,
    _invoiced,
    _not_due,
    _proforma,
)

"""The case before decide: order, history, rules and trigger, and the short answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.document import Issued, Kind, Preceding
from schemas.errors import Unbalanced
from schemas.money import ZERO, said
from schemas.order import Order, Refund
from workers.draft import Drafted
from workers.money import rules as words
from workers.money.rules import Decision, Rules, Trigger, last, live
from workers.money.spread import Crediting, crediting
from workers.money.sums import tolerance


@dataclass(frozen=True, slots=True)
class Case:
    """Everything decide may look at."""

    order: Order
    history: tuple[Issued, ...]
    rules: Rules
    trigger: Trigger

    @property
    def invoices(self) -> list[Issued]:
        return live(self.history, Kind.INVOICE)

    @property
    def invoice(self) -> Issued | None:
        """The invoice that stands, if one does."""
        return last(self.history, Kind.INVOICE)

    @property
    def credits(self) -> list[Issued]:
        return live(self.history, Kind.CREDIT_NOTE)

    def crediting(self, invoice: Issued) -> Crediting:
        """The invoice with what its credit notes left of it."""
        return crediting(self.order, self.rules, invoice, self.credits)

    def deductible(self, refunds: Sequence[Refund]) -> tuple[Refund, ...]:
        """Refunds that an invoice can be reduced by: all have lines that say all (documents.md 4.3 no. 12).

        Raises Unbalanced AMOUNT_ONLY_REFUND_BEFORE_INVOICE, REFUND_LINES_EXCEED_AMOUNT or REFUND_LINES_UNKNOWN.
        """
        if self.rules.policy.refund_before_invoice != "net":
            return ()
        for refund in refunds:
            _check_deductible(refund, self.order)
        return tuple(refunds)


def _check_deductible(refund: Refund, order: Order) -> None:
    said_amounts = f"Refund {refund.id} gave back {said(refund.amount)} of {said(order.total)} {order.currency}"
    if refund.lines is None:
        raise Unbalanced(
            f"{said_amounts} before the invoice, and the order's body does not tell which lines.",
            code="REFUND_LINES_UNKNOWN",
            remedy="Give the shop's reading key, so that refunds can be read, or issue these documents by hand.",
        )
    over = refund.amount - sum((line.gross for line in refund.lines), ZERO)
    limit = tolerance(len(refund.lines), words.CENT)
    if not refund.lines or over > limit:
        raise Unbalanced(
            f"{said_amounts} before the invoice, {said(over)} of it without lines.",
            code="AMOUNT_ONLY_REFUND_BEFORE_INVOICE",
            remedy="Issue these documents by hand: nobody else knows which rate the money belongs to.",
        )
    if over < -limit:
        raise Unbalanced(
            f"{said_amounts}, but its lines add up to {said(refund.amount - over, 4)}.",
            code="REFUND_LINES_EXCEED_AMOUNT",
        )


def nothing(reason: str, detail: str) -> Decision:
    return Decision(words.NOTHING, reason, detail)


def wait(reason: str, detail: str, remedy: str = "") -> Decision:
    return Decision(words.WAIT, reason, detail, remedy=remedy)


def refuse(reason: str, detail: str, remedy: str = Unbalanced.remedy) -> Decision:
    return Decision(words.REFUSE, reason, detail, remedy=remedy)


def preceding(issued: Issued) -> Preceding:
    """How a later document names an earlier one."""
    document = issued.document
    return Preceding(
        reference=issued.reference,
        number=document.number if document else "",
        issue_date=document.issue_date if document else None,
        system_id=document.system_id if document else "",
    )


def credit_in(
    case: Case, invoice: Issued, reason: str, make: Callable[[Crediting], Drafted], more: Sequence[str] = ()
) -> Decision:
    """A credit note as a decision."""
    made = make(case.crediting(invoice))
    amount = said(made.draft.totals.gross)
    return Decision(
        words.CREDIT_NOTE,
        reason,
        f"Credit note over {amount} {made.draft.currency} of {said(invoice.draft.totals.gross)}.",
        tuple(sorted({*made.warnings, *more})),
        made.draft,
        made.draft.counter,
        made.draft.refund_id,
    )

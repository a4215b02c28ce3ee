"""Refunds that came before the invoice: the lines that are left (documents.md 4.3 no. 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from schemas.errors import Unbalanced
from schemas.money import ONE, ZERO, said
from schemas.order import Element, Order, Refund, RefundLine, TaxShare

#: Less than half a cent is what different precisions of order and refund leave behind.
_DUST = Decimal("0.005")


def without_refunds(elements: Sequence[Element], refunds: Sequence[Refund], order: Order) -> list[Element]:
    """The elements less what refund lines took from them. Raises Unbalanced REFUND_LINE_UNKNOWN."""
    left = list(elements)
    for refund in refunds:
        for line in refund.lines or ():
            place = next((i for i, element in enumerate(left) if element.source == line.source), None)
            if place is None:
                raise unknown_line(refund, line, order.currency)
            left[place] = _less(left[place], line)
    return left


def unknown_line(refund: Refund, line: RefundLine, currency: str) -> Unbalanced:
    """The refusal of a refund line that names nothing that was sold."""
    return Unbalanced(
        f"Refund {refund.id} of {said(refund.amount)} {currency} takes back {said(line.gross)} {currency} of "
        f"{line.source or 'an unnamed line'}, which is not on the document.",
        code="REFUND_LINE_UNKNOWN",
        remedy="Issue this credit note by hand.",
    )


def _less(element: Element, line: RefundLine) -> Element:
    """An element after a part of it went back; one whose money is gone is gone, a price cut keeps its pieces."""
    taken = {share.rate_id: share.total for share in line.taxes}
    taxes = tuple(
        TaxShare(share.rate_id, share.total - taken.get(share.rate_id, ZERO), share.subtotal) for share in element.taxes
    )
    net = element.net - line.net
    # A refund that names no taxes per rate takes them off the only one.
    if not line.taxes and len(taxes) == 1:
        taxes = (replace(taxes[0], total=taxes[0].total - line.tax),)
    tax = sum((share.total for share in taxes), ZERO) if taxes else element.tax - line.tax
    quantity = element.quantity - line.quantity
    if abs(net + tax) < _DUST and (quantity <= 0 or not line.quantity):
        return replace(element, net=ZERO, tax=ZERO, taxes=(), tax_said=ZERO, quantity=ZERO)
    return replace(element, net=net, tax=tax, taxes=taxes, tax_said=tax, quantity=quantity if quantity > 0 else ONE)

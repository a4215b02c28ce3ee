"""What a document must come to: the asked total, rounding fees, gift cards, cash (documents.md 2.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.connection import Policy
from schemas.errors import Unbalanced
from schemas.money import ONE, ZERO, decimals_of, fits, round_to_step, said, unit_of
from schemas.order import Element, Order, Refund
from workers.money.deduct import without_refunds


@dataclass(frozen=True, slots=True)
class Sums:
    """What the document must come to: `target` is BT-112; `rounding` BT-114 as the shop itself rounded."""

    elements: tuple[Element, ...]
    target: Decimal
    rounding: Decimal
    decimals: int


def sums_of(order: Order, policy: Policy, deduct: Sequence[Refund]) -> Sums:
    """Elements, target and rounding: total + gift cards − rounding fee − what already went back (2.3 no. 2 and 3)."""
    fees = [e for e in order.elements if _is_rounding(e, policy)]
    rounding = sum((fee.net for fee in fees), ZERO)
    asked = order.total + order.gifts - rounding
    elements = [e for e in order.elements if not _is_rounding(e, policy)]
    remaining = without_refunds(elements, deduct, order)
    kept = tuple(e for e in remaining if e.quantity or e.net or e.tax)
    gone = sum((refund.amount for refund in deduct), ZERO)
    return Sums(kept, asked - gone, rounding, decimals_of(order.currency, [order.total, order.gifts, rounding, gone]))


def _is_rounding(element: Element, policy: Policy) -> bool:
    """The shop's explicit rounding: a configured name, no tax, less than one unit of money (2.3 no. 2)."""
    names = {_folded(name) for name in policy.rounding_fee_names}
    return _folded(element.name) in names and not element.tax and abs(element.net) < ONE


def _folded(name: str) -> str:
    """Names are compared without accents and case: `Zaokrouhleni` is `Zaokrouhlení`."""
    apart = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def tolerance(elements: int, unit: Decimal) -> Decimal:
    """How far parts may be off their total: unit × (floor(n / 2) + 1) (documents.md 2.3 no. 3)."""
    return unit * (elements // 2 + 1)


def check_total(order: Order, sums: Sums, whole: bool, deduct: Sequence[Refund]) -> None:
    added = sum((element.gross for element in sums.elements), ZERO)
    count = sum(1 for element in sums.elements if element.gross) + sum(len(refund.lines or ()) for refund in deduct)
    unit = ONE if whole else unit_of(sums.decimals)
    if abs(added - sums.target) > tolerance(count, unit):
        raise Unbalanced(
            f"The lines add up to {said(added, 4)} {order.currency}, but the shopper was asked for "
            f"{said(sums.target, 4)} {order.currency}.",
            code="TOTAL_MISMATCH",
        )
    if not fits(sums.target, sums.decimals):
        raise Unbalanced(
            f"{sums.target} {order.currency} cannot be said with two decimals: it would be "
            f"{said(sums.target)} {order.currency}.",
            code="TOTAL_MISMATCH",
            remedy="Issue this document by hand: invoices have two decimals (EN 16931 BR-DEC).",
        )


def rounding_of(order: Order, policy: Policy, sums: Sums) -> Decimal:
    """BT-114: the shop's own rounding, or what cash is rounded to; VAT stays untouched (2.3 no. 7)."""
    cash = policy.cash_rounding
    if cash is None or order.payment_method not in cash.methods:
        return sums.rounding
    payable = sums.target - order.gifts
    return round_to_step(payable + sums.rounding, cash.step) - payable

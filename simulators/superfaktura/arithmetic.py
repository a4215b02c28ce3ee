"""SuperFaktura's three ways of rounding (value-lists.md, "Rounding types"; sheet sections 3 and 4).

item_ext: the unit price with VAT is rounded to cents, times quantity, rounded: what a shop shows stays what it is.
item: the line without VAT and the line with VAT are rounded, VAT is their difference.
document: VAT is taken upon the sum of all prices without VAT, then rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.money import HUNDRED, cents

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class Priced:
    """One item: rate in percent, unit price without and with VAT, whole price without and with VAT."""

    rate: Decimal
    unit: Decimal
    unit_gross: Decimal
    net: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Amounts:
    base: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.base + self.vat


def price(unit: Decimal, quantity: Decimal, rate: Decimal, rounding: str) -> Priced:
    """An item's prices; under `document` the line stays exact, since only the sum is rounded."""
    factor = ONE + rate / HUNDRED
    if rounding == "item_ext":
        unit_gross = cents(unit * factor)
        return Priced(rate, unit, unit_gross, cents(unit * quantity), cents(unit_gross * quantity))
    exact = unit * quantity
    if rounding == "item":
        return Priced(rate, unit, unit * factor, cents(exact), cents(exact * factor))
    return Priced(rate, unit, unit * factor, exact, exact * factor)


def by_rate(items: Iterable[Priced], rounding: str, discount: Decimal = ZERO) -> dict[Decimal, Amounts]:
    """What each rate adds up to, less a discount in percent, in order of appearance."""
    left = ONE - discount / HUNDRED
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for item in items:
        net, gross = sums.get(item.rate, (ZERO, ZERO))
        sums[item.rate] = (net + item.net, gross + item.gross)
    return {rate: _rounded(net * left, gross * left, rounding) for rate, (net, gross) in sums.items()}


def _rounded(net: Decimal, gross: Decimal, rounding: str) -> Amounts:
    if rounding == "document":
        return Amounts(cents(net), cents(gross - net))
    return Amounts(cents(net), cents(gross) - cents(net))


def step(total: Decimal, unit: Decimal) -> Decimal:
    """What is missing to the nearest multiple of `unit`, for a rounding item."""
    return cents(total / unit, ONE) * unit - total

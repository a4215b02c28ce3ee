"""How Jortt makes totals out of lines (sheet section 7): VAT over the whole invoice per rate in v3, per line before.

`included` is the vendor's net_amounts, which says the opposite of its name: true means that amounts hold their VAT.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.money import HUNDRED, cents, vat_upon, vat_within

ZERO = Decimal(0)
# Goods and services under a margin scheme, and exempt ones, show no VAT.
WITHOUT_VAT = ("exempt", "margin_goods_high", "travel_services_high")


@dataclass(frozen=True)
class Line:
    """One line; `rate` is a fraction, `amount` the price of one unit."""

    description: str
    quantity: Decimal
    amount: Decimal
    currency: str
    rate: Decimal
    category: str | None
    ledger: str

    @property
    def priced(self) -> Decimal:
        return cents(self.quantity * self.amount)

    @property
    def percent(self) -> Decimal:
        return ZERO if self.category in WITHOUT_VAT else self.rate * HUNDRED


@dataclass(frozen=True)
class Sums:
    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.net + other.net, self.vat + other.vat)


def totals(lines: Iterable[Line], discounts: Iterable[int], included: bool, by_line: bool) -> Sums:
    """Discounts are whole percent off the whole invoice, so off each rate."""
    lines, off = list(lines), list(discounts)
    if by_line:
        parts = [(line.percent, line.priced) for line in lines]
    else:
        rates = dict.fromkeys(line.percent for line in lines)
        parts = [(rate, sum((line.priced for line in lines if line.percent == rate), ZERO)) for rate in rates]
    return sum((_split(rate, _discounted(priced, off), included) for rate, priced in parts), Sums())


def without_vat(line: Line, included: bool) -> Decimal:
    """A line's own amount excluding VAT."""
    return line.priced - (vat_within(line.priced, line.percent) if included else ZERO)


def _split(rate: Decimal, priced: Decimal, included: bool) -> Sums:
    if included:
        vat = vat_within(priced, rate)
        return Sums(priced - vat, vat)
    return Sums(priced, vat_upon(priced, rate))


def _discounted(priced: Decimal, off: list[int]) -> Decimal:
    return priced - sum((cents(priced * percent / HUNDRED) for percent in off), ZERO)

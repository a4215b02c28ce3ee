"""How Fakturoid makes totals out of lines (section 4); the order of rounding is not documented, so it is a setting.

A line's price times quantity is rounded to cents (recorded: 1 x 82.005 USD counts 82.01), and its amount in the
account's currency is made of that rounded figure (82.01 x 21.95 = 1800.12). VAT is taken per rate of the document, or,
under setting vat_rounding "line", per line and added up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.money import HUNDRED, cents, vat_upon, vat_within

ZERO = Decimal(0)
GROSS = "from_total_with_vat"


@dataclass(frozen=True)
class Amounts:
    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat)

    def times(self, rate: Decimal) -> "Amounts":
        return Amounts(cents(self.net * rate), cents(self.vat * rate))


def split(priced: Decimal, rate: Decimal, mode: str) -> Amounts:
    """A rounded sum of prices as net and VAT: VAT out of it, or upon it."""
    if mode == GROSS:
        vat = vat_within(priced, rate)
        return Amounts(priced - vat, vat)
    return Amounts(priced, vat_upon(priced, rate))


def units(price: Decimal, rate: Decimal, mode: str) -> tuple[Decimal, Decimal]:
    """Unit price without and with VAT; both are the price itself at rate 0."""
    if not rate:
        return price, price
    if mode == GROSS:
        return cents(price * HUNDRED / (HUNDRED + rate)), price
    return price, cents(price * (HUNDRED + rate) / HUNDRED)


def by_rate(lines: Iterable[tuple[Decimal, Decimal]], mode: str, rounding: str) -> dict[Decimal, Amounts]:
    """Pairs (rate, line's price times quantity, rounded) -> net and VAT of each rate, in order of appearance."""
    priced: dict[Decimal, list[Decimal]] = {}
    for rate, total in lines:
        priced.setdefault(rate, []).append(total)
    if rounding == "line":
        return {rate: sum((split(total, rate, mode) for total in totals), Amounts()) for rate, totals in priced.items()}
    return {rate: split(sum(totals, ZERO), rate, mode) for rate, totals in priced.items()}

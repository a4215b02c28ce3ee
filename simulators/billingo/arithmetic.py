"""How Billingo makes totals out of items (sheet section 5): each item net or gross, as it says itself.

A gross price stays what it was: VAT is taken out of price times quantity. The order of rounding is not documented, so
it is a setting: every line to the currency's unit (the usual Hungarian way), or the VAT of each rate together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import CENT, HUNDRED, cents, number, vat_upon, vat_within

ZERO, ONE = Decimal(0), Decimal(1)
STEPS = {"none": ZERO, "one": ONE, "five": Decimal(5), "ten": Decimal(10)}


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


@dataclass(frozen=True)
class Line:
    """One item: what was sent, and its amounts to the unit of the currency."""

    given: Mapping[str, Any]
    amounts: Amounts

    @property
    def vat(self) -> str:
        return str(self.given["vat"])


def percent(vat: str) -> Decimal:
    """`9,5%` is nine and a half; codes carry no VAT."""
    return (number(vat.removesuffix("%").replace(",", ".")) or ZERO) if vat.endswith("%") else ZERO


def line(given: Mapping[str, Any], unit: Decimal = CENT, discount: Decimal = ZERO) -> Line:
    """An item's amounts, less the document's discount in percent."""
    full = (number(given["unit_price"]) or ZERO) * (number(given["quantity"]) or ZERO)
    priced, rate = cents(full * (HUNDRED - discount) / HUNDRED, unit), percent(str(given["vat"]))
    if given["unit_price_type"] == "gross":
        vat = vat_within(priced, rate, unit)
        return Line(given, Amounts(priced - vat, vat))
    return Line(given, Amounts(priced, vat_upon(priced, rate, unit)))


def net_unit(given: Mapping[str, Any]) -> Decimal:
    """The unit price without VAT, for showing."""
    price = number(given["unit_price"]) or ZERO
    if given["unit_price_type"] == "net":
        return price
    return cents(price * HUNDRED / (HUNDRED + percent(str(given["vat"]))), Decimal("0.000001"))


def by_rate(lines: Iterable[Line], rounding: str, unit: Decimal = CENT) -> dict[str, Amounts]:
    """VAT code -> its amounts; with rounding `rate` the VAT is made of the sum of each code and each price basis."""
    sums: dict[str, Amounts] = {}
    if rounding == "line":
        for one in lines:
            sums[one.vat] = sums.get(one.vat, Amounts()) + one.amounts
        return sums
    for (vat, basis), priced in _priced(lines).items():
        made = line({"unit_price": priced, "quantity": ONE, "unit_price_type": basis, "vat": vat}, unit)
        sums[vat] = sums.get(vat, Amounts()) + made.amounts
    return sums


def rounded(total: Decimal, how: str) -> Decimal:
    """The payable end total by settings.round; cash in forints goes to fives."""
    step = STEPS[how]
    return cents(total / step, ONE) * step if step else total


def _priced(lines: Iterable[Line]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for one in lines:
        basis = str(one.given["unit_price_type"])
        priced = one.amounts.gross if basis == "gross" else one.amounts.net
        sums[one.vat, basis] = sums.get((one.vat, basis), ZERO) + priced
    return sums

"""How Fakturownia makes totals out of lines, as far as it is known (sheet section 5; the rest is our reading of it)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import HUNDRED, cents, number, vat_upon, vat_within

ZERO = Decimal(0)


@dataclass(frozen=True)
class Strategy:
    """calculating_strategy: how a line and how the document is computed."""

    position: str = "default"
    sum: str = "sum"

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> "Strategy":
        given = given or {}
        return cls(given.get("position") or "default", given.get("sum") or "sum")

    @property
    def from_gross(self) -> bool:
        """Whether the document's VAT is taken out of the gross sum of a rate."""
        return self.sum == "keep_gross" or (self.sum == "sum" and self.position == "keep_gross")


@dataclass(frozen=True)
class Amounts:
    net: Decimal = ZERO
    vat: Decimal = ZERO
    gross: Decimal = ZERO

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.gross + other.gross)


def percent(tax: object) -> Decimal:
    """The words (zw, np, oo, disabled) carry no VAT."""
    return number(tax) or ZERO


def line_amounts(gross: Decimal, tax: object, strategy: Strategy) -> Amounts:
    """keep_gross leaves the line's gross alone; default goes over the net and may miss it by a grosz."""
    rate = percent(tax)
    net = cents(gross - gross * rate / (HUNDRED + rate))
    if strategy.position == "keep_gross":
        vat = vat_within(gross, rate)
        return Amounts(gross - vat, vat, gross)
    vat = vat_upon(net, rate)
    return Amounts(net, vat, net + vat)


def document_amounts(lines: Iterable[tuple[str, Amounts]], strategy: Strategy) -> Amounts:
    """Per rate, then together."""
    rates: dict[str, Amounts] = {}
    for tax, amounts in lines:
        rates[tax] = rates.get(tax, Amounts()) + amounts
    return sum((_rate_amounts(amounts, percent(tax), strategy) for tax, amounts in rates.items()), Amounts())


def discounted(gross: Decimal, line: Mapping[str, Any], kind: str | None) -> Decimal:
    """A line after its discount; the caller leaves `kind` out when the document shows none (then it is dropped)."""
    if kind == "amount":
        return gross - (number(line.get("discount")) or ZERO)
    if kind:
        return cents(gross * (HUNDRED - (number(line.get("discount_percent")) or ZERO)) / HUNDRED)
    return gross


def _rate_amounts(lines: Amounts, rate: Decimal, strategy: Strategy) -> Amounts:
    if strategy.from_gross:
        vat = vat_within(lines.gross, rate)
        return Amounts(lines.gross - vat, vat, lines.gross)
    vat = vat_upon(lines.net, rate)
    return Amounts(lines.net, vat, lines.net + vat)

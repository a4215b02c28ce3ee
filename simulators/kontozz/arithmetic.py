"""The simulator's own sums: nothing is known of the system's, so both bases and both ways of rounding VAT are here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import cents, number, vat_upon, vat_within

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Amounts:
    net: Decimal = NOTHING
    vat: Decimal = NOTHING
    gross: Decimal = NOTHING

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.gross + other.gross)

    def __neg__(self) -> "Amounts":
        return Amounts(-self.net, -self.vat, -self.gross)

    def shown(self) -> dict[str, Decimal]:
        return {"net": self.net, "vat_amount": self.vat, "gross": self.gross}


@dataclass(frozen=True)
class Reckoning:
    """How a document is added up."""

    unit: Decimal
    price_mode: str
    vat_rounding: str

    def line(self, item: Mapping[str, Any]) -> Amounts:
        return self.of(cents(value(item["quantity"]) * value(item["unit_price"]), self.unit), item["vat"])

    def of(self, amount: Decimal, vat: str) -> Amounts:
        """A sum in the document's basis with its VAT."""
        if self.price_mode == "gross":
            inside = vat_within(amount, percent(vat), self.unit)
            return Amounts(amount - inside, inside, amount)
        upon = vat_upon(amount, percent(vat), self.unit)
        return Amounts(amount, upon, amount + upon)

    def by_rate(self, items: Iterable[Mapping[str, Any]]) -> dict[str, Amounts]:
        rates: dict[str, Amounts] = {}
        for item in items:
            rates[item["vat"]] = rates.get(item["vat"], Amounts()) + self.line(item)
        if self.vat_rounding == "line":
            return rates
        return {vat: self.of(sums.gross if self.price_mode == "gross" else sums.net, vat)
                for vat, sums in rates.items()}  # fmt: skip


def total(rates: Mapping[str, Amounts]) -> Amounts:
    return sum(rates.values(), Amounts())


def percent(vat: str) -> Decimal:
    """The codes carry none."""
    return number(vat) or NOTHING


def value(given: Any) -> Decimal:
    return number(given) or NOTHING

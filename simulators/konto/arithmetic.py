"""How Konto's totals come about: unit prices without VAT, VAT by code, the total in the currency's smallest unit.

The API page is silent about rounding; its example of 1690 at 24 % with the amount 2095.6 shows net prices and a gross
amount. Nothing is rounded before the end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import HUNDRED, cents, number

NOTHING = Decimal(0)
# Currencies without decimals in use.
WHOLE = ("ISK", "JPY", "KRW", "VND")


@dataclass(frozen=True)
class Amounts:
    net: Decimal = NOTHING
    vat: Decimal = NOTHING
    discount: Decimal = NOTHING

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.discount + other.discount)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True)
class Reckoning:
    """The settings that decide: percentages by code, and whether unit prices contain VAT."""

    percents: Mapping[str, Decimal]
    price_mode: str = "net"

    def line(self, given: Mapping[str, Any], document: Mapping[str, Any]) -> Amounts:
        """A line after its own discount and the document's."""
        full = value(given["qty"]) * value(given["unit_price"])
        left = reduced(full, given.get("discount"), given.get("discount_type"))
        if is_on(document.get("is_discount")) and is_on(document.get("discount_type")):
            left = reduced(left, document.get("discount_value"), 1)
        percent = self.percents[given["tax"]]
        if self.price_mode == "gross":
            vat = left * percent / (HUNDRED + percent)
            return Amounts(left - vat, vat, full - left)
        return Amounts(left, left * percent / HUNDRED, full - left)


def totals(lines: Iterable[Amounts], document: Mapping[str, Any]) -> Amounts:
    """Sums of the lines, less an amount off the whole document, which takes its share of every rate."""
    sums = sum(lines, Amounts())
    off = value(document.get("discount_value"))
    if not is_on(document.get("is_discount")) or is_on(document.get("discount_type")) or not off or not sums.net:
        return sums
    share = (sums.net - off) / sums.net
    return Amounts(sums.net * share, sums.vat * share, sums.discount + off)


def total(sums: Amounts, document: Mapping[str, Any]) -> Decimal:
    """What is to be paid, in the smallest unit of the currency, the fee of the payment included."""
    return in_units(sums.gross + value(document.get("payment_fee")), str(document["currency"]))


def in_units(amount: Decimal, currency: str) -> Decimal:
    return cents(amount, Decimal(1) if currency in WHOLE else Decimal("0.01"))


def printed(amount: Decimal, currency: str) -> str:
    """As the dashboard writes money: text."""
    return f"{in_units(amount, currency):f}"


def reduced(amount: Decimal, discount: Any, kind: Any) -> Decimal:
    """discount_type 1 is percent, 0 an amount off the line."""
    off = value(discount)
    return amount * (HUNDRED - off) / HUNDRED if is_on(kind) else amount - off


def value(given: Any) -> Decimal:
    return number(given) or NOTHING


def is_on(flag: Any) -> bool:
    return flag in (1, "1")

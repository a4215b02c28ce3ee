"""What a document comes to: prices and quantities cut to two decimals (recorded), VAT by the sum of each rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import HUNDRED, cents, number, vat_upon, vat_within

NOTHING = Decimal(0)
# Freight and administration fee are header charges with the account's VAT.
CHARGE_RATE = Decimal(25)


@dataclass(frozen=True)
class Sums:
    """Of one document; `gross` is the rows before header charges, as priced."""

    gross: Decimal
    net: Decimal
    vat: Decimal
    total: Decimal
    round_off: Decimal

    @property
    def to_pay(self) -> Decimal:
        return self.total + self.round_off


def row_total(row: Mapping[str, Any]) -> Decimal:
    """In the document's own price basis."""
    amount = row["Price"] * Decimal(row["DeliveredQuantity"])
    if row["DiscountType"] == "AMOUNT":
        return cents(amount - row["Discount"])
    return cents(amount - amount * row["Discount"] / HUNDRED)


def without_vat(amount: Decimal, rate: Decimal, included: bool) -> Decimal:
    return amount - vat_within(amount, rate) if included else amount


def sums(rows: Iterable[Mapping[str, Any]], charges: Decimal, charge_rate: Decimal, included: bool,
         whole: bool) -> Sums:  # fmt: skip
    """`charges` carry `charge_rate`; `whole` rounds what is to be paid to whole kronor (oresavrundning)."""
    by_rate: dict[Decimal, Decimal] = {}
    gross = NOTHING
    for row in rows:
        gross += row["Total"]
        by_rate[row["VAT"]] = by_rate.get(row["VAT"], NOTHING) + row["Total"]
    by_rate[charge_rate] = by_rate.get(charge_rate, NOTHING) + charges
    vats = [vat_within(amount, rate) if included else vat_upon(amount, rate) for rate, amount in by_rate.items()]
    vat, priced = sum(vats, NOTHING), gross + charges
    total = priced if included else priced + vat
    rounding = cents(total, Decimal(1)) - total if whole else NOTHING
    return Sums(gross, total - vat, vat, total, rounding)


def two_decimals(value: object) -> Decimal:
    return cents(number(value) or NOTHING)


def plain(value: Decimal) -> str:
    """As Fortnox writes a quantity: no zeros behind."""
    return f"{value.normalize():f}" if value else "0"


def as_number(value: Decimal) -> int | float:
    """JSON numbers: whole ones without a point. A float prints the shortest digits that read back the same."""
    return int(value) if value == value.to_integral_value() else float(value)


def ocr(serial: int) -> str:
    """The payment reference: the number, the length of the whole, and a Luhn digit (recorded: 32 -> 3244)."""
    digits = f"{serial}{(len(str(serial)) + 2) % 10}"
    odd = [int(digit) * 2 for digit in digits[::-2]]
    total = sum(digit - 9 if digit > 9 else digit for digit in odd) + sum(int(digit) for digit in digits[-2::-2])
    return f"{digits}{-total % 10}"

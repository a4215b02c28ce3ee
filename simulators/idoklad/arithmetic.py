"""How iDoklad computes: line by line, then per rate, then the rounding line (sheet section 5, the SDK's vectors)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulators.idoklad.codebooks import ZERO
from simulators.money import HUNDRED, cents, vat_upon, vat_within

NOTHING = Decimal(0)
NORMAL, ROUNDING, REDUCTION = 0, 1, 2
WITH_VAT, WITHOUT_VAT, ONLY_BASE = 0, 1, 2


@dataclass(frozen=True)
class Amounts:
    """Net, VAT and gross in the document's currency."""

    net: Decimal = NOTHING
    vat: Decimal = NOTHING
    gross: Decimal = NOTHING

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.gross + other.gross)


@dataclass(frozen=True)
class Exchange:
    """How the home currency's figures (names ending in Hc) come about."""

    rate: Decimal = Decimal(1)
    units: Decimal = Decimal(1)

    def home(self, amount: Decimal) -> Decimal:
        return cents(amount * self.rate / self.units)


@dataclass
class Line:
    """One item: what was sent, its rate, and its amounts before and after the discount."""

    given: dict[str, Any]
    rate: Decimal
    percent: Decimal = NOTHING
    before: Amounts = field(default_factory=Amounts)
    after: Amounts = field(default_factory=Amounts)

    @property
    def kind(self) -> int:
        return int(self.given.get("ItemType") or NORMAL)


def line_of(given: Mapping[str, Any], rate: Decimal, document_discount: Decimal = NOTHING) -> Line:
    """An item's own discount goes before the document's."""
    percent = _decimal(given.get("DiscountPercentage")) or document_discount
    line = Line(dict(given), rate, percent)
    total = _decimal(given["Amount"]) * _decimal(given["UnitPrice"])
    price_type = given.get("PriceType") or WITH_VAT
    line.before = _amounts(total, price_type, rate)
    line.after = _amounts(total * (HUNDRED - percent) / HUNDRED, price_type, rate)
    return line


def summary(lines: Sequence[Line]) -> list[tuple[int, Decimal, Amounts]]:
    """(rate type, percent, sums), a row for each, in order of appearance."""
    rows: dict[tuple[int, Decimal], Amounts] = {}
    for line in lines:
        kind = (int(line.given.get("VatRateType") or 0), line.rate)
        rows[kind] = rows.get(kind, Amounts()) + line.after
    return [(kind, percent, amounts) for (kind, percent), amounts in rows.items()]


def total(lines: Sequence[Line]) -> Amounts:
    return sum((line.after for line in lines), Amounts())


def rounding_line(lines: Sequence[Line], unit: Decimal | None, name: str = "Zaokrouhlení") -> Line | None:
    """The server's own line that brings the total to the unit, outside VAT."""
    if unit is None:
        return None
    gross = total(lines).gross
    missing = (gross / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit - gross
    if not missing:
        return None
    given = {"Name": name, "Amount": Decimal(1), "UnitPrice": missing, "PriceType": ONLY_BASE, "VatRateType": ZERO,
             "ItemType": ROUNDING, "IsTaxMovement": False, "Unit": "", "Code": ""}  # fmt: skip
    return line_of(given, NOTHING)


def line_prices(line: Line, exchange: Exchange) -> dict[str, Any]:
    before, after = line.before, line.after
    return {
        "TotalWithVatBeforeDiscount": before.gross, "TotalWithoutVatBeforeDiscount": before.net,
        "TotalVatBeforeDiscount": before.vat, **_figures(after, exchange),
        "UnitPrice": _decimal(line.given["UnitPrice"]),
    }  # fmt: skip


def document_prices(lines: Sequence[Line], exchange: Exchange, paid: Decimal) -> dict[str, Any]:
    """The rounding line counts in the totals, not in what the discount is measured by."""
    real = [line for line in lines if line.kind != ROUNDING]
    undiscounted = sum((line.before.gross for line in real), NOTHING)
    rows = [{"VatRateType": kind, "VatRate": percent, **_figures(amounts, exchange)}
            for kind, percent, amounts in summary(lines)]  # fmt: skip
    return {
        "TotalDiscountAmount": total(real).gross - undiscounted, "TotalWithoutDiscount": undiscounted,
        "TotalPaid": paid, "TotalPaidHc": exchange.home(paid), **_figures(total(lines), exchange),
        "VatRateSummary": rows,
    }  # fmt: skip


def _figures(amounts: Amounts, exchange: Exchange) -> dict[str, Any]:
    return {
        "TotalWithoutVat": amounts.net, "TotalWithoutVatHc": exchange.home(amounts.net),
        "TotalVat": amounts.vat, "TotalVatHc": exchange.home(amounts.vat),
        "TotalWithVat": amounts.gross, "TotalWithVatHc": exchange.home(amounts.gross),
    }  # fmt: skip


def _amounts(amount: Decimal, price_type: int, rate: Decimal) -> Amounts:
    rounded = cents(amount)
    if price_type == ONLY_BASE:
        return Amounts(rounded, NOTHING, rounded)
    if price_type == WITH_VAT:
        vat = vat_within(rounded, rate)
        return Amounts(rounded - vat, vat, rounded)
    vat = vat_upon(rounded, rate)
    return Amounts(rounded, vat, rounded + vat)


def _decimal(value: Any) -> Decimal:
    return Decimal(value or 0)

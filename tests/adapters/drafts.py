"""Drafts that add up, for every adapter's tests."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from schemas.document import (
    Address,
    Draft,
    Kind,
    LineItem,
    Party,
    Payment,
    Preceding,
    Seller,
    TaxBreakdown,
    Totals,
    reference_of,
)

SELLER = Seller("Sklep Sp. z o.o.", "PL", vat_id="PL5252445767", timezone="Europe/Warsaw")
PERSON = Party(
    "Zofia Kanarek", Address("ul. Kanarkowa 7", "", "Kanarkowo", "00-001", "", "PL"),
    first_name="Zofia", last_name="Kanarek", email="zofia.kanarek@example.test", phone="+48 600 700 800",
)  # fmt: skip
FIRM = Party(
    "Kowal Sp. z o.o.", Address("ul. Prosta 1", "lok. 2", "Warszawa", "00-838", "", "PL"),
    company="Kowal Sp. z o.o.", vat_id="PL5252445767", email="biuro@example.test",
)  # fmt: skip
PAID = Payment("48", "stripe", "Card", date(2026, 11, 20), "ch_1")
UNPAID = Payment("30", "bacs", "Bank transfer")
TODAY = date(2026, 11, 21)
ZERO = Decimal(0)
_orders = itertools.count(1)
_run = secrets.token_hex(4)


def _unit(amount: Decimal, count: Decimal) -> Decimal:
    return (amount / count).quantize(Decimal("0.000001"), ROUND_HALF_UP) if count else ZERO


def line(
    name: str, quantity: str, gross: str, rate: str | None = "23", category: str = "S", source: str = "", sku: str = ""
) -> LineItem:
    """One line from its gross, VAT taken out of it."""
    total, count = Decimal(gross), Decimal(quantity)
    percent = Decimal(rate or 0)
    vat = (total * percent / (100 + percent)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return LineItem(
        id=name, source=source or f"line_item:{name}", name=name, quantity=count,
        unit_net=_unit(total - vat, count), unit_gross=_unit(total, count), vat_category=category,
        vat_rate=None if rate is None else percent, net=total - vat, vat=vat, gross=total, sku=sku,
    )  # fmt: skip


CUPS = (line("Cup", "2", "123.00"), line("Delivery", "1", "12.30", source="shipping:1"))
MIXED = (
    line("Cup", "3", "59.97"), line("Book", "1", "31.50", "5"), line("Tea", "2.5", "20.17", "8"),
    line("Discount", "-1", "-10.00", source="fee:9"),
)  # fmt: skip


@dataclass(frozen=True)
class Home:
    """Where the seller of the drafts is at home: its currency, another one, and the rates that 23, 8 and 5 % become
    there, for systems that know their own country's rates only."""

    seller: Seller = SELLER
    currency: str = "PLN"
    foreign: str = "EUR"
    rates: Mapping[str, str] = field(default_factory=dict)

    def rated(self, entry: LineItem) -> LineItem:
        """The same line and the same gross at this country's rate."""
        here = self.rates.get(str(entry.vat_rate)) if entry.vat_category == "S" else None
        if here is None:
            return entry
        told = line(entry.name, str(entry.quantity), str(entry.gross), here)
        return replace(entry, vat_category="S" if Decimal(here) else "Z", vat_rate=told.vat_rate, net=told.net,
                       vat=told.vat, unit_net=told.unit_net)  # fmt: skip


POLAND = Home()
CZECHIA = Home(
    Seller("Obchod s.r.o.", "CZ", vat_id="CZ25568736", oss=True, timezone="Europe/Prague"), currency="CZK",
    rates={"23": "21", "8": "12", "5": "0"},
)  # fmt: skip
SWEDEN = Home(
    Seller("Butiken AB", "SE", vat_id="SE556036079301", oss=True, timezone="Europe/Stockholm"), currency="SEK",
    rates={"23": "25", "8": "12", "5": "6"},
)  # fmt: skip
HUNGARY = Home(
    Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest"), currency="HUF",
    rates={"23": "27", "8": "18", "5": "5"},
)  # fmt: skip
_home = [POLAND]


@contextmanager
def at(home: Home) -> Iterator[None]:
    """Inside the block drafts are this seller's."""
    _home.append(home)
    try:
        yield
    finally:
        _home.pop()


def draft(
    kind: Kind = Kind.INVOICE, lines: Sequence[LineItem] = CUPS, *, order: str = "", counter: str = "1",
    buyer: Party = PERSON, payment: Payment = PAID, currency: str = "", rounding: str = "0", reason: str = "",
    oss: bool = False, language: str = "pl", note: str = "", basis: str = "gross", exempt: str = "",
) -> Draft:  # fmt: skip
    """A draft whose totals are those of its lines; every call without `order` is another order."""
    home, order = _home[-1], order or f"{_run}{next(_orders)}"
    lines = [home.rated(entry) for entry in lines]
    rows = _rows(lines, exempt)
    return Draft(
        kind=kind, counter=counter, reference=reference_of("shop", order, kind, counter), order_id=order,
        order_number=f"W-{order}", currency=currency or home.currency, decimals=2, basis=basis, seller=home.seller,
        buyer=buyer,
        lines=tuple(lines), breakdown=rows, totals=_totals(rows, payment, kind, Decimal(rounding)), issue_date=TODAY,
        tax_point=payment.paid_on, due_date=TODAY + timedelta(14), payment=payment, oss=oss, language=language,
        note=note, reason=reason,
    )  # fmt: skip


def credit_of(invoice: Draft, lines: Sequence[LineItem], counter: str = "9001") -> Draft:
    """A credit note of an invoice's draft; amounts positive, as everywhere above the wire."""
    note = draft(Kind.CREDIT_NOTE, lines, order=invoice.order_id, counter=counter, buyer=invoice.buyer,
                 payment=UNPAID, reason="Return", currency=invoice.currency)  # fmt: skip
    return replace(note, preceding=Preceding(invoice.reference), refund_id=counter)


def _rows(lines: Sequence[LineItem], exempt: str) -> tuple[TaxBreakdown, ...]:
    groups = dict.fromkeys((entry.vat_category, entry.vat_rate) for entry in lines)
    return tuple(_row(lines, category, rate, exempt) for category, rate in groups)


def _row(lines: Sequence[LineItem], category: str, rate: Decimal | None, exempt: str) -> TaxBreakdown:
    group = [entry for entry in lines if (entry.vat_category, entry.vat_rate) == (category, rate)]
    net, vat = sum((entry.net for entry in group), ZERO), sum((entry.vat for entry in group), ZERO)
    return TaxBreakdown(category, rate, net, vat, net + vat, reason=exempt if category == "E" else "")


def _totals(rows: Sequence[TaxBreakdown], payment: Payment, kind: Kind, rounding: Decimal) -> Totals:
    net, vat = sum((row.taxable for row in rows), ZERO), sum((row.vat for row in rows), ZERO)
    paid = net + vat + rounding if payment.paid_on and kind is Kind.INVOICE else ZERO
    return Totals(net, vat, net + vat, paid, rounding, net + vat + rounding - paid)

"""Fortnox's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from adapters.exchange import RATES, fixed_rate
from adapters.payloads.fortnox_articles import unit
from adapters.payloads.fortnox_books import printable
from adapters.payloads.fortnox_countries import country_name
from adapters.payloads.fortnox_told import AS_ORDER
from adapters.styles import STYLES
from adapters.wire import Position, encode
from adapters.words import cash_rounding, filled, number_text
from schemas.document import Draft, Kind, LineItem, Party
from schemas.errors import Permanent

SYSTEM = "fortnox"
BOOKED, UNBOOKED = "booked", "draft"
#: Sheet section 3 and measurements named there.
DESCRIPTION, REMARKS, REFERENCE, ORDER_NUMBER, STREET = 255, 1024, 50, 30, 60
FOREIGN_RATE = ("Fortnox's rows take whole VAT percentages alone (25, 12, 6): issue this document by hand, or with a "
                "system that knows the other country's rate.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """How one sort of documents is called: path, wrapper, rows, the quantity and the day in it."""

    path: str
    name: str
    rows: str
    quantity: str
    day: str


INVOICES = Shape("/invoices", "Invoice", "InvoiceRows", "DeliveredQuantity", "InvoiceDate")
ORDERS = Shape("/orders", "Order", "OrderRows", "OrderedQuantity", "OrderDate")


@dataclass(frozen=True, slots=True)
class Given:
    """What the company has for a draft: the customer's number, articles by SKU, unit codes."""

    customer: str
    articles: Mapping[str, str] = field(default_factory=dict)
    units: frozenset[str] = frozenset()


def shape_of(kind: Kind, options: Mapping[str, str]) -> Shape:
    """Fortnox has no proforma: it is an order, and so is an invoice where the account or route wants orders."""
    as_order = kind is Kind.INVOICE and options.get("document") == AS_ORDER
    return ORDERS if kind is Kind.PROFORMA or as_order else INVOICES


def days(draft: Draft, shape: Shape) -> dict[str, Any]:
    """The due day is never before the issue day; an order has none."""
    supplied = draft.delivery_date or draft.tax_point
    due = max(draft.due_date, draft.issue_date) if draft.due_date else None
    return {
        shape.day: draft.issue_date.isoformat(), "DeliveryDate": supplied.isoformat() if supplied else None,
        "DueDate": due.isoformat() if due and shape is INVOICES else None,
    }  # fmt: skip


def billed(buyer: Party) -> dict[str, Any]:
    """This order's own name and address on the document, whatever the card says; null empties a field, "" would leave
    the card's (recorded)."""
    place = buyer.address
    return {
        "CustomerName": buyer.name or "?", "Address1": place.street or None, "Address2": place.street2 or None,
        "ZipCode": place.postcode or None, "City": place.city or None, "Country": country_name(place.country),
        "Phone1": buyer.phone or None,
    }  # fmt: skip


def delivered(party: Party | None) -> dict[str, Any]:
    names = ("DeliveryName", "DeliveryAddress1", "DeliveryAddress2", "DeliveryZipCode", "DeliveryCity",
             "DeliveryCountry")  # fmt: skip
    if party is None:
        return dict.fromkeys(names)
    place = party.address
    told = (party.name, place.street[:STREET], place.street2, place.postcode, place.city, country_name(place.country))
    return {name: text or None for name, text in zip(names, told, strict=True)}


def persons(draft: Draft) -> dict[str, Any]:
    """Who of a firm ordered, and where the document is mailed to when it is sent."""
    buyer = draft.buyer
    person = f"{buyer.first_name} {buyer.last_name}".strip() if buyer.is_company else ""
    return filled({
        "YourReference": person[:REFERENCE] or None,
        "EmailInformation": {"EmailAddressTo": buyer.email} if buyer.email else None,
    })  # fmt: skip


def currency(draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """The account's own fixed rate where it has one; otherwise Fortnox takes that of its currency list."""
    fixed = f"{draft.currency} " in options.get(RATES.name, "")
    rate = {"CurrencyRate": fixed_rate(options, draft.currency, SYSTEM), "CurrencyUnit": 1} if fixed else {}
    return {"Currency": draft.currency, **rate}


def settings(options: Mapping[str, str]) -> dict[str, Any]:
    """What the account's options say of every document."""
    names = {"terms_of_payment": "TermsOfPayment", "our_reference": "OurReference", "print_template": "PrintTemplate",
             "cost_center": "CostCenter", "project": "Project"}  # fmt: skip
    return {name: options[option] for option, name in names.items() if options.get(option)}


def language(draft: Draft, options: Mapping[str, str]) -> str:
    """Swedish or English."""
    return "SV" if draft.language[:2].lower() == "sv" else options.get("language") or "EN"


def second_reference(draft: Draft, options: Mapping[str, str], credited: str = "") -> str:
    """The number of the invoice that is credited, and the way that is not the usual one: whoever finds the document
    later, with what options ever, must know that nobody but a person books it."""
    way = options.get("document", BOOKED)
    said = (credited, way if way != BOOKED and draft.kind is not Kind.PROFORMA else "")
    return " ".join(filter(None, said))


WORDS = {"SV": ("Kredit av faktura", "Order"), "EN": ("Credit of invoice", "Order")}


def remarks(draft: Draft, options: Mapping[str, str], credited: str = "") -> str:
    """What is credited and why, the legal reasons of zero VAT, cash rounding, the shop's note: printed."""
    of = f"{WORDS[language(draft, options)][0]} {credited}" if credited else ""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    said = (of, draft.reason, *reasons, cash_rounding(draft), draft.note)
    return "\n".join(dict.fromkeys(filter(None, said)))[:REMARKS]


def rows(draft: Draft, given: Given, shape: Shape, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Gross unit prices, so that the total is the shopper's; what goes back has a negative quantity."""
    sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
    return [
        row(position, draft, given, shape, options, sign)
        for position in encode(draft, STYLES[SYSTEM], SYSTEM).positions
    ]


def row(
    position: Position, draft: Draft, given: Given, shape: Shape, options: Mapping[str, str], sign: int
) -> dict[str, Any]:
    """One row. A discount of the customer's card must not touch it: it says 0 of its own."""
    line, quantity = position.line, number_text(position.quantity * sign)
    return filled({
        "ArticleNumber": given.articles.get(line.sku) if line.sku else None, "Description": _cut(position),
        shape.quantity: quantity, "DeliveredQuantity": quantity, "Price": position.price,
        "VAT": percent(line, shape), "Unit": unit(line, given.units), "Discount": 0, "DiscountType": "PERCENT",
        "AccountNumber": account_of(line, draft, options),
    })  # fmt: skip


def percent(line: LineItem, shape: Shape) -> Any:
    """The rate; an invoice's row takes whole percentages. Raises Permanent VAT_RATE_UNKNOWN."""
    rate = line.vat_rate or Decimal(0)
    if rate == rate.to_integral_value():
        return int(rate)
    if shape is ORDERS:
        return rate
    words = f"Fortnox cannot say a VAT rate of {number_text(rate)} %."
    raise Permanent(words, system=SYSTEM, code="VAT_RATE_UNKNOWN", remedy=FOREIGN_RATE)


def account_of(line: LineItem, draft: Draft, options: Mapping[str, str]) -> int | None:
    """The sales account that the option `accounts` names: under OSS by country or OSS, at home by rate or by the
    category of a zero rate. None leaves it to the article, the customer's VAT type and Fortnox' defaults."""
    own = dict(re.findall(r"(\w+)=(\d{4})", options.get("accounts", "")))
    abroad = [country for country in draft.vat_countries if country != draft.seller.country] or [draft.buyer.country]
    keys = (abroad[0], "OSS") if draft.oss and line.vat_rate else (number_text(line.vat_rate or Decimal(0)),)
    keys = keys if line.vat_category == "S" else (line.vat_category,)
    found = next((own[key] for key in keys if key in own), None)
    return int(found) if found else None


def _cut(position: Position) -> str:
    """The name within its limit; the true quantity that stands behind it is kept."""
    name, rest = printable(position.line.name), position.name.removeprefix(position.line.name)
    return (name[: DESCRIPTION - len(rest)] + rest).strip() or "-"

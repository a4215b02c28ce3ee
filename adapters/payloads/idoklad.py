"""iDoklad's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.exchange import RATES, fixed_rate
from adapters.payloads.idoklad_told import REDUCTION, marked
from adapters.styles import Style
from adapters.wire import Position, encode
from adapters.words import filled
from schemas.document import Draft, Kind

SYSTEM = "idoklad"
Row = Mapping[str, Any]
#: Sheet section 4, `Code` of /PaymentOptions: transfer, cash, on delivery, card (P, elsewhere K), PayPal.
MEANS = {"10": ("H",), "30": ("B",), "58": ("B",), "48": ("P", "K"), "68": ("P", "K"), "97": ("Z",)}
METHODS = {"cod": ("D", "H"), "bacs": ("B",), "cheque": ("B",), "paypal": ("PP",), "ppcp-gateway": ("PP",)}
LANGUAGES = {"cs": 1, "sk": 2, "en": 3, "de": 4}
WORDS = {1: ("Objednávka", "Vrácení"), 2: ("Objednávka", "Vrátenie"), 4: ("Bestellung", "Rückgabe")}
UNITS = {"C62": "ks", "H87": "ks", "KGM": "kg", "MTR": "m", "HUR": "h"}
WITH_VAT, ZERO_RATE = 0, 2
#: What a body made by us takes over from a pre-filled one: settings of the agenda, never its lines or sums.
TAKEN = ("AccountNumber", "BankId", "Iban", "Swift", "ConstantSymbolId", "CreditedInvoiceId", "EetResponsibility",
         "IsEet", "IsIncomeTax", "ItemsTextPrefix", "ItemsTextSuffix", "NumericSequenceId", "DocumentSerialNumber",
         "VariableSymbol", "ProformaInvoices", "SalesPosEquipmentId", "VatOnPayStatus")  # fmt: skip
NAME, DESCRIPTION, CODE, ORDER_NUMBER = 200, 200, 20, 25


@dataclass(frozen=True, slots=True)
class Given:
    """What the agenda gives to a draft: a pre-filled body and ids out of its code lists. `rates` maps a percentage to
    its VatRateType; `own_address` says that the contact's address is not the order's."""

    prefilled: Row
    partner_id: int
    currency_id: int
    payment_id: int
    rates: Mapping[Decimal, int] = field(default_factory=dict)
    own_address: bool = False
    oss_country_id: int | None = None
    reverse_charge_id: int | None = None


def taken(draft: Draft, prefilled: Row) -> dict[str, Any]:
    """Only an invoice names the proforma that it settles."""
    names = TAKEN if draft.kind is Kind.INVOICE else set(TAKEN) - {"ProformaInvoices"}
    return {name: prefilled[name] for name in TAKEN if name in names and prefilled.get(name) not in (None, "", [])}


def described(draft: Draft, options: Mapping[str, str], *, unfinished: bool = False) -> str:
    """The order number for people, and our reference at the end, by which the document is found."""
    word, mark = WORDS.get(language(draft, options) or 0, ("Order",))[0], marked(draft.reference, unfinished)
    return f"{f'{word} {draft.order_number}'[: DESCRIPTION - len(mark) - 1]} {mark}"


def at_noon(day: date) -> str:
    """A day that stays the same day in every time zone (sheet section 4)."""
    return f"{day.isoformat()}T12:00:00.000"


def days(draft: Draft, given: Given) -> dict[str, Any]:
    """The due day is never before the issue day (sheet section 4); a paid invoice is paid with its creation, unless it
    was by its proforma."""
    taxing = draft.tax_point or draft.issue_date
    settled = settles(draft) and draft.kind is Kind.INVOICE and not given.prefilled.get("ProformaInvoices")
    paid = draft.payment.paid_on if settled else None
    credit = draft.kind is Kind.CREDIT_NOTE
    return {
        "DateOfIssue": at_noon(draft.issue_date),
        **dict.fromkeys(("DateOfTaxing", "DateOfVatApplication"), at_noon(taxing)),
        "DateOfMaturity": at_noon(max(draft.due_date or draft.issue_date, draft.issue_date)),
        "DateOfPayment": at_noon(paid) if paid else None,
        "DateOfVatClaim": at_noon(max(taxing, draft.issue_date)) if credit else None,
    }  # fmt: skip


def settles(draft: Draft) -> bool:
    """Nothing is left to pay."""
    return draft.totals.paid > 0 and draft.totals.due <= 0 and draft.payment.paid_on is not None


def items(draft: Draft, given: Given, style: Style) -> list[dict[str, Any]]:
    """Gross unit prices, so that the total is the shopper's; what is taken off has a negative price. A credit note has
    the signs of iDoklad's own pre-filled one (sheet section 4)."""
    sign = credit_sign(given.prefilled) if draft.kind is Kind.CREDIT_NOTE else 1
    return [item(position, draft, given, sign) for position in encode(draft, style, SYSTEM).positions]


def credit_sign(prefilled: Row) -> int:
    rows = [row for row in prefilled.get("Items") or () if row.get("ItemType") != REDUCTION]
    whole = sum((Decimal(str(row["Amount"])) * Decimal(str(row["UnitPrice"])) for row in rows), Decimal(0))
    return -1 if whole < 0 else 1


def item(position: Position, draft: Draft, given: Given, sign: int) -> dict[str, Any]:
    """A proforma's item knows neither a percentage nor a discount (sheet section 4)."""
    line, price = position.line, position.price * sign * (-1 if position.quantity < 0 else 1)
    rate = line.vat_rate or Decimal(0)
    more = {} if draft.kind is Kind.PROFORMA else {"VatRate": rate, "DiscountPercentage": 0}
    return filled({
        "Name": _cut(position), "Amount": abs(position.quantity), "UnitPrice": price, "PriceType": WITH_VAT,
        "VatRateType": given.rates[rate] if rate else ZERO_RATE, "IsTaxMovement": line.vat_category != "O",
        "Unit": UNITS.get(line.unit, ""), "Code": line.sku if 0 < len(line.sku) <= CODE else None, **more,
    })  # fmt: skip


def _cut(position: Position) -> str:
    """The name within its limit; the true quantity that stands behind it is kept."""
    name, rest = position.line.name, position.name.removeprefix(position.line.name)
    return (name[: NAME - len(rest)] + rest) or "-"


def reductions(draft: Draft, prefilled: Row) -> list[dict[str, Any]]:
    """The lines by which iDoklad takes a paid proforma off its invoice, as it made them but without their sums. A
    credit note has none: what was paid by the proforma goes back too."""
    if draft.kind is not Kind.INVOICE:
        return []
    rows = (row for row in prefilled.get("Items") or () if row.get("ItemType") == REDUCTION)
    return [filled({name: value for name, value in row.items() if name != "Prices"}) for row in rows]


def recount(payload: Row, given: Given) -> dict[str, Any]:
    """The same document to be calculated only (sheet section 5), without the lines that take a proforma off."""
    names = ("CurrencyId", "PaymentOptionId", "DateOfTaxing", "HasVatRegimeOss", "VatRatePeriods")
    told = ("Name", "Amount", "UnitPrice", "PriceType", "VatRateType", "VatRate", "DiscountPercentage")
    rows = [row for row in payload["Items"] if row.get("ItemType") != REDUCTION]
    return filled({
        **{name: payload.get(name) for name in names}, "VatRateCountryId": given.oss_country_id,
        "Items": [{"Id": at, **{name: row[name] for name in told if name in row}} for at, row in enumerate(rows, 1)],
    })  # fmt: skip


def note(draft: Draft, given: Given) -> str | None:
    """What the agenda prints anyway, the legal reasons of zero VAT, and the shop's note."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    return "\n".join(dict.fromkeys(filter(None, (given.prefilled.get("Note"), *reasons, draft.note)))) or None


def reason(draft: Draft, options: Mapping[str, str]) -> str:
    return draft.reason or WORDS.get(language(draft, options) or 0, ("", "Return"))[1]


def currency(draft: Draft, given: Given, options: Mapping[str, str]) -> dict[str, Any]:
    """The rate of the pre-filled body where that is in the same currency (a credit note has its invoice's); else the
    account's own fixed one, and without it iDoklad takes the day's (sheet section 4)."""
    names, prefilled = ("ExchangeRate", "ExchangeRateAmount"), given.prefilled
    if given.currency_id == prefilled.get("CurrencyId"):
        return {"CurrencyId": given.currency_id, **{name: prefilled.get(name) for name in names}}
    fixed = f"{draft.currency} " in options.get(RATES.name, "")
    rate = dict(zip(names, (fixed_rate(options, draft.currency, SYSTEM), 1), strict=True)) if fixed else {}
    return {"CurrencyId": given.currency_id, **rate}


def language(draft: Draft, options: Mapping[str, str]) -> int | None:
    return LANGUAGES.get(draft.language[:2].lower()) or LANGUAGES.get(options.get("language", ""))


def payment_option(draft: Draft, rows: Iterable[Row], options: Mapping[str, str], usual: int | None) -> Row | None:
    """How it is paid, by code; else, and for a credit note, as the pre-filled body has it. A way that rounds cash is
    taken only when the draft is rounded too, or when there is nothing to round (sheet section 5)."""
    known = list(rows)
    codes = () if draft.kind is Kind.CREDIT_NOTE else _codes(draft, options)
    ordered = [row for code in codes for row in known if row.get("Code") == code]
    ordered += [row for row in known if row["Id"] == usual] + known
    rounds, whole = bool(draft.totals.rounding), draft.totals.gross == draft.totals.gross.to_integral_value()
    fine = [row for row in ordered if bool(row.get("IsRounded")) is rounds or (whole and not rounds)]
    return next(iter(fine or ordered), None)


def _codes(draft: Draft, options: Mapping[str, str]) -> tuple[str, ...]:
    """The codes that say it, the account's own first."""
    own = dict(pair.split("=") for pair in options.get("payment_codes", "").replace(" ", "").split(",") if pair)
    payment = draft.payment
    return own.get(payment.method, ""), *METHODS.get(payment.method, ()), *MEANS.get(payment.means, ())

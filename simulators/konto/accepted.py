"""What Konto accepts: the fields of its API page, numbers also as text, flags as 0 and 1, days also without zeros.

https://konto.is/api/v1/document
"""

import re
from datetime import date
from typing import Any

from simulators.fields import Check, Faults, amount, one_of, text
from simulators.money import number

CURRENCIES = ("ISK", "EUR", "USD", "DKK", "NOK", "SEK", "JPY", "GBP", "AUD", "PLN", "CAD", "CHF", "CNY", "NZD", "MXN",
              "SGD", "HKD", "KRW", "TRY", "RUB", "INR", "VND", "BRL", "ZAR", "UAH", "CZK")  # fmt: skip
UNITS = ("C62", "KGS", "MTR", "LTR", "MTK", "MTQ", "TNE", "KWH", "DAY", "HUR", "MIN", "KTM")
TAXES = ("S", "AA", "Z")
E_INVOICE, NO_XML, PRINT = "2", "3", "4"
INVOICE_TYPE, CREDIT_TYPE = "invoice", "credit"
ACCOUNTING = ("Created", "Posted", "Skipped", "Error")
LONG = 65_535

NUMBER = amount(-999_999_999_999, "999999999999")
FLAG = one_of(0, 1, "0", "1")
SWITCHES = (1, "1")


def whole(value: Any, place: str) -> Faults:
    """An integer, or its digits as text."""
    found = number(value)
    if found is None or found != found.to_integral_value():
        yield place, "must be an integer"


def day(value: Any, place: str) -> Faults:
    """Y-m-d; 2017-5-20 will do."""
    if day_of(value) is None:
        yield place, "must be a date Y-m-d"


def day_or_nothing(value: Any, place: str) -> Faults:
    if value != "":
        yield from day(value, place)


def day_of(value: Any) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", value):
        return None
    try:
        return date(*(int(part) for part in value.split("-")))
    except ValueError:
        return None


def kennitala(value: Any, place: str) -> Faults:
    """Ten digits without a hyphen; more is not checked, the vendor's own examples are 1111111111 and the like."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{10}", value):
        yield place, "Vinsamlegast skrá rétta kennitölu"


OUTPUT = one_of(2, 3, 4, E_INVOICE, NO_XML, PRINT)
CUSTOMER: dict[str, Check] = {
    "guid": text(), "output_select": OUTPUT, "name": text(), "address": text(), "zip": text(), "city": text(),
    "registration_no": kennitala, "email": text(), "term": text(LONG), "photo": text(1_000_000), "due_date": whole,
    "settlement_date": whole, "trading_partner_id": text(), "phone_number": text(), "vat": text(),
    "lang": one_of("is", "en"), "currency": one_of(*CURRENCIES), "tax_exempt": FLAG, "is_claim": FLAG,
    "is_discount": FLAG,
}  # fmt: skip
CUSTOMER_REQUIRED = ("name",)
ITEM: dict[str, Check] = {
    "item_number": text(), "description": text(LONG), "uom": one_of(*UNITS), "tax": one_of(*TAXES),
    "unit_price": NUMBER, "category": text(), "active": FLAG,
}  # fmt: skip
ITEM_REQUIRED = ("description", "uom", "tax", "unit_price")
# The vendor's own example has "save" inside a line, where it means nothing.
LINE: dict[str, Check] = {
    "guid": text(), "item_number": text(), "description": text(LONG), "qty": NUMBER, "uom": one_of(*UNITS),
    "unit_price": NUMBER, "tax": one_of(*TAXES), "discount": NUMBER, "discount_type": FLAG, "add_new": FLAG,
    "save": FLAG,
}  # fmt: skip
LINE_REQUIRED = ("item_number", "description", "qty", "uom", "unit_price", "tax")

_SALE: dict[str, Check] = {
    "amount": NUMBER, "currency": one_of(*CURRENCIES), "description": text(LONG), "booking": text(LONG),
    "cost_provide": text(), "terms": text(LONG), "delivery_date": day_or_nothing, "trading_partner_id": text(),
    "is_claim": FLAG, "is_discount": FLAG, "discount_type": FLAG, "discount_value": NUMBER, "mark_paid": FLAG,
}  # fmt: skip
DATES: dict[str, Check] = {"issue_date": day, "due_date": day, "settlement_date": day}
INVOICE: dict[str, Check] = {
    **_SALE, **DATES, "type": one_of(INVOICE_TYPE, CREDIT_TYPE), "payment_fee": amount(0, "999999999999"),
    "files": text(),
    "save": FLAG,
}  # fmt: skip
INVOICE_REQUIRED = ("amount", "currency", *DATES, "type", "customer", "items")
SAVE_INVOICE: dict[str, Check] = {
    **_SALE, **DATES, "type": one_of(INVOICE_TYPE, CREDIT_TYPE), "create_type": one_of("user", "email"),
    "kennitala": kennitala, "email": text(),
}  # fmt: skip
ORDER: dict[str, Check] = {**_SALE, "settlement_date": whole, "kennitala": kennitala}
ORDER_REQUIRED = ("amount", "currency", "settlement_date", "booking", "items", "kennitala")
ACCOUNTING_CHANGE: dict[str, Check] = {"accounting_status": one_of(*ACCOUNTING), "accounting_message": text(LONG)}

"""The fields of the imagined profile and what each may hold; the package's docstring tells them in words."""

from typing import Any

from simulators.fields import Check, Faults, amount, day, each, ident, matching, one_of, table, text
from simulators.money import number

INVOICE, PROFORMA, STORNO, CORRECTION = "invoice", "proforma", "storno", "correction"
ISSUED, PAID, CANCELLED = "issued", "paid", "cancelled"
PERCENTS = ("27", "18", "5")
# Hungarian codes without VAT.
CODES = ("AAM", "TAM", "KBAET", "EAM", "EUFAD37", "EUFADE", "F.AFA", "ATK", "EUE", "EUT", "HO")
HIGHEST = 27
DOMESTIC_NUMBER = r"\d{8}-\d-\d\d"


def boolean(value: Any, place: str) -> Faults:
    if not isinstance(value, bool):
        yield place, "must be true or false"


def price(value: Any, place: str) -> Faults:
    yield from amount(0, "999999999999")(value, place)
    found = number(value)
    exponent = found.normalize().as_tuple().exponent if found is not None else 0
    if isinstance(exponent, int) and exponent < -6:
        yield place, "has more than 6 decimals"


MONEY = amount(-999_999_999_999, "999999999999")
CUSTOMER: dict[str, Check] = {
    "type": one_of("vat_payer", "vat_exempt", "private", "private_tax_number", "eva"), "name": text(200),
    "country": matching(r"[A-Z]{2}", "must be two capital letters"), "postcode": text(20), "city": text(100),
    "address": text(255), "email": matching(r"[^@\s]+@[^@\s]+", "must be an e-mail address"), "phone": text(50),
    "tax_number": text(30), "eu_tax_number": text(20),
}  # fmt: skip
CUSTOMER_REQUIRED = ("type", "name", "country", "postcode", "city", "address")
ITEM: dict[str, Check] = {
    "name": text(300), "quantity": MONEY, "unit": text(20), "unit_price": price, "vat": text(10), "sku": text(50),
    "comment": text(300),
}  # fmt: skip
ITEM_REQUIRED = ("name", "quantity", "unit", "unit_price", "vat")
DATES: dict[str, Check] = {"issue_date": day, "fulfilment_date": day, "due_date": day}
REQUIRED = ("block_id", "fulfilment_date", "due_date", "currency", "payment_method", "customer", "items")
_OWN: dict[str, Check] = {"order_id": text(100), "notes": text(2000)}
ITEMS = each(table(ITEM), 500)
DOCUMENT: dict[str, Check] = {
    **_OWN, **DATES, "block_id": ident, "company_id": ident, "format": one_of("paper", "electronic"),
    "order_number": text(50), "currency": matching(r"[A-Z]{3}", "must be a currency code"),
    "exchange_rate": amount(0), "payment_method": one_of("bank_transfer", "cash", "credit_card"), "paid": boolean,
    "language": one_of("hu", "en"), "related_id": ident, "oss": boolean, "price_mode": one_of("gross", "net"),
    "total": MONEY, "customer": table(CUSTOMER), "items": ITEMS,
}  # fmt: skip
STORNO_FIELDS: dict[str, Check] = {**_OWN, "issue_date": day}
CORRECTION_FIELDS: dict[str, Check] = {
    **_OWN, "issue_date": day, "fulfilment_date": day, "items": ITEMS, "total": MONEY
}  # fmt: skip
EMAIL_FIELDS: dict[str, Check] = {"email": CUSTOMER["email"]}

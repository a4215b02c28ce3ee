"""What Jortt accepts: every field of the vendor's description (swagger of 2026-05-05), and no other."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.fields import Check, Faults, amount, day, each, flag, matching, one_of, table, text
from simulators.jortt.errors import MISSING
from simulators.money import number

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
LANGUAGES = ("nl", "de", "en", "fr", "es")
SEND_METHODS = ("email", "peppol", "self")
PAYMENT_METHODS = ("pay_later", "direct_debit", "already_paid")
STATUSES = ("sent", "draft", "unpaid", "late", "paid")
CATEGORIES = ("exempt", "margin_goods_high", "travel_services_high")

uuid = matching(UUID, "is invalid")
email = matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "is invalid: must be an e-mail address")
emails = each(email)


def whole(value: Any, place: str) -> Faults:
    """A whole number of days or percent, as a number or its digits."""
    if isinstance(value, bool) or not re.fullmatch(r"\d+", str(value)):
        yield place, "is invalid: must be a whole number"


def amount_v2(value: Any, place: str) -> Faults:
    """{"amount": "22.00", "currency": "EUR"}, both required."""
    yield from _inside(value, place, {"amount": amount(), "currency": text(3)}, ("amount", "currency"))


def amount_v1(value: Any, place: str) -> Faults:
    yield from _inside(value, place, {"value": amount(), "currency": text(3)}, ("value", "currency"))


def vat_v2(value: Any, place: str) -> Faults:
    """A fraction, not a percentage: "0.21"; the category must be there, and may be null."""
    yield from _inside(value, place, {"value": fraction, "category": one_of(*CATEGORIES)}, ("value",))
    if isinstance(value, dict) and "category" not in value:
        yield f"{place}.category", MISSING


def fraction(value: Any, place: str) -> Faults:
    found = number(value)
    if found is None or not 0 <= found < 1:
        yield place, "is invalid: must be a fraction, 0.21 for 21 %"


def _inside(value: Any, place: str, fields: Mapping[str, Check], needed: tuple[str, ...]) -> Faults:
    yield from table(fields)(value, place)
    if isinstance(value, dict):
        yield from ((f"{place}.{name}", MISSING) for name in needed if value.get(name) is None)


LINE_V2: dict[str, Check] = {
    "description": text(10_000), "quantity": amount(), "amount": amount_v2, "vat": vat_v2, "ledger_account_id": uuid,
}  # fmt: skip
LINE_V1: dict[str, Check] = {
    "description": text(10_000), "number_of_units": amount(), "units": amount(), "amount_per_unit": amount_v1,
    "vat": amount(0, "99"), "vat_percentage": amount(0, "99"), "ledger_account_id": uuid,
}  # fmt: skip
DISCOUNT = table({"description": text(), "percentage": whole})
COMMON: dict[str, Check] = {
    "customer_id": uuid, "invoice_date": day, "tradename_id": uuid, "label_ids": each(uuid), "delivery_period": day,
    "delivery_period_end": day, "payment_term": whole, "net_amounts": flag, "send_method": one_of(*SEND_METHODS),
    "introduction": text(10_000), "remarks": text(10_000), "payment_method": one_of(*PAYMENT_METHODS),
    "discounts": each(DISCOUNT), "reference": text(),
}  # fmt: skip
EDIT_V2: dict[str, Check] = {**COMMON, "line_items": each(table(LINE_V2))}
EDIT_V1: dict[str, Check] = {
    **COMMON, "line_items": each(table(LINE_V1)), "invoice_marked_free_of_vat": flag,
}  # fmt: skip
CREATE_V2: dict[str, Check] = {**EDIT_V2, "sold_via_platform": flag}
CREATE_V1: dict[str, Check] = {**COMMON, "line_items": each(table(LINE_V1)), "sold_via_platform": flag}
NEEDED_V2 = ("description", "quantity", "amount", "vat")

CREDIT: dict[str, Check] = {"send_method": one_of(*SEND_METHODS)}
SEND: dict[str, Check] = {
    "send_method": one_of(*SEND_METHODS), "email_address_customer": email, "mail_subject": text(),
    "mail_body": text(65_535), "send_copy_to_me": flag, "cc_addresses": emails, "attachment_ids": each(text()),
    "attachment_mime_types": each(text()), "peppol_scheme_code": text(), "peppol_identifier": text(),
}  # fmt: skip
SEND_NEEDS = {"self": (), "email": ("email_address_customer", "mail_subject", "mail_body"),
              "peppol": ("peppol_scheme_code", "peppol_identifier")}  # fmt: skip
CUSTOMER: dict[str, Check] = {
    "is_private": flag, "customer_name": text(), "address_street": text(), "address_postal_code": text(20),
    "address_city": text(), "address_country_code": matching(r"[A-Z]{2}", "is invalid: must be two capital letters"),
    "address_extra_information": text(), "shift_vat": flag, "vat_number": text(20), "coc_number": text(30),
    "salutation": one_of("sir", "madam", "family"), "initials": text(), "first_name": text(), "last_name": text(),
    "date_of_birth": day, "citizen_service_number": text(), "attn": text(), "phonenumber": text(), "website": text(),
    "email": email, "cc_emails": emails, "email_salutation": text(), "additional_information": text(10_000),
    "payment_term": whole, "invoice_language": one_of(*LANGUAGES), "payment_method_invoice": one_of(*PAYMENT_METHODS),
    "reference": text(), "default_label_id": uuid, "default_ledger_account_id": uuid,
    "default_discount_description": text(), "default_discount_percentage": whole, "peppol_scheme_code": text(),
    "peppol_identifier": text(),
}  # fmt: skip
COMPANY_NEEDS = ("address_street", "address_postal_code", "address_city")
LABEL: dict[str, Check] = {"description": text()}
LABELS: dict[str, Check] = {"label_ids": each(uuid)}
ARCHIVED: dict[str, Check] = {"archived": flag}


def line_faults(lines: list[dict[str, Any]], version: int) -> Faults:
    """What each line must carry, in the shape of its version."""
    for index, line in enumerate(lines):
        place = f"line_items[{index}]"
        if version > 1:
            yield from ((f"{place}.{name}", MISSING) for name in NEEDED_V2 if line.get(name) in (None, ""))
            continue
        yield from ((f"{place}.{name}", MISSING) for name in ("description", "amount_per_unit") if not line.get(name))
        if line.get("number_of_units") is None and line.get("units") is None:
            yield f"{place}.number_of_units", MISSING
        if line.get("vat_percentage") is None and line.get("vat") is None:
            yield f"{place}.vat_percentage", MISSING


def decimal(value: Any) -> Decimal:
    """A number that a check has let through."""
    return number(value) or Decimal(0)

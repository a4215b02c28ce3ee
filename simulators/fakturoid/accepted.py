"""What Fakturoid accepts: every writable field of the sheet's section 3 and of the vendor's pages, and no other.

https://www.fakturoid.cz/api/v3/invoices, /subjects, /invoice-payments, /invoice-messages, /webhooks
"""

import re
from typing import Any

from simulators.fields import Check, Faults, amount, day, each, flag, ident, matching, one_of, table, text

TYPES = ("invoice", "proforma", "correction", "tax_document", "final_invoice")
FOLLOWUPS = ("final_invoice_paid", "final_invoice", "tax_document", "none")
LANGUAGES = ("cz", "sk", "en", "de", "fr", "it", "es", "ru", "pl", "hu", "ro")
METHODS = ("bank", "cash", "card", "cod", "paypal", "custom")
# Answers also know with_vat and numerical_with_vat, which are account settings and not to be sent (section 4).
PRICE_MODES = ("without_vat", "from_total_with_vat")
EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s.,]{2,}")

COUNTRY = matching(r"[A-Z]{2}|", "must be a country as two capital letters")
CURRENCY = matching(r"[A-Z]{3}", "must be a currency as three capital letters")
LONG = text(65_535)


def reference(value: Any, place: str) -> Faults:
    """A string; a whole number is taken too and comes back as its digits."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        yield place, "must be a string"
    else:
        yield from text()(str(value), place)


def whole(value: Any, place: str) -> Faults:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,4}", str(value)):
        yield place, "is not a number"


def percent(value: Any, place: str) -> Faults:
    for _ in amount(0, "100")(value, place):
        yield place, "is not included in the list"


def address(value: Any, place: str) -> Faults:
    """One e-mail address; an empty one means none."""
    if not isinstance(value, str) or (value and not EMAIL.fullmatch(value)):
        yield place, "Please check the email."


def data_url(value: Any, place: str) -> Faults:
    if not isinstance(value, str) or not re.match(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s]*\Z", value):
        yield place, "must be a data URL in base64"


LINE: dict[str, Check] = {
    "id": ident, "_destroy": flag, "name": text(65_535), "quantity": amount(), "unit_name": text(),
    "unit_price": amount(), "vat_rate": percent, "inventory_item_id": ident, "sku": text(),
}  # fmt: skip
CLIENT = ("name", "street", "city", "zip", "registration_no", "vat_no", "local_vat_no")
DELIVERY = ("name", "street", "city", "zip")

INVOICE: dict[str, Check] = {
    **{f"client_{name}": text() for name in CLIENT}, "client_country": COUNTRY, "client_has_delivery_address": flag,
    **{f"client_delivery_{name}": text() for name in DELIVERY}, "client_delivery_country": COUNTRY,
    "custom_id": reference, "document_type": one_of(*TYPES), "proforma_followup_document": one_of(*FOLLOWUPS),
    "correction_id": ident, "related_id": ident, "tax_document_ids": each(ident), "number": text(),
    "number_format_id": ident, "variable_symbol": matching(r"[0-9]{1,10}", "must be up to ten digits"),
    "subject_id": ident, "subject_custom_id": reference, "order_number": text(), "issued_on": day,
    "taxable_fulfillment_due": day, "due": whole, "note": LONG, "footer_note": LONG, "private_note": LONG,
    "tags": each(text()), "bank_account_id": ident, "bank_account": text(), "iban": text(), "swift_bic": text(),
    "iban_visibility": one_of("automatically", "always"), "hide_bank_account": flag,
    "payment_method": one_of(*METHODS), "custom_payment_method": text(20), "show_already_paid_note_in_pdf": flag,
    "paypal": flag, "gopay": flag, "currency": CURRENCY, "exchange_rate": amount(0), "language": one_of(*LANGUAGES),
    "transferred_tax_liability": flag, "supply_code": text(), "oss": one_of("disabled", "service", "goods"),
    "vat_price_mode": one_of(*PRICE_MODES), "round_total": flag,
    "attachments": each(table({"filename": text(), "data_url": data_url})), "lines": each(table(LINE)),
}  # fmt: skip

SETTING = one_of("inherit", "on", "off")
SUBJECT: dict[str, Check] = {
    "custom_id": reference, "type": one_of("customer", "supplier", "both"), "name": text(), "full_name": text(),
    "email": address, "email_copy": address, "phone": text(), "web": text(), "street": text(), "city": text(),
    "zip": text(), "country": COUNTRY, "has_delivery_address": flag,
    **{f"delivery_{name}": text() for name in DELIVERY}, "delivery_country": COUNTRY, "due": whole,
    "currency": CURRENCY, "language": one_of(*LANGUAGES), "private_note": LONG, "registration_no": text(),
    "vat_no": text(), "local_vat_no": text(), "legal_form": matching(r"[0-9]{3}", "must be three digits"),
    "vat_mode": text(), "bank_account": text(), "iban": text(), "swift_bic": text(),
    "variable_symbol": matching(r"[0-9]{0,10}", "must be up to ten digits"), "setting_update_from_ares": SETTING,
    "ares_update": flag, "setting_invoice_pdf_attachments": SETTING, "setting_estimate_pdf_attachments": SETTING,
    "setting_invoice_send_reminders": SETTING, "suggestion_enabled": flag, "custom_email_text": LONG,
    "overdue_email_text": LONG, "invoice_from_proforma_email_text": LONG, "thank_you_email_text": LONG,
    "custom_estimate_email_text": LONG, "webinvoice_history": one_of("disabled", "recent", "client_portal"),
}  # fmt: skip

PAYMENT: dict[str, Check] = {
    "paid_on": day, "amount": amount(), "native_amount": amount(), "mark_document_as_paid": flag,
    "proforma_followup_document": one_of(*FOLLOWUPS), "send_thank_you_email": flag,
    "variable_symbol": matching(r"[0-9]{1,10}", "must be up to ten digits"), "bank_account_id": ident,
}  # fmt: skip
MESSAGE: dict[str, Check] = {
    "subject": text(), "email": address, "email_copy": address, "message": LONG, "deliver_now": flag,
}  # fmt: skip
WEBHOOK: dict[str, Check] = {
    "webhook_url": matching(r"https?://\S+", "is invalid"), "auth_header": text(), "active": flag,
    "events": each(matching(r"(invoice|expense|subject|inventory\w*)_\w+", "is not included in the list")),
}  # fmt: skip

"""What SuperFaktura accepts: every field of the sheet's section 3 and of the vendor's pages, and no other.

https://github.com/superfaktura/docs invoice.md, clients.md, value-lists.md
"""

from typing import Any

from simulators.fields import Check, Faults, amount, day, each, flag, ident, matching, one_of, table, text

TYPES = ("regular", "proforma", "cancel", "draft", "estimate", "order", "reverse_order", "delivery")
PAYABLE = ("regular", "proforma", "cancel")
PAYMENT_TYPES = ("accreditation", "barion", "besteron", "cash", "card", "cod", "credit", "debit", "inkaso", "gopay",
                 "other", "paypal", "transfer", "trustpay", "viamo")  # fmt: skip
DELIVERY_TYPES = ("courier", "haulage", "mail", "personal", "pickup_point")
LANGUAGES = ("cze", "deu", "eng", "hrv", "hun", "ita", "nld", "pol", "rom", "rus", "slo", "slv", "spa", "ukr")
ROUNDINGS = ("document", "item", "item_ext")
# Of the vendor's list of about 150 those a shop in Europe may meet; what is missing is refused, so that it shows.
_CODES = ("AED AUD BAM BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HRK HUF ILS INR ISK JPY KRW MXN NOK NZD PLN RON RSD"
          " RUB SEK SGD THB TRY TWD UAH USD ZAR")  # fmt: skip
CURRENCIES = frozenset(_CODES.split())
WRONG_DATE = "Neplatný dátum."
LONG = text(65_535)


def date(value: Any, place: str) -> Faults:
    """ISO only: the real system reads other forms too, but the US way (section 1)."""
    for _ in day(value, place):
        yield place, WRONG_DATE


def moment(value: Any, place: str) -> Faults:
    """A date, with or without a time."""
    yield from date(value[:10] if isinstance(value, str) and len(value) == 19 else value, place)


def supplied(value: Any, place: str) -> Faults:
    """A date, or -1 for none (the vendor's WooCommerce plugin)."""
    if str(value) != "-1":
        yield from date(value, place)


def idents(value: Any, place: str) -> Faults:
    """One id, or several with commas."""
    yield from matching(r"[0-9]+(,[0-9]+)*", "must be ids with commas")(str(value), place)


ITEM: dict[str, Check] = {
    "id": ident, "name": LONG, "description": LONG, "quantity": amount(), "unit": text(), "unit_price": amount(),
    "tax": amount(0, "100"), "discount": amount(0, "100"), "discount_description": text(), "sku": text(),
    "stock_item_id": ident, "load_data_from_stock": flag, "use_document_currency": flag,
    "AccountingDetail": table({name: text() for name in ("analytics_account", "operation", "order", "place",
                                                         "preconfidence", "synthetic_account", "type")}),
}  # fmt: skip
BANK = table({name: text() for name in ("bank_name", "account", "bank_code", "iban", "swift")})
INVOICE: dict[str, Check] = {
    "id": ident, "type": one_of(*TYPES), "name": text(), "order_no": text(), "variable": text(),
    "constant": text(), "specific": text(), "sequence_id": ident, "invoice_no_formatted": text(), "parent_id": ident,
    "proforma_id": idents, "estimate_id": ident, "tax_document": flag, "created": moment, "due": date,
    "delivery": supplied, "already_paid": flag, "paydate": moment, "deposit": amount(0),
    "payment_type": one_of("", *PAYMENT_TYPES), "delivery_type": one_of("", *DELIVERY_TYPES),
    "invoice_currency": text(), "rounding": one_of(*ROUNDINGS), "add_rounding_item": flag, "discount": amount(0, "100"),
    "discount_total": amount(0), "vat_transfer": flag, "comment": LONG, "header_comment": LONG,
    "internal_comment": LONG, "bank_accounts": each(BANK), "logo_id": ident, "issued_by": text(),
    "issued_by_email": text(), "issued_by_phone": text(), "issued_by_web": text(), "mark_sent": flag,
    "mark_sent_subject": text(), "mark_sent_message": LONG, "client_id": ident,
}  # fmt: skip
# What a contact is; the second group only steers how one is found and kept (section 5).
CONTACT = ("name", "ico", "dic", "ic_dph", "email", "phone", "fax", "address", "city", "zip", "state", "country",
           "delivery_name", "delivery_address", "delivery_city", "delivery_zip", "delivery_state", "delivery_country",
           "delivery_phone", "comment", "account", "bank_account", "bank_account_prefix", "bank_code", "iban", "swift",
           "currency", "default_variable", "tags", "uuid")  # fmt: skip
ISO = matching(r"[A-Za-z]{2}", "must be a country as two letters")
CLIENT: dict[str, Check] = {
    **dict.fromkeys(CONTACT, LONG), "id": ident, "country_id": ident, "delivery_country_id": ident,
    "country_iso_id": ISO, "delivery_country_iso_id": ISO, "discount": amount(0, "100"), "due_date": amount(0),
    "update_addressbook": flag, "match_address": flag, "data_source": one_of("empty", "merge", "addressbook"),
}  # fmt: skip
SETTING: dict[str, Check] = {
    "language": one_of(*LANGUAGES), "bysquare": flag, "online_payment": flag, "payment_info": flag, "paypal": flag,
    "signature": flag, "show_prices": flag, "summary_bg_color": matching(r"#[0-9A-Fa-f]{6}", "must be #rrggbb"),
    "callback_payment": matching(r"https?://\S+", "must be a URL"),
}  # fmt: skip
EXTRA: dict[str, Check] = {
    "oss": flag, "custom_payment_link": text(), "tracking_number": text(), "parcel_count": ident, "weight": amount(0),
    "dimension": text(), "insurance": amount(0), "pickup_point_id": ident,
}  # fmt: skip
MY_DATA: dict[str, Check] = {
    **{name: text() for name in ("address", "business_register", "city", "company_name", "dic", "ic_dph", "zip")},
    "country_id": ident, "update_profile": flag,
}  # fmt: skip
CREATE: dict[str, Check] = {
    "Invoice": table(INVOICE), "InvoiceItem": each(table(ITEM)), "Client": table(CLIENT),
    "InvoiceSetting": table(SETTING), "InvoiceExtra": table(EXTRA), "MyData": table(MY_DATA),
    "Tag": table({"Tag": each(ident)}), "checksum": text(32),
}  # fmt: skip
PAYMENT: dict[str, Check] = {
    "invoice_id": ident, "amount": amount(), "payment_type": one_of(*PAYMENT_TYPES), "date": date, "created": date,
    "currency": text(), "document_no": text(), "cash_register_id": ident,
}  # fmt: skip
EMAIL: dict[str, Check] = {
    "invoice_id": ident, "to": text(), "cc": each(text()), "bcc": each(text()), "subject": text(), "body": LONG,
    "pdf_language": one_of(*LANGUAGES),
}  # fmt: skip

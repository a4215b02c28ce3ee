"""What Fakturownia accepts: every field of the sheet's section 3 and of the vendor's own examples, and no other."""

import re
from typing import Any

from simulators.fields import Check, Faults, amount, day, day_or_month, each, flag, ident, matching, one_of, table, text
from simulators.money import number

# https://github.com/fakturownia/API README.md, "Specyfikacja"
KINDS = (
    "vat", "proforma", "bill", "receipt", "advance", "final", "correction", "vat_mp", "vat_rr", "vat_margin",
    "invoice_other", "kp", "kw", "estimate", "correction_note", "accounting_note", "client_order", "dw", "wnt", "wdt",
    "import_service", "import_service_eu", "import_products", "export_products",
)  # fmt: skip
STATUSES = ("issued", "sent", "paid", "partial", "rejected")
LANGUAGES = ("pl", "en", "en-GB", "de", "fr", "cz", "ru", "es", "it", "nl", "hr", "ar", "sk", "sl", "el", "et", "cn",
             "hu", "tr", "fa")  # fmt: skip
WORD_RATES = ("zw", "np", "oo", "disabled")
TERM_WORDS = ("off", "other_date", "description")
# Companions of the wrapper, beside "invoice" and not inside it (section 2).
INVOICE_COMPANIONS = ("fill_default_descriptions", "identify_oss", "gov_save_and_send")


def tax(value: Any, place: str) -> Faults:
    """A percentage or one of the four words; OSS rates are plain percent (section 5)."""
    rate = number(value)
    if value not in WORD_RATES and (rate is None or not 0 <= rate < 100):
        yield place, f"must be a percentage or one of {', '.join(WORD_RATES)}"


def term(value: Any, place: str) -> Faults:
    if value not in TERM_WORDS and not re.fullmatch(r"[0-9]{1,4}", str(value)):
        yield place, f"must be a number of days or one of {', '.join(TERM_WORDS)}"


def language(value: Any, place: str) -> Faults:
    """One language, or two with a slash."""
    parts = value.split("/") if isinstance(value, str) else []
    if not 1 <= len(parts) <= 2 or any(part not in LANGUAGES for part in parts):
        yield place, f"must be one or two (with a slash) of {', '.join(LANGUAGES)}"


COUNTRY = matching(r"[A-Z]{2}|", "must be a country as two capital letters")
CURRENCY = matching(r"[A-Z]{3}", "must be a currency as three capital letters")
TAX_NO_KIND = one_of("", "nip_ue", "other", "empty", "nip_with_id")
ADDRESS: dict[str, Check] = {
    "name": text(), "tax_no": text(), "street": text(), "post_code": text(), "city": text(), "country": COUNTRY,
    "email": text(), "phone": text(), "person": text(), "www": text(), "bank": text(), "bank_account": text(),
    "note": text(),
}  # fmt: skip
ITEM: dict[str, Check] = {"id": ident, "_destroy": flag}
PARTY: dict[str, Check] = {
    **ADDRESS, **ITEM, "company": flag, "first_name": text(), "last_name": text(), "tax_no_kind": TAX_NO_KIND,
    "role": text(), "participation": text(),
}  # fmt: skip
DESCRIPTION: dict[str, Check] = {
    **ITEM, "kind": text(256, emoji=False), "content": text(65_535, emoji=False), "position_index": ident,
}  # fmt: skip
SETTLEMENT: dict[str, Check] = {
    **ITEM, "kind": one_of("charge", "deduction"), "amount": amount(0, "9999999.99"), "reason": text(256),
}  # fmt: skip

LINE: dict[str, Check] = {
    "name": text(), "code": text(), "product_id": ident, "description": text(65_535), "additional_info": text(),
    "gtu_code": matching(r"GTU_\d\d", "must be GTU_01 to GTU_13"), "quantity_unit": text(), "quantity": amount(),
    "price_net": amount(), "price_gross": amount(), "total_price_net": amount(), "total_price_gross": amount(),
    "tax": tax, "discount": amount(), "discount_percent": amount(0, "100"),
    "total_purchase_price": amount(), "vat_margin_tax": tax,
}  # fmt: skip
POSITION: dict[str, Check] = {
    **LINE, **ITEM, "kind": one_of("correction"),
    "correction_before_attributes": table({**LINE, "kind": one_of("correction_before")}),
    "correction_after_attributes": table({**LINE, "kind": one_of("correction_after")}),
}  # fmt: skip

STRATEGY = table({
    "position": one_of("default", "keep_gross"), "sum": one_of("sum", "keep_gross", "keep_net"),
    "invoice_form_price_kind": one_of("net", "gross"),
})  # fmt: skip

INVOICE: dict[str, Check] = {
    **{f"seller_{name}": check for name, check in ADDRESS.items() if name != "note"},
    **{f"buyer_{name}": check for name, check in ADDRESS.items()},
    **{f"recipient_{name}": check for name, check in ADDRESS.items()},
    "kind": one_of(*KINDS), "number": text(), "income": flag, "issue_date": day, "sell_date": day_or_month,
    "place": text(), "payment_type": text(), "payment_to_kind": term, "payment_to": day, "paid_date": day,
    "status": one_of(*STATUSES), "paid": amount(0), "oid": text(), "oid_unique": one_of("yes", "no"),
    "department_id": ident, "client_id": ident, "recipient_id": ident,
    "buyer_company": flag, "buyer_first_name": text(), "buyer_last_name": text(), "buyer_tax_no_kind": TAX_NO_KIND,
    "buyer_override": flag, "recipients": each(table(PARTY)), "issuers": each(table(PARTY)),
    "currency": CURRENCY, "exchange_currency": CURRENCY,
    "exchange_kind": one_of("ecb", "nbp", "cbr", "nbu", "nbg", "own"),
    "exchange_currency_rate": amount(0), "exchange_note": text(), "lang": language,
    "use_oss": flag, "use_moss": flag, "reverse_charge": flag, "split_payment": flag, "exempt_tax_kind": text(),
    "np_tax_kind": one_of("export_service", "export_service_eu", "not_specified"),
    "procedure_designations": each(text()),
    "procedure_vat_margin": text(), "use_invoice_issuer": flag, "show_discount": flag,
    "discount_kind": one_of("percent_unit", "percent_unit_gross", "percent_total", "amount"),
    "calculating_strategy": STRATEGY, "description": text(65_535), "descriptions": each(table(DESCRIPTION)),
    "description_footer": text(65_535), "description_long": text(65_535), "internal_note": text(65_535),
    "additional_invoice_field": text(), "invoice_id": ident, "from_invoice_id": ident, "copy_invoice_from": ident,
    "invoice_template_id": ident, "category_id": ident, "warehouse_id": ident, "exclude_from_stock_level": flag,
    "show_attachments": flag, "settlement_positions": each(table(SETTLEMENT), 200),
    "positions": each(table(POSITION)), "correction_reason": text(), "corrected_content_before": text(65_535),
    "corrected_content_after": text(65_535),
}  # fmt: skip

CLIENT: dict[str, Check] = {
    **ADDRESS, "shortcut": text(), "street_no": text(), "company": flag, "first_name": text(), "last_name": text(),
    "external_id": text(), "tax_no_kind": TAX_NO_KIND, "note": text(65_535), "mobile_phone": text(),
}  # fmt: skip
PRODUCT: dict[str, Check] = {
    "name": text(), "code": text(), "price_net": amount(), "price_gross": amount(), "tax": tax,
    "description": text(65_535), "quantity_unit": text(), "currency": CURRENCY, "gtu_code": LINE["gtu_code"],
    "category_id": ident,
}  # fmt: skip
DEPARTMENT: dict[str, Check] = {**ADDRESS, "shortcut": text()}
CATEGORY: dict[str, Check] = {"name": text(), "description": text()}
PAYMENT: dict[str, Check] = {
    "name": text(), "price": amount(), "invoice_id": ident, "invoice_ids": each(ident), "paid": flag,
    "kind": one_of("api", "bank", "cash", "card"), "paid_date": day, "currency": CURRENCY, "description": text(),
    "client_id": ident, "department_id": ident,
}  # fmt: skip

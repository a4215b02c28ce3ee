"""What Billingo accepts: every field of its OpenAPI document, with the additions of 3.0.15, and no other."""

from decimal import Decimal
from typing import Any

from simulators.fields import Check, Faults, checked, day, matching, one_of, table, text

LONG = 65_535
TYPES = ("invoice", "proforma", "draft", "advance")
ALL_TYPES = ("advance", "cancellation", "cert_of_completion", "d_cert_of_completion", "dossier", "draft", "draft_offer",
             "draft_order_form", "draft_waybill", "invoice", "modification", "offer", "order_form", "proforma",
             "receipt", "receipt_cancellation", "waybill")  # fmt: skip
BLOCK_TYPES = ("certificate_of_completion", "dossier", "invoice", "offer", "order_form", "receipt", "waybill")
LANGUAGES = ("de", "en", "fr", "hr", "hu", "it", "ro", "sk", "us")
_CURRENCIES = (
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HRK HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON RSD"
    " RUB SEK SGD THB TRY UAH USD ZAR ALL COP GEL LEJ MKD MNT SKK"
)
CURRENCIES = tuple(_CURRENCIES.split())
_METHODS = (
    "aruhitel bankcard barion barter cash cash_on_delivery coupon elore_utalas ep_kartya kompenzacio levonas"
    " online_bankcard other paylike payoneer paypal paypal_utolag payu pick_pack_pont postai_csekk postautalvany"
    " skrill szep_card transferwise upwork utalvany valto wire_transfer cod_balance combined credit ebay revolut stripe"
)
METHODS = tuple(_METHODS.split())
# A decimal comma, not a point.
PERCENTS = (*(f"{whole}%" for whole in range(28)), "5,5%", "7,7%", "8,1%", "9,5%", "25,5%")
CODES = ("AAM", "AM", "EU", "EUK", "F.AFA", "FAD", "K.AFA", "MAA", "TAM", "ÁKK", "ÁTHK")
_ENTITLEMENTS = (
    "AAM ANTIQUES ARTWORK ATK EAM EUE EUFAD37 EUFADE HO KBAET NAM_1 NAM_2 SECOND_HAND TAM TRAVEL_AGENCY"
    " WITHOUT_ENTITLEMENT"
)
ENTITLEMENTS = tuple(_ENTITLEMENTS.split())
STATUSES = ("expired", "none", "outstanding", "paid", "partially_paid")
IS_REQUIRED = "field is required."
INVALID = "is invalid."


def numeric(value: Any, place: str) -> Faults:
    """A JSON number; a decimal string is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        yield place, "must be a number."


def whole(value: Any, place: str) -> Faults:
    if isinstance(value, bool) or not isinstance(value, int):
        yield place, "must be an integer."


def boolean(value: Any, place: str) -> Faults:
    if not isinstance(value, bool):
        yield place, "field must be true or false."


def each(check: Check) -> Check:
    """A list; its entries are named as field.0, field.1."""

    def check_all(value: Any, place: str) -> Faults:
        if not isinstance(value, list):
            yield place, "must be an array."
            return
        for index, entry in enumerate(value):
            yield from check(entry, f"{place}.{index}")

    return check_all


def email(value: Any, place: str) -> Faults:
    yield from matching(r"[^@\s,]+@[^@\s,]+\.[^@\s.,]{2,}", "must be a valid email address.")(value, place)


def item(value: Any, place: str) -> Faults:
    """A product of the register, or a free line with all it needs."""
    if not isinstance(value, dict):
        yield place, INVALID
        return
    known, required = (PRODUCT_ITEM, PRODUCT_NEEDS) if "product_id" in value else (FREE_ITEM, FREE_NEEDS)
    yield from ((f"{place}.{name}", IS_REQUIRED) for name in required if value.get(name) in (None, ""))
    yield from checked(value, known, place)


COUNTRY = matching(r"[A-Z]{2}|", INVALID)
VAT, ENTITLEMENT = one_of(*PERCENTS, *CODES), one_of(*ENTITLEMENTS)
PRODUCT_ITEM: dict[str, Check] = {"product_id": whole, "quantity": numeric, "comment": text(LONG)}
PRODUCT_NEEDS = ("product_id", "quantity")
FREE_ITEM: dict[str, Check] = {
    "name": text(LONG), "unit_price": numeric, "unit_price_type": one_of("net", "gross"), "quantity": numeric,
    "unit": text(), "vat": VAT, "comment": text(LONG), "entitlement": ENTITLEMENT, "sku": text(),
}  # fmt: skip
FREE_NEEDS = ("name", "unit_price", "unit_price_type", "quantity", "unit", "vat")
ITEMS = each(item)
DISCOUNT = table({"type": one_of("percent"), "value": numeric})
SETTINGS: dict[str, Check] = {
    "mediated_service": boolean, "without_financial_fulfillment": boolean, "should_send_email": boolean,
    "online_payment": one_of("", "Barion", "SimplePay", "Stripe", "no"), "round": one_of("none", "one", "five", "ten"),
    "no_send_onlineszamla_by_user": boolean, "order_number": text(), "place_id": whole, "instant_payment": boolean,
    "dont_send_to_nav_reason": one_of("dont_send_foreign", "dont_send_oss", "dont_send_other"),
    "selected_type": one_of(*ALL_TYPES),
}  # fmt: skip
DOCUMENT: dict[str, Check] = {
    "vendor_id": text(), "partner_id": whole, "block_id": whole, "bank_account_id": whole, "type": one_of(*TYPES),
    "fulfillment_date": day, "due_date": day, "payment_method": one_of(*METHODS), "language": one_of(*LANGUAGES),
    "currency": one_of(*CURRENCIES), "conversion_rate": numeric, "electronic": boolean, "paid": boolean,
    "items": ITEMS, "comment": text(LONG), "settings": table(SETTINGS), "advance_invoice": each(whole),
    "discount": DISCOUNT, "instant_payment": boolean,
}  # fmt: skip
DOCUMENT_NEEDS = ("partner_id", "block_id", "type", "fulfillment_date", "due_date", "payment_method", "language",
                  "currency")  # fmt: skip
CONVERSION: dict[str, Check] = {
    "document_type": one_of("invoice", "advance"), "fulfillment_date": day, "due_date": day,
    "document_format": one_of("", "electronic", "traditional"), "comment": text(LONG),
}  # fmt: skip
CANCELLATION: dict[str, Check] = {"cancellation_reason": text(LONG), "cancellation_recipients": text(LONG)}
MODIFICATION: dict[str, Check] = {
    "due_date": day, "comment": text(LONG), "payment_method": one_of(*METHODS),
    "without_financial_fulfillment": boolean, "items": ITEMS,
}  # fmt: skip
PAYMENT: dict[str, Check] = {
    "date": day, "price": numeric, "payment_method": one_of(*METHODS), "voucher_number": text(),
    "conversion_rate": numeric,
}  # fmt: skip
PAYMENT_NEEDS = ("date", "price", "payment_method")
MAIL: dict[str, Check] = {"emails": each(email)}
ADDRESS: dict[str, Check] = {"country_code": COUNTRY, "post_code": text(), "city": text(), "address": text()}
PARTNER: dict[str, Check] = {
    "name": text(), "address": table(ADDRESS), "emails": each(email), "taxcode": text(), "iban": text(),
    "swift": text(), "account_number": text(), "phone": text(), "general_ledger_number": text(),
    "tax_type": one_of("", "FOREIGN", "HAS_TAX_NUMBER", "NO_TAX_NUMBER"), "group_member_tax_number": text(),
    "custom_billing_settings": table({
        "payment_method": one_of(*METHODS), "document_form": one_of("electronic", "paper"), "due_days": whole,
        "document_currency": one_of(*CURRENCIES), "template_language_code": one_of(*LANGUAGES), "discount": DISCOUNT,
    }),
}  # fmt: skip
PRODUCT: dict[str, Check] = {
    "name": text(), "comment": text(LONG), "currency": one_of(*CURRENCIES), "vat": VAT, "net_unit_price": numeric,
    "unit": text(), "general_ledger_number": text(), "general_ledger_taxcode": text(), "entitlement": ENTITLEMENT,
    "sku": text(), "ean": text(), "gross_unit_price": numeric,
}  # fmt: skip
PRODUCT_REQUIRED = ("name", "currency", "vat", "unit")

"""Billingo's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from adapters.contacts import alike
from adapters.styles import STYLES, Style
from adapters.wire import Position, encode
from adapters.words import as_json, cash_rounding, filled, number_text
from schemas.document import Draft, Kind, LineItem, Party, Payment
from schemas.errors import Permanent

SYSTEM = "billingo"
#: A partner's `name` is also an item's, and a comment carries the shop's note: no exchange keeps either.
PERSONAL = r"name|address|comment|taxcode|(?:document_)?partner|query"
#: OpenAPI 3.0.14 and 3.0.15, `PaymentMethod` (sheet section 4).
MEANS = {"10": "cash", "30": "wire_transfer", "58": "wire_transfer", "48": "online_bankcard", "97": "kompenzacio"}
METHODS = {"cod": "cash_on_delivery", "paypal": "paypal", "ppcp-gateway": "paypal", "bacs": "wire_transfer",
           "barion": "barion", "payu": "payu", "skrill": "skrill", "payoneer": "payoneer"}  # fmt: skip
_CODES = ("AED ALL AUD BGN BRL CAD CHF CNY COP CZK DKK EUR GBP GEL HKD HRK HUF IDR ILS INR ISK JPY KRW LEJ MKD MNT MXN"
          " MYR NOK NZD PHP PLN RON RSD RUB SEK SGD SKK THB TRY UAH USD ZAR")  # fmt: skip
CURRENCIES = frozenset(_CODES.split())
LANGUAGES = ("de", "en", "fr", "hr", "hu", "it", "ro", "sk")
UNITS = {"C62": "db", "H87": "db", "KGM": "kg", "MTR": "m", "LTR": "l", "HUR": "óra"}
#: `Vat`: percentages that there are; Billingo writes a decimal comma (sheet section 4).
RATES = frozenset({*map(str, range(28)), "5.5", "7.7", "8.1", "9.5", "25.5"})
#: EN 16931 category → `vat` and `entitlement` (documents.md 3.5); an account may have others, option `zero_vat`.
CODES = {"E": ("TAM", "TAM"), "K": ("EU", "KBAET"), "G": ("EUK", "EAM"), "O": ("ÁTHK", "ATK"), "AE": ("EU", "EUFAD37")}
SMALL, DOMESTIC = ("AAM", "AAM"), ("F.AFA", "")
NO_RATE = "If the law changed, wait until Billingo has the rate; until then issue this document by hand."
#: The rest of a mark's alphabet is spelled out, so that two references never share an id (sheet section 10).
_PLAIN = re.compile(r"[A-Za-z0-9-]")


def vendor_id(reference: str) -> str:
    """Our reference as the `vendor_id` that a path can carry: `shop/1001/i1` is `shop_2F1001_2Fi1`."""
    return "".join(c if _PLAIN.match(c) else "".join(f"_{b:02X}" for b in c.encode()) for c in reference)


def marked(draft: Draft) -> str:
    """The last line of a comment, by which a document is found where it can have no `vendor_id`."""
    return f"{draft.order_number} [{draft.reference}]"


def reference_of(comment: object) -> str:
    """The mark at the end of a comment, "" where there is none."""
    found = re.search(r"\[([^\[\]]+)\]\s*$", str(comment or ""))
    return found[1] if found else ""


def comment(draft: Draft) -> str:
    """The legal reasons of zero VAT, why it was credited, the shop's note, and our mark."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    rounding = "" if draft.currency == "HUF" else cash_rounding(draft)
    told = dict.fromkeys(filter(None, (*reasons, draft.reason, rounding, draft.note)))
    return "\n".join((*told, marked(draft)))


def items(draft: Draft, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Gross unit prices. A discount is a negative price, as the vendor's plugin sends it; what a credit note takes back
    is a negative quantity (sheet sections 5 and 6)."""
    back = draft.kind is Kind.CREDIT_NOTE
    return [
        filled({
            "name": position.name, **_priced(position, back=back), "unit_price_type": "gross",
            "unit": UNITS.get(position.line.unit, "db"), **vat(position.line, draft, options),
            "comment": position.line.note or None,
        })
        for position in encode(draft, _styles(draft), SYSTEM).positions
    ]  # fmt: skip


def _styles(draft: Draft) -> list[Style]:
    """Whole forints have whole prices: whether Billingo keeps decimals of forints is not known, and three pieces of
    6657.33 are 19971.99 where it does."""
    return [replace(style, decimals=min(style.decimals, draft.decimals)) for style in STYLES[SYSTEM]]


def _priced(position: Position, *, back: bool) -> dict[str, Decimal]:
    if back:
        return {"unit_price": position.price, "quantity": -position.quantity}
    negative = position.quantity < 0
    return {"unit_price": -position.price if negative else position.price, "quantity": abs(position.quantity)}


def vat(line: LineItem, draft: Draft, options: Mapping[str, str]) -> dict[str, str]:
    """`vat` and, where nothing is charged, the `entitlement` by which it is reported. Raises Permanent for a rate that
    Billingo has not."""
    if line.vat_category in ("S", "Z"):
        return {"vat": _percent(line.vat_rate or Decimal(0))}
    code, entitlement = _chosen(options).get(line.vat_category) or _usual(line.vat_category, draft)
    return {"vat": code, **({"entitlement": entitlement} if entitlement else {})}


def _percent(rate: Decimal) -> str:
    text = number_text(rate)
    if text in RATES:
        return f"{text.replace('.', ',')}%"
    raise Permanent(f"Billingo has no VAT rate of {text} %.", system=SYSTEM, code="VAT_RATE_UNKNOWN", remedy=NO_RATE)


def _usual(category: str, draft: Draft) -> tuple[str, str]:
    if category == "E" and draft.seller.vat_status == "exempt":
        return SMALL
    if category == "AE" and draft.buyer.country == draft.seller.country:
        return DOMESTIC
    return CODES[category]


def _chosen(options: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """`K EU/KBAET, AE FAD` as a table."""
    told = re.findall(r"(\w+) ([^\s,/]+)(?:/(\w+))?", options.get("zero_vat", ""))
    return {category: (code, entitlement) for category, code, entitlement in told}


def settings(draft: Draft) -> dict[str, Any]:
    """The order's number, cash rounding in forints, and that sales under the One Stop Shop are not reported at home."""
    cash = draft.currency == "HUF" and draft.totals.rounding != 0
    said = {"order_number": draft.order_number, "round": "five" if cash else "none",
            "dont_send_to_nav_reason": "dont_send_oss" if draft.oss else None}  # fmt: skip
    return filled(said)


def days(draft: Draft) -> dict[str, str]:
    """Fulfilment and due day; the day of issue is always Billingo's own today (there is no field for it)."""
    return {"fulfillment_date": (draft.tax_point or draft.issue_date).isoformat(),
            "due_date": (draft.due_date or draft.issue_date).isoformat()}  # fmt: skip


def only_drafts(draft: Draft, options: Mapping[str, str]) -> bool:
    """Whether a person issues the account's invoices."""
    return options.get("drafts") == "yes" and draft.kind is Kind.INVOICE


def method_of(payment: Payment) -> str:
    return METHODS.get(payment.method) or MEANS.get(payment.means) or "other"


def is_paid(draft: Draft) -> bool:
    return draft.kind is Kind.INVOICE and draft.totals.paid > 0 and draft.totals.due <= 0


def language(draft: Draft, options: Mapping[str, str]) -> str:
    """The order's own; for one that Billingo has not the account's choice, else English."""
    code = draft.language[:2].lower()
    return code if code in LANGUAGES else options.get("language") or ("en" if code else "hu")


def partner(buyer: Party) -> dict[str, Any]:
    """The buyer as a partner. Billingo makes none without an address: what an order leaves out is a dash."""
    place = buyer.address
    street = ", ".join(filter(None, (place.street, place.street2)))
    return {
        "name": buyer.name,
        "address": {"country_code": place.country, "post_code": place.postcode or "-", "city": place.city or "-",
                    "address": street or "-"},
        "emails": [buyer.email] if buyer.email else [], "taxcode": _taxcode(buyer), "tax_type": tax_type(buyer),
        **({"phone": buyer.phone} if buyer.phone else {}),
    }  # fmt: skip


def tax_type(buyer: Party) -> str:
    """Who gives no number is a private person wherever he lives; a firm abroad is `FOREIGN` (section 8)."""
    if not buyer.is_company or (buyer.country == "HU" and not _taxcode(buyer)):
        return "NO_TAX_NUMBER"
    return "HAS_TAX_NUMBER" if buyer.country == "HU" else "FOREIGN"


def _taxcode(buyer: Party) -> str:
    """At home the Hungarian number where there is one (12345678-1-42), abroad the VAT number."""
    if not buyer.is_company:
        return ""
    numbers = (buyer.tax_number, buyer.vat_id) if buyer.country == "HU" else (buyer.vat_id, buyer.tax_number)
    return next(filter(None, numbers), "") or ""


def says(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """A partner, or a document's picture of one, says of the buyer just what the document is to say."""
    place, asked = row.get("address") or {}, wanted["address"]
    same = row.get("tax_type") == wanted["tax_type"] and _digits(row.get("taxcode")) == _digits(wanted["taxcode"])
    mails = {mail.lower() for mail in wanted["emails"]} <= {str(mail).lower() for mail in row.get("emails") or ()}
    named = alike(str(row.get("name") or ""), wanted["name"])
    return same and mails and named and all(alike(str(place.get(name) or ""), asked[name]) for name in asked)


def _digits(number: object) -> str:
    """A tax number without the signs that people and systems put in."""
    return re.sub(r"[^0-9A-Z]", "", str(number or "").upper())


def conversion(draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """The body that makes an invoice of a proforma: no `vendor_id` fits in, the comment carries our mark."""
    form = {"yes": "electronic", "no": "traditional"}.get(options.get("electronic") or "")
    return filled({**days(draft), "comment": comment(draft), "document_format": form})


def modification(draft: Draft, options: Mapping[str, str], method: str) -> dict[str, Any]:
    """The body of a partial credit note: what is taken back, as lines of negative quantity (sheet section 6)."""
    body: dict[str, Any] = as_json({
        "due_date": days(draft)["due_date"], "payment_method": method, "comment": comment(draft),
        "items": items(draft, options),
    })  # fmt: skip
    return body

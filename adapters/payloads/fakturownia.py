"""Fakturownia's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.base import Correction
from adapters.words import filled, number_text
from schemas.document import Document, Draft, Kind, LineItem, Party
from schemas.errors import Permanent

SYSTEM = "fakturownia"
#: documents.md 3.5: what is not a plain rate; AE and G of services are decided in `tax`.
TAXES = {"Z": "0", "K": "0", "E": "zw", "O": "np", "G": "0"}
MEANS = {"10": "cash", "30": "transfer", "58": "transfer", "48": "card", "97": "compensation"}
METHODS = {"cod": "cash_on_delivery", "paypal": "paypal", "ppcp-gateway": "paypal", "payu": "payu", "bacs": "transfer"}
UNITS = {"C62": "szt.", "H87": "szt.", "KGM": "kg", "MTR": "m", "HUR": "godz."}
LANGUAGES = re.compile(r"pl|en|de|fr|ru|es|it|nl|hr|ar|sk|sl|el|et|hu|tr|fa")
OTHER_LANGUAGES = {"cs": "cz", "zh": "cn"}
EU = re.compile(r"AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PT|RO|SE|SI|SK|XI")


def buyer_of(buyer: Party) -> dict[str, Any]:
    """`buyer_company` is always said: without it a firm is created, and it decides the way to KSeF."""
    address = buyer.address
    street = ", ".join(filter(None, (address.street, address.street2)))
    phone = re.sub(r"[^\d+]", "", buyer.phone)
    return {
        "buyer_name": buyer.name[:255], "buyer_company": "1" if buyer.is_company else "0", **_tax_number(buyer),
        "buyer_first_name": None if buyer.is_company else buyer.first_name or None,
        "buyer_last_name": None if buyer.is_company else buyer.last_name or buyer.name,
        "buyer_street": street[:255] or None, "buyer_post_code": address.postcode or None,
        "buyer_city": address.city or None, "buyer_country": address.country or None,
        "buyer_email": buyer.email or None, "buyer_phone": phone if 0 < len(phone) <= 16 else None,
    }  # fmt: skip


def _tax_number(buyer: Party) -> dict[str, str]:
    """KSeF.md "Rodzaj identyfikatora podatkowego": NIP, EU number, other, or said to be empty."""
    number = buyer.vat_id or buyer.tax_number or ""
    prefix = number[:2].upper()
    if not buyer.is_company:
        return {}
    if prefix == "PL" or (number and buyer.country == "PL" and not buyer.vat_id):
        return {"buyer_tax_no": re.sub(r"\D", "", number), "buyer_tax_no_kind": ""}
    kind = ("nip_ue" if buyer.vat_id and EU.fullmatch(prefix) else "other") if number else "empty"
    return {"buyer_tax_no": number, "buyer_tax_no_kind": kind}


def tax(line: LineItem, draft: Draft, options: Mapping[str, str]) -> str:
    if line.vat_category == "AE":
        return "oo" if draft.buyer.country == draft.seller.country else "np"
    if line.vat_category == "G" and options.get("supply") == "services":
        return "np"
    return TAXES.get(line.vat_category) or number_text(line.vat_rate or Decimal(0))


def zero_vat(draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """The flags and legal bases that zero VAT needs (KSeF.md "Pola warunkowe")."""
    categories = {line.vat_category for line in draft.lines}
    taxes = {tax(line, draft, options) for line in draft.lines}
    reason = next((row.reason for row in draft.breakdown if row.category == "E" and row.reason), "")
    exempt = (reason or options.get("exempt_tax_kind", ""))[:255]
    if "zw" in taxes and not exempt:
        raise Permanent("VAT exempt lines need their legal basis (exempt_tax_kind).", system=SYSTEM,
                        code="EXEMPT_REASON_MISSING", remedy="Set it in the account's options.")  # fmt: skip
    basis = "export_service_eu" if "AE" in categories else "export_service" if "G" in categories else "not_specified"
    return {
        "exempt_tax_kind": exempt if "zw" in taxes else None,
        "np_tax_kind": options.get("np_tax_kind") or basis if "np" in taxes else None,
        "reverse_charge": True if "AE" in categories else None,
    }


def position(line: LineItem, draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """A line by its total: Fakturownia keeps it to the grosz (keep_gross) and works out the rest."""
    given = {
        "name": line.name[:255], "code": line.sku[:255] or None, "quantity": number_text(line.quantity),
        "quantity_unit": UNITS.get(line.unit), "tax": tax(line, draft, options),
        "total_price_gross": str(line.gross), "description": line.note or None,
    }  # fmt: skip
    return filled(given)


def corrected(change: Correction, draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """README "Faktura korekta": the difference, and the line before and after it."""
    before, after = (position(line, draft, options) for line in (change.before, change.after))
    figures = {"quantity": number_text(change.quantity), "total_price_gross": str(change.gross)}
    return {**before, **figures, "kind": "correction",
            "correction_before_attributes": {**before, "kind": "correction_before"},
            "correction_after_attributes": {**after, "kind": "correction_after"}}  # fmt: skip


def of_correction(draft: Draft, original: Document) -> dict[str, Any]:
    ident, extra = int(original.system_id), original.extra
    return {"invoice_id": ident, "from_invoice_id": ident, "client_id": extra.get("client_id"),
            "correction_reason": (draft.reason or "Zwrot")[:256],
            **({"department_id": extra["department_id"]} if "department_id" in extra else {})}  # fmt: skip


def paid(draft: Draft) -> dict[str, Any]:
    """How and when it is paid; a proforma takes no status, only the amount (sheet section 3)."""
    totals, payment = draft.totals, draft.payment
    paid = totals.paid > 0
    status = ("paid" if totals.due <= 0 else "partial") if paid and draft.kind is Kind.INVOICE else None
    due = draft.due_date if totals.due > 0 else None
    return {
        "payment_type": METHODS.get(payment.method) or MEANS.get(payment.means) or payment.title[:255] or "off",
        "payment_to_kind": "other_date" if due else "off", "payment_to": due.isoformat() if due else None,
        "status": status, "paid": str(totals.paid) if paid else None,
        "paid_date": payment.paid_on.isoformat() if paid and payment.paid_on else None,
    }  # fmt: skip


def rounded(draft: Draft) -> dict[str, Any]:
    """Cash rounding changes what is to be paid, not the document's total (README "Rozliczenia na fakturze")."""
    rounding = draft.totals.rounding
    if not rounding:
        return {}
    kind, reason = "charge" if rounding > 0 else "deduction", _word(draft, "Zaokrąglenie", "Rounding")
    return {"settlement_positions": [{"kind": kind, "amount": str(abs(rounding)), "reason": reason}]}


def described(draft: Draft) -> str:
    """The shop's own order number for people, at most what KSeF takes, without signs beyond the basic plane."""
    text = f"{_word(draft, 'Zamówienie', 'Order')}: {draft.order_number}\n{draft.note}".strip()
    return re.sub(r"[\U00010000-\U0010ffff]", "", text)[:256]


def language(code: str) -> str | None:
    return code if LANGUAGES.fullmatch(code) else OTHER_LANGUAGES.get(code)


def _word(draft: Draft, polish: str, english: str) -> str:
    return polish if (draft.language or "pl")[:2] == "pl" else english

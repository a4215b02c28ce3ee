"""Fakturoid's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.contacts import Known, key_of
from adapters.exchange import fixed_rate
from adapters.styles import STYLES
from adapters.wire import encode
from adapters.words import cash_rounding, filled, number_text
from schemas.document import Draft, Kind, Party

SYSTEM = "fakturoid"
#: https://www.fakturoid.cz/api/v3/invoices, `payment_method`; everything else is `custom` with the shop's own title.
MEANS = {"10": "cash", "30": "bank", "58": "bank", "48": "card"}
METHODS = {"cod": "cod", "paypal": "paypal", "ppcp-gateway": "paypal", "bacs": "bank", "cheque": "bank"}
CUSTOM_LENGTH = 20
LANGUAGES = ("sk", "en", "de", "fr", "it", "es", "ru", "pl", "hu", "ro")
UNITS = {"C62": "ks", "H87": "ks", "KGM": "kg", "MTR": "m", "HUR": "h"}


def subject(buyer: Party) -> dict[str, Any]:
    """A new contact. Who gives no number becomes a person: a contact without `registration_no` (sheet section 5)."""
    address = buyer.address
    given = {
        "name": _long_enough(buyer.name), "custom_id": key_of(buyer), "type": "customer", "email": buyer.email or None,
        "phone": buyer.phone or None, "street": _street(buyer), "city": address.city or None,
        "zip": address.postcode or None, "country": address.country or None, **_numbers(buyer, ""),
        "full_name": _person(buyer) if buyer.is_company else None,
    }  # fmt: skip
    return filled(given)


def client(buyer: Party) -> dict[str, Any]:
    """This order's own name, address and numbers on the document, whatever the contact says."""
    address = buyer.address
    given = {
        "client_name": _long_enough(buyer.name), "client_street": _street(buyer), "client_city": address.city or None,
        "client_zip": address.postcode or None, "client_country": address.country or None, **_numbers(buyer, "client_"),
    }  # fmt: skip
    return filled(given)


def known(row: Mapping[str, Any]) -> Known:
    """A contact as the look-ups tell it."""
    texts = (str(row.get(name) or "") for name in ("name", "vat_no", "registration_no", "email"))
    return Known(str(row["id"]), *texts)


def _numbers(buyer: Party, prefix: str) -> dict[str, str | None]:
    if not buyer.is_company:
        return {}
    number = buyer.vat_id or buyer.tax_number
    return {f"{prefix}registration_no": buyer.registration, f"{prefix}vat_no": number}


def _street(buyer: Party) -> str | None:
    return ", ".join(filter(None, (buyer.address.street, buyer.address.street2))) or None


def _person(buyer: Party) -> str | None:
    return f"{buyer.first_name} {buyer.last_name}".strip() or None


def _long_enough(name: str) -> str:
    """Names have two letters at least (sheet section 5)."""
    return name if len(name.strip()) > 1 else f"{name.strip() or '?'}."


def lines(draft: Draft) -> list[dict[str, Any]]:
    """Gross unit prices, so that the total is the shopper's; a credit note's prices are negative."""
    sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
    return [
        {
            "name": position.name, "quantity": number_text(abs(position.quantity)),
            "unit_name": UNITS.get(position.line.unit, ""),
            "unit_price": str(position.price * sign * (-1 if position.quantity < 0 else 1)),
            "vat_rate": number_text(position.line.vat_rate or Decimal(0)), "sku": position.line.sku or None,
        }
        for position in encode(draft, STYLES[SYSTEM], SYSTEM).positions
    ]  # fmt: skip


def taxes(draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """Fakturoid knows 0 % only: why is said by the reverse charge flag, the OSS mode and a note (sheet section 3)."""
    categories = {line.vat_category for line in draft.lines}
    return {
        "vat_price_mode": "from_total_with_vat",
        "transferred_tax_liability": True if "AE" in categories else None,
        "oss": ("service" if options.get("supply") == "services" else "goods") if draft.oss else None,
    }


def note(draft: Draft) -> str | None:
    """The legal reasons of zero VAT, why it was credited, and the shop's note, above the lines."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    return "\n".join(dict.fromkeys(filter(None, (*reasons, draft.reason, cash_rounding(draft), draft.note)))) or None


def payment(draft: Draft) -> dict[str, Any]:
    said = draft.payment
    method = METHODS.get(said.method) or MEANS.get(said.means)
    if method or not said.title:
        return {"payment_method": method or "bank"}
    return {"payment_method": "custom", "custom_payment_method": said.title[:CUSTOM_LENGTH]}


def currency(draft: Draft, options: Mapping[str, str]) -> dict[str, Any]:
    """A currency that is not the account's own needs a rate (documented as required)."""
    if draft.currency == (options.get("currency") or "CZK"):
        return {"currency": draft.currency}
    return {"currency": draft.currency, "exchange_rate": number_text(fixed_rate(options, draft.currency, SYSTEM))}


def language(draft: Draft, options: Mapping[str, str]) -> str | None:
    code = draft.language[:2].lower()
    return "cz" if code == "cs" else code if code in LANGUAGES else options.get("language")

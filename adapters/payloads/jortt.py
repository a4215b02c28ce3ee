"""Jortt's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adapters.styles import STYLES
from adapters.wire import encode
from adapters.words import cash_rounding, filled, number_text
from schemas.document import Draft
from schemas.errors import Permanent
from schemas.money import HUNDRED, ZERO

SYSTEM = "jortt"
LANGUAGES = ("nl", "de", "en", "fr", "es")
#: How the shop's order number is announced above the lines.
ORDER = {"nl": "Bestelling", "de": "Bestellung", "en": "Order", "fr": "Commande", "es": "Pedido"}
EXEMPT = "exempt"
#: Categories that Jortt calls exempt of VAT; every other 0 % has no category of its own (sheet section 3).
WITHOUT_VAT = ("E", "O")
#: Categories that need a customer with `shift_vat`, whom Jortt then invoices at 0 % alone.
SHIFTED = ("K", "AE")
VAT = ("Jortt offers other VAT rates for this customer: look at the organisation's settings in Jortt (one stop shop, "
       "VAT), then replay.")  # fmt: skip
Vat = tuple[Decimal, str | None]


def lines(draft: Draft, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Unit prices with VAT in them; a discount's price is negative, and so is a credit note's when asked for."""
    ledger = options.get("ledger_account_id")
    return [
        filled({
            "description": position.name, "quantity": number_text(abs(position.quantity)),
            "amount": {"amount": str(-position.price if position.quantity < 0 else position.price),
                       "currency": draft.currency},
            "vat": vat(position.line.vat_category, position.line.vat_rate), "ledger_account_id": ledger or None,
        })
        for position in encode(draft, STYLES[SYSTEM], SYSTEM).positions
    ]  # fmt: skip


def vat(category: str, rate: Decimal | None) -> dict[str, Any]:
    """A rate as the fraction that Jortt writes, and why it is none."""
    return {
        "value": number_text((rate or ZERO) / HUNDRED),
        "category": EXEMPT if category in WITHOUT_VAT and not rate else None,
    }


def offered(rows: Iterable[Mapping[str, Any]]) -> set[Vat]:
    """What Jortt lets a customer be invoiced with (GET /v2/customers/{id}/vat-percentages)."""
    return {(Decimal(str(row["value"])).normalize(), row.get("category")) for row in rows}


def check_rates(draft: Draft, known: set[Vat]) -> None:
    """Raises Permanent VAT_NOT_OFFERED where a line's rate is none of them: nothing was made yet."""
    for line in draft.lines:
        said = vat(line.vat_category, line.vat_rate)
        if (Decimal(said["value"]).normalize(), said["category"]) not in known:
            rate, why = number_text(line.vat_rate or ZERO), f" {said['category']}" if said["category"] else ""
            told = f"Jortt does not offer {rate} %{why} for this customer."
            raise Permanent(told, system=SYSTEM, code="VAT_NOT_OFFERED", remedy=VAT)


def is_shifted(draft: Draft) -> bool:
    """Reverse charge is said of the customer, not of the invoice."""
    return any(line.vat_category in SHIFTED for line in draft.lines)


def customer(draft: Draft, options: Mapping[str, str], reference: str = "") -> dict[str, Any]:
    """A new customer: the buyer as this invoice must show them, since an invoice has no address of its own."""
    buyer, address, firm = draft.buyer, draft.buyer.address, draft.buyer.is_company
    shifted = firm and is_shifted(draft)
    return filled({
        "is_private": not firm, "customer_name": buyer.name.strip() or "?",
        "address_street": ", ".join(filter(None, (address.street, address.street2))) or None,
        "address_postal_code": address.postcode or None, "address_city": address.city or None,
        "address_country_code": address.country or None,
        # the number belongs to reverse charge: "applicable when is_private is false and shift_vat is true"
        "shift_vat": True if shifted else None, "vat_number": (buyer.vat_id or None) if shifted else None,
        "coc_number": (buyer.registration or None) if firm else None,
        "attn": (f"{buyer.first_name} {buyer.last_name}".strip() or None) if firm else None,
        "first_name": None if firm else buyer.first_name or None,
        "last_name": None if firm else buyer.last_name or None,
        "phonenumber": buyer.phone or None, "email": buyer.email or None,
        "invoice_language": language(draft, options),
        "reference": reference or None,
    })  # fmt: skip


def language(draft: Draft, options: Mapping[str, str]) -> str | None:
    """The order's own, else the account's; none leaves it to Jortt."""
    code = draft.language[:2].lower()
    return code if code in LANGUAGES else options.get("language") or None


def introduction(draft: Draft, options: Mapping[str, str]) -> str:
    """The order's number; with one customer for all also who the buyer is."""
    said = f"{ORDER[language(draft, options) or 'en']} {draft.order_number}"
    if options.get("customer") != "default":
        return said
    buyer, place = draft.buyer, draft.buyer.address
    town = " ".join(filter(None, (place.postcode, place.city, place.country)))
    return "\n".join(filter(None, (said, buyer.name, place.street, place.street2, town, buyer.vat_id)))


def remarks(draft: Draft) -> str | None:
    """The legal reasons of zero VAT, why it was credited, and the shop's note, below the lines."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    return "\n".join(dict.fromkeys(filter(None, (*reasons, draft.reason, cash_rounding(draft), draft.note)))) or None


def is_paid(draft: Draft) -> bool:
    return draft.payment.paid_on is not None and draft.totals.due == ZERO

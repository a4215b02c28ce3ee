"""SuperFaktura's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.styles import STYLES
from adapters.wire import encode
from adapters.words import cash_rounding, filled, number_text
from schemas.document import Draft, Kind, Party
from schemas.money import HUNDRED, round_to

SYSTEM = "superfaktura"
#: superfaktura/docs value-lists.md, "Payment types".
MEANS = {"10": "cash", "30": "transfer", "58": "transfer", "48": "card", "97": "other"}
METHODS = {"cod": "cod", "paypal": "paypal", "ppcp-gateway": "paypal", "bacs": "transfer", "barion": "barion",
           "besteron": "besteron", "gopay": "gopay", "trustpay": "trustpay"}  # fmt: skip
#: value-lists.md, "Language types".
LANGUAGES = {"cs": "cze", "de": "deu", "en": "eng", "hr": "hrv", "hu": "hun", "it": "ita", "nl": "nld", "pl": "pol",
             "ro": "rom", "ru": "rus", "sk": "slo", "sl": "slv", "es": "spa", "uk": "ukr"}  # fmt: skip
UNITS = {"C62": "ks", "H87": "ks", "KGM": "kg", "MTR": "m", "HUR": "hod"}
VARIABLE_LENGTH = 10


def order_no(draft: Draft) -> str:
    """The shop's order number, without signs that a look-up in the address could not carry (sheet section 1)."""
    return re.sub(r"[^\w.-]", "-", draft.order_number)


def client(buyer: Party) -> dict[str, Any]:
    """Sent with every document: the stored contact is found or made over there, and stays as it is."""
    address = buyer.address
    given = {
        "name": buyer.name, "address": ", ".join(filter(None, (address.street, address.street2))) or None,
        "city": address.city or None, "zip": address.postcode or None, "country_iso_id": address.country or None,
        "email": buyer.email or None, "phone": buyer.phone or None, "update_addressbook": 0, **_numbers(buyer),
    }  # fmt: skip
    return filled(given)


def _numbers(buyer: Party) -> dict[str, str | None]:
    """`ico` makes a firm of a contact; `dic` is the Slovak tax id, the Czech DIČ goes to `ic_dph` (sheet section 3)."""
    if not buyer.is_company:
        return {}
    slovak = buyer.country == "SK"
    return {"ico": buyer.registration, "ic_dph": buyer.vat_id or (None if slovak else buyer.tax_number),
            "dic": buyer.tax_number if slovak else None}  # fmt: skip


def items(draft: Draft) -> list[dict[str, Any]]:
    """Net unit prices whose gross, rounded to cents, is the shop's (`item_ext`); a credit note's are negative."""
    sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
    return [
        filled({
            "name": position.name, "quantity": number_text(abs(position.quantity)),
            "unit": UNITS.get(position.line.unit, ""), "sku": position.line.sku or None,
            "unit_price": number_text(
                _net(position.price, position.line.vat_rate) * sign * (-1 if position.quantity < 0 else 1)
            ),
            "tax": number_text(position.line.vat_rate or Decimal(0)), "description": position.line.note or None,
        })
        for position in encode(draft, STYLES[SYSTEM], SYSTEM).positions
    ]  # fmt: skip


def _net(gross: Decimal, rate: Decimal | None) -> Decimal:
    return round_to(gross * HUNDRED / (HUNDRED + (rate or Decimal(0))), 6)


def paid(draft: Draft) -> dict[str, Any]:
    """Said in the create: a call less of the day's thousand."""
    payment, totals = draft.payment, draft.totals
    whole = totals.paid > 0 and totals.due <= 0 and draft.kind is Kind.INVOICE
    return {
        "payment_type": METHODS.get(payment.method) or MEANS.get(payment.means) or "other",
        "already_paid": 1 if whole else None,
        "paydate": payment.paid_on.isoformat() if whole and payment.paid_on else None,
        "deposit": str(totals.paid) if totals.paid > 0 and not whole and draft.kind is Kind.INVOICE else None,
    }  # fmt: skip


def comment(draft: Draft) -> str | None:
    """The legal reasons of zero VAT, why it was credited, cash rounding and the shop's note, below the items."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    return "\n".join(dict.fromkeys(filter(None, (*reasons, draft.reason, cash_rounding(draft), draft.note)))) or None


def variable(draft: Draft) -> str | None:
    """The variable symbol for the bank: the order number's last ten digits."""
    return re.sub(r"\D", "", draft.order_number)[-VARIABLE_LENGTH:] or None


def language(draft: Draft, options: Mapping[str, str]) -> str | None:
    return LANGUAGES.get(draft.language[:2].lower()) or options.get("language")

"""Konto's fields, piece by piece: pure, every table of codes beside the function that reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.contacts import alike
from adapters.words import cash_rounding, filled
from schemas.document import Document, Draft, Kind, Party
from schemas.errors import Permanent
from schemas.money import said

SYSTEM = "konto"
KINDS = {Kind.INVOICE: "invoice", Kind.CREDIT_NOTE: "credit"}
#: `output_select`: e-invoice to a trading partner, PDF by e-mail, nothing sent.
E_INVOICE, E_MAIL, PRINT = "2", "3", "4"
#: Currencies that Konto's users write without decimals.
WHOLE = frozenset({"ISK", "JPY", "KRW", "VND"})
LONGEST = 255
NO_KENNITALA = (
    "Choose a kennitala for buyers without one (default_kennitala) or one customer for everybody (customer=default), "
    "then replay."
)
MARK = " · "
WORDS = {
    "is": ("Pöntun", "Kreditreikningur vegna reiknings", "Afrúnun", "Kaupandi"),
    "en": ("Order", "Credit note for invoice", "Rounding", "Buyer"),
}


def language(draft: Draft, options: Mapping[str, str]) -> str:
    """Konto's two: the account's choice; else Icelandic for orders in Icelandic, or from Iceland; else English."""
    said_in = draft.language[:2].lower() or draft.buyer.country.lower()
    return options.get("language") or ("is" if said_in == "is" else "en")


def word(draft: Draft, options: Mapping[str, str], which: int) -> str:
    return WORDS[language(draft, options)][which]


def marks(draft: Draft, options: Mapping[str, str], original: Document | None) -> dict[str, str]:
    """Our reference, twice: alone in `booking`, and as the last word of the printed description (sheet section 6)."""
    told = [f"{word(draft, options, 1)} {original.number}" if original and original.number else ""]
    told += [f"{word(draft, options, 0)} {draft.order_number}", draft.reference]
    return {"booking": draft.reference, "description": MARK.join(filter(None, told))}


def terms(draft: Draft, options: Mapping[str, str]) -> str | None:
    """The legal reasons of zero VAT, why it was credited, the shop's note; the buyer where a default customer stands
    on the document."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    buyer = f"{word(draft, options, 3)}: {_said(draft.buyer)}" if options.get("customer") == "default" else ""
    told = (*reasons, draft.reason, cash_rounding(draft), buyer, draft.note, options.get("terms", ""))
    return "\n".join(dict.fromkeys(filter(None, told))) or None


def _said(buyer: Party) -> str:
    return ", ".join(filter(None, (buyer.name, _street(buyer), buyer.address.postcode, _city(buyer))))


def amount(draft: Draft) -> int | str:
    """The total: krónur have no decimals. Raises Permanent NO_EXACT_ENCODING for a króna's fraction."""
    gross = draft.totals.gross
    if draft.currency not in WHOLE:
        return said(gross)
    if gross == gross.to_integral_value():
        return int(gross)
    raise Permanent(f"Konto writes {draft.currency} without decimals, not {gross}.", system=SYSTEM,
                    code="NO_EXACT_ENCODING", remedy="Set the shop's decimals to 0 for this currency.")  # fmt: skip


def kennitala(buyer: Party) -> str:
    """An Icelandic buyer's ten digits, where they gave them; whether they are right is Konto's to say."""
    told = (re.sub(r"[\s-]", "", number or "") for number in (buyer.registration, buyer.tax_number))
    own = next((number for number in told if re.fullmatch(r"\d{10}", number)), "")
    return own if buyer.country == "IS" else ""


def customer(draft: Draft, options: Mapping[str, str], partner: str = "") -> dict[str, Any]:
    """The buyer with this order's address; `partner` is the trading partner id that Konto knows of them.

    Raises Permanent NO_KENNITALA: without one Konto refuses the invoice (sheet section 4).
    """
    buyer, number = draft.buyer, kennitala(draft.buyer) or options.get("default_kennitala")
    if not number:
        raise Permanent("Konto wants a kennitala, and the buyer gave none.", system=SYSTEM, code="NO_KENNITALA",
                        remedy=NO_KENNITALA)  # fmt: skip
    given = {
        "name": name(buyer), "registration_no": number,
        "address": _street(buyer)[:LONGEST] or None, "zip": buyer.address.postcode or None,
        "city": _city(buyer)[:LONGEST] or None, "email": buyer.email or None, "phone_number": buyer.phone or None,
        "vat": buyer.vat_id, "lang": language(draft, options), "currency": draft.currency,
        "output_select": output(buyer.email, options, partner), "trading_partner_id": partner or None,
    }  # fmt: skip
    return filled(given)


def output(email: str, options: Mapping[str, str], partner: str = "") -> str:
    """What Konto itself sends as soon as the document exists."""
    wanted = options.get("output", "print")
    if wanted == "e-invoice" and partner:
        return E_INVOICE
    return E_MAIL if wanted != "print" and email else PRINT


def name(buyer: Party) -> str:
    """With single blanks, as Konto's register is searched for it."""
    return " ".join(buyer.name.split())[:LONGEST]


def _street(buyer: Party) -> str:
    return ", ".join(filter(None, (buyer.address.street, buyer.address.street2)))


def _city(buyer: Party) -> str:
    """Konto has no field for the country."""
    address = buyer.address
    return ", ".join(filter(None, (address.city, address.country if address.country != "IS" else "")))


def the_buyer(buyer: Party, options: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The customer that is this buyer, the oldest of several: by kennitala alone where they gave one, for everybody in
    Iceland has one; else by VAT number, or by name and e-mail (address, where there is none), among those without."""
    own, spare = kennitala(buyer), options.get("default_kennitala", "")
    for row in rows:
        number = str(row.get("registration_no") or "")
        same = number == own if own else number in ("", spare) and _alike(buyer, row)
        if same and row.get("guid"):
            return row
    return None


def _alike(buyer: Party, row: Mapping[str, Any]) -> bool:
    if buyer.vat_id:
        return alike(buyer.vat_id, str(row.get("vat") or ""))
    mine = {"name": name(buyer), "email": buyer.email}
    if not buyer.email:
        mine |= {"address": _street(buyer)[:LONGEST], "zip": buyer.address.postcode}
    return all(alike(text, str(row.get(field) or "")) for field, text in mine.items())

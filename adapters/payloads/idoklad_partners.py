"""Contacts of iDoklad: which one a buyer is, and how a new one or a document's own address is said."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from adapters.codelists import Row
from adapters.contacts import Known, key_of, the_same
from adapters.payloads.idoklad_envelope import Agenda
from schemas.document import Party
from schemas.errors import Permanent

NAME, PHONE = 200, 20
NO_DEFAULT = "Set default_customer_id, the number of the contact in iDoklad, or customer=per buyer."


def chosen(agenda: Agenda, options: Mapping[str, str]) -> Row:
    """The contact to which every document of the account goes. Raises Permanent where it is not chosen or gone."""
    ident = options.get("default_customer_id")
    found = agenda.row(f"/Contacts/{ident}", gone=True) if ident else {}
    if not found:
        words = "No default contact is chosen, or it is gone."
        raise agenda.speaker.error(Permanent, words, code="NO_DEFAULT_CUSTOMER", remedy=NO_DEFAULT)
    return found


def known(agenda: Agenda, buyer: Party) -> Row | None:
    """The buyer's contact: ours by the key in its note, else theirs, compared exactly; None where there is none."""
    rows = {str(row.get("Id")): row for row in agenda.listed(f"/Contacts?filter={asked(buyer)}")}
    mine = next((row for row in rows.values() if key_of(buyer) in str(row.get("Note") or "")), None)
    found = the_same(buyer, map(_told, rows.values()))
    return mine or (rows[found.id] if found else None)


def _told(row: Row) -> Known:
    vat = row.get("VatIdentificationNumberSk") or row.get("VatIdentificationNumber") or ""
    return Known(str(row.get("Id")), str(row.get("CompanyName") or ""), str(vat),
                 str(row.get("IdentificationNumber") or ""), str(row.get("Email") or ""))  # fmt: skip


def asked(buyer: Party) -> str:
    """The filter that shows every contact this buyer may be: by numbers, else by e-mail, else by name. Texts in base64:
    quotes round a value find nothing (sheet sections 6 and 7)."""
    wanted = [("VatIdentificationNumber", buyer.vat_id), ("VatIdentificationNumberSk", buyer.vat_id),
              ("VatIdentificationNumber", buyer.tax_number), ("IdentificationNumber", buyer.registration)]  # fmt: skip
    if not any(value for _, value in wanted):
        wanted = [("Email", buyer.email)] if buyer.email else [("CompanyName", buyer.name[:NAME])]
    return "~or~".join(f"({name}~eq:base64~{in_base64(value)})" for name, value in wanted if value)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def contact(buyer: Party, country_id: int) -> dict[str, Any]:
    """A new contact; its note carries our own key, by which it is found again (the note is not printed)."""
    phone = {"Phone": buyer.phone} if 0 < len(buyer.phone) <= PHONE else {}
    return {**address(buyer, country_id), "Email": buyer.email, "Note": key_of(buyer), **phone}


def address(buyer: Party, country_id: int) -> dict[str, Any]:
    """Name, address and numbers as a contact or a document has them (lengths: sheet section 6)."""
    place, firm = buyer.address, buyer.is_company
    slovak = place.country == "SK"
    return {
        "CompanyName": buyer.name[:NAME] or "?", "CountryId": country_id, "City": place.city[:50],
        "Street": ", ".join(filter(None, (place.street, place.street2)))[:100], "PostalCode": place.postcode[:11],
        "Firstname": buyer.first_name[:50] if firm else "", "Surname": buyer.last_name[:50] if firm else "",
        "IdentificationNumber": (buyer.registration or "")[:20] if firm else "",
        "VatIdentificationNumber": (buyer.tax_number if slovak else buyer.vat_id or buyer.tax_number) or "",
        "VatIdentificationNumberSk": (buyer.vat_id if slovak else "") or "",
    }  # fmt: skip


def says(row: Row, wanted: Mapping[str, Any]) -> bool:
    """A contact says of the buyer just what the document is to say."""
    return all((row.get(name) or "") == (value or "") for name, value in wanted.items())

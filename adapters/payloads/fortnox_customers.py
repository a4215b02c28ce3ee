"""Customers of Fortnox: each document has one, and his card alone says how VAT is treated (sheet section 3)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from adapters.contacts import Known, alike, key_of, the_same
from adapters.payloads.fortnox_books import Books, Row, numbered, printable
from adapters.words import filled
from schemas.document import Draft, Party
from schemas.errors import Permanent
from schemas.ports import Turns

HOME, HOME_REVERSED, EU, EU_REVERSED, EXPORT = "SEVAT", "SEREVERSEDVAT", "EUVAT", "EUREVERSEDVAT", "EXPORT"
NAME, ZIP, LOOKED_AT = 1024, 10, 10
NO_DEFAULT = ("Set default_customer, the customer's number in Fortnox (or one for each VAT type: SEVAT 1001, EXPORT "
              "1002), or customer=per buyer; then replay.")  # fmt: skip


def vat_type(draft: Draft) -> str:
    """How the customer's card must treat VAT for this document (documents.md 3.5)."""
    categories = {line.vat_category for line in draft.lines}
    if "G" in categories:
        return EXPORT
    if "K" in categories or ("AE" in categories and draft.buyer.country != draft.seller.country):
        return EU_REVERSED
    if "AE" in categories:
        return HOME_REVERSED
    return EU if draft.oss else HOME


def number_of(buyer: Party, kind: str) -> str:
    """The number that we give to the card of a buyer: found again by itself, at once, and given once only."""
    return f"BH{hashlib.sha256(f'{key_of(buyer)} {kind}'.encode()).hexdigest()[:12].upper()}"


def card(buyer: Party, kind: str) -> dict[str, Any]:
    """A new card (lengths: sheet section 5)."""
    place, firm = buyer.address, buyer.is_company
    said: dict[str, Any] = printable(filled({
        "CustomerNumber": number_of(buyer, kind), "Name": buyer.name[:NAME] or "?",
        "Type": "COMPANY" if firm else "PRIVATE", "VATType": kind, "Email": buyer.email or None,
        "EmailInvoice": buyer.email or None, "Phone1": buyer.phone or None, "Address1": place.street or None,
        "Address2": place.street2 or None, "ZipCode": place.postcode[:ZIP] or None, "City": place.city or None,
        "CountryCode": ISO.get(place.country, place.country) or None,
        "OrganisationNumber": (buyer.registration or home_number(buyer) or None) if firm else None,
        "VATNumber": (buyer.vat_id or buyer.tax_number) if firm else None, "ExternalReference": key_of(buyer),
    }))  # fmt: skip
    return said


ISO = {"EL": "GR", "XI": "GB"}


def home_number(buyer: Party) -> str:
    """A Swedish VAT number is SE, the ten digits of the registration, 01."""
    found = re.fullmatch(r"SE(\d{6})(\d{4})01", buyer.vat_id or "")
    return f"{found[1]}-{found[2]}" if found else ""


def customer(books: Books, turns: Turns, draft: Draft) -> str:
    """The number of the buyer's card: the account's default one, a known one, or a new one. Raises Permanent where a
    default one is wanted and not there."""
    kind = vat_type(draft)
    if books.options.get("customer") == "default":
        return _chosen(books, kind)
    turn: AbstractContextManager[None] = turns(f"customer/{number_of(draft.buyer, kind)}")
    with turn:
        found = _known(books, draft.buyer, kind)
        return found or str(books.step("POST", "/customers", "Customer", card(draft.buyer, kind))["CustomerNumber"])


def _chosen(books: Books, kind: str) -> str:
    """The account's card for this treatment of VAT; it is read, since a card of another would change the VAT."""
    said = books.options.get("default_customer", "")
    numbers: Mapping[str, str] = dict(re.findall(r"(\w+) (\S+?)(?:,|$)", said)) if " " in said else {kind: said}
    number = numbers.get(kind, "")
    row = books.known(numbered("/customers", number), "Customer") if number else {}
    if row.get("VATType") == kind:
        return number
    words = f"No default customer of the VAT type {kind} is chosen."
    raise books.speaker.error(Permanent, words, code="NO_DEFAULT_CUSTOMER", remedy=NO_DEFAULT)


def _known(books: Books, buyer: Party, kind: str) -> str:
    """The card that we made; else theirs that is this buyer, of the right kind; "" where there is none."""
    number = number_of(buyer, kind)
    if books.known(numbered("/customers", number), "Customer"):
        return number
    known = replace(buyer, registration=buyer.registration or home_number(buyer))
    rows = [row for row in _candidates(books, known) if _fits(row, buyer, kind)]
    found = the_same(known, map(_told, rows))
    return found.id if found else ""


def _fits(row: Row, buyer: Party, kind: str) -> bool:
    wanted = "COMPANY" if buyer.is_company else "PRIVATE"
    return row.get("VATType") == kind and row.get("Type") == wanted and row.get("Active") is not False


def _candidates(books: Books, buyer: Party) -> Iterator[Row]:
    """The cards, read whole, of those whom a search shows and who look right; VAT numbers cannot be searched for."""
    for asked in _searches(buyer):
        rows = (row for row in books.listed("/customers", "Customers", **asked) if _may_be(row, buyer, asked))
        for _, row in zip(range(LOOKED_AT), rows, strict=False):
            yield books.row(numbered("/customers", row["CustomerNumber"]), "Customer")


def _searches(buyer: Party) -> list[dict[str, str]]:
    """A firm by its registration number, which is kept as somebody wrote it, else by name; a person by e-mail."""
    if not buyer.is_company:
        return [{"email": buyer.email}] if buyer.email else []
    said = buyer.registration or ""
    bare = re.sub(r"\D", "", said) if re.fullmatch(r"\d{6}-?\d{4}", said) else ""
    numbers = (f"{bare[:6]}-{bare[6:]}", bare) if bare else (said,) if said else ()
    return [{"organisationnumber": number} for number in numbers] or [{"name": buyer.name}]


def _may_be(row: Row, buyer: Party, asked: Mapping[str, str]) -> bool:
    """Searches match parts; what is no match at all is not read whole."""
    if "organisationnumber" in asked:
        digits = re.sub(r"\D", "", str(row.get("OrganisationNumber") or ""))
        return digits == re.sub(r"\D", "", asked["organisationnumber"])
    return alike(str(row.get("Name") or ""), buyer.name)


def _told(row: Row) -> Known:
    names = ("CustomerNumber", "Name", "VATNumber", "OrganisationNumber", "Email")
    return Known(*(str(row.get(name) or "") for name in names))

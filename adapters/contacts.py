"""Which contact of an invoicing system a buyer is: by VAT or registration number, else by e-mail and name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.document import Party


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as the system has it; empty texts where it has nothing."""

    id: str
    name: str = ""
    vat_id: str = ""
    registration: str = ""
    email: str = ""


def key_of(buyer: Party) -> str:
    """A text that names this buyer and tells nothing about them: the same for every order of theirs."""
    numbers = (_number(buyer.vat_id), _number(buyer.tax_number), _number(buyer.registration))
    said = next(filter(None, numbers), "") or f"{_word(buyer.email)}/{_word(buyer.name)}"
    if not buyer.email and not any(numbers):
        address = buyer.address
        said = "/".join(map(_word, (buyer.name, address.street, address.postcode, address.city, address.country)))
    return "billhook-" + hashlib.sha256(said.encode()).hexdigest()[:24]


def the_same(buyer: Party, known: Iterable[Known]) -> Known | None:
    """The contact that is this buyer, the oldest of several. A firm is known by its numbers, a person by e-mail and
    name; a firm is never taken for a person nor a person for a firm."""
    rows = list(known)
    if buyer.is_company:
        return _by_number(buyer, rows)
    return next((row for row in rows if _is_person(row) and _same_person(buyer, row)), None)


def _by_number(buyer: Party, rows: Iterable[Known]) -> Known | None:
    vat = {_number(buyer.vat_id), _number(buyer.tax_number)} - {""}
    registration = _number(buyer.registration)
    for row in rows:
        if _number(row.vat_id) in vat or (registration and _number(row.registration) == registration):
            return row
    if vat or registration:
        return None
    return next((row for row in rows if not _is_person(row) and _same_person(buyer, row)), None)


def alike(one: str, other: str) -> bool:
    """The same words, whatever their case and spacing."""
    return _word(one) == _word(other)


def _is_person(row: Known) -> bool:
    return not (row.vat_id or row.registration)


def _same_person(buyer: Party, row: Known) -> bool:
    return bool(buyer.email) and alike(row.email, buyer.email) and alike(row.name, buyer.name)


def _number(text: str | None) -> str:
    return re.sub(r"[^0-9A-Z]", "", (text or "").upper())


def _word(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

"""What the places of a profile's bodies stand for: a draft's values, with codes from the profile's tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.payloads.kontozz_text import filled_in
from adapters.wire import Encoding, Position, encode
from adapters.words import cash_rounding, number_text
from schemas.document import Document, Draft, Kind, Party
from schemas.errors import Permanent
from schemas.money import said

if TYPE_CHECKING:
    from adapters.payloads.kontozz_profile import Profile

SYSTEM = "kontozz"
_PARTY = ("name", "country", "postcode", "city", "address", "email", "phone", "tax_number", "vat_id", "type")
PLACES = frozenset(
    {"reference", "order_number", "company_id", "book", "issue_date", "due_date", "tax_point", "currency", "payment",
     "language", "notes", "note", "reason", "paid", "oss", "net", "vat", "total", "items", "original.id",
     "original.number", "id", "number", "page", "email", *(f"buyer.{name}" for name in _PARTY),
     *(f"delivery.{name}" for name in _PARTY[:5])}
)  # fmt: skip
ITEM_PLACES = frozenset({"name", "quantity", "price", "unit", "vat", "sku", "note", "rate"})

#: What the Hungarian usual is (documents.md 3.5, NAV's case codes); a profile's own tables come before it.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "vat": {"S": "{rate}", "E": "TAM", "E exempt": "AAM", "K": "KBAET", "AE": "EUFAD37", "AE domestic": "F.AFA",
            "G": "EAM", "O": "ATK"},
    # UNTDID 4461: transfers, cards (and what shops pay by them), cash.
    "payments": {"30": "bank_transfer", "58": "bank_transfer", "48": "credit_card", "54": "credit_card",
                 "55": "credit_card", "10": "cash", "*": "bank_transfer"},
    "units": {"C62": "db", "H87": "db", "KGM": "kg", "MTR": "m", "LTR": "l", "HUR": "óra", "*": "db"},
    "customers": {"company": "vat_payer", "company without number": "vat_exempt", "person": "private"},
    "languages": {"hu": "hu", "*": "en"},
    "books": {},
}  # fmt: skip
ROUNDING = {True: "Kerekítés", False: "Rounding"}


def said_in(draft: Draft, profile: Profile, company_id: str, book: str, original: Document | None) -> dict[str, Any]:
    """Every place's value for the body of one document. Raises Permanent where VAT or prices cannot be said."""
    encoding = encode(draft, profile.style, SYSTEM)
    paid = draft.kind is Kind.INVOICE and draft.totals.paid > 0 and draft.totals.due <= 0
    values = {
        "reference": draft.reference, "order_number": draft.order_number, "company_id": _id(company_id),
        "book": _id(book_of(draft, profile, book)), "issue_date": draft.issue_date.isoformat(),
        "due_date": max(draft.due_date or draft.issue_date, draft.issue_date).isoformat(),
        "tax_point": (draft.tax_point or draft.issue_date).isoformat(), "currency": draft.currency,
        "payment": _mapped(profile, "payments", draft.payment.means), "language": language(draft, profile),
        "notes": notes(draft), "note": draft.note, "reason": draft.reason, "paid": paid or None,
        "oss": draft.oss or None, "net": _amount(draft.totals.net, profile), "vat": _amount(draft.totals.vat, profile),
        "total": _amount(_sign(draft, profile) * draft.totals.gross, profile),
        "items": items(draft, profile, encoding),
        "original.id": _id(original.system_id) if original else None,
        "original.number": original.number if original else None, **_party("buyer", draft.buyer, profile),
        **_party("delivery", draft.delivery or draft.buyer, profile),
    }  # fmt: skip
    bare = {name: text for name, text in profile.otherwise.items() if values.get(name) in (None, "")}
    return _cut({**values, **bare}, profile)


def items(draft: Draft, profile: Profile, encoding: Encoding) -> list[Any]:
    """The positions in the profile's own shape, and a rounding outside VAT where one is needed."""
    sign = _sign(draft, profile)
    told = [filled_in(profile.item, _item(draft, profile, position, sign)) for position in encoding.positions]
    if encoding.rounding:
        rest = {"name": ROUNDING[draft.language[:2] == "hu"], "unit": _mapped(profile, "units", "C62"),
                "quantity": _number(sign if encoding.rounding > 0 else -sign, profile),
                "price": _amount(abs(encoding.rounding), profile), "vat": profile.tables["vat"]["O"],
                "sku": None, "note": None, "rate": None}  # fmt: skip
        told.append(filled_in(profile.item, rest))
    return told


def book_of(draft: Draft, profile: Profile, chosen: str) -> str:
    """The invoice book: the account's or route's own choice for invoices, else the profile's by kind and year."""
    kind, year = draft.kind.value, str(draft.issue_date.year)
    books = profile.tables["books"]
    named = next((books[name] for name in (f"{kind} {year}", kind, year) if name in books), "")
    return chosen if chosen and draft.kind is Kind.INVOICE else named or chosen


def vat_code(draft: Draft, profile: Profile, category: str, rate: Any) -> str:
    """Kontozz's text for a category and rate. Raises Permanent VAT_RATE_UNKNOWN for one the profile has no word for."""
    finer = {"E": "E exempt" if draft.seller.vat_status != "payer" else "E",
             "AE": "AE domestic" if draft.buyer.country == draft.seller.country else "AE"}  # fmt: skip
    table = profile.tables["vat"]
    name = finer.get(category, category)
    percent = number_text(rate) if rate is not None else ""
    template = table.get(f"{name} {percent}") or table.get(name) or table.get(category)
    if not template:
        raise Permanent(
            f"The profile has no VAT code for category {category} at {percent or 'no'} %.", system=SYSTEM,
            code="VAT_RATE_UNKNOWN", remedy=f'Add it to the profile: [vat] "{category}" = "…", then replay.',
        )  # fmt: skip
    return template.replace("{rate}", percent)


def language(draft: Draft, profile: Profile) -> str:
    return _mapped(profile, "languages", draft.language[:2].lower() or draft.buyer.country.lower())


def notes(draft: Draft) -> str:
    """The legal reasons of zero VAT, why it was credited, the order's number, the shop's note."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    told = (*reasons, draft.reason, cash_rounding(draft), draft.note)
    return "\n".join(dict.fromkeys(filter(None, told)))


def tax_number(buyer: Party) -> str:
    """A Hungarian number in its parts 8-1-2 (sheet documents.md 3.6); others as they were given."""
    digits = re.sub(r"\D", "", buyer.tax_number or "")
    if buyer.country == "HU" and len(digits) == 11:
        return f"{digits[:8]}-{digits[8]}-{digits[9:]}"
    return buyer.tax_number or ""


def customer_type(buyer: Party) -> str:
    """A person stays one; a firm without any number is none that Kontozz could call a VAT payer."""
    if not buyer.is_company:
        return "person"
    return "company" if buyer.vat_id or buyer.tax_number else "company without number"


def _party(whose: str, party: Party, profile: Profile) -> dict[str, Any]:
    at = party.address
    foreign = party.vat_id if party.country != "HU" else None
    told = {
        "name": party.name, "country": at.country, "postcode": at.postcode, "city": at.city,
        "address": " ".join(filter(None, (at.street, at.street2))), "email": party.email, "phone": party.phone,
        "tax_number": tax_number(party), "vat_id": foreign, "type": profile.tables["customers"][customer_type(party)],
    }  # fmt: skip
    return {f"{whose}.{name}": value for name, value in told.items()}


def _item(draft: Draft, profile: Profile, position: Position, sign: int) -> dict[str, Any]:
    line = position.line
    values = {
        "name": position.name, "quantity": _number(sign * position.quantity, profile),
        "price": _amount(position.price, profile), "unit": _mapped(profile, "units", line.unit),
        "vat": vat_code(draft, profile, line.vat_category, line.vat_rate), "sku": line.sku, "note": line.note,
        "rate": None if line.vat_rate is None else _number(line.vat_rate, profile),
    }  # fmt: skip
    return _cut(values, profile, "item.")


def _cut(values: dict[str, Any], profile: Profile, room: str = "") -> dict[str, Any]:
    """Texts no longer than the profile says; never the reference, which would no longer be found."""
    long = {name.removeprefix(room): most for name, most in profile.longest.items() if name.startswith(room)}
    cut = {name: values[name][:most] for name, most in long.items() if isinstance(values.get(name), str)}
    return {**values, **cut, **{name: values[name] for name in ("reference",) if name in values}}


def _sign(draft: Draft, profile: Profile) -> int:
    """Whether what a credit note takes back is said below zero."""
    call = profile.calls.get(draft.kind.value)
    return -1 if call and call.more["negative"] else 1


def _mapped(profile: Profile, table: str, name: str) -> str:
    words = profile.tables[table]
    return words.get(name) or words.get("*", "")


def _amount(amount: Any, profile: Profile) -> Any:
    return said(amount) if profile.amounts == "text" and amount == round(amount, 2) else _number(amount, profile)


def _number(number: Any, profile: Profile) -> Any:
    return number_text(number) if profile.amounts == "text" else number


def _id(text: str) -> Any:
    """An id as it is written in JSON: digits are a number."""
    return int(text) if re.fullmatch(r"[1-9]\d{0,17}", text) else text or None

"""What iDoklad tells, read: sums, our mark in a description, contacts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from adapters.base import Series
from adapters.wire import compare
from adapters.words import number_text
from schemas.connection import Account
from schemas.document import Document, Draft, Kind
from schemas.money import unit_of

ROUNDING, REDUCTION = 1, 2
#: Sheet section 3, "Document type numbers".
TYPES = {0: Kind.INVOICE, 1: Kind.PROFORMA, 3: Kind.CREDIT_NOTE}
#: RoundingDifference of an agenda.
ALWAYS = 1
PAID = (1, 3)
ZERO = Decimal(0)
#: Our mark: the reference in brackets at the very end; dots in it say that the buyer's address is still to be set.
MARK = re.compile(r"\[([^\[\]]+?)( \.\.\.)?\]$")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """A document's own sums before a proforma was taken off and without the wanted cash rounding."""

    gross: Decimal
    vat: Decimal
    vat_by_rate: Mapping[str, Decimal]


def marked(reference: str, unfinished: bool = False) -> str:
    """The mark of a reference, its own brackets written as %5B and %5D."""
    text = reference.replace("%", "%25").replace("[", "%5B").replace("]", "%5D")
    return f"[{text} ...]" if unfinished else f"[{text}]"


def reference_of(row: Row) -> str:
    """Our reference out of a document's description, "" where there is none."""
    found = MARK.search(str(row.get("Description") or ""))
    return unquote(found[1]) if found else ""


def is_unfinished(row: Row) -> bool:
    found = MARK.search(str(row.get("Description") or ""))
    return bool(found and found[2])


def is_paid(row: Row) -> bool:
    return row.get("PaymentStatus") in PAID


def sums(row: Row, rounding: Decimal = ZERO) -> Sums:
    """What a document or a recount adds up to. `rounding` is the cash rounding that the draft wants: where iDoklad has
    rounded just so, the sum before it is told; any other rounding stays in the sum, to be seen as a difference.

    Whether a document's own total has a settled proforma in it is not known (sheet section 4): then its items count.
    """
    prices, items = row["Prices"], row.get("Items") or ()
    off = [item for item in items if item.get("ItemType") == REDUCTION]
    own = [item for item in items if item.get("ItemType") != REDUCTION]
    gross = _total(own, "TotalWithVat") if off else _amount(prices["TotalWithVat"])
    rates = {number_text(_amount(entry["VatRate"])): _amount(entry["TotalVat"])
             for entry in prices.get("VatRateSummary") or () if entry.get("VatRate") is not None}  # fmt: skip
    for item in off:
        rate = number_text(_amount(item.get("VatRate") or 0))
        rates[rate] = rates.get(rate, ZERO) - _amount(item["Prices"]["TotalVat"])
    sign = -1 if gross < 0 else 1
    rounded = sign * _total((item for item in items if item.get("ItemType") == ROUNDING), "TotalWithVat")
    whole = sign * gross - (rounding if rounded == rounding else ZERO)
    vat = sign * (_amount(prices["TotalVat"]) - _total(off, "TotalVat"))
    return Sums(whole, vat, {rate: sign * amount for rate, amount in rates.items()})


def differs(draft: Draft, row: Row) -> tuple[str, ...]:
    """What a recount would make otherwise than asked; () = nothing. VAT as a whole too, within a unit per rate."""
    told = sums(row, draft.totals.rounding)
    document = Document("idoklad", "", draft.kind, draft.reference, "", draft.currency, told.gross,
                        vat_by_rate=told.vat_by_rate)  # fmt: skip
    slack = unit_of(draft.decimals) * max(1, len(draft.breakdown))
    off = abs(told.vat - abs(draft.totals.vat)) > slack
    vat = (f"VAT {told.vat}, not {abs(draft.totals.vat)}",) if off else ()
    return compare(draft, document) or vat


def series(rows: Iterable[Row]) -> Iterator[Series]:
    """The series of documents that are issued here, with how their numbers look."""
    for row in rows:
        kind = TYPES.get(row["DocumentType"])
        if kind is not None:
            yield Series(str(row["Id"]), f"{row.get('Name')} {row.get('NumberFormat')}", (kind,))


def warnings(agenda: Row, account: Account) -> tuple[str, ...]:
    """What a person should know of an agenda before documents are issued there."""
    found = []
    if agenda.get("RoundingDifference") == ALWAYS:
        found.append("The agenda rounds every document: set rounding to never or by the way to pay (Nastavení).")
    if agenda.get("IsRegisteredForVat") is False and account.seller.vat_status == "payer":
        found.append("The agenda pays no VAT, but the account's seller does.")
    return tuple(found)


def _total(items: Iterable[Row], name: str) -> Decimal:
    return sum((_amount(item["Prices"][name]) for item in items), ZERO)


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))

"""What Konto tells of its documents, in two places: get-invoice has the guid, the dashboard has the sums. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.payloads import konto as say
from adapters.payloads.konto_items import rates
from adapters.words import vat_by_rate
from schemas.document import Kind

Row = Mapping[str, Any]
READ: Mapping[object, Kind] = {word: kind for kind, word in say.KINDS.items()}


@dataclass(frozen=True, slots=True)
class Sums:
    """What Konto worked out itself; None and empty where it does not tell, or in a way that could be misread."""

    gross: Decimal | None = None
    vat: Decimal | None = None
    vat_by_rate: Mapping[str, Decimal] = field(default_factory=dict)


def rows_of(result: Any) -> list[Row]:
    """A list of objects; raises TypeError for anything else."""
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise TypeError("no list of objects")
    return result


def is_marked(data: Row, reference: str) -> bool:
    """Whether one of an invoice's two marks is exactly our reference."""
    return reference in (data.get("booking"), _tail(data.get("description")))


def is_marked_row(row: Row, reference: str) -> bool:
    """The same of a row of the dashboard."""
    return reference in (row.get("invoice_booking_information"), _tail(row.get("invoice_description")))


def _tail(description: object) -> str:
    return str(description or "").rpartition(say.MARK)[2]


def number(data: Row) -> str:
    """One series for invoices and credit notes; "" for what is only saved."""
    return str(data.get("number") or "")


def number_of(row: Row) -> str:
    return str(row.get("invoice_number") or "")


def sums_of(row: Row, options: Mapping[str, str]) -> Sums:
    """The sums of a dashboard's row, VAT by percentage, whose lines tell it by code."""
    percents, vat = rates(options), amount(row.get("invoice_vat_total"))
    lines = [
        (percents.get(str(line.get("vat_code"))), amount(line.get("total_vat"))) for line in row.get("items") or ()
    ]
    known = all(percent is not None and part is not None for percent, part in lines)
    return Sums(amount(row.get("invoice_total_including_vat")), vat, vat_by_rate(lines, vat) if lines and known else {})


def amount(text: object) -> Decimal | None:
    """An amount of the dashboard, which writes texts: 27770 or 124.00. Whether 27.770 is twenty-seven or thousands is
    documented nowhere, so that it says nothing."""
    plain = re.fullmatch(r"-?\d+(?:\.\d{1,2})?", str(text).strip())
    return Decimal(plain[0]) if plain else None


def day(text: object) -> date | None:
    """A day with or without its zeros (sheet section 3.1)."""
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})\b", str(text))
    return date(*map(int, found.groups())) if found else None

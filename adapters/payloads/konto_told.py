"""What Konto tells of its documents, in two places: get-invoice has the guid, the dashboard has the sums. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.payloads import konto as say
from adapters.payloads.konto_items import rates
from adapters.words import read_amount, vat_by_rate
from schemas.document import Draft, Kind

READ = {word: kind for kind, word in say.KINDS.items()}
#: `document_type` of the dashboard.
ROWS = {"Invoice": Kind.INVOICE, "Credit Note": Kind.CREDIT_NOTE}


def is_of(told: Mapping[str, Any], wanted: Draft) -> bool:
    """Whether an invoice is the wanted document: our reference, exactly, and its kind."""
    marked = wanted.reference in (told.get("booking"), _tail(told.get("description")))
    return marked and READ.get(told["type"]) is wanted.kind


def is_row_of(row: Mapping[str, Any], wanted: Draft) -> bool:
    """The same of a row of the dashboard."""
    marked = wanted.reference in (row.get("invoice_booking_information"), _tail(row.get("invoice_description")))
    return marked and ROWS.get(row["document_type"]) is wanted.kind


def _tail(description: object) -> str:
    return str(description or "").rpartition(say.MARK)[2]


def row_key(row: Mapping[str, Any]) -> tuple[str, Kind | None]:
    return str(row["invoice_number"]), ROWS.get(row["document_type"])


def key(told: Mapping[str, Any]) -> tuple[str, Kind | None]:
    return str(told.get("number") or ""), READ.get(told["type"])


def vat_of(row: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Decimal]:
    """VAT by percentage from a row of the dashboard, whose lines tell it by code."""
    percents = rates(options)
    told = [(percents[str(entry["vat_code"])], read_amount(entry["total_vat"])) for entry in row.get("items") or ()]
    return vat_by_rate(told, read_amount(row["invoice_vat_total"]))

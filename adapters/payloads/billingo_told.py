"""What Billingo tells of a document and an account: sums per rate, what is paid, NAV's answer, what to warn of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from adapters.base import Official, OfficialState
from adapters.words import number_text, read_amount

ZERO = Decimal(0)
SOON = timedelta(30)
SWITCH = "Switch off “invoice from paid proforma” in that document block, or Billingo invoices such orders by itself."
#: `OnlineSzamlaStatusEnum` (sheet section 4); `invalid_…`, `aborted`, `send_failed` and `technical_error` are refusals.
NAV = {"done": OfficialState.ACCEPTED, "nav_warn": OfficialState.ACCEPTED, "no_send_by_user": OfficialState.NONE,
       "under_tax_limit": OfficialState.NONE}  # fmt: skip
WAITING = ("sent", "processing", "received", "saved", "not_checked", "")


def vat_by_rate(summary: Mapping[str, Any], sign: int) -> dict[str, Decimal]:
    """VAT per percentage; a code without one counts as 0 %."""
    rates: dict[str, Decimal] = {}
    for row in summary.get("vat_rate_summary") or ():
        rate = number_text(read_amount(row.get("vat_percentage")) or ZERO)
        rates[rate] = rates.get(rate, ZERO) + (read_amount(row.get("vat_rate_vat_amount"), sign) or ZERO)
    return rates


def paid_of(data: Mapping[str, Any], gross: Decimal) -> Decimal | None:
    """By the status alone: `paid_date` shows today while nothing is paid (sheet section 4). A part is not told."""
    status = data.get("payment_status")
    return gross if status == "paid" else ZERO if status in ("outstanding", "expired") else None


def official(row: Mapping[str, Any]) -> Official:
    """How NAV took an invoice. Source: GET /documents/{id}/online-szamla."""
    status = str(row.get("status") or "")
    state = OfficialState.WAITING if status in WAITING else NAV.get(status, OfficialState.REFUSED)
    messages = [_sentence(entry) for entry in row.get("messages") or () if entry]
    told = messages or [status] * (state is OfficialState.REFUSED)
    number = str(row.get("transaction_id") or "") if state is OfficialState.ACCEPTED else ""
    return Official(state, number, tuple(told) if state is not OfficialState.WAITING else ())


def _sentence(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    named = (entry.get("validation_error_code"), entry.get("message") or entry.get("human_message"))
    return ": ".join(str(part) for part in named if part) or str(dict(entry))


def warnings(organization: Mapping[str, Any], switched: Iterable[Mapping[str, Any]], today: date) -> Iterator[str]:
    """What a person should know of the account; `switched` are the blocks that invoice paid proformas."""
    if not organization.get("has_nav_connection"):
        yield "Billingo has no connection to NAV: invoices are not reported."
    last = str((organization.get("subscription") or {}).get("expiration_date") or "")[:10]
    if last and last < (today + SOON).isoformat():
        yield f"Billingo's subscription ends on {last}."
    for block in switched:
        yield f"{block.get('name')}: {SWITCH}"

"""What Jortt tells, read: sums, how a credit note is signed, errors in its own words. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.base import Series
from adapters.payloads.jortt import Vat, offered
from adapters.wire import compare
from adapters.words import number_text
from schemas.connection import Account
from schemas.document import Document, Draft, Kind
from schemas.money import HUNDRED, unit_of

Row = Mapping[str, Any]
SENT, DRAFT = "sent", "draft"


def kind_of(row: Row) -> Kind:
    return Kind.CREDIT_NOTE if row.get("credited_invoice_id") else Kind.INVOICE


def is_sent(row: Row) -> bool:
    return str(row["invoice_status"]) == SENT


def is_the(row: Row, wanted: Draft) -> bool:
    """Exactly our reference and kind."""
    return kind_of(row) is wanted.kind and str(row.get("reference") or "") == wanted.reference


def is_begun(row: Row, original: Document) -> bool:
    """A draft that credits this invoice and has no reference of its own yet."""
    unnamed = row.get("reference") in (None, "", original.reference)
    return unnamed and not is_sent(row) and str(row.get("credited_invoice_id")) == original.system_id


def credits_of(row: Row) -> tuple[str, ...]:
    """The ids of an invoice's credit notes; the vendor's description calls the list a text."""
    known = row.get("credit_invoice_ids") or ()
    return (known,) if isinstance(known, str) else tuple(map(str, known))


def vats(data: Row) -> set[Vat]:
    return offered(data["vats"])


def location(body: bytes) -> str:
    """Where a PDF lies for ten minutes, "" where that is not said."""
    try:
        return str(json.loads(body)["data"]["download_location"])
    except (ValueError, LookupError, TypeError):
        return ""


def amount(told: Any) -> Decimal:
    """`{amount, currency}` of v2, `{value, currency}` of v1."""
    return Decimal(str(told["amount"] if "amount" in told else told["value"]))


def vat_by_rate(row: Row, vat: Decimal) -> dict[str, Decimal]:
    """VAT per rate where there is one rate; a line's own total is not to be believed (sheet section 3)."""
    rates = {_rate(line["vat"]) for line in row.get("line_items") or ()}
    return dict.fromkeys(rates, vat) if len(rates) == 1 else {}


def _rate(told: Any) -> str:
    """`{value: "0.21"}` of v2, 21.0 of v1."""
    value = Decimal(str(told["value"])) * HUNDRED if isinstance(told, Mapping) else Decimal(str(told))
    return number_text(value)


def differs(draft: Draft, document: Document) -> tuple[str, ...]:
    """What the draft at Jortt says otherwise than asked; () = nothing. VAT as a whole too, within a unit per rate."""
    slack = unit_of(draft.decimals) * max(1, len(draft.breakdown))
    off = document.vat is not None and abs(document.vat - abs(draft.totals.vat)) > slack
    vat = (f"VAT {document.vat}, not {abs(draft.totals.vat)}",) if off else ()
    return compare(draft, document) or vat


def signed(lines: Sequence[Mapping[str, Any]], original: Row, credit: Row) -> list[dict[str, Any]] | None:
    """The lines of a part, signed as Jortt signed the whole credit note it made itself; None when that is unclear."""
    ours, theirs = _first(original), _first(credit)
    if ours is None or theirs is None:
        return None
    if ours == theirs:
        return [dict(line) for line in lines]
    if theirs == (ours[0], -ours[1]):
        return [{**line, "amount": {**line["amount"], "amount": _turned(line["amount"]["amount"])}} for line in lines]
    if theirs == (-ours[0], ours[1]):
        return [{**line, "quantity": _turned(line["quantity"])} for line in lines]
    return None


def _first(row: Row) -> tuple[Decimal, Decimal] | None:
    found = ((Decimal(str(line["quantity"])), amount(line["amount"])) for line in row.get("line_items") or ())
    return next((pair for pair in found if all(pair)), None)


def _turned(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"


def sentence(response: str) -> str:
    """The details of a refusal, which its message does not name: `line_items[0][vat]: is invalid`."""
    try:
        details = json.loads(response)["error"].get("details") or ()
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    rows = (row for row in details if isinstance(row, Mapping))
    return "; ".join(": ".join(filter(None, (row.get("param"), row.get("message")))) for row in rows)


def is_under_way(detail: str) -> bool:
    """A refusal to send what is sent or being sent already; its words are not documented."""
    return (
        re.search(
            r"already|(?:is|been|being) sent|(?:al|reeds|is|wordt) (?:verzonden|verstuurd)", detail, re.IGNORECASE
        )
        is not None
    )


def key(response: str) -> str:
    """The name of a refusal: `scopes.insufficient`."""
    try:
        return str(json.loads(response)["error"]["key"])
    except (ValueError, LookupError, TypeError):
        return ""


def series(rows: Iterable[Row]) -> tuple[Series, ...]:
    """Trade names: they share Jortt's one number series, but print their own name and address."""
    return tuple(Series(str(row["id"]), str(row.get("company_name") or row["id"])) for row in rows)


def warnings(organisation: Row, account: Account) -> tuple[str, ...]:
    """What a person should know before invoices are sent from there."""
    found = []
    if organisation.get("data_complete_for_sending_invoices") is False:
        found.append("Jortt will send no invoice before the organisation's data are complete (Instellingen).")
    if organisation.get("vat_type") == "never_vat" and account.seller.vat_status == "payer":
        found.append("The organisation charges no VAT, but the account's seller does.")
    if account.seller.oss and organisation.get("one_stop_shop_enabled") is False:
        found.append("One stop shop is off in Jortt, so that other countries' VAT rates are refused.")
    return tuple(found)

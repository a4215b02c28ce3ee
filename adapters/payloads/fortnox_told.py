"""What Fortnox tells of its documents, read: sums, flags that are texts, references that are "0". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.words import vat_by_rate
from schemas.document import Kind

Row = Mapping[str, Any]
#: A number series of its own each: an order may have an invoice's number.
ORDER = "order-"
#: How an invoice says that it stands as an order (option `document`).
AS_ORDER = "order"


@dataclass(frozen=True, slots=True)
class Sums:
    """A document's own sums, positive; `gross` is before the rounding to whole kronor."""

    gross: Decimal
    net: Decimal | None
    vat: Decimal | None
    rates: Mapping[str, Decimal]
    paid: Decimal


def yes(told: object) -> bool:
    """Credit is a text, other flags are not (sheet section 3)."""
    return told in (True, "true")


def child_of(row: Row, name: str) -> str:
    """The number of the document that was made of this one; "" for the "0" that says none."""
    told = str(row.get(name) or "0")
    return "" if told == "0" else told


def made_number(data: Any, original: str) -> str:
    """The number of what an action made of `original` (its id): an order's answers with the new invoice or with the
    order, which names it; a credit answers with the original, which names it. Raises ValueError where none is named."""
    row = data.get("Invoice") or data["Order"]
    if is_order(original):
        number = str(row["DocumentNumber"]) if "Invoice" in data else child_of(row, "InvoiceReference")
    else:
        number = child_of(row, "CreditInvoiceReference")
    if not number:
        raise ValueError("no number")
    return number


def is_order(system_id: str) -> bool:
    return system_id.startswith(ORDER)


def number_in(system_id: str) -> str:
    return system_id.removeprefix(ORDER)


def way_of(row: Row) -> str:
    """The last word of the second reference, which says how we made it: draft, order, or something else."""
    return str(row.get("ExternalInvoiceReference2") or "").rpartition(" ")[2]


def kind_of(row: Row) -> Kind:
    """An invoice or a credit note: lists have no Credit flag, but the sign of what is to be paid."""
    return Kind.CREDIT_NOTE if yes(row.get("Credit")) or amount(row.get("Total")) < 0 else Kind.INVOICE


def kind_in(row: Row, is_order: bool) -> Kind:
    """The same among orders, which are proformas unless they stand for invoices."""
    if is_order:
        return Kind.INVOICE if way_of(row) == AS_ORDER else Kind.PROFORMA
    return kind_of(row)


def sums(row: Row) -> Sums:
    sign = -1 if amount(row.get("Total")) < 0 else 1
    total, round_off = sign * amount(row.get("Total")), sign * amount(row.get("RoundOff"))
    net = _told(row, "Net", sign)
    vat = _told(row, "TotalVAT", sign)
    # Sheet section 3: Total is before RoundOff; should an account tell it after, the parts say so.
    if round_off and net is not None and vat is not None and net + vat == total - round_off:
        total -= round_off
    return Sums(total, net, vat, _rates(row, sign, vat), _paid(row, sign, total))


def _rates(row: Row, sign: int, vat: Decimal | None) -> dict[str, Decimal]:
    """VAT per rate from the rows, where they tell both sums; empty where they do not come to the document's VAT."""
    rows = row.get("InvoiceRows") or ()
    if not yes(row.get("VATIncluded")) or not all("TotalExcludingVAT" in entry for entry in rows):
        return {}
    told = [(entry["VAT"], sign * (amount(entry["Total"]) - amount(entry["TotalExcludingVAT"]))) for entry in rows]
    return vat_by_rate(told, vat) if rows else {}


def _paid(row: Row, sign: int, total: Decimal) -> Decimal:
    """What is no longer open of a booked document."""
    if not yes(row.get("Booked")):
        return Decimal(0)
    balance = sign * amount(row.get("Balance"))
    return total - balance if balance else total


def _told(row: Row, name: str, sign: int) -> Decimal | None:
    return None if row.get(name) is None else sign * amount(row[name])


def amount(value: Any) -> Decimal:
    return Decimal(str(value or 0))

"""The books in short, for tests that close them, and changes made behind the API's back."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.billingo.document import Document
from simulators.money import cents, number
from simulators.references import reference_in

if TYPE_CHECKING:
    from simulators.billingo.world import Billingo

OWN = ("number", "cancelled", "modified", "deleted", "archived", "settled", "nav", "invoice_date")
GIVEN = ("vendor_id", "comment", "currency", "due_date", "fulfillment_date", "payment_method")


def summary(world: "Billingo") -> dict[str, Any]:
    """A cancelled invoice stays in the books beside its cancellation; a deleted draft and an archived proforma do not.

    A mark in the comment is the client's reference in its own spelling, and all that cancellations, modifications and
    invoices out of proformas have; what bears none counts by its vendor_id, which is made fit for an address.
    """
    live = [one for one in world.documents.values() if not one.deleted and not one.archived]
    marks = [reference_in(one.comment) if "[" in one.comment else one.vendor or one.comment for one in live]
    return {
        "documents": len(live), "ever": len(world.documents), "per_oid": Counter(filter(None, marks)),
        "per_kind": Counter(one.kind for one in live), "totals": _totals(live),
        "emails": Counter(str(email["document_id"]) for email in world.emails), "partners": len(world.partners),
    }  # fmt: skip


def patch(world: "Billingo", document: Document, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A change in Billingo's own pages."""
    if unknown := set(changes) - {*OWN, *GIVEN, "gross_total"}:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        if name in OWN:
            setattr(document, name, value)
        elif name == "gross_total":
            document.gross = cents(number(str(value)) or Decimal(0))
        else:
            document.given[name] = value
    world.keep(document)
    return world.shown(document)


def _totals(live: list[Document]) -> dict[str, str]:
    """What was invoiced, with VAT; drafts have not gone out."""
    sums: dict[str, Decimal] = {}
    for one in live:
        if one.kind in ("invoice", "advance"):
            currency = str(one.given["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + one.gross
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

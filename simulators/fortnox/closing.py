"""The books in short, for tests that close them, and changes made in the system's own pages."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fortnox.document import INVOICE, ORDER, Document

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

FIGURES = ("Total", "TotalVAT", "Net", "TotalToPay")


def summary(world: "Fortnox") -> dict[str, Any]:
    """per_oid counts ExternalInvoiceReference1 of what is not cancelled; totals are invoices' gross."""
    live = [one for one in world.all() if one.live]
    return {
        "documents": len(live), "ever": len(world.all()),
        "per_oid": Counter(one.reference for one in live if one.reference),
        "per_kind": Counter(_kind(one) for one in live), "totals": _totals(live),
        "emails": Counter(str(email["document"]) for email in world.emails),
        "payments": Counter(str(one["InvoiceNumber"]) for one in world.payments.values()),
        "refused_refreshes": world.tokens.refused_refreshes,
    }  # fmt: skip


def patch(world: "Fortnox", ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """`ident` is an invoice's number, or order-NUMBER; deleted true takes the document off the books."""
    kind = ORDER if ident.startswith("order-") else INVOICE
    document = world.documents[kind][int(ident.removeprefix("order-"))]
    if unknown := set(changes) - set(document.fields) - {"deleted", *FIGURES}:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if changes.get("deleted"):
        del world.documents[kind][document.serial]
    document.changed.update({name: Decimal(str(changes[name])) for name in FIGURES if name in changes})
    document.fields.update({name: value for name, value in changes.items() if name in document.fields})
    world.references[kind].add(document.reference, document.serial)
    return document.shown(world.address)


def _kind(document: Document) -> str:
    return "Credit" if document.is_credit else document.kind


def _totals(live: list[Document]) -> dict[str, str]:
    """Invoices alone; a refund written as an invoice of negative rows is none."""
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.kind == INVOICE and not document.is_credit and document.total >= 0:
            currency = document.fields["Currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + document.total
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

"""The books as a test closes them, and changes behind the API's back."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from simulators.superfaktura.document import Document

if TYPE_CHECKING:
    from simulators.superfaktura.world import SuperFaktura


def books(world: "SuperFaktura") -> dict[str, Any]:
    marks = ("deleted", "sent", "given_up")
    documents = [{**_plain(world, document), **{mark: getattr(document, mark) for mark in marks}}
                 for document in world.invoices.values()]  # fmt: skip
    return {"documents": documents, "clients": list(world.clients.values()), "emails": world.emails,
            "callbacks": world.callbacks, "checksums": sorted(world.checksums)}  # fmt: skip


def summary(world: "SuperFaktura") -> dict[str, Any]:
    """`totals` is what was invoiced with VAT, without proformas and credit notes; all of an order share its number."""
    live = [document for document in world.invoices.values() if document.live]
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.kind == "regular":
            currency = document.fields["invoice_currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + document.total
    return {
        "documents": len(live), "ever": len(world.invoices),
        "per_oid": Counter(document.mark for document in live if document.mark),
        "per_oid_kind": Counter(f"{document.reference} {document.kind}" for document in live if document.reference),
        "per_kind": Counter(document.kind for document in live),
        "totals": {currency: f"{total:.2f}" for currency, total in sums.items()},
        "emails": Counter(str(email["invoice_id"]) for email in world.emails), "requests_today": world.quota.today,
    }  # fmt: skip


def patch(world: "SuperFaktura", document: Document, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of "Invoice", "deleted", and "total", which changes the base of the first rate."""
    if unknown := set(changes) - set(document.fields) - {"deleted", "total"}:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    document.deleted = bool(changes.get("deleted", document.deleted))
    if "total" in changes:
        rate, amounts = next(iter(document.summary.items()))
        missing = Decimal(str(changes["total"])) - document.total
        document.summary[rate] = replace(amounts, base=amounts.base + missing)
    document.fields.update({name: value for name, value in changes.items() if name not in ("deleted", "total")})
    world.keep(document)
    return _plain(world, document)


def _plain(world: "SuperFaktura", document: Document) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(world.reply(world.shown(document)).body))

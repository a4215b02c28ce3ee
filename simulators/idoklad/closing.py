"""The books in short, for tests that close them."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.idoklad.document import INVOICE, TYPE_NUMBERS, Document
from simulators.references import reference_in

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad


def summary(world: "Idoklad") -> dict[str, Any]:
    """per_oid counts the marks in descriptions; per_number shows whether a number was given twice."""
    live = world.live()
    return {
        "documents": len(live), "ever": len(world.documents),
        "per_oid": Counter(reference_in(one.fields["Description"]) for one in live if one.fields["Description"]),
        "per_kind": Counter(one.kind for one in live), "totals": _totals(live),
        "emails": Counter(str(email["DocumentId"]) for email in world.emails),
        "per_number": {kind: _numbers(live, kind) for kind in TYPE_NUMBERS},
        "refused_refreshes": world.tokens.refused_refreshes, "calls": world.calls,
    }  # fmt: skip


def _numbers(live: list[Document], kind: str) -> Counter[str]:
    return Counter(one.fields["DocumentNumber"] for one in live if one.kind == kind)


def _totals(live: list[Document]) -> dict[str, str]:
    """Invoices' gross without the lines that set off a paid proforma: what was sold, not what is left to pay."""
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.kind == INVOICE:
            sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.sold
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

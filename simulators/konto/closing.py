"""The books in short, for tests that close them."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.konto.accepted import INVOICE_TYPE
from simulators.konto.document import CANCELLED, SAVED, Document
from simulators.references import reference_in

if TYPE_CHECKING:
    from simulators.konto.world import Konto


def summary(world: "Konto") -> dict[str, Any]:
    """Cancelled documents do not count; saved ones do, but not in the totals: they have not gone out."""
    live = [one for one in world.live() if one.status != CANCELLED]
    return {
        "documents": len(live), "ever": len(world.invoices), "per_kind": Counter(one.kind for one in live),
        "per_oid": Counter(reference_in(one.mark) for one in live if one.mark), "totals": _totals(live),
        "emails": Counter(str(email["guid"]) for email in world.emails),
    }  # fmt: skip


def _totals(live: list[Document]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for one in live:
        if one.kind == INVOICE_TYPE and one.status != SAVED:
            currency = str(one.given["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + one.amount
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

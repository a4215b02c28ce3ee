"""The books in short, for tests that close them; what is on its way out is sent first."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.jortt import sending
from simulators.jortt.document import Document

if TYPE_CHECKING:
    from simulators.jortt.world import Jortt


def settle(world: "Jortt") -> None:
    """Sending goes on whether anybody asks or not."""
    for document in world.live():
        sending.move_on(world, document, asked=False)


def summary(world: "Jortt") -> dict[str, Any]:
    settle(world)
    live = world.live()
    return {
        "documents": len(live), "ever": len(world.documents),
        "per_oid": Counter(one.reference for one in live if one.reference),
        "per_kind": Counter(one.kind for one in live), "totals": _totals(live),
        "emails": Counter(email["invoice_id"] for email in world.emails),
        "customers": len(world.customers), "tokens": world.tokens.issued,
        "refused_refreshes": world.tokens.refused_refreshes,
    }  # fmt: skip


def _totals(live: list[Document]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.kind == "invoice":
            sums[document.currency] = (
                sums.get(document.currency, Decimal(0)) + document.fields["invoice_total_incl_vat"]
            )
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

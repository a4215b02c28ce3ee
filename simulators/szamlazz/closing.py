"""The books in short, for tests that close them."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.szamlazz.document import INVOICE, Document

if TYPE_CHECKING:
    from simulators.szamlazz.world import Szamlazz


def summary(world: "Szamlazz") -> dict[str, Any]:
    """Deleted proformas do not count; reversed invoices do, since their storno stands beside them."""
    kept = [one for one in world.documents.values() if not one.deleted]
    return {
        "documents": len(kept), "ever": len(world.documents), "per_kind": Counter(one.kind for one in kept),
        "per_oid": Counter(one.external for one in kept if one.external), "totals": _totals(kept),
        "emails": Counter(entry["number"] for entry in world.emails),
        "most_sends": world.sends.most, "sessions": len(world.sessions.used), "banned": world.sends.banned,
    }  # fmt: skip


def _totals(kept: list[Document]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for one in kept:
        if one.kind == INVOICE:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.sums.gross
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

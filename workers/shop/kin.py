"""Orders merged into others or split off: what was invoiced before must not be invoiced again (unas.md 3.6)."""

from __future__ import annotations

from ledger import documents
from schemas.errors import Unbalanced
from schemas.order import Order
from workers.hand import Hand


def refuse_invoiced(hand: Hand, order: Order) -> None:
    """Raises Unbalanced when an order that this one was made of has a document, unless this one has its own already."""
    if not order.made_of:
        return
    with hand.services.ledger.read() as tx:
        if documents.history(tx, hand.event.shop_id, hand.event.order_id):
            return
        found = [row for name in order.made_of for row in documents.page(tx, shop_id=hand.event.shop_id, order=name)]
    standing = [row for row in found if row.state in ("issuing", "live", "held")]
    if standing:
        papers = ", ".join(row.document.number if row.document else row.reference for row in standing)
        raise Unbalanced(
            f"This order was made of order {standing[0].order_id}, which has documents already: {papers}.",
            code="MERGED_AFTER_INVOICE",
            remedy="Decide by hand which of them stand; issue by hand what is still owed.",
        )

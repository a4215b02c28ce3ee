"""Whether an invoice may be credited by Fortnox itself: booked, and once."""

from __future__ import annotations

from adapters.payloads.fortnox_books import Books, numbered
from adapters.payloads.fortnox_told import child_of, yes
from schemas.document import Document
from schemas.errors import Permanent

CREDITED = "CreditInvoiceReference"
BY_HAND = "It was made there by hand: look at it, then settle this one by hand."
BOOK_FIRST = "Book the invoice in Fortnox, then replay."


def demand_creditable(company: Books, original: Document, *, books: bool) -> None:
    """Raises Permanent where it was credited already (what a repeated call would do is not known, sheet section 11), or
    is not booked; with `books` it is booked first."""
    path = numbered("/invoices", original.system_id)
    row = company.row(path, "Invoice")
    if number := child_of(row, CREDITED):
        words = f"Invoice {original.number} was credited already, by {number}."
        raise company.speaker.error(Permanent, words, code="ALREADY_CREDITED", remedy=BY_HAND)
    if yes(row.get("Booked")):
        return
    if not books:
        words = f"Invoice {original.number} is not booked."
        raise company.speaker.error(Permanent, words, code="NOT_BOOKED", remedy=BOOK_FIRST)
    company.step("PUT", f"{path}/bookkeep", "Invoice")

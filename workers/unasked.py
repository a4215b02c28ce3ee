"""Where an invoicing system cannot be asked whether it has a document, none is ever issued blind: a person is asked."""

from __future__ import annotations

from datetime import datetime

from ledger import documents, epoch
from schemas.document import Found, Sight
from workers.ending import Incident
from workers.paper import Paper


def held(reference: str) -> Incident:
    """The dead letter with its two ways on."""
    return Incident(
        f"Nobody can tell whether {reference} exists over there.",
        code="HELD",
        remedy="Look it up over there, then say which: flask document settle EVENT_ID --number N (it exists) "
        "or flask document issue EVENT_ID (it does not).",
    )


def unasked(paper: Paper, *, doubt: bool) -> Found:
    """In place of a look-up: NONE when nothing can have been sent before; else the row is held, and HELD is raised."""
    if not doubt and not _perhaps_forgotten(paper):
        return Found(Sight.NONE)
    hand = paper.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        documents.hold(tx, paper.row.id)
    raise held(paper.row.reference)


def _perhaps_forgotten(paper: Paper) -> bool:
    """It may have been issued by the part of the ledger that a restore lost, unless a person said that it was not."""
    hand = paper.hand
    with hand.services.ledger.read() as tx:
        restored_at = epoch.load(tx).restored_at
    if restored_at is None or hand.order.issue_allowed:
        return False
    began = _began(paper)
    return began is None or began < restored_at


def _began(paper: Paper) -> datetime | None:
    """When the shop's reason for this document came up at the earliest; None = nobody knows."""
    order = paper.hand.read
    if order is None:
        return None
    refund = next((refund for refund in order.refunds if refund.id == paper.draft.refund_id), None)
    return refund.at if refund else order.placed_at

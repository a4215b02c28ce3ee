"""One document, exactly once: claim, look, say `issuing`, send, settle (DESIGN 4, "Four locks for one document")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.base import Adapter
from adapters.wire import compare
from ledger import documents, orders
from ledger.documents import DocumentRow
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Issued, Kind, Sight
from schemas.errors import AdapterError, Ambiguous, Transient, Waiting
from workers.ending import Incident
from workers.hand import Hand

log = structlog.get_logger(__name__)

#: A look-up that finds nothing after a write left is believed only when it finds nothing twice in a row.
NONE_TWICE = 2


@dataclass(frozen=True, slots=True)
class Paper:
    """A document on its way: its row, the account it belongs to, the mouth, and the document it follows."""

    hand: Hand
    row: DocumentRow
    adapter: Adapter
    draft: Draft
    original: Issued | None


def issue(hand: Hand, account: Account, draft: Draft, original: Issued | None) -> None:
    """Have `draft` issued in `account`, or adopt it when it is there already.

    Returns when the document is live and equal to the draft. Raises Incident (live but different, or several), Waiting,
    or an AdapterError; after Ambiguous the row stays `issuing` and the next run looks before anything else.
    """
    adapter = hand.speak(account)
    paper = Paper(hand, _claim(hand, account, draft), adapter, draft, original)
    found = _look(paper)
    _settle(paper, found.document if found.sight is Sight.ONE else _send(paper))


def resume(hand: Hand, account: Account, row: DocumentRow, original: Issued | None) -> None:
    """Find out about a row left `issuing` by a run that died or got no answer; no sooner than it could have ended."""
    _not_too_soon(hand, row, hand.speak(account))
    paper = Paper(hand, row, hand.speak(account), row.draft, original)
    found = _look(paper)
    if found.sight is Sight.ONE:
        _settle(paper, found.document)
    else:
        _believe_none(paper)


def _claim(hand: Hand, account: Account, draft: Draft) -> DocumentRow:
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        orders.fix_account(tx, hand.order.id, account.id)
        return documents.claim(
            tx, hand.order.id, hand.event.shop_id, draft, account.id, hand.event.id, hand.services.now()
        )


def _look(paper: Paper) -> Found:
    """Ask the system; gives NONE or ONE, raises on anything less certain."""
    found = paper.adapter.find(paper.draft, paper.original)
    if found.sight is Sight.MANY:
        numbers = ", ".join(d.number or d.system_id for d in found.documents)
        raise Incident(
            f"{len(found.documents)} documents carry the reference {paper.draft.reference}: {numbers}.",
            code="SEVERAL_DOCUMENTS",
            remedy="Cancel all but one in the invoicing system, then replay this event.",
        )
    if found.sight is Sight.UNSURE:
        raise Transient(found.why or "The look-up gave no certain answer.", system=paper.row.system, code="UNSURE")
    return found


def _send(paper: Paper) -> Document:
    hand = paper.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        documents.mark_issuing(tx, paper.row.id, hand.services.now())
    try:
        return _speak(paper)
    except Ambiguous:
        raise
    except (AdapterError, Waiting):
        with hand.services.ledger.write() as tx:
            hand.fence(tx)
            documents.back_to_planned(tx, paper.row.id)
        raise


def _speak(paper: Paper) -> Document:
    if paper.draft.kind is Kind.CREDIT_NOTE and paper.original is not None:
        return paper.adapter.credit(paper.draft, paper.original)
    return paper.adapter.issue(paper.draft, paper.original)


def _settle(paper: Paper, document: Document) -> None:
    """Write down what the system has; a difference from the draft is an incident about a live document."""
    differs = compare(paper.draft, document)
    hand = paper.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        documents.settle(tx, paper.row.id, document, differs, hand.services.now())
    log.info("document_live", event=hand.event.id, document=paper.row.id, number=document.number, differs=len(differs))
    if differs:
        raise Incident(
            f"{document.number or document.system_id} is live but differs: {'; '.join(differs)}.",
            code="DIFFERS",
            remedy="Correct or cancel it in the invoicing system; it will not be issued again.",
        )


def _not_too_soon(hand: Hand, row: DocumentRow, adapter: Adapter) -> None:
    """A row found `issuing` is looked up no sooner than call deadline + settle delay after it was marked."""
    timing = hand.services.timing
    wait = timedelta(seconds=timing.call + adapter.manifest.settle_delay * timing.settle_scale)
    left = (row.issuing_at or hand.services.now()) + wait - hand.services.now()
    if left > timedelta(0):
        raise Waiting(
            f"An earlier try at {row.reference} may still arrive; it is looked up first.",
            until="settle",
            seconds=left.total_seconds(),
        )


def _believe_none(paper: Paper) -> None:
    hand, timing = paper.hand, paper.hand.services.timing
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        seen = documents.seen_none(tx, paper.row.id, hand.services.now())
        if seen >= NONE_TWICE:
            documents.back_to_planned(tx, paper.row.id)
            return
    raise Waiting(
        f"{paper.row.reference} was not found; it is looked for once more before it is sent again.",
        until="settle",
        seconds=max(timing.clock_tick, paper.adapter.manifest.settle_delay * timing.settle_scale),
    )

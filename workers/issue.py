"""One document, exactly once: claim, look, say `issuing`, send, settle (DESIGN 4, "Four locks for one document")."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from adapters.manifest import Reference
from adapters.wire import compare
from ledger import documents, orders
from ledger.documents import DocumentRow
from ledger.rows import Tick
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Issued, Kind, Sight
from schemas.errors import AdapterError, Ambiguous, Transient, Waiting
from workers.ending import Incident
from workers.follow_ups import wanted
from workers.follow_ups.wanted import Case
from workers.hand import Hand
from workers.paper import Paper
from workers.unasked import unasked

log = structlog.get_logger(__name__)

#: A look-up that finds nothing after a write left is believed only when it finds nothing twice in a row.
NONE_TWICE = 2


def issue(hand: Hand, account: Account, draft: Draft, history: Sequence[Issued]) -> None:
    """Have `draft` issued in `account`, or adopt it when it is there already; `history` are the order's documents.

    Returns when the document is live and equal to the draft. Raises Incident (live but different, or several), Waiting,
    or an AdapterError; after Ambiguous the row stays `issuing` and the next run looks before anything else.
    """
    paper = _paper(hand, account, _claim(hand, account, draft), history)
    found = _look(paper)
    _settle(paper, found.document if found.sight is Sight.ONE else _send(paper))


def resume(hand: Hand, account: Account, row: DocumentRow, history: Sequence[Issued]) -> None:
    """Find out about a row left `issuing` by a run that died or got no answer; no sooner than it could have ended."""
    paper = _paper(hand, account, row, history)
    _not_too_soon(paper)
    found = _look(paper, doubt=True)
    if found.sight is Sight.ONE:
        _settle(paper, found.document)
    else:
        _believe_none(paper)


def look_again(hand: Hand, account: Account, row: DocumentRow, history: Sequence[Issued]) -> Found:
    """What the system has now of a document that is live here: NONE or ONE; raises what `issue` raises for the rest."""
    return _look(_paper(hand, account, row, history))


def cancel(hand: Hand, account: Account, issued: Issued) -> None:
    """Have a proforma cancelled over there, then say so here; repeating it is harmless."""
    if issued.document is not None:
        hand.speak(account).cancel(issued.document)
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        for row in documents.page(tx, shop_id=hand.event.shop_id, order=hand.event.order_id, state="live"):
            if row.reference == issued.reference:
                documents.cancel(tx, row.id, hand.services.now())
    log.info("document_cancelled", event_id=hand.event.id, reference=issued.reference)


def _paper(hand: Hand, account: Account, row: DocumentRow, history: Sequence[Issued]) -> Paper:
    original = original_of(row.draft, history)
    notes = (i.draft for i in history if i.kind is Kind.CREDIT_NOTE and i.state == "issued")
    return Paper(hand, row, hand.speak(account), row.draft, original, tuple(notes))


def original_of(draft: Draft, history: Sequence[Issued]) -> Issued | None:
    """The document this one follows: the invoice of a credit note, the proforma of an invoice."""
    wanted = draft.preceding or draft.proforma_ref
    return next((i for i in history if wanted and i.reference == wanted.reference), None)


def _claim(hand: Hand, account: Account, draft: Draft) -> DocumentRow:
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        orders.fix_account(tx, hand.order.id, account.id)
        return documents.claim(
            tx, hand.order.id, hand.event.shop_id, draft, account.id, hand.event.id, hand.services.now()
        )


def _look(paper: Paper, *, doubt: bool = False) -> Found:
    """Ask the system; gives NONE or ONE, raises on anything less certain. `doubt`: it may have been sent before."""
    if paper.adapter.manifest.reference is Reference.NONE:
        return unasked(paper, doubt=doubt)
    found = paper.adapter.find(paper.draft, paper.followed, doubt=doubt)
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
        if not documents.mark_issuing(tx, paper.row.id, hand.services.now(), hand.services.leases.tick()):
            raise _in_flight(paper)
    try:
        return _speak(paper)
    except Ambiguous:
        raise
    except (AdapterError, Waiting):
        with hand.services.ledger.write() as tx:
            hand.fence(tx)
            documents.back_to_planned(tx, paper.row.id)
        raise


def _in_flight(paper: Paper) -> Waiting:
    """Another run has sent it since this one decided, though each order is in one hand: the row is the last to say
    so."""
    seconds = paper.hand.services.timing.order_held
    detail = f"{paper.row.reference} was sent by another run; it is looked up first."
    return Waiting(detail, until="settle", seconds=seconds, code="DOCUMENT_IN_FLIGHT")


def _speak(paper: Paper) -> Document:
    if paper.draft.kind is not Kind.CREDIT_NOTE:
        return paper.adapter.issue(paper.draft, paper.followed)
    if paper.original is None or paper.original.document is None:
        raise Waiting("The invoice to be credited is not there yet.", until="order", code="CREDIT_BEFORE_INVOICE")
    return paper.adapter.credit(paper.draft, paper.original.document, paper.original.draft, paper.earlier)


def _settle(paper: Paper, document: Document) -> None:
    """Write down what the system has; a difference from the draft is an incident about a live document."""
    differs = compare(paper.draft, document)
    hand = paper.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        documents.settle(tx, paper.row.id, document, differs, hand.services.now())
        wanted.plan(tx, hand, paper.row, _case(paper, document), differs)
    log.info(
        "document_live", event_id=hand.event.id, document=paper.row.id, number=document.number, differs=len(differs)
    )
    if differs:
        raise Incident(
            f"{document.number or document.system_id} is live but differs: {'; '.join(differs)}.",
            code="DIFFERS",
            remedy="Correct or cancel it in the invoicing system; it will not be issued again.",
        )


def _case(paper: Paper, document: Document) -> Case:
    hand = paper.hand
    return Case(paper.adapter.manifest, paper.adapter.account, hand.options, paper.draft, document, hand.shop)


def _not_too_soon(paper: Paper) -> None:
    """A row found `issuing` is looked up no sooner than call deadline + settle delay after it was marked, by the
    monotonic clock of the machine that did; another machine counts from when it first saw it."""
    hand, row, now = paper.hand, paper.row, paper.hand.services.leases.tick()
    left = hand.services.timing.call + hand.settle_delay
    passed = now.since(Tick(row.issuing_host, row.issuing_tick))
    if passed is not None:
        left -= passed
    else:
        with hand.services.ledger.write() as tx:
            hand.fence(tx)
            documents.found_issuing(tx, row.id, now)
    if left > 0:
        raise Waiting(
            f"An earlier try at {row.reference} may still arrive; it is looked up first.", until="settle", seconds=left
        )


def _believe_none(paper: Paper) -> None:
    hand = paper.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        seen = documents.seen_none(tx, paper.row.id, hand.services.now())
        if seen >= NONE_TWICE:
            documents.back_to_planned(tx, paper.row.id)
            return
    raise Waiting(
        f"{paper.row.reference} was not found; it is looked for once more before it is sent again.",
        until="settle",
        seconds=max(hand.services.timing.clock_tick, hand.settle_delay),
    )

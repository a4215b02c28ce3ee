"""What comes after a document: PDF, payment, e-mail, the government's number, a last look. Never a reason to issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog

from adapters.base import Official, OfficialState
from ledger import connections, documents, events, follow_ups
from ledger.documents import DocumentRow
from schemas.document import Payment
from schemas.errors import BillhookError, Permanent
from workers.ending import Ending
from workers.follow_ups import wanted
from workers.follow_ups.mail import email
from workers.follow_ups.task import Task, asked, done, not_yet
from workers.follow_ups.verify import verify
from workers.follow_ups.writeback import write_back
from workers.hand import Hand
from workers.paused import refuse_paused

log = structlog.get_logger(__name__)


def work(hand: Hand) -> Ending:
    """Do one follow-up in the document's own account, or in the order's shop; nothing is left to do for a document
    that is cancelled."""
    row = _row(hand)
    if row.state != "live" or row.document is None:
        reason = "DOCUMENT_CANCELLED" if row.state == "cancelled" else "NOT_LIVE"
        return done(reason, f"{row.reference} is {row.state}.")
    if hand.event.kind == wanted.WRITEBACK:
        return write_back(hand, row, row.document)
    ledger = hand.services.ledger
    with ledger.read() as tx:
        account = connections.account(tx, ledger.vault, row.account_id)
        noted = follow_ups.notes(tx, row.id)
    refuse_paused(account)
    return ROOMS[hand.event.kind](Task(hand, row, row.document, hand.speak(account), noted))


def _row(hand: Hand) -> DocumentRow:
    if hand.event.document_id is None:
        raise BillhookError("This follow-up names no document.", code="NO_DOCUMENT")
    with hand.services.ledger.read() as tx:
        return documents.load(tx, hand.event.document_id)


def pdf(task: Task) -> Ending:
    """Keep the document's bytes, once."""
    with task.hand.services.ledger.read() as tx:
        if follow_ups.file(tx, task.row.id, "pdf") is not None:
            return done("PDF_KEPT", "It was kept before.")
    body = asked(task, lambda: task.mouth.pdf(task.document))
    with task.hand.services.ledger.write() as tx:
        task.hand.fence(tx)
        follow_ups.keep_file(tx, task.row.id, "pdf", body, task.hand.services.now())
    return done("PDF_KEPT", f"{len(body)} bytes.")


def paid(task: Task) -> Ending:
    """Mark it as paid; the adapter reads first, so that an unclear answer is simply asked again."""
    if task.notes.paid_at is not None:
        return done("PAID", "It was marked before.")
    asked(task, lambda: task.mouth.mark_paid(task.document, _payment(task)))
    with task.hand.services.ledger.write() as tx:
        task.hand.fence(tx)
        follow_ups.paid(tx, task.row.id, task.hand.services.now())
    return done("PAID", f"{task.document.number} is paid.")


def _payment(task: Task) -> Payment:
    """The draft's payment; paid after the document was issued = on the day when that became known here."""
    known = task.hand.event.received_at.astimezone(ZoneInfo(task.mouth.account.seller.timezone)).date()
    payment = task.row.draft.payment
    return payment if payment.paid_on else replace(payment, paid_on=known)


def official(task: Task) -> Ending:
    """Follow the document to the government's hub until it is accepted or refused there."""
    told = asked(task, lambda: task.mouth.official(task.document))
    _note_official(task, told)
    hub = task.mouth.manifest.official
    if told.state is OfficialState.WAITING:
        seconds = task.hand.services.timing.official
        raise not_yet(task.hand, task.row, "official", f"{hub} has not answered yet.", seconds, code="OFFICIAL_WAITING")
    if told.state is OfficialState.REFUSED:
        raise _refused(task, told)
    if told.state is OfficialState.ACCEPTED:
        return done("OFFICIAL", f"{hub} gave it the number {told.number}.")
    return done("NOT_OFFICIAL", f"This document does not go to {hub}.")


def _refused(task: Task, told: Official) -> Permanent:
    hub, sentences = task.mouth.manifest.official, " ".join(told.messages) or "no reason given"
    return Permanent(
        f"{hub} refused {task.document.number}: {sentences}",
        system=task.row.system,
        code="OFFICIAL_REFUSED",
        remedy=f"Mend what {hub}'s sentence names in the invoicing system and send it there again, then replay this.",
    )


def _note_official(task: Task, told: Official) -> None:
    """Write it down; a number, or that there will be none, wakes what could not go out before it, rung once the order
    is free."""
    with task.hand.services.ledger.write() as tx:
        task.hand.fence(tx)
        follow_ups.official(tx, task.row.id, told.state.value, told.number)
        if told.state in (OfficialState.ACCEPTED, OfficialState.NONE):
            task.hand.bells += events.wake(tx, f"official_number:{task.row.id}", task.hand.services.now())


ROOMS: Mapping[str, Callable[[Task], Ending]] = {
    wanted.PDF: pdf,
    wanted.PAID: paid,
    wanted.EMAIL: email,
    wanted.OFFICIAL: official,
    wanted.VERIFY: verify,
}

WORK: Mapping[str, Callable[[Hand], Ending]] = dict.fromkeys((*ROOMS, wanted.WRITEBACK), work)

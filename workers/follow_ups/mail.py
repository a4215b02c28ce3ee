"""E-mail goes out at most once: `sending` is committed before the call, and what is unclear stays with a person."""

from __future__ import annotations

import structlog

from ledger import follow_ups
from ledger.follow_ups import SENT
from schemas.errors import AdapterError, Ambiguous, Waiting
from workers.ending import Ending, Incident
from workers.follow_ups.task import Task, asked, done

log = structlog.get_logger(__name__)

#: Replaying alone never repeats an e-mail; a person says one of the two.
LOOK = (
    "Look in the invoicing system whether it was sent, then say so: flask event sent {id}, or, if it was not: "
    "flask event send-again {id}. A replay does not send it again."
)


def email(task: Task) -> Ending:
    """Have the system mail the document to the buyer, or say why nothing leaves.

    Only a refusal that is sure to have sent nothing is ever followed by another try.
    """
    address = task.row.draft.buyer.email
    stopped = _stopped(task, address)
    if stopped is not None:
        return stopped
    if not _claimed(task):
        raise _perhaps(task, "An earlier try ended without an answer")
    try:
        asked(task, lambda: task.mouth.send(task.document, address))
    except Ambiguous as error:
        raise _perhaps(task, error.detail) from error
    except (AdapterError, Waiting):
        _release(task)
        raise
    _note_sent(task)
    return done("SENT", f"{task.row.system} was told to mail {task.document.number}.")


def _stopped(task: Task, address: str) -> Ending | None:
    """Why nothing is sent at all; None when something is."""
    if task.notes.email_state == SENT:
        return done("ALREADY_SENT", "It was sent before.")
    if not address:
        return done("NO_EMAIL", "The order names no e-mail address.")
    if task.row.differs:
        return done("DIFFERS", "The document differs from what was asked, so it is not sent: see its incident.")
    if not task.row.sends:
        return done("ADOPTED", "It was there before this ledger ever sent it, so it may have been mailed already.")
    return None


def _claimed(task: Task) -> bool:
    with task.hand.services.ledger.write() as tx:
        task.hand.fence(tx)
        return follow_ups.claim_email(tx, task.row.id, task.hand.services.now())


def _release(task: Task) -> None:
    """Fenced: whoever has the order by now has read `sending`, and takes it for a call that may have been made."""
    with task.hand.services.ledger.write() as tx:
        task.hand.fence(tx)
        follow_ups.release_email(tx, task.row.id)


def _note_sent(task: Task) -> None:
    """Not fenced: that it was sent is true whoever has the order by now."""
    with task.hand.services.ledger.write() as tx:
        follow_ups.email_sent(tx, task.row.id, task.hand.services.now())
    log.info("document_mailed", event_id=task.hand.event.id, document=task.row.id)


def _perhaps(task: Task, why: str) -> Incident:
    with task.hand.services.ledger.write() as tx:
        follow_ups.email_perhaps(tx, task.row.id)
    number = task.document.number or task.document.system_id
    return Incident(
        f"Perhaps {number} was mailed, perhaps not: {why}.",
        code="PERHAPS_SENT",
        remedy=LOOK.format(id=task.hand.event.id),
    )

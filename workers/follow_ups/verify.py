"""The last look: some time after a document was issued, is it there, once, and what was asked for?"""

from __future__ import annotations

from adapters.wire import compare
from ledger import documents, follow_ups
from schemas.document import Document, Sight
from schemas.errors import Waiting
from workers import issue
from workers.ending import Ending, Incident
from workers.follow_ups.task import Task, done

GONE = "Look for it in the invoicing system: was it cancelled or deleted there by hand? It will not be issued again."
OTHER = "Correct or cancel it in the invoicing system; it will not be issued again."


def verify(task: Task) -> Ending:
    """Look once more; several, none, or another total is an incident. Nothing is ever issued because of it."""
    hand = task.hand
    with hand.services.ledger.read() as tx:
        history = documents.history(tx, hand.event.shop_id, hand.event.order_id)
    found = issue.look_again(hand, task.mouth.account, task.row, history)
    if found.sight is Sight.NONE:
        raise _absent(task)
    _seen(task)
    return _compared(task, found.document)


def _absent(task: Task) -> Waiting | Incident:
    """Absence is believed only twice in a row, as everywhere."""
    hand = task.hand
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        nones = documents.seen_none(tx, task.row.id, hand.services.now())
    number = task.document.number or task.document.system_id
    if nones >= issue.NONE_TWICE:
        return Incident(f"{number} is live here, but {task.row.system} no longer has it.", code="GONE", remedy=GONE)
    seconds = max(hand.services.timing.clock_tick, hand.settle_delay)
    return Waiting(f"{number} was not found; it is looked for once more.", until="settle", seconds=seconds)


def _seen(task: Task) -> None:
    if task.row.nones:
        with task.hand.services.ledger.write() as tx:
            task.hand.fence(tx)
            follow_ups.seen_again(tx, task.row.id)


def _compared(task: Task, document: Document) -> Ending:
    differs = list(compare(task.row.draft, document))
    if document.system_id != task.document.system_id:
        differs.append(f"it is {document.number or document.system_id}, not {task.document.number}")
    if not differs:
        return done("VERIFIED", f"{document.number} is there, once, as it was asked for.")
    if set(differs) == set(task.row.differs):
        return done("STILL_DIFFERS", f"As reported when it was issued: {'; '.join(differs)}.")
    told = f"{document.number or document.system_id} has changed since it was issued: {'; '.join(differs)}."
    raise Incident(told, code="CHANGED", remedy=OTHER)

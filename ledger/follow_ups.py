"""What follow-ups note of a document: paid, mailed (at most once), its state at the government's hub, its files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from ledger.tables import document_files, documents, events, is_waiting
from ledger.upsert import insert_for
from schemas.event import ORDER

__all__ = ["NOT_MAILED", "PERHAPS_SENT", "SENDING", "SENT", "Notes", "claim_email", "email_again", "email_perhaps",
           "email_sent", "file", "keep_file", "notes", "official", "official_open", "orders_waiting", "paid",
           "release_email", "seen_again"]  # fmt: skip

#: `email_state`: nothing left; a call may be under way; it left; nobody can tell.
NOT_MAILED, SENDING, SENT, PERHAPS_SENT = "", "sending", "sent", "perhaps sent"


@dataclass(frozen=True, slots=True)
class Notes:
    """What was done with a document since it was issued. `email_at`: when e-mail began to leave, or was known sent."""

    paid_at: datetime | None
    email_state: str
    email_at: datetime | None
    official_state: str
    official_number: str


_NOTES = [documents.c[field.name] for field in fields(Notes)]


def notes(tx: Connection, document_id: int) -> Notes:
    """What is noted of a document that exists."""
    return Notes(**tx.execute(select(*_NOTES).where(documents.c.id == document_id)).one()._mapping)


def _email(tx: Connection, document_id: int, before: tuple[str, ...], after: dict[str, object]) -> bool:
    mine = (documents.c.id == document_id, documents.c.email_state.in_(before))
    return tx.execute(update(documents).where(*mine).values(after)).rowcount == 1


def claim_email(tx: Connection, document_id: int, now: datetime) -> bool:
    """Say `sending`, before the call; False when something was said before, so that nothing may be sent."""
    return _email(tx, document_id, (NOT_MAILED,), {"email_state": SENDING, "email_at": now})


def release_email(tx: Connection, document_id: int) -> bool:
    """Surely nothing left: it may be sent again."""
    return _email(tx, document_id, (SENDING,), {"email_state": NOT_MAILED, "email_at": None})


def email_sent(tx: Connection, document_id: int, now: datetime) -> bool:
    """It left: the system said so, or a person who looked there."""
    return _email(tx, document_id, (NOT_MAILED, SENDING, PERHAPS_SENT), {"email_state": SENT, "email_at": now})


def email_perhaps(tx: Connection, document_id: int) -> bool:
    """Nobody here can tell whether it left."""
    return _email(tx, document_id, (SENDING,), {"email_state": PERHAPS_SENT})


def email_again(tx: Connection, document_id: int) -> bool:
    """A person looked, or wants it once more: the next run of the follow-up sends. Never said by a program itself."""
    return _email(tx, document_id, (PERHAPS_SENT, SENT), {"email_state": NOT_MAILED, "email_at": None})


def paid(tx: Connection, document_id: int, now: datetime) -> None:
    """The system has it as paid."""
    tx.execute(update(documents).where(documents.c.id == document_id).values(paid_at=now))


def official(tx: Connection, document_id: int, state: str, number: str = "") -> None:
    """How it stands at the government's hub, and its number there."""
    said = {"official_state": state, "official_number": number}
    tx.execute(update(documents).where(documents.c.id == document_id).values(said))


def official_open(tx: Connection, document_id: int) -> bool:
    """Whether the document goes to the government's hub and that has not ended well yet (accepted, or not for it)."""
    mine = (events.c.document_id == document_id, events.c.kind == "document.official")
    planned = tx.execute(select(func.count()).select_from(events).where(*mine)).scalar_one()
    return bool(planned) and notes(tx, document_id).official_state not in ("accepted", "none")


def keep_file(tx: Connection, document_id: int, kind: str, body: bytes, now: datetime) -> bool:
    """Keep a document's file; the first one stays, False when there was one."""
    row = {"document_id": document_id, "kind": kind, "body": body, "fetched_at": now}
    keep = insert_for(tx, document_files).values(row).on_conflict_do_nothing(index_elements=["document_id", "kind"])
    return tx.execute(keep.returning(document_files.c.kind)).scalar_one_or_none() is not None


def file(tx: Connection, document_id: int, kind: str) -> bytes | None:
    """A kept file's bytes."""
    mine = (document_files.c.document_id == document_id, document_files.c.kind == kind)
    return tx.execute(select(document_files.c.body).where(*mine)).scalar_one_or_none()


def seen_again(tx: Connection, document_id: int) -> None:
    """A look-up saw it: earlier ones that saw nothing do not count."""
    tx.execute(update(documents).where(documents.c.id == document_id).values(nones=0))


def orders_waiting(tx: Connection, shop_id: int) -> int:
    """How many of a shop's order events still wait; follow-ups, which may lie in the future, are left out."""
    waiting = (is_waiting, events.c.shop_id == shop_id, events.c.kind == ORDER)
    return tx.execute(select(func.count()).select_from(events).where(*waiting)).scalar_one()

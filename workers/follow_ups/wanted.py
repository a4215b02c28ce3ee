"""Which follow-ups a document gets: a pure function of manifest, options, draft and what the system gave back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.manifest import Field, Manifest, Pdf, Reference
from adapters.shops import reads_back
from ledger import documents, events, follow_ups
from ledger.documents import DocumentRow
from ledger.engine import Tx
from schemas.connection import Account, Shop
from schemas.document import Document, Draft, Issued, Kind
from schemas.order import Order
from workers.hand import Hand

PDF, PAID, EMAIL = "document.pdf", "document.paid", "document.email"
OFFICIAL, VERIFY, WRITEBACK = "document.official", "document.verify", "document.writeback"

#: What a route's options may ask for: whether documents are issued at all without a person's word, and what follows one
#: (docs/follow-ups.md); "" is said by leaving one out.
OPTIONS = (
    Field("issue", "Issue documents", required=False, choices=("automatic", "manual"),
          help="manual: each waits for flask event issue"),
    Field("email", "E-mail the document", required=False, choices=("yes",), help="yes: once, by the invoicing system"),
    Field("pdf", "Keep the PDF", required=False, choices=("yes",), help="yes: fetched once and kept in the ledger"),
    Field("mark_paid", "Mark as paid", required=False, choices=("yes", "no"),
          help="no: leave payments to people; otherwise a paid order's document is marked where the system did not"),
    Field("official", "Follow to the government's hub", required=False, choices=("yes", "no"),
          help="otherwise: when the account sends there, or the document says that it went"),
    Field("writeback", "Write number and link into the shop", required=False, choices=("yes", "no"),
          help="otherwise: when there is a key of the shop"),
    Field("writeback_status", "Set the order's status", required=False, pattern=r"\S(.{0,58}\S)?", example="completed",
          help="once, with an invoice's number; the shop may mail its buyer"),
    Field("tell_buyer", "Have the shop tell its buyer", required=False, choices=("yes",),
          help="yes: the note with number and link is mailed by the shop"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules may look at."""

    manifest: Manifest
    account: Account
    options: Mapping[str, str]
    draft: Draft
    document: Document
    shop: Shop | None = None

    def asks(self, name: str) -> bool:
        return self.options.get(name) == "yes"


def _paid(case: Case) -> bool:
    """The order is paid, and the system does not say so of its own: `paid_on_create` is believed only untold."""
    totals, told = case.draft.totals, case.document.paid
    if case.draft.kind is Kind.CREDIT_NOTE or totals.paid <= 0 or totals.due > 0:
        return False
    if not _marks(case.manifest, case.options):
        return False
    return not case.manifest.paid_on_create if told is None else told < abs(case.document.gross)


def _marks(manifest: Manifest, options: Mapping[str, str]) -> bool:
    return manifest.marks_paid and options.get("mark_paid") != "no"


def _official(case: Case) -> bool:
    """Asked for; or the account's option named like the hub says yes; or the document came back with a state there."""
    asked = case.options.get("official", "")
    sends = case.account.options.get(case.manifest.official.lower()) == "yes" or "gov_status" in case.document.extra
    return bool(case.manifest.official) and asked != "no" and (asked == "yes" or sends)


def _writeback(case: Case) -> bool:
    """Asked for; or not refused, where the shop can be written to."""
    asked = case.options.get("writeback", "")
    return asked == "yes" or (asked != "no" and case.shop is not None and reads_back(case.shop))


#: In the order in which they are made.
RULES: Mapping[str, Callable[[Case], bool]] = {
    PAID: _paid,
    OFFICIAL: _official,
    PDF: lambda case: case.asks("pdf") and case.manifest.pdf is not Pdf.NONE,
    EMAIL: lambda case: case.asks("email") and case.manifest.mail,
    WRITEBACK: _writeback,
    VERIFY: lambda case: case.manifest.reference is not Reference.NONE,
}


def wanted(case: Case, differs: Sequence[str] = ()) -> tuple[str, ...]:
    """The kinds of follow-ups; a document that differs from what was asked is only looked at, nothing goes out."""
    return tuple(kind for kind, rule in RULES.items() if rule(case) and (kind == VERIFY or not differs))


def problems(options: Mapping[str, str], manifest: Manifest) -> dict[str, str]:
    """Option → what is wrong with it, for forms and the command line; empty when all is well."""
    told = {name: _problem(name, value, manifest) for name, value in options.items()}
    return {name: sentence for name, sentence in told.items() if sentence}


def _problem(name: str, value: str, manifest: Manifest) -> str | None:
    known = {field.name: field for field in OPTIONS}
    if name not in known:
        return f"is no option of a route: choose of {', '.join(known)}"
    able = {"email": manifest.mail, "pdf": manifest.pdf is not Pdf.NONE, "official": bool(manifest.official),
            "mark_paid": manifest.marks_paid}  # fmt: skip
    return (
        f"cannot be done by {manifest.label}"
        if value == "yes" and not able.get(name, True)
        else known[name].problem(value)
    )


def plan(tx: Tx, hand: Hand, row: DocumentRow, case: Case, differs: Sequence[str]) -> None:
    """In the transaction that settles the document: its follow-ups as events; what is due now is rung at the end."""
    for kind in wanted(case, differs):
        _add(tx, hand, row, kind)


def paid_since(hand: Hand, order: Order, history: Sequence[Issued], manifest: Manifest) -> None:
    """The order was paid after its invoice had been issued unpaid: that invoice is marked, once."""
    owed = {i.reference for i in history if i.kind is Kind.INVOICE and i.state == "issued" and i.draft.totals.due > 0}
    if not (owed and order.paid and _marks(manifest, hand.options)):
        return
    with hand.services.ledger.write() as tx:
        hand.fence(tx)
        for row in documents.page(tx, shop_id=hand.event.shop_id, order=order.id, state="live"):
            if row.reference in owed and not row.differs and follow_ups.notes(tx, row.id).paid_at is None:
                _add(tx, hand, row, PAID)


def _add(tx: Tx, hand: Hand, row: DocumentRow, kind: str) -> None:
    now = hand.services.now()
    later = timedelta(seconds=hand.services.timing.verify) if kind == VERIFY else timedelta(0)
    event_id = events.add_internal(
        tx, kind=kind, shop_id=row.shop_id, order_id=row.order_id, document_id=row.id, due_at=now + later, now=now
    )
    if kind != VERIFY:
        hand.bells.append((event_id, hand.event.shop_key))

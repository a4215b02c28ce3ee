"""PDF and payment: repeatable, kept and marked once."""

from __future__ import annotations

from ledger import follow_ups
from ledger.documents import DocumentRow
from schemas.event import State
from tests.followups.desk import Desk

UNPAID = {"date_paid": None, "date_paid_gmt": None, "payment_method": "cod", "status": "completed"}
LATER = {"date_modified": "2026-11-21T09:00:00", "date_modified_gmt": "2026-11-21T08:00:00"}
PAID = {**UNPAID, **LATER, "date_paid": "2026-11-21T09:00:00", "date_paid_gmt": "2026-11-21T08:00:00"}


def test_pdf_waits_uncounted_while_it_is_made_and_is_then_kept_once(desk: Desk) -> None:
    desk.world.change({"pdf_pending_reads": 3})
    row = desk.issue(1)
    pdf = desk.follow_up(1, "pdf")
    waiting = desk.run(pdf.id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.WAITING, "PDF_NOT_READY", 0)
    assert desk.finish(pdf.id).reason == "PDF_KEPT"
    with desk.ledger.read() as tx:
        kept = follow_ups.file(tx, row.id, "pdf")
    assert kept is not None
    assert kept.startswith(b"%PDF")
    desk.arm("500", r"\.pdf$")
    assert desk.replay(pdf.id).reason == "PDF_KEPT"


def test_what_is_not_ready_for_a_day_is_asked_for_ever_more_rarely(desk: Desk) -> None:
    desk.world.change({"pdf_pending_reads": 1000})
    desk.issue(1)
    pdf = desk.follow_up(1, "pdf")
    pauses: list[float] = []
    while sum(pauses) < 86_400:
        waiting = desk.run(pdf.id)
        assert waiting.due_at is not None
        pauses.append((waiting.due_at - desk.time.now).total_seconds())
        desk.time.on(pauses[-1])
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (15, 3600)
    assert len(pauses) < 100


def _paid_after_the_invoice(desk: Desk) -> DocumentRow:
    desk.options()
    row = desk.issue(1, **UNPAID)
    assert row.draft.totals.due > 0
    assert desk.run(desk.order(1, **PAID)).reason == "ALREADY_INVOICED"
    return row


def test_an_unpaid_invoice_is_marked_once_its_order_is_paid(desk: Desk) -> None:
    row = _paid_after_the_invoice(desk)
    paid = desk.finish(desk.follow_up(1, "paid").id)
    assert (paid.state, paid.reason) == (State.DONE, "PAID")
    assert desk.notes(row).paid_at is not None
    assert row.document is not None
    assert desk.world.invoice(row.document.system_id).fields["status"] == "paid"


def test_paid_is_marked_once_after_a_lost_answer_and_a_replay(desk: Desk) -> None:
    row = _paid_after_the_invoice(desk)
    desk.arm("reset_after", "change_status")
    paid = desk.follow_up(1, "paid")
    assert desk.run(paid.id).reason == "ANSWER_LOST"
    assert desk.finish(paid.id).reason == "PAID"
    assert desk.replay(paid.id).reason == "PAID"
    assert len([line for line in desk.world.log if "change_status" in line["path"]]) == 1
    assert desk.notes(row).paid_at is not None


def test_payments_are_left_to_people_when_the_route_says_so(desk: Desk) -> None:
    desk.options(mark_paid="no")
    desk.issue(1, **UNPAID)
    desk.run(desk.order(1, **PAID))
    assert set(desk.follow_ups(1)) == {"document.verify"}

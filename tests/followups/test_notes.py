"""What the ledger keeps of a document after it was issued, on both databases."""

from __future__ import annotations

from ledger import events, follow_ups
from tests.followups.desk import Desk


def test_an_e_mail_is_claimed_once(desk: Desk) -> None:
    row, now = desk.issue(1), desk.time.now
    with desk.ledger.write() as tx:
        assert follow_ups.claim_email(tx, row.id, now)
        assert not follow_ups.claim_email(tx, row.id, now)
        assert follow_ups.release_email(tx, row.id)
        assert follow_ups.claim_email(tx, row.id, now)
        assert follow_ups.email_perhaps(tx, row.id)
        assert not follow_ups.claim_email(tx, row.id, now)
        assert not follow_ups.release_email(tx, row.id)
        assert follow_ups.email_again(tx, row.id)
        assert follow_ups.claim_email(tx, row.id, now)
        assert follow_ups.email_sent(tx, row.id, now)
        assert not follow_ups.claim_email(tx, row.id, now)
    assert (desk.notes(row).email_state, desk.notes(row).email_at) == ("sent", now)


def test_the_first_file_stays(desk: Desk) -> None:
    row, now = desk.issue(1), desk.time.now
    with desk.ledger.write() as tx:
        assert follow_ups.keep_file(tx, row.id, "pdf", b"first", now)
        assert not follow_ups.keep_file(tx, row.id, "pdf", b"second", now)
        assert follow_ups.file(tx, row.id, "pdf") == b"first"
        assert follow_ups.file(tx, row.id, "xml") is None


def test_only_order_events_count_as_orders_waiting(desk: Desk) -> None:
    desk.issue(1)
    desk.order(2)
    with desk.ledger.read() as tx:
        assert follow_ups.orders_waiting(tx, desk.shop_id) == 1


def test_one_open_follow_up_per_document_and_kind(desk: Desk) -> None:
    row = desk.issue(1)
    pdf = desk.follow_up(1, "pdf")
    with desk.ledger.write() as tx:
        again = events.add_internal(
            tx, kind="document.pdf", shop_id=row.shop_id, order_id="1", document_id=row.id,
            due_at=desk.time.now, now=desk.time.now,
        )  # fmt: skip
    assert again == pdf.id

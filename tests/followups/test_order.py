"""Follow-ups beside the order's own events: one lease, no event lost, nothing out for what is wrong or cancelled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from adapters.base import Adapter
from ledger import connections, documents, events, orders
from schemas.document import Document, Draft
from schemas.event import State
from tests.followups.desk import Desk, pretend


def test_a_paid_order_gets_what_its_route_asks_for(desk: Desk) -> None:
    row = desk.issue(1)
    found = desk.follow_ups(1)
    assert set(found) == {"document.official", "document.pdf", "document.email", "document.verify"}
    assert {e.document_id for e in found.values()} == {row.id}
    assert {e.account_id for e in found.values()} == {row.account_id}
    assert set(desk.bell.rung) == {e.id for kind, e in found.items() if kind != "document.verify"}


def test_a_route_without_options_gets_only_the_last_look(desk: Desk) -> None:
    desk.options()
    desk.issue(1)
    assert set(desk.follow_ups(1)) == {"document.verify"}


def test_a_follow_up_takes_no_event_of_its_order_along(desk: Desk) -> None:
    desk.issue(1)
    fresh = desk.order(1, status="completed")
    assert desk.run(desk.follow_up(1, "email").id).reason == "SENT"
    assert desk.event(fresh).state is State.WAITING
    assert desk.run(fresh).reason == "ALREADY_INVOICED"


def test_a_follow_up_waits_for_its_order_and_is_woken(desk: Desk) -> None:
    desk.issue(1)
    mail = desk.follow_up(1, "email")
    with desk.ledger.write() as tx:
        held = orders.take_lease(tx, desk.shop_id, "1", "another", "its event")
    assert held is not None
    waiting = desk.run(mail.id)
    assert (waiting.reason, waiting.waiting_for, waiting.attempts) == ("ORDER_HELD", "order", 0)
    with desk.ledger.write() as tx:
        orders.release(tx, held.id, "another")
        assert (mail.id, desk.shop_key) in events.wake_order(tx, desk.shop_id, "1", desk.time.now)
    assert desk.run(mail.id).reason == "SENT"


def test_an_order_event_closes_no_dead_letter_of_a_follow_up(desk: Desk) -> None:
    desk.issue(1)
    mail = desk.follow_up(1, "email")
    desk.arm("reset_after", "send_by_email")
    desk.finish(mail.id)
    desk.run(desk.order(1, status="completed"))
    assert desk.event(mail.id).state is State.DEAD


def test_follow_ups_of_a_cancelled_document_are_done_with_a_reason(desk: Desk) -> None:
    row = desk.issue(1)
    with desk.ledger.write() as tx:
        documents.cancel(tx, row.id, desk.time.now)
    ends = [desk.finish(e.id) for e in desk.follow_ups(1).values()]
    assert {(e.state, e.reason) for e in ends} == {(State.DONE, "DOCUMENT_CANCELLED")}
    assert desk.mails(row) == 0


def test_a_document_that_differs_is_only_looked_at(desk: Desk) -> None:
    def wrong(adapter: Adapter) -> Adapter:
        real = adapter.issue

        def issue(draft: Draft, original: Document | None = None) -> Document:
            return replace(real(draft, original), gross=Decimal("1.00"))

        return pretend(adapter, issue=issue)

    desk.turn_mouth.append(wrong)
    assert desk.run(desk.order(1)).reason == "DIFFERS"
    assert set(desk.follow_ups(1)) == {"document.verify"}


def test_follow_ups_of_a_paused_account_wait_for_it(desk: Desk) -> None:
    row = desk.issue(1)
    with desk.ledger.write() as tx:
        connections.pause_account(tx, row.account_id, "The key ran out.", desk.time.now)
    waiting = desk.run(desk.follow_up(1, "email").id)
    assert (waiting.reason, waiting.waiting_for) == ("ACCOUNT_PAUSED", f"account:{row.account_id}")
    with desk.ledger.write() as tx:
        connections.resume_account(tx, row.account_id)
        events.wake(tx, f"account:{row.account_id}", desk.time.now)
    assert desk.run(waiting.id).reason == "SENT"


def test_a_refused_key_pauses_the_account_and_sends_nothing(desk: Desk) -> None:
    row = desk.issue(1)
    desk.world.change({"token_accepted": False})
    waiting = desk.run(desk.follow_up(1, "email").id)
    assert (waiting.state, waiting.waiting_for) == (State.WAITING, f"account:{row.account_id}")
    assert (desk.notes(row).email_state, desk.mails(row)) == ("", 0)

"""E-mail, one case at a time: what surely did not leave is sent later, what may have left never again by itself."""

from __future__ import annotations

import pytest

from adapters.base import Adapter
from ledger import follow_ups
from schemas.event import State
from tests.followups.desk import Desk, pretend
from workers.follow_ups import mail as room


class Killed(BaseException):
    """The process is gone: nothing of ours runs after this."""


def test_without_a_fault_one_e_mail_leaves(desk: Desk) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")
    assert desk.run(mail.id).reason == "SENT"
    assert desk.replay(mail.id).reason == "ALREADY_SENT"
    assert (desk.notes(row).email_state, desk.mails(row)) == ("sent", 1)


def test_without_an_address_nothing_leaves_and_the_reason_is_said(desk: Desk) -> None:
    row = desk.issue(1, billing={"email": ""})
    ended = desk.run(desk.follow_up(1, "email").id)
    assert (ended.state, ended.reason, desk.mails(row)) == (State.DONE, "NO_EMAIL", 0)


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "reset_after", "reset_before", "502_after"])
def test_an_unclear_answer_is_left_to_a_person(desk: Desk, fault: str) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")
    desk.arm(fault, "send_by_email")
    dead = desk.finish(mail.id)
    assert (dead.state, dead.reason, desk.notes(row).email_state) == (State.DEAD, "PERHAPS_SENT", "perhaps sent")
    assert f"flask event sent {mail.id}" in dead.remedy
    assert desk.replay(mail.id).reason == "PERHAPS_SENT"
    assert desk.mails(row) == (1 if fault.endswith("after") else 0)


def test_a_person_may_have_it_sent_again(desk: Desk) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")
    desk.arm("reset_before", "send_by_email")
    desk.finish(mail.id)
    with desk.ledger.write() as tx:
        assert follow_ups.email_again(tx, row.id)
    assert desk.replay(mail.id).reason == "SENT"
    assert desk.mails(row) == 1


def test_a_person_may_say_that_it_was_sent(desk: Desk) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")
    desk.arm("reset_after", "send_by_email")
    desk.finish(mail.id)
    with desk.ledger.write() as tx:
        assert follow_ups.email_sent(tx, row.id, desk.time.now)
    assert desk.replay(mail.id).reason == "ALREADY_SENT"
    assert desk.mails(row) == 1


def test_too_many_requests_sends_later_and_once(desk: Desk) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")
    desk.arm("429", "send_by_email")
    waiting = desk.run(mail.id)
    assert (waiting.state, waiting.attempts, desk.notes(row).email_state) == (State.WAITING, 0, "")
    assert desk.finish(mail.id).reason == "SENT"
    assert desk.mails(row) == 1


def test_a_refusal_is_a_dead_letter_that_may_be_replayed(desk: Desk) -> None:
    row = desk.issue(1, billing={"email": "a@b.test,b@b.test,c@b.test,d@b.test,e@b.test,f@b.test"})
    dead = desk.finish(desk.follow_up(1, "email").id)
    assert (dead.state, dead.reason, desk.notes(row).email_state) == (State.DEAD, "REFUSED", "")


def test_a_lease_that_is_no_longer_sure_stops_the_e_mail(desk: Desk) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")

    def slowed(adapter: Adapter) -> Adapter:
        desk.time.passed += 11
        return adapter

    desk.turn_mouth.append(slowed)
    waiting = desk.run(mail.id)
    assert (waiting.state, waiting.reason, desk.notes(row).email_state) == (State.WAITING, "LEASE", "")
    desk.turn_mouth.clear()
    assert desk.finish(mail.id).reason == "SENT"
    assert desk.mails(row) == 1


@pytest.mark.parametrize("moment", ["before the call", "after the call"])
def test_killed_between_saying_so_and_the_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")

    def dies(adapter: Adapter) -> Adapter:
        real = adapter.send

        def send(*told: object) -> None:
            if moment == "after the call":
                real(*told)  # type: ignore[arg-type]
            raise Killed

        return pretend(adapter, send=send)

    desk.turn_mouth.append(dies)
    with pytest.raises(Killed):
        desk.run(mail.id)
    assert desk.notes(row).email_state == "sending"
    desk.turn_mouth.clear()
    desk.bury()
    dead = desk.finish(mail.id)
    assert (dead.state, dead.reason) == (State.DEAD, "PERHAPS_SENT")
    assert desk.mails(row) == (1 if moment == "after the call" else 0)
    assert desk.replay(mail.id).reason == "PERHAPS_SENT"


def test_killed_before_saying_so_sends_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = desk.issue(1)
    mail = desk.follow_up(1, "email")

    def die(task: object) -> bool:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(room, "_claimed", die)
        with pytest.raises(Killed):
            desk.run(mail.id)
    desk.bury()
    assert desk.finish(mail.id).reason == "SENT"
    assert desk.mails(row) == 1


def test_a_document_that_was_there_before_is_not_mailed(desk: Desk) -> None:
    """A ledger restored from an old backup finds its documents again, and has forgotten their e-mails."""
    order = desk.order(1)

    def restored(adapter: Adapter) -> Adapter:
        find = adapter.find

        def issued_by_another(*asked: object, **more: object) -> object:
            desk.turn_mouth.clear()
            adapter.issue(asked[0])  # type: ignore[arg-type]
            return find(*asked, **more)  # type: ignore[arg-type]

        return pretend(adapter, find=issued_by_another)

    desk.turn_mouth.append(restored)
    desk.run(order)
    ended = desk.finish(desk.follow_up(1, "email").id)
    assert (ended.reason, desk.mails(desk.row(1))) == ("ADOPTED", 0)

"""The last look: nothing is missed, nothing is issued again."""

from __future__ import annotations

from schemas.event import State
from tests.followups.desk import Desk


def test_verify_is_due_after_ten_minutes_and_finds_all_well(desk: Desk) -> None:
    desk.issue(1)
    verify = desk.follow_up(1, "verify")
    assert verify.due_at is not None
    assert (verify.due_at - verify.received_at).total_seconds() == 600
    assert desk.run(verify.id).state is State.WAITING
    assert desk.finish(verify.id).reason == "VERIFIED"


def test_verify_reports_both_numbers_of_a_duplicate(desk: Desk) -> None:
    first, second = desk.issue(1), desk.issue(2)
    assert first.document is not None
    assert second.document is not None
    desk.world.patch(second.document.system_id, {"oid": first.reference})
    dead = desk.finish(desk.follow_up(1, "verify").id)
    assert (dead.state, dead.reason, dead.error_class) == (State.DEAD, "SEVERAL_DOCUMENTS", "Incident")
    assert first.document.number in dead.detail
    assert second.document.number in dead.detail
    assert dead.system == "fakturownia"


def test_verify_believes_absence_only_twice(desk: Desk) -> None:
    row = desk.issue(1)
    assert row.document is not None
    desk.world.patch(row.document.system_id, {"deleted": True})
    verify = desk.follow_up(1, "verify")
    desk.time.on(600)
    assert desk.run(verify.id).state is State.WAITING
    assert desk.finish(verify.id).reason == "GONE"


def test_verify_sees_that_the_total_was_changed(desk: Desk) -> None:
    row = desk.issue(1)
    assert row.document is not None
    desk.world.patch(row.document.system_id, {"price_gross": "65.93"})
    dead = desk.finish(desk.follow_up(1, "verify").id)
    assert (dead.state, dead.reason) == (State.DEAD, "CHANGED")
    assert "total 65.93, not 65.92" in dead.detail


def test_verify_never_issues_again(desk: Desk) -> None:
    row = desk.issue(1)
    assert row.document is not None
    desk.world.patch(row.document.system_id, {"deleted": True})
    desk.finish(desk.follow_up(1, "verify").id)
    assert desk.world.summary()["ever"] == 1


def test_a_document_found_again_makes_earlier_absence_forgotten(desk: Desk) -> None:
    row = desk.issue(1)
    assert row.document is not None
    verify = desk.follow_up(1, "verify")
    desk.time.on(600)
    desk.world.patch(row.document.system_id, {"deleted": True})
    desk.run(verify.id)
    assert desk.row(1).nones == 1
    desk.world.patch(row.document.system_id, {"deleted": False})
    assert desk.finish(verify.id).reason == "VERIFIED"
    assert desk.row(1).nones == 0


def test_a_look_up_that_fails_is_tried_again_and_counted(desk: Desk) -> None:
    desk.issue(1)
    verify = desk.follow_up(1, "verify")
    desk.time.on(600)
    desk.arm("500", r"/invoices\.json")
    waiting = desk.run(verify.id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.WAITING, "UNSURE", 1)
    assert desk.finish(verify.id).reason == "VERIFIED"

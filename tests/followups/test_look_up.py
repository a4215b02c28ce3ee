"""Before anything is issued it is looked up; an answer that is no answer, or too many of them, issues nothing."""

from __future__ import annotations

from schemas.event import State
from tests.followups.desk import Desk


def test_several_documents_under_the_reference_are_reported_and_none_is_added(desk: Desk) -> None:
    first, second = desk.issue(1), desk.issue(2)
    assert first.document is not None
    assert second.document is not None
    third = first.reference.replace("/1/", "/3/")
    for one in (first, second):
        assert one.document is not None
        desk.world.patch(one.document.system_id, {"oid": third})
    event_id = desk.order(3)
    dead = desk.run(event_id)
    assert (dead.state, dead.reason) == (State.DEAD, "SEVERAL_DOCUMENTS")
    assert first.document.number in dead.detail and second.document.number in dead.detail
    assert desk.world.summary()["documents"] == 2
    desk.world.patch(second.document.system_id, {"deleted": True})
    assert desk.replay(event_id).state is State.DONE
    third_row = desk.row(3)
    assert third_row.document is not None
    assert (third_row.document.number, desk.world.summary()["documents"]) == (first.document.number, 1)


def test_a_look_up_that_is_down_is_no_absence(desk: Desk) -> None:
    desk.world.plan.arm("500", method="GET", times=3)
    event_id = desk.order(1)
    for _ in range(3):
        waiting = desk.run(event_id)
        assert (waiting.state, waiting.reason) == (State.WAITING, "UNSURE")
        assert desk.world.summary()["documents"] == 0
        assert waiting.due_at is not None
        desk.time.on((waiting.due_at - desk.time.now).total_seconds())
    assert desk.finish(event_id).state is State.DONE
    assert desk.world.summary()["documents"] == 1

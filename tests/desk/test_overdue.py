"""What rests for more than a day is said once, and unsaid when nothing does any more."""

from __future__ import annotations

from ledger import alarms, events
from tests.desk.conftest import Desk
from workers.clock import Clock


def sounding(desk: Desk) -> list[str]:
    with desk.ledger.read() as tx:
        return [alarm.detail for alarm in alarms.open_alarms(tx) if alarm.kind == "events_older_than_a_day"]


def test_the_alarm_of_old_events_ends_with_the_last_of_them(roadless: Desk) -> None:
    desk, clock = roadless, Clock(roadless.services, "test")
    event_id = desk.captured("009")
    desk.run(event_id)
    clock.sound_alarms()
    assert sounding(desk) == []
    desk.later(desk.services.timing.alarm + 1)
    clock.sound_alarms()
    clock.sound_alarms()
    assert sounding(desk) == ["1 events wait or are dead for more than a day."]
    with desk.ledger.write() as tx:
        events.done(tx, [event_id], "NOT_WANTED", "Enough.", desk.now)
    clock.sound_alarms()
    assert sounding(desk) == []

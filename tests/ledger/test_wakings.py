"""No event begins to wait for what has just come about."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from ledger import events, wakings
from ledger.rows import Bell
from tests.ledger.fixtures import NOW, House

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
WHAT = "account:1"


def last(house: House, condition: str = WHAT) -> datetime:
    with house.ledger.write() as tx:
        return wakings.last(tx, condition)


def wake(house: House, now: datetime = NOW) -> list[Bell]:
    with house.ledger.write() as tx:
        return events.wake(tx, WHAT, now)


def test_the_last_time_a_condition_came_about_is_remembered_for_a_while(house: House) -> None:
    assert last(house) == NEVER
    for minutes in (0, 5):
        wake(house, NOW + timedelta(minutes=minutes))
        assert last(house) == NOW + timedelta(minutes=minutes)
    assert last(house, "account:2") == NEVER
    with house.ledger.write() as tx:
        wakings.forget(tx, NOW + timedelta(minutes=5))
    assert last(house) == NOW + timedelta(minutes=5)
    with house.ledger.write() as tx:
        wakings.forget(tx, NOW + timedelta(minutes=6))
    assert last(house) == NEVER


def test_whoever_wakes_waits_for_those_who_are_about_to_wait(house: House) -> None:
    event_id = house.one()
    with ThreadPoolExecutor(1) as hand:
        with house.ledger.write() as tx:
            assert wakings.last(tx, WHAT) == NEVER
            waking = hand.submit(wake, house)
            time.sleep(0.3)
            assert not waking.done()
            events.wait(tx, event_id, None, WHAT, "ACCOUNT_PAUSED", "", NOW, counted=False)
        assert [woken_id for woken_id, _ in waking.result(10)] == [event_id]


def test_whoever_is_about_to_wait_waits_for_those_who_wake(house: House) -> None:
    with ThreadPoolExecutor(1) as hand:
        with house.ledger.write() as tx:
            events.wake(tx, WHAT, NOW)
            looking = hand.submit(last, house)
            time.sleep(0.3)
            assert not looking.done()
        assert looking.result(10) == NOW

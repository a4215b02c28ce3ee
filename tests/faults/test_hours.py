"""What lasts for hours, in the time of profile `fast`: an hour is three minutes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ledger import events
from schemas.event import ORDER, Event
from tests.faults.elsewhere import closed, scene_of
from tests.faults.lab import Lab, Scene, lab
from workers.timing import FAST

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.rare, pytest.mark.timeout(900)]

HOUR = 3600 / FAST
#: What the system says, in seconds: come again then.
AGAIN = 3


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("k")) as running:
        yield running


def test_an_hour_of_429_uses_up_no_try_and_is_not_answered_with_a_storm(house: Lab) -> None:
    scene = scene_of(house, 1)
    house.admin("faults", {"name": "429", "times": None, "params": {"retry_after": str(AGAIN)}})
    scene.worker()
    began = time.monotonic()
    assert set(scene.post()) == {200}
    time.sleep(HOUR)
    asked, lasted = len(house.admin("requests")), time.monotonic() - began
    waiting = order_events(scene)
    assert {(event.state.value, event.attempts) for event in waiting} == {("waiting", 0)}
    assert "RATE_LIMITED" in {event.reason for event in waiting} <= {"RATE_LIMITED", "BUDGET_USED_UP"}
    assert lasted / AGAIN / 2 < asked < 4 * (lasted / AGAIN + 1), "the slots of one worker, once each time"
    house.admin("faults", method="DELETE")
    result = closed(scene, "an hour of 429", 1)
    assert (result.lost, result.duplicated, result.wrong, result.documents) == (0, 0, [], 20), result


def order_events(scene: Scene) -> list[Event]:
    mine = {order.id for order in scene.orders}
    with scene.lab.books.ledger.read() as tx:
        return [event for event in events.page(tx, limit=500) if event.kind == ORDER and event.order_id in mine]

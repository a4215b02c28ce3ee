"""Every request that a real WooCommerce 8.2.2 sent, replayed with its real signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.event import State
from tests.door.conftest import Captured, Lab, captured, close_lab, open_lab, said_in, settings_in


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Lab]:
    secrets = {one.secret for one in captured() if one.secret}
    lab = open_lab(settings_in(tmp_path), *secrets)
    yield lab
    close_lab(lab)


def replay(lab: Lab, one: Captured) -> dict[str, object]:
    answer = lab.post(one.body, one.headers)
    assert answer.status_code == 200, (one.number, answer.json)
    said: dict[str, object] = said_in(answer)
    return said


def test_every_captured_request_gets_exactly_200(real: Lab) -> None:
    said = [replay(real, one) for one in captured()]
    assert len(said) == 71
    assert sum("ping" in one for one in said) == 4
    assert real.refused() == []


def test_every_captured_order_waits_for_the_desk_and_none_is_dead(real: Lab) -> None:
    for one in captured():
        replay(real, one)
    counts = real.counts()
    assert counts.get(State.DEAD, 0) == 0
    assert counts.get(State.DONE, 0) == 0
    assert counts[State.WAITING] == 67 - twins()


def twins() -> int:
    """Captured requests whose body is that of the order's request before, and carries a modification time."""
    latest: dict[str, bytes] = {}
    count = 0
    for one in captured():
        if one.secret:
            count += latest.get(one.order_id) == one.body and one.topic != "order.deleted"
            latest[one.order_id] = one.body
    return count


def test_a_twin_is_a_duplicate_of_the_created_event(real: Lab) -> None:
    created, updated = (one for one in captured() if one.number in ("007", "008"))
    assert created.body == updated.body
    first, second = replay(real, created), replay(real, updated)
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first["event"] == second["event"]


def test_stored_bytes_are_the_bytes_that_came(real: Lab) -> None:
    for one in captured():
        said = replay(real, one)
        if "event" in said:
            assert real.body(str(said["event"])) == one.body


def test_envelopes_carry_what_the_shop_says(real: Lab) -> None:
    by_number = {one.number: replay(real, one) for one in captured()}
    refunded = real.event(str(by_number["042"]["event"]))
    assert (refunded.order_id, refunded.status, refunded.refunds) == ("44", "processing", 1)
    assert refunded.modified_at is not None
    trashed = real.event(str(by_number["066"]["event"]))
    assert (trashed.order_id, trashed.status, trashed.modified_at) == ("57", "trash", None)
    statuses = Counter(real.event(str(said["event"])).status for said in by_number.values() if "event" in said)
    assert set(statuses) == {
        "pending",
        "processing",
        "completed",
        "failed",
        "cancelled",
        "on-hold",
        "refunded",
        "trash",
    }


def test_a_ping_stores_nothing(real: Lab) -> None:
    replay(real, captured()[0])
    assert sum(real.counts().values()) == 0

"""A caught delivery sent again, whenever and in whichever order: taken, for it is authentic, and no second document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.event import State
from tests.desk.conftest import (
    Desk,
    database_url,
    desk,
    postgres_server,
    postgres_template,
    roadless,
    simulator,
    sqlite_template,
    valkey_url,
)

__all__ = [
    "database_url", "desk", "postgres_server", "postgres_template", "roadless", "simulator", "sqlite_template",
    "valkey_url",
]  # fmt: skip

#: After so many days the same bytes come again.
DAYS = (0.001, 1, 3, 30, 400)
PAID = "009"


def settled(desk: Desk, event_id: str) -> State:
    """Run it until it rests."""
    for _ in range(6):
        wait = desk.run(event_id)
        if not isinstance(wait, float):
            break
        desk.later(wait + 1)
    return desk.event(event_id).state


def test_the_same_delivery_again_and_again_makes_one_document(desk: Desk) -> None:
    first = desk.captured(PAID)
    assert settled(desk, first) is State.DONE
    assert desk.there() == 1
    for days in DAYS:
        desk.now = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
        assert settled(desk, desk.captured(PAID)) is State.DONE
        assert desk.there() == 1
    assert len(desk.documents()) == 1


def test_an_old_state_sent_again_after_a_newer_one_changes_nothing(desk: Desk) -> None:
    assert settled(desk, desk.captured(PAID)) is State.DONE
    newer = {"status": "completed", "date_modified_gmt": "2026-11-21T23:00:00"}
    assert settled(desk, desk.captured(PAID, **newer)) is State.DONE
    (made,) = desk.documents()
    for status in ("pending", "processing"):
        desk.later(86400)
        assert settled(desk, desk.captured(PAID, status=status)) is State.DONE
    assert desk.there() == 1
    assert desk.documents() == [made]

"""XML that expands, fetches or nests without end: refused by its reader, soon and in words, and never a document."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from ledger import connections, events
from schemas.errors import DeadLettered, Unreadable
from schemas.event import Envelope, Incoming, State
from schemas.unas import read_order
from tests.abuse.bombs import BOMBS
from tests.desk.conftest import Desk


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_unreadable_within_little_time_and_memory(name: str) -> None:
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises(Unreadable) as refused:
            read_order(BOMBS[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 20
    assert peak < 50 * 1024 * 1024
    assert refused.value.detail
    assert len(str(refused.value.problems)) < 1000
    assert "root:" not in str(refused.value.problems)


@pytest.mark.parametrize("name", ["a billion laughs", "a file"])
def test_at_the_desk_a_bomb_is_a_dead_letter_and_makes_no_document(roadless: Desk, name: str) -> None:
    with roadless.ledger.write() as tx:
        shop = connections.add_shop(
            tx, roadless.ledger.vault, slug="bolt", platform="unas", name="Bolt", secrets=["x"], now=roadless.now
        )
        incoming = Incoming(shop.id, shop.key, "poll", BOMBS[name], Envelope("order", "poll", "1-2"), roadless.now)
        (stored,) = events.store(tx, [incoming], roadless.now)
    assert isinstance(roadless.run(stored.event_id), DeadLettered)
    dead = roadless.event(stored.event_id)
    assert (dead.state, dead.reason) == (State.DEAD, "UNREADABLE")
    assert dead.remedy
    assert roadless.there() == 0
    with roadless.ledger.read() as tx:
        assert events.body(tx, stored.event_id) == BOMBS[name]

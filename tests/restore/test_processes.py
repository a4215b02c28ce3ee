"""Yesterday's backup under real processes: nothing issued twice, nothing lost, and what cannot be asked waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.lab import until
from tests.restore.town import Street, Town, town

pytestmark = [pytest.mark.slow, pytest.mark.faults]

PATIENCE = 120.0


@pytest.fixture
def lively(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path) as running:
        yield running


def buy(town: Town, times: int) -> None:
    """Twice as many at the shop whose system can be asked."""
    for _ in range(times):
        town.asked.order()
        town.asked.order()
        town.unasked.order()
    town.asked.sent()
    town.unasked.sent()


def live(town: Town) -> int:
    return len(town.asked.live()) + len(town.unasked.live())


def test_after_yesterdays_backup_nothing_is_issued_twice_and_every_order_has_its_document(lively: Town) -> None:
    buy(lively, 4)
    assert until(lambda: live(lively) >= 10, PATIENCE)
    buy(lively, 3)
    yesterday = lively.backup()
    buy(lively, 3)
    assert until(lambda: live(lively) == 30, PATIENCE), "thirty orders, thirty documents, before anything happens"
    assert (lively.asked.count(), lively.unasked.count()) == (20, 10)
    numbers = {**lively.asked.live()}
    _restore(lively, yesterday)
    _all_stand_still(lively)
    said = lively.stack.flask("ledger", "accept-restore", "--yes")
    assert "later ledger" in said and "Asked for all that changed since" in said
    _everything_is_found(lively, numbers)
    _the_rest_waits_for_a_person(lively)
    lively.asked.order()
    lively.unasked.order()
    assert until(lambda: len(lively.asked.live()) == 22 and lively.unasked.count() == 11, PATIENCE), "life goes on"


def _restore(town: Town, yesterday: Path) -> None:
    for name in ("worker", "clock"):
        process = town.stack.processes.pop(name)
        process.terminate()
        assert process.wait(60) == 0
    town.put_back(yesterday)
    assert 0 < live(town) < 30, "the copy is of the middle"
    town.stack.clock()
    town.stack.worker()


def _all_stand_still(town: Town) -> None:
    before = live(town), town.asked.count(), town.unasked.count()
    assert until(lambda: "ledger_restored" in town.alarms(), PATIENCE)
    new = town.asked.order()
    town.asked.sent()
    assert town.asked.books.stored(new) == 1, "the door takes what comes"
    town.several_ticks()
    assert (live(town), town.asked.count(), town.unasked.count()) == before
    assert "worker_waits" in town.stack.tail("worker")


def _everything_is_found(town: Town, numbers: dict[str, str]) -> None:
    """The order that came while all stood still makes it twenty-one."""
    assert until(lambda: len(town.asked.live()) == 21, PATIENCE), town.stack.tail("worker")
    after = town.asked.live()
    assert {order: after[order] for order in numbers} == numbers, "each has the document it had"
    assert set(town.asked.made().values()) == {1}
    assert until(lambda: all(town.asked.notes(order) for order in numbers), PATIENCE)
    assert {town.asked.notes(order) for order in numbers} == {1}, "one note of it in the shop"
    assert town.asked.count() == 21
    assert town.asked.held() == {}


def _the_rest_waits_for_a_person(town: Town) -> None:
    street = town.unasked
    known = street.live()
    assert until(lambda: len(street.held()) == 10 - len(known), PATIENCE), town.stack.tail("worker")
    assert street.count() == 10
    order, event = next(iter(street.held().items()))
    town.stack.flask("document", "settle", event.id, "--number", "2026-0007")
    assert until(lambda: _settled(street, order))
    assert street.count() == 10


def _settled(street: Street, order: str) -> bool:
    return street.live().get(order) == "2026-0007" and order not in street.held()

"""One order that breaks whoever works on it, among good ones: it alone becomes a dead letter.

`make faults-real`, profile `fast`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from ledger.events import page
from ledger.tables import events
from schemas.event import ORDER, Event, State
from tests.faults.lab import Lab, Order, lab, until
from workers.retry import TRIES

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.rare, pytest.mark.timeout(3600)]

GOOD = pytest.mark.parametrize("good", [1000])
#: Seconds for each good one, and for what comes before and after them, on a slow machine.
EACH, REST = 1, 120
WORKER = "worker"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("k"), clocks=("clock",)) as running:
        yield running


def posted(house: Lab, harm: str, good: int) -> Order:
    """Good orders and a poisonous one in their midst; a worker works on them. Gives the poisonous one."""
    orders = house.orders(random.Random(1), good + 1)
    poison = orders[len(orders) // 2]
    house.stack.environ = {
        **house.stack.environ, "POISON": f"{harm}:{poison.id}", "FLASK_APP": "tests.faults.poison:create_app",
        "SLOTS": "4",
    }  # fmt: skip
    _worker(house)
    assert {house.post(order) for order in orders} == {200}
    return poison


def _worker(house: Lab) -> None:
    house.drop(WORKER)
    house.spawn(WORKER, [sys.executable, "-m", "flask", "worker"])


def tended(house: Lab) -> bool:
    """What a supervisor does: a worker that ended is started again."""
    if not house.runs(WORKER):
        _worker(house)
    return True


def event_of(house: Lab, order: Order) -> Event:
    with house.books.ledger.read() as tx:
        (event,) = (e for e in page(tx, order=order.id) if e.kind == ORDER)
    return event


def dies(house: Lab, poison: Order) -> bool:
    return tended(house) and event_of(house, poison).state is State.DEAD


def alone_is_dead(house: Lab, poison: Order, code: str, good: int) -> None:
    assert event_of(house, poison).reason == code
    with house.books.ledger.read() as tx:
        dead = [e.order_id for e in page(tx, state=State.DEAD, limit=good + 10)]
    assert dead == [poison.id]
    assert until(lambda: tended(house) and house.books.unsettled() == 0, patience(good)), "the good ones are not done"
    made = house.admin("summary")["per_oid"]
    assert sum(made.values()) == len(made) == good
    assert not any(f"/{poison.id}/" in reference for reference in made)


def patience(good: int) -> float:
    return REST + EACH * good


@GOOD
@pytest.mark.parametrize("harm", ["kill", "hang"])
def test_an_order_that_ends_its_process_is_dead_after_three_and_takes_no_neighbour_along(
    house: Lab, harm: str, good: int
) -> None:
    """A hanging one is ended by the watchdog with its worker, then three times with the child that it runs in."""
    poison = posted(house, harm, good)
    assert until(lambda: dies(house, poison), patience(good)), house.stack.tail(WORKER)
    alone_is_dead(house, poison, "POISON", good)
    assert event_of(house, poison).kills == 3


@GOOD
def test_an_order_that_raises_is_tried_again_and_then_dead_and_nobody_waits_for_it(house: Lab, good: int) -> None:
    poison = posted(house, "raise", good)
    tried = until(lambda: house.books.unsettled() == 1 and event_of(house, poison).reason == "DEFECT", patience(good))
    assert tried, event_of(house, poison)
    _last_try(house, poison)
    assert until(lambda: dies(house, poison), patience(good)), event_of(house, poison)
    alone_is_dead(house, poison, "DEFECT", good)


def _last_try(house: Lab, poison: Order) -> None:
    """The days between its tries are over."""
    with house.books.ledger.write() as tx:
        spent = {"attempts": TRIES - 1, "due_at": datetime.now(UTC), "rings": 0, "rung_at": None}
        tx.execute(update(events).where(events.c.order_id == poison.id).values(spent))

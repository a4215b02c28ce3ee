"""What each of the four locks is for: without it the same faults double, so the runs above do prove something.

The simulator's own help is off (no uniqueness, look-ups that lag). The two locks inside the ledger stand behind one
another: a lease keeps a second run out, and where that fails the row lets only one of them send. So the row is
taken out where there is no lease, and the lease where a process wakes up after its order went to another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.lab import Lab, lab
from tests.faults.run import run

pytestmark = [pytest.mark.slow, pytest.mark.faults]

#: Lock taken out → the fault that shows it, the seed on record, and how long a document cannot be found. A lost answer
#: is looked up after three seconds with the lock that remembers it, and after one and a half without.
TEETH = {
    "row,lease": ("every_order_in_two_states_at_once", 1, 5.0),
    "lease": ("frozen_before_send", 1, 5.0),
    "look": ("answer_reset_after", 1, 5.0),
    "issuing": ("answer_reset_after", 1, 2.5),
}
#: The same with the lock in its place.
WHOLE = {
    "lease": ("every_order_in_two_states_at_once", 1, 5.0),
    "": ("answer_reset_after", 1, 2.5),
}
#: A busy machine may bite later than the seed on record, and is given so many seeds in all.
SEEDS = 20


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("k"), oid_unique="off") as running:
        yield running


@contextmanager
def without(house: Lab, locks: str, lag: float) -> Iterator[None]:
    """Workers, and the children in which they run what killed one, lack these locks."""
    before = house.stack.environ
    house.stack.environ = {**before, "UNLOCKED": locks, "FLASK_APP": "tests.faults.unlocked:create_app"}
    house.admin("settings", {"lag": lag})
    house.drop("worker")
    try:
        yield
    finally:
        house.stack.environ = before
        house.drop("worker")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("locks", TEETH)
def test_without_the_lock_documents_are_doubled(house: Lab, locks: str) -> None:
    fault, seed, lag = TEETH[locks]
    with without(house, locks, lag):
        results = (run(house, fault, seed + further) for further in range(SEEDS))
        assert any(result.fired and result.duplicated for result in results)


@pytest.mark.parametrize("locks", WHOLE)
def test_with_the_lock_the_same_run_doubles_none(house: Lab, locks: str) -> None:
    fault, seed, lag = WHOLE[locks]
    with without(house, locks, lag):
        result = run(house, fault, seed)
    assert (result.fired, result.lost, result.duplicated, result.wrong) == (True, 0, 0, []), result

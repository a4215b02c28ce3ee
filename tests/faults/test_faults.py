"""Seeded faults in a running house, each run a test of its own whose name repeats it; and proof that they have teeth.

Profile `fast`. `make faults` runs 120, each named fault at least once; `BILLHOOK_FAULT_RUNS` says another number,
`BILLHOOK_FAULT_SEED` where to begin.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.lab import Lab, lab
from tests.faults.many import turn
from tests.faults.run import NAMES, run

pytestmark = [pytest.mark.slow, pytest.mark.faults]

COUNT = int(os.environ.get("BILLHOOK_FAULT_RUNS", "120"))
FIRST = int(os.environ.get("BILLHOOK_FAULT_SEED", "1"))
#: A run that its fault missed proves nothing and is done again with other dice, so often at most.
TRIES = 3
#: Sorted by name, so that neighbours need the same workers.
RUNS = sorted((*turn(index), FIRST + index // len(NAMES)) for index in range(COUNT))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(_short(tmp_path_factory)) as running:
        yield running


def _short(factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket file (108 bytes)."""
    return factory.mktemp("k")


@pytest.mark.parametrize(("fault", "system", "seed"), RUNS)
def test_nothing_is_lost_or_doubled_when(house: Lab, fault: str, system: str, seed: int) -> None:
    fired = False
    for again in range(TRIES):
        result = run(house, fault, seed + 1000 * again, system=system)
        assert (result.lost, result.duplicated, result.wrong) == (0, 0, []), result
        assert result.documents == result.stored == 20
        if fired := result.fired:
            break
    assert fired, "the fault never happened, so these runs prove nothing"


def test_without_the_look_up_and_the_systems_uniqueness_the_same_run_doubles(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with lab(_short(tmp_path_factory), oid_unique="off") as house:
        results = [run(house, fault, seed=1, blind=True) for fault in ("after_system_committed", "answer_reset_after")]
    assert sum(r.duplicated for r in results) > 0

"""Each named fault once, and proof that the test has teeth. Profile `fast`; `make kill` runs many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.harness import FAULTS, Lab, lab, run

pytestmark = [pytest.mark.slow, pytest.mark.faults]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(_short(tmp_path_factory)) as running:
        yield running


def _short(factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket file (108 bytes)."""
    return factory.mktemp("k")


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_doubled_when(house: Lab, fault: str) -> None:
    result = run(house, fault, seed=7)
    assert result.fired, "the fault never happened, so this run proves nothing"
    assert (result.lost, result.duplicated, result.wrong) == (0, 0, []), result
    assert result.documents >= result.stored == 20


def test_without_the_look_up_and_the_systems_uniqueness_the_same_run_doubles(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with lab(_short(tmp_path_factory), "--oid-unique", "off") as house:
        results = [run(house, fault, seed=1, blind=True) for fault in ("after_system_committed", "reset_after")]
    assert sum(r.duplicated for r in results) > 0

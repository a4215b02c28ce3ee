"""The database server is killed under load and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.books import Result
from tests.faults.elsewhere import closed, lab_on_postgres, scene_of
from tests.faults.lab import SABOTEUR, Lab, state_of, until
from tests.faults.postgres import Killable

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.postgres]


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Killable]]:
    with lab_on_postgres(tmp_path_factory) as house:
        yield house


def test_killed_for_good_and_started_again(on_postgres: tuple[Lab, Killable]) -> None:
    lab, server = on_postgres
    scene = scene_of(lab, 1)
    scene.worker()
    first, second = scene.halves()
    assert set(scene.post(first)) == {200}
    assert until(lambda: scene.made() > 0)
    server.kill()
    assert set(scene.post(second[:3])) == {503}, "never 200 without the ledger"
    server.start()
    assert until(lambda: set(scene.post(second)) == {200})
    books_agree(closed(scene, "killed", 1))


@pytest.mark.parametrize("point", ["in_a_transaction", "after_system_committed"])
def test_a_worker_killed(on_postgres: tuple[Lab, Killable], point: str) -> None:
    """In a transaction: a row says `issuing`, and nothing of it is committed."""
    lab, _ = on_postgres
    scene = scene_of(lab, 2)
    pid = scene.saboteur(f"{point}@{scene.rng.randint(1, 10)}")
    assert set(scene.post()) == {200}
    assert until(lambda: state_of(pid) in "ZX")
    lab.drop(SABOTEUR)
    scene.worker()
    books_agree(closed(scene, point, 2))


def books_agree(result: Result) -> None:
    assert (result.lost, result.duplicated, result.wrong, result.documents) == (0, 0, [], 20), result

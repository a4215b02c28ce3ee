"""The database server is killed under load and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.stack import Stack
from tests.databases import NoPostgres, missed
from tests.faults.elsewhere import ENVIRON, closed, lab_on, scene_of
from tests.faults.lab import Lab, until
from tests.faults.postgres import Killable, killable

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.postgres]


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Killable]]:
    folder: Path = tmp_path_factory.mktemp("k")
    try:
        with killable() as server, Stack(folder, {**ENVIRON, "DATABASE_URL": server.url}) as stack:
            stack.valkey()
            with lab_on(stack) as lab:
                yield lab, server
                lab.books.ledger.close()
    except NoPostgres as why:
        missed().append(str(why))
        pytest.skip(f"no PostgreSQL: {why}")


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
    result = closed(scene, "killed", 1)
    assert (result.lost, result.duplicated, result.wrong, result.documents) == (0, 0, [], 20), result

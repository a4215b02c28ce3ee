"""The master dies, or stands still, under load: the replica takes over, and nothing is lost or doubled."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.stack import Stack
from tests.faults.elsewhere import ENVIRON, closed, lab_on, scene_of
from tests.faults.lab import Lab, until
from tests.sentinel.watched import Pair, master_port, start
from workers.bell import Bell
from workers.present import workers

pytestmark = [pytest.mark.slow, pytest.mark.faults]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Lab, Pair]]:
    with Stack(tmp_path, ENVIRON) as stack:
        pair = start(stack)
        stack.environ = {**ENVIRON, "REDIS_URL": pair.url}
        with lab_on(stack) as lab:
            yield lab, pair


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.rare)])
def test_when_the_master_dies_under_load_the_replica_takes_over(watched: tuple[Lab, Pair], how: signal.Signals) -> None:
    lab, pair = watched
    scene = scene_of(lab, 1)
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    assert until(lambda: scene.made() > 0)
    lab.stack.signal("valkey-a", how)
    assert set(scene.post(second)) == {200}, "the door answers all the while"
    assert until(lambda: master_port(pair) == pair.replica), "no failover"
    result = closed(scene, f"failover {how.name}", 1)
    assert (result.lost, result.duplicated, result.wrong) == (0, 0, []), result
    assert result.documents == 20
    bell = Bell(pair.url, timeout=5)
    bell.ping()
    bell.close()
    assert workers(pair.url, 5), "the worker stands in the new master's lists"

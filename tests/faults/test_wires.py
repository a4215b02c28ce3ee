"""Each process' own wire to a PostgreSQL server: cut, refused, stalled, half-open, slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.faults.elsewhere import closed, lab_on_postgres, scene_of
from tests.faults.lab import WORKER, Lab, Scene, until
from tests.faults.postgres import Killable
from tests.faults.proxy import DEAF, PASS, REFUSE, STALL, Proxy

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.postgres]

#: So long the wire is spoiled (seconds; twenty times as long by real time).
SPOILED = 5.0


@contextmanager
def _cut(wire: Proxy) -> Iterator[None]:
    """Again and again, while things go on."""
    end = time.monotonic() + SPOILED

    def cut() -> None:
        while time.monotonic() < end:
            wire.cut()
            time.sleep(0.2)

    with ThreadPoolExecutor(1) as one:
        cutting = one.submit(cut)
        yield
        cutting.result()


HARMS: dict[str, Callable[[Proxy], object]] = {
    "cut": _cut,
    "refused": lambda wire: wire.being(REFUSE, cutting=True),
    "stalled": lambda wire: wire.being(STALL),
    "half_open": lambda wire: wire.being(DEAF),
    "slow": lambda wire: wire.being(PASS, delay=0.02),
}
WHO = ("web", WORKER, "clock")
#: One of each in `make faults`, the others in `make faults-real`.
OFTEN = {("web", "half_open"), (WORKER, "half_open"), ("clock", "cut")}
CASES = [
    pytest.param(who, how, marks=() if (who, how) in OFTEN else pytest.mark.rare, id=f"{who}-{how}")
    for who in WHO
    for how in HARMS
]


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Killable]]:
    with lab_on_postgres(tmp_path_factory) as house:
        yield house


@pytest.mark.parametrize(("who", "how"), CASES)
def test_the_wire_to_the_database_is(wired: tuple[Lab, Killable], who: str, how: str) -> None:
    lab, server = wired
    scene = scene_of(lab, CASES.index(next(case for case in CASES if case.id == f"{who}-{how}")))
    scene.worker()
    with Proxy(server.home / ".s.PGSQL.5432") as wire:
        _rewired(scene, who, f"postgresql://postgres@127.0.0.1:{wire.port}/postgres")
        first, second = scene.halves()
        assert set(scene.post(first)) == {200}
        assert until(lambda: wire.carried > 0 and scene.made() > 0)
        carried = wire.carried
        with HARMS[how](wire), ThreadPoolExecutor(len(second)) as senders:  # type: ignore[attr-defined]
            told = list(senders.map(lambda order: scene.post([order])[0], second))
            time.sleep(SPOILED)
        assert set(told) <= ({200, 503} if who == "web" else {200}), told
        assert (who, how) != ("web", "refused") or set(told) == {503}, "never 200 without the ledger"
        assert until(lambda: set(scene.post(second)) == {200})
        assert until(lambda: wire.carried > carried), "nobody spoke over this wire, so nothing was spoiled"
        result = closed(scene, f"{who}'s wire {how}", 1)
        for name in (who, WORKER):
            lab.drop(name)
    lab.stack.environ = {**lab.stack.environ, "DATABASE_URL": server.url}
    lab.mend()
    assert (result.lost, result.duplicated, result.wrong, result.documents) == (0, 0, [], 20), result


def _rewired(scene: Scene, who: str, url: str) -> None:
    """This process speaks to the database over that wire from now on; the others as before."""
    stack = scene.lab.stack
    before = stack.environ
    stack.environ = {**before, "DATABASE_URL": url}
    scene.lab.drop(who)
    if who == "web":
        stack.web(workers=1)
    elif who == WORKER:
        scene.worker()
    else:
        stack.clock(who)
    stack.environ = before

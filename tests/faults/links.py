"""The wires between the processes: cut, stalled, delayed, and answers that never arrive."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.lab import WORKER, Scene, fault, until
from tests.faults.proxy import BREAK, REFUSE, STALL, SWALLOW, Proxy


@fault
def system_wire_cut(scene: Scene) -> bool:
    """Connections to the invoicing system end again and again, with the question or with the answer on its way."""
    wire = scene.lab.wire
    before = wire.broken
    with wire.being(BREAK):
        scene.worker()
        scene.post()
        return until(lambda: wire.broken - before >= 3)


@fault
def system_wire_refuses(scene: Scene) -> bool:
    """Nobody reaches the invoicing system for two seconds."""
    scene.worker()
    with scene.lab.wire.being(REFUSE, cutting=True):
        scene.post()
        time.sleep(2)
        return scene.made() == 0


@fault
def system_wire_stalls(scene: Scene) -> bool:
    """Connections stay open and nothing moves, for longer than a call may take."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    with scene.lab.wire.being(STALL):
        scene.post(second)
        time.sleep(4)
    return True


@fault
def system_answers_are_swallowed(scene: Scene) -> bool:
    """Half-open: whatever is to be made arrives and is made, and no answer comes back."""
    scene.worker()
    scene.lab.wire.swallows = scene.lab.place.creates
    with scene.lab.wire.being(SWALLOW):
        scene.post()
        return until(lambda: scene.made() > 0)


@fault
def system_wire_is_slow(scene: Scene) -> bool:
    scene.worker()
    with scene.lab.wire.being("pass", delay=0.1):
        scene.post()
        return until(lambda: scene.made() > 0)


@fault
def valkey_wire_of_the_worker_cut(scene: Scene) -> bool:
    """The worker's own way to Valkey is cut, then stalls, then comes back."""
    with _to_valkey(scene) as (wire, url):
        scene.worker(REDIS_URL=url)
        until(lambda: wire.carried > 0)
        first, second = scene.halves()
        scene.post(first)
        with wire.being(REFUSE, cutting=True):
            time.sleep(1)
        with wire.being(STALL):
            scene.post(second)
            time.sleep(1)
        done = until(lambda: scene.made() == len(scene.orders), 60)
        scene.lab.drop(WORKER)
    return done


@fault
def valkey_wire_of_the_door_cut(scene: Scene) -> bool:
    """The door's own way to Valkey is cut, then stalls: what is stored is answered 200 all the same, and rung later."""
    scene.worker()
    first, second = scene.halves()
    with _to_valkey(scene) as (wire, url), _gone_after(scene, "web-wired"):
        port = scene.lab.door("web-wired", REDIS_URL=url)
        scene.post(first, port)
        used = wire.carried > 0
        with wire.being(REFUSE, cutting=True):
            told = scene.post(second[::2], port)
        with wire.being(STALL):
            told += scene.post(second[1::2], port)
    return used and set(told) == {200}


@fault
def valkey_wire_of_the_clock_cut(scene: Scene) -> bool:
    """Valkey forgot what was rung, and the one clock cannot reach it, then hears nothing: it rings all later."""
    with _to_valkey(scene) as (wire, url), _gone_after(scene, "clock-wired"):
        for name in (WORKER, *scene.lab.clocks):
            scene.lab.drop(name)
        scene.lab.spawn("clock-wired", [sys.executable, "-m", "flask", "clock"], REDIS_URL=url)
        used = until(lambda: wire.carried > 0)
        with wire.being(REFUSE, cutting=True):
            scene.post()
            scene.lab.forget()
            scene.worker()
            time.sleep(1)
        with wire.being(STALL):
            time.sleep(1)
            nothing = scene.made() == 0
        return used and nothing and until(lambda: scene.made() == len(scene.orders), scene.lab.patience)


@contextmanager
def _to_valkey(scene: Scene) -> Iterator[tuple[Proxy, str]]:
    """A wire to Valkey for one process alone, and its address."""
    with Proxy(Path(scene.lab.stack.folder / "valkey.sock")) as wire:
        yield wire, f"redis://127.0.0.1:{wire.port}/0"


@contextmanager
def _gone_after(scene: Scene, name: str) -> Iterator[None]:
    """This process does not outlive the fault."""
    try:
        yield
    finally:
        scene.lab.drop(name)

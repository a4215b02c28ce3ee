"""The wires between the processes: cut, stalled, delayed, and answers that never arrive."""

from __future__ import annotations

import time
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
    with Proxy(Path(scene.lab.stack.folder / "valkey.sock")) as wire:
        scene.worker(REDIS_URL=f"redis://127.0.0.1:{wire.port}/0")
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

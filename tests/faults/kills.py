"""Processes that are killed, frozen or asked to end at their worst moments."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.lab import CLOCKS, EVENTS, SABOTEUR, WORKER, Inflict, Scene, fault, state_of, until

#: Where a worker dies; the saboteur knows each by name.
DEATHS = ("after_pop", "after_lease", "before_call", "after_system_committed", "after_settling", "after_ending",
          "in_a_transaction")  # fmt: skip
FREEZES = ("frozen_before_send", "frozen_between_check_and_send")
WEB_DEATHS = ("web_after_reading", "web_after_commit", "web_after_ringing")


def _worker_dies(point: str) -> Inflict:
    def inflict(scene: Scene) -> bool:
        pid = scene.saboteur(f"{point}@{scene.rng.randint(1, EVENTS // 2)}")
        scene.post()
        return until(lambda: state_of(pid) in "ZX")

    inflict.__name__ = point
    return inflict


def _worker_freezes(point: str) -> Inflict:
    """It wakes after everything is settled by others, and must not send what it had in hand."""

    def inflict(scene: Scene) -> bool:
        pid = scene.saboteur(f"{point}@{scene.rng.randint(1, EVENTS // 2)}")
        scene.post()
        fired = until(lambda: state_of(pid) == "T")
        scene.worker()
        scene.settled()
        scene.lab.stack.signal(SABOTEUR, signal.SIGCONT)
        return fired and _awake(scene, pid)

    inflict.__name__ = point
    return inflict


def _awake(scene: Scene, pid: int) -> bool:
    """The woken worker runs again, and had its time to do harm: longer than a lease is sure of itself."""
    woke = until(lambda: state_of(pid) != "T")
    time.sleep(1.5)
    return woke


def _door_dies(point: str) -> Inflict:
    """A door of its own port dies; the healthy door takes the rest, and what was not answered once more."""

    def inflict(scene: Scene) -> bool:
        nth = scene.rng.randint(1, EVENTS // 2)
        port = _sabotaged_door(scene, f"{point}@{nth}")
        scene.post(scene.orders[:nth], port)
        fired = until(lambda: "SIGKILL" in scene.lab.stack.tail("web-sabotaged"))
        scene.lab.drop("web-sabotaged")
        scene.worker()
        scene.post_again()
        return fired

    inflict.__name__ = point
    return inflict


def _sabotaged_door(scene: Scene, plan: str) -> int:
    (scene.lab.stack.folder / "web-sabotaged.log").unlink(missing_ok=True)
    return scene.lab.door("web-sabotaged", "tests.faults.saboteur:web()", SABOTAGE=plan)


for _point in DEATHS:
    fault(_worker_dies(_point))
for _point in FREEZES:
    fault(_worker_freezes(_point))
for _point in WEB_DEATHS:
    fault(_door_dies(_point))


@fault
def clocks_killed(scene: Scene) -> bool:
    """Both clocks die while work waits for them; they come back only when everything is posted."""
    first, second = scene.halves()
    scene.post(first)
    for name in CLOCKS:
        scene.lab.drop(name)
    scene.worker()
    scene.post(second)
    return not any(scene.lab.runs(name) for name in CLOCKS)


@fault
def all_killed_at_once(scene: Scene) -> bool:
    """Power cut: door, worker, clocks and Valkey end in one moment."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    for name in ("web", WORKER, *CLOCKS, "valkey"):
        scene.lab.drop(name)
    lost = scene.post(second[:1])
    scene.lab.mend()
    scene.post(second)
    return lost == [0]


@fault
def worker_asked_to_end(scene: Scene) -> bool:
    """SIGTERM under load: what runs is finished or handed back, and another worker goes on."""
    scene.worker()
    process = scene.lab.stack.processes[WORKER]
    assert until(lambda: f'"pid": {process.pid},' in scene.lab.stack.tail(WORKER, 100_000)), "no worker started"
    first, second = scene.halves()
    scene.post(first)
    scene.lab.stack.signal(WORKER, signal.SIGTERM)
    scene.post(second)
    return until(lambda: process.poll() is not None) and process.returncode == 0


@fault
def every_order_a_hundred_times_at_once(scene: Scene) -> bool:
    """One order comes a hundred times over many connections; the others come once."""
    scene.worker()
    chosen = scene.rng.choice(scene.orders)
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(scene.lab.post, [chosen] * 100))
    scene.post()
    return told.count(200) == 100

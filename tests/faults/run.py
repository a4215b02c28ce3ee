"""One seeded fault among 20 orders, then the books."""

from __future__ import annotations

import importlib
import random
import time

from tests.faults import books
from tests.faults.books import Result
from tests.faults.lab import FAULTS, Lab, Scene

ROOMS = ("kills", "answers", "bell", "memory", "links", "twins", "lookups", "surroundings")
for _room in ROOMS:
    importlib.import_module(f"tests.faults.{_room}")

NAMES = tuple(FAULTS)


def run(lab: Lab, fault: str, seed: int, *, blind: bool = False, system: str = "") -> Result:
    """One seeded fault, then the books. `blind` takes the look-up out of every worker."""
    lab.go(system or lab.place.system)
    rng = random.Random(f"{fault}:{seed}")
    scene = Scene(lab, rng, lab.orders(rng), blind, sums=dict(lab.admin("summary")["totals"]))
    began = time.monotonic()
    fired = FAULTS[fault](scene)
    lab.mend()
    scene.worker()
    stuck = scene.settled()
    result = books.close(scene, fault, seed, fired, stuck, time.monotonic() - began)
    if blind:
        lab.drop("worker")
    return result

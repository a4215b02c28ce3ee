"""A laboratory on servers of its own: another database, another Valkey."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

from console.stack import Stack
from tests.faults import books
from tests.faults.books import Result
from tests.faults.lab import Lab, Scene

ENVIRON = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": "off"}


@contextlib.contextmanager
def lab_on(stack: Stack, system: str = "fakturownia") -> Iterator[Lab]:
    """The house of this stack, whose environment says which servers it uses; they run already."""
    with contextlib.ExitStack() as openings:
        stack.migrate()
        lab = Lab(stack, ("clock",), {}, openings)
        lab.go(system)
        stack.clock("clock")
        stack.web(workers=1)
        yield lab


def scene_of(lab: Lab, seed: int) -> Scene:
    """Twenty orders, none of them posted yet."""
    rng = random.Random(seed)
    return Scene(lab, rng, lab.orders(rng), sums=dict(lab.admin("summary")["totals"]))


def closed(scene: Scene, name: str, seed: int) -> Result:
    """Wait until all is settled, then the books."""
    stuck = scene.settled()
    return books.close(scene, name, seed, True, stuck, 0.0)

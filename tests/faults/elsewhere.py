"""A laboratory on servers of its own: another database, another Valkey."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import pytest

from console.stack import Stack
from tests.databases import NoPostgres, missed
from tests.faults import books
from tests.faults.books import Result
from tests.faults.lab import Lab, Scene
from tests.faults.postgres import Killable, killable

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


@contextlib.contextmanager
def lab_on_postgres(factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Killable]]:
    """A house on a PostgreSQL server of its own; without PostgreSQL the test is left out, which is told at the end."""
    try:
        with killable() as server, Stack(factory.mktemp("k"), {**ENVIRON, "DATABASE_URL": server.url}) as stack:
            stack.valkey()
            with lab_on(stack) as lab:
                yield lab, server
                lab.books.ledger.close()
    except NoPostgres as why:
        missed().append(str(why))
        pytest.skip(f"no PostgreSQL: {why}")


def scene_of(lab: Lab, seed: int) -> Scene:
    """Twenty orders, none of them posted yet."""
    rng = random.Random(seed)
    return Scene(lab, rng, lab.orders(rng), sums=dict(lab.admin("summary")["totals"]))


def closed(scene: Scene, name: str, seed: int) -> Result:
    """Wait until all is settled, then the books."""
    stuck = scene.settled()
    return books.close(scene, name, seed, True, stuck, 0.0)

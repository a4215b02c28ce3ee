"""Many seeded runs in one house, one after another, with a line of figures each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.books import Result
from tests.faults.lab import lab
from tests.faults.run import NAMES, run
from tests.faults.systems import SYSTEMS

#: Fault, system, seed.
Plan = tuple[str, str, int]


def turn(index: int) -> tuple[str, str]:
    """Fault and system of a run: every fault in turn, each round of them one system further, so that after ten rounds
    every fault has been at every system. It begins so that Jortt's minute of rest after each 429 is in a later round
    than `make faults` comes to."""
    number, which = divmod(index, len(NAMES))
    return NAMES[which], SYSTEMS[(which + number + 2) % len(SYSTEMS)]


#: Runs of one house: SuperFaktúra allows a thousand calls a day, which a house that lived longer would use up.
HOUSE = 60


def share(folder: Path, timing: str, plans: Sequence[Plan], ends: float) -> list[Result]:
    """Do these in a house of their own, a new one for every sixty; none begins after `ends` (seconds since 1970)."""
    results: list[Result] = []
    for start in range(0, len(plans), HOUSE):
        with lab(folder / str(start), timing=timing) as house:
            for fault, system, seed in plans[start : start + HOUSE]:
                if time.time() > ends:
                    return results
                results.append(run(house, fault, seed, system=system))
                _line(results[-1])
    return results


def _line(r: Result) -> None:
    told = f"{r.fault:36} {r.system:13} seed {r.seed:4}  fired {r.fired!s:5}  stored {r.stored:2}"
    told += f"  documents {r.documents:2}"
    print(f"{told}  lost {r.lost}  duplicated {r.duplicated}  {r.seconds:5.1f} s  {'; '.join(r.wrong)}", flush=True)

"""`python -m tests.faults --runs 50 --seed 1`: many seeded runs over all faults, with the figures of each."""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults import evidence
from tests.faults.books import Result
from tests.faults.many import Plan, share, turn
from tests.faults.run import NAMES
from tests.faults.systems import SYSTEMS

FOLDER = Path("var/faults")


def main() -> int:
    """Run, print a line each and a summary; 0 only when nothing was lost or doubled and every fault fired."""
    asked = _asked()
    shutil.rmtree(FOLDER, ignore_errors=True)
    plans = _plans(asked)
    ends = time.time() + asked.minutes * 60
    with ProcessPoolExecutor(asked.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        shares = [
            pool.submit(share, FOLDER / str(number), asked.timing, plans[number :: asked.jobs], ends)
            for number in range(asked.jobs)
        ]
        results = [result for done in shares for result in done.result()]
    if asked.write:
        told = evidence.measured(f"python -m tests.faults {' '.join(sys.argv[1:])}")
        tables = f"{evidence.runs_by_fault(results)}\n\n{evidence.runs_by_system(results)}"
        evidence.write(f"Runs with the waiting times of profile {asked.timing}", told + tables)
    return _summary(results, asked.timing)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="so many houses at the same time")
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="begin no run later than this")
    parser.add_argument("--fault", choices=NAMES)
    parser.add_argument("--system", choices=SYSTEMS)
    parser.add_argument("--each", action="store_true", help="every fault once, in place of --runs")
    parser.add_argument("--timing", choices=("fast", "real"), default="fast")
    parser.add_argument("--write", action="store_true", help="into docs/evidence/faults.md, too")
    asked = parser.parse_args()
    if asked.write and asked.fault:
        parser.error("--write replaces the whole table: without --fault")
    return asked


def _plans(asked: argparse.Namespace) -> list[Plan]:
    turns = [turn(index) for index in range(len(NAMES) if asked.each else asked.runs)]
    seeded = enumerate(turns, asked.seed)
    return [(asked.fault or fault, asked.system or system, seed) for seed, (fault, system) in seeded]


def _summary(results: list[Result], timing: str) -> int:
    lost, twice = sum(r.lost for r in results), sum(r.duplicated for r in results)
    idle, wrong = sum(not r.fired for r in results), sum(len(r.wrong) for r in results)
    papers, slowest = sum(r.documents for r in results), max(r.seconds for r in results)
    print(f"{len(results)} runs, {papers} documents, {lost} lost, {twice} duplicated, {wrong} wrong totals,")
    print(f"{idle} runs whose fault did not fire, slowest run {slowest:.1f} s (profile {timing})")
    return 1 if lost or twice or idle or wrong else 0


if __name__ == "__main__":
    sys.exit(main())

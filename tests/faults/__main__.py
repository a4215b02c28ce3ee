"""`python -m tests.faults --runs 50 --seed 1`: many seeded runs over all faults, with the figures of each."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from tests.faults import evidence
from tests.faults.books import Result
from tests.faults.lab import lab
from tests.faults.run import NAMES, run
from tests.faults.systems import SYSTEMS


def main() -> int:
    """Run, print a line each and a summary; 0 only when nothing was lost or doubled and every fault fired."""
    asked = _asked()
    folder = Path("var/faults")
    shutil.rmtree(folder, ignore_errors=True)
    results = []
    with lab(folder, timing=asked.timing) as house:
        for index in range(len(NAMES) if asked.each else asked.runs):
            fault = asked.fault or NAMES[index % len(NAMES)]
            system = asked.system or SYSTEMS[(index + index // len(NAMES)) % len(SYSTEMS)]
            results.append(run(house, fault, asked.seed + index, system=system))
            _line(results[-1])
    if asked.write:
        told = evidence.measured(f"python -m tests.faults {' '.join(sys.argv[1:])}")
        evidence.write(f"Runs with the waiting times of profile {asked.timing}", told + evidence.runs_by_fault(results))
    return _summary(results, asked.timing)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", choices=NAMES)
    parser.add_argument("--system", choices=SYSTEMS)
    parser.add_argument("--each", action="store_true", help="every fault once, in place of --runs")
    parser.add_argument("--timing", choices=("fast", "real"), default="fast")
    parser.add_argument("--write", action="store_true", help="into docs/evidence/faults.md, too")
    return parser.parse_args()


def _line(r: Result) -> None:
    told = f"{r.fault:36} {r.system:13} seed {r.seed:4}  fired {r.fired!s:5}  stored {r.stored:2}"
    told += f"  documents {r.documents:2}"
    print(f"{told}  lost {r.lost}  duplicated {r.duplicated}  {r.seconds:5.1f} s  {'; '.join(r.wrong)}", flush=True)


def _summary(results: list[Result], timing: str) -> int:
    lost, twice = sum(r.lost for r in results), sum(r.duplicated for r in results)
    idle, wrong = sum(not r.fired for r in results), sum(len(r.wrong) for r in results)
    papers, slowest = sum(r.documents for r in results), max(r.seconds for r in results)
    print(f"{len(results)} runs, {papers} documents, {lost} lost, {twice} duplicated, {wrong} wrong totals,")
    print(f"{idle} runs whose fault did not fire, slowest run {slowest:.1f} s (profile {timing})")
    return 1 if lost or twice or idle or wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What was measured, in `docs/evidence/faults.md`: each command that proves something writes a section of its own."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.books import Result

FILE = Path(__file__).parents[2] / "docs" / "evidence" / "faults.md"
_HEAD = """# Faults: what was measured

Written by the commands named below. A run is one seeded fault among twenty orders in a house that runs: door, worker,
two clocks, Valkey, SQLite and a simulated invoicing system; then the books are compared. `python -m tests.faults
--fault NAME --seed N --runs 1 --system SYSTEM` repeats one.
"""


def write(section: str, text: str) -> None:
    """Put this section in, in place of what it said before; the others stay as they are."""
    parts = {section: text.strip()} | {name: old for name, old in _sections().items() if name != section}
    body = "".join(f"\n## {name}\n\n{parts[name]}\n" for name in sorted(parts))
    FILE.write_text(_HEAD + body, encoding="utf-8")


def _sections() -> Mapping[str, str]:
    if not FILE.exists():
        return {}
    _, *parts = FILE.read_text(encoding="utf-8").split("\n## ")
    return {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}


def write_rows(section: str, command: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A section that is one table: each row takes the place of the one that begins alike, and says when it was."""
    lines = {_first(line): line for line in _sections().get(section, "").splitlines()[4:]}
    for row in rows:
        line = _line([*row, f"{_now()}, load {_load():.1f}"])
        lines[_first(line)] = line
    head = [f"`{command}`; {machine()}.", "", _line([*columns, "when"]), "|---" * (len(columns) + 1) + "|"]
    write(section, "\n".join([*head, *lines.values()]))


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _first(line: str) -> str:
    return line.split(" | ")[0]


def measured(command: str) -> str:
    """The first line of a section: by what, when, and where."""
    return f"`{command}`, {_now()}, {machine()}, load {_load():.1f} (five minutes).\n\n"


def machine() -> str:
    """Where it was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _load() -> float:
    return os.getloadavg()[1]


def runs_by_fault(results: Iterable[Result]) -> str:
    """A line per fault: systems it was done to, runs, lost, duplicates, the slowest run until all was settled."""
    return _table("fault", "system", results)


def runs_by_system(results: Iterable[Result]) -> str:
    """The same, a line per system."""
    return _table("system", "fault", results)


def _table(what: str, other: str, results: Iterable[Result]) -> str:
    rows: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        rows[getattr(result, what)].append(result)
    every = [result for some in rows.values() for result in some]
    return "\n".join(
        [
            f"| {what} | runs | fired | {other}s | lost | duplicates | wrong | slowest, s |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(name, other, some) for name, some in rows.items()),
            _row("**all**", other, every),
        ]
    )


def _row(name: str, other: str, some: Sequence[Result]) -> str:
    """Their books in one line."""
    others, slowest = len({getattr(r, other) for r in some}), max(r.seconds for r in some)
    lost, twice, wrong = sum(r.lost for r in some), sum(r.duplicated for r in some), sum(len(r.wrong) for r in some)
    fired = sum(r.fired for r in some)
    return f"| {name} | {len(some)} | {fired} | {others} | {lost} | {twice} | {wrong} | {slowest:.1f} |"

"""Everything that is installed to run Billhook: what requirements.txt names, and what that needs in turn."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def named(file: Path = ROOT / "requirements.txt") -> list[Requirement]:
    """The requirements that a file lists, without its comments and without what it includes."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def installed() -> dict[str, Distribution]:
    """Canonical name → distribution of every package of the closure, sorted; raises PackageNotFoundError."""
    found: dict[str, Distribution] = {}
    done: set[tuple[str, str]] = set()
    waiting = named()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for extra in ("", *wanted.extras):
            if (name, extra) in done:
                continue
            done.add((name, extra))
            found[name] = distribution(name)
            waiting += _needs(found[name], extra)
    return dict(sorted(found.items()))


def _needs(of: Distribution, extra: str) -> Iterator[Requirement]:
    """What it needs on this machine; with an extra, what that adds."""
    for requirement in map(Requirement, of.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


__all__ = ["PackageNotFoundError", "installed", "named"]

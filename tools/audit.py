"""`make audit`: what bandit sees in our code, and which installed packages have a known vulnerability.

Ends with 0 when nothing is open, 1 when something is, 3 when the vulnerabilities could not be looked up, which is said
package by package and never taken for clean. Findings that stay are explained in docs/security.md. Where no network is,
`make audit ADVISORIES=folder` asks a clone of PyPA's advisory database, and says of which day that is.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.advisories import newest, served
from tools.closure import ROOT, installed

OPEN, NOT_ASKED = 1, 3
#: What runs for a user; the simulators and the tests meet no stranger (docs/security.md).
PRODUCT = (
    "app.py", "alone.py", "building.py", "config.py", "logs.py", "memory.py", "watch.py", "gunicorn.conf.py", "schemas",
    "ledger", "adapters", "workers", "webhooks", "console",
)  # fmt: skip
_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Known:
    """What a look-up told: name → ids of its vulnerabilities, and the names that could not be looked up."""

    vulnerable: dict[str, list[str]]
    unknown: tuple[str, ...]


def main() -> int:
    """Both looks, told on standard output."""
    options = argparse.ArgumentParser(prog="make audit")
    options.add_argument("--advisories", type=Path, help="a clone of https://github.com/pypa/advisory-database")
    folder: Path | None = options.parse_args().advisories
    if folder is not None:
        print(f"Vulnerabilities are asked of {folder}, whose newest advisory is of {newest(folder)}.", flush=True)
    code = checked_by_bandit()
    known = looked_up(folder)
    for name, ids in known.vulnerable.items():
        print(f"VULNERABLE  {name}: {', '.join(ids)}")
    if known.unknown:
        print(f"NOT LOOKED UP  {len(known.unknown)} packages, no answer about them: {', '.join(known.unknown)}")
    else:
        print(f"{len(installed())} packages were looked up, {len(known.vulnerable)} have a known vulnerability.")
    return OPEN if code or known.vulnerable else NOT_ASKED if known.unknown else 0


def checked_by_bandit() -> int:
    """bandit over the product, configured in pyproject.toml; anything it tells is open. Gives its status."""
    told = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *PRODUCT], cwd=ROOT, check=False,
        timeout=_SECONDS,
    )  # fmt: skip
    print("bandit: findings above." if told.returncode else "bandit: nothing open.", flush=True)
    return told.returncode


def looked_up(advisories: Path | None = None) -> Known:
    """What pip-audit learns of every installed package of the closure, versions as they are here."""
    packages = installed()
    with tempfile.TemporaryDirectory() as folder, served(advisories) if advisories else nullcontext("") as url:
        wanted = Path(folder) / "installed.txt"
        wanted.write_text("".join(f"{name}=={found.version}\n" for name, found in packages.items()))
        told = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json",
             *(("-s", "osv", "--osv-url", url) if url else ()), "-r", str(wanted)],
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=_SECONDS,
            env={**os.environ, **({"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} if url else {})},
        )  # fmt: skip
    return read(told.stdout, tuple(packages))


def read(answer: str, wanted: tuple[str, ...]) -> Known:
    """pip-audit's JSON; whatever is not answered for, be it the whole answer, is unknown."""
    try:
        rows: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Known({}, wanted)
    asked = {row["name"]: row for row in rows if "vulns" in row and "skip_reason" not in row}
    vulnerable = {name: [one["id"] for one in row["vulns"]] for name, row in asked.items() if row["vulns"]}
    return Known(vulnerable, tuple(name for name in wanted if name not in asked))


if __name__ == "__main__":
    sys.exit(main())

"""A migrated ledger with one account, the small endpoint, and crowds of worker processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ledger.fixtures import database_url, house, postgres_server, postgres_template, sqlite_template
from tests.tokens.endpoint import Endpoint, serving

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]

ROOT = Path(__file__).parents[2]
Crowd = Callable[[str, str, int, int], list[list[str]]]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint()) as running:
        yield running


@pytest.fixture
def crowd() -> Crowd:
    """Run so many worker processes with so many uses each; gives what each that lived to its end said."""

    def run(database: str, url: str, processes: int, uses: int) -> list[list[str]]:
        command = [sys.executable, "-m", "tests.tokens.crowd", database, url, str(processes), str(uses)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run

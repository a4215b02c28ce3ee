"""Any number of workers and one number series, whose preview reserves nothing: each number once, and no gap."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests

from adapters.idoklad import Idoklad
from schemas.errors import Transient
from simulators import world_of
from simulators.server import Simulator, start
from tests.adapters.contract.test_idoklad import VENDOR
from tests.adapters.drafts import CZECHIA, at, draft
from tests.adapters.series_crowd import account_at
from tests.ledger.fixtures import House, database_url, house, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 4, 25
#: The stand-in's series has given this number last.
LAST = 57


@pytest.fixture
def agenda() -> Iterator[Simulator]:
    """iDoklad at its worst: a number that is taken is given a second time."""
    with start(world_of("idoklad")(**VENDOR.started, taken_number="twin", today="2026-11-21")) as simulator:
        yield simulator


def numbers(agenda: Simulator) -> dict[str, int]:
    """How many invoices have each number."""
    told: dict[str, Any] = requests.get(f"{agenda.url}/_sim/summary", timeout=10).json()["per_number"]
    return dict(told["IssuedInvoice"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hundred_documents_of_four_processes_have_a_hundred_numbers_without_gap_or_double(
    house: House, agenda: Simulator
) -> None:
    for number in range(PROCESSES * EACH):
        house.one(order=str(number))
    command = [sys.executable, "-m", "tests.adapters.series_crowd", house.url, agenda.url, str(PROCESSES), str(EACH)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    given = [number for line in ended.stdout.splitlines() for number in json.loads(line)]
    wanted = {f"2026{LAST + one:04}" for one in range(1, PROCESSES * EACH + 1)}
    assert set(given) == wanted
    assert numbers(agenda) == dict.fromkeys(wanted, 1)


def two_at_once(agenda: Simulator) -> list[str]:
    """Two workers who do not take turns, stopped right before their invoices leave until both have a number; gives
    the numbers, and the codes of what was refused."""
    both = Barrier(2)
    with at(CZECHIA):
        Idoklad(account_at(agenda.url), allow_private=True).issue(draft())
        asked = [draft(), draft()]

    def issue(one: int) -> str:
        adapter = Idoklad(account_at(agenda.url), guard=lambda: both.wait(60) and None, allow_private=True, deadline=60)
        try:
            return adapter.issue(asked[one]).number
        except Transient as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(issue, range(2)))


def test_without_turns_the_same_number_is_given_twice(agenda: Simulator) -> None:
    one, two = two_at_once(agenda)
    assert one == two
    assert Counter(numbers(agenda).values()) == {1: 1, 2: 1}


def test_a_number_that_is_refused_as_taken_is_tried_again_later_and_nothing_was_made(agenda: Simulator) -> None:
    requests.post(f"{agenda.url}/_sim/settings", json={"taken_number": "refused"}, timeout=10)
    assert two_at_once(agenda) == [f"2026{LAST + 2:04}", "NUMBER_TAKEN"]
    assert set(numbers(agenda).values()) == {1}

"""Real processes and threads on one ledger: twins, raced leases, kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ledger import events
from ledger.engine import LedgerDown, open_ledger
from ledger.tables import events as rows
from ledger.vault import Vault
from schemas.event import State
from tests.ledger.fixtures import KEY, House

ROOT = Path(__file__).parents[2]


def start(duty: str, house: House, more: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.crowd", duty, house.url, house.shop.key, more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def fire(*crowd: subprocess.Popen[str]) -> None:
    """When all are ready, let all go."""
    for one in crowd:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()


def answers(crowd: list[subprocess.Popen[str]]) -> list[Any]:
    fire(*crowd)
    told = [one.communicate(timeout=60)[0] for one in crowd]
    assert [one.returncode for one in crowd] == [0] * len(crowd)
    return [json.loads(text) for text in told]


@pytest.mark.parametrize(("way", "processes"), [("", 4), ("gevent:", 2)])
def test_twins_from_many_processes_and_threads_are_one_event_each(house: House, way: str, processes: int) -> None:
    told = answers([start("twins", house, f"{way}100") for _ in range(processes)])
    found = [tuple(answer) for told_by in told for answer in told_by]
    assert len(found) == 200 * processes
    assert len({(number, event_id) for number, event_id, _ in found}) == 100
    assert Counter(number for number, _, duplicate in found if not duplicate) == dict.fromkeys(range(100), 1)
    with house.ledger.read() as tx:
        assert events.counts(tx)[State.WAITING] == 100
        assert tx.execute(select(func.sum(rows.c.repeats))).scalar_one() == 200 * processes - 100


def test_of_eight_processes_exactly_one_gets_each_lease(house: House) -> None:
    house.store(*(house.incoming(order=str(number)) for number in range(50)))
    told = answers([start("race", house, "50") for _ in range(8)])
    assert sorted(number for won in told for number in won) == list(range(50))


def test_what_was_acknowledged_survives_kill_9(house: House) -> None:
    pouring = start("pour", house)
    assert pouring.stdout is not None
    fire(pouring)
    acknowledged = [pouring.stdout.readline().strip() for _ in range(200)]
    pouring.kill()
    acknowledged += [line.strip() for line in pouring.communicate()[0].splitlines() if len(line) == 36]
    with house.ledger.write() as tx:
        kept = set(tx.execute(select(rows.c.id)).scalars())
    assert len(acknowledged) >= 200
    assert set(acknowledged) <= kept


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_process_stopped_inside_its_transaction_makes_others_say_so_in_time(house: House) -> None:
    holder = start("hold", house)
    fire(holder)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGSTOP)
    impatient = open_ledger(house.url, Vault([KEY]), timeout=0.5)
    began = time.monotonic()
    with pytest.raises(LedgerDown, match=r"locked for 0.5 s"):
        impatient.ping()
    assert 0.4 < time.monotonic() - began < 2
    with impatient.read() as tx:
        assert events.counts(tx)[State.WAITING] == 0
    holder.kill()
    holder.communicate()
    impatient.ping()
    impatient.close()

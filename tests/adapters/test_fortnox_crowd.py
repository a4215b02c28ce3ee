"""Twenty worker processes, one consent whose refresh token may be used once, and short-lived access tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ledger import connections
from simulators import world_of
from simulators.server import Simulator, start
from tests.adapters.company import FIRST
from tests.adapters.contract.test_fortnox import VENDOR
from tests.adapters.drafts import SWEDEN
from tests.adapters.token_crowd import ACCOUNT
from tests.ledger.fixtures import NOW, House, database_url, house, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]

ROOT = Path(__file__).parents[2]
PROCESSES, EACH, LIFETIME = 20, 10, 2.0


@pytest.fixture
def company() -> Iterator[Simulator]:
    """Access tokens end after two seconds, so that there is a renewal every other moment."""
    with start(world_of("fortnox")(**VENDOR.started, refresh_token=FIRST, token_lifetime=LIFETIME)) as simulator:
        yield simulator
        assert not simulator.world.crashes, simulator.world.crashes


def connected(house: House, url: str) -> None:
    """An account with a refresh token and no tenant: every token descends from that one consent."""
    credentials = {**VENDOR.credentials(url), "refresh_token": FIRST, "tenant_id": ""}
    with house.ledger.write() as tx:
        connections.add_account(tx, house.ledger.vault, key=ACCOUNT, system="fortnox", name="Fox", seller=SWEDEN.seller,
                                credentials=credentials, now=NOW)  # fmt: skip


@pytest.mark.slow
def test_two_hundred_documents_of_twenty_processes_with_one_single_use_refresh_token(
    house: House, company: Simulator
) -> None:
    connected(house, company.url)
    for number in range(PROCESSES * EACH):
        house.one(order=str(number))
    command = [sys.executable, "-m", "tests.adapters.token_crowd", house.url, str(PROCESSES), str(EACH)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    given = [number for line in ended.stdout.splitlines() for number in json.loads(line)]
    told: dict[str, Any] = requests.get(f"{company.url}/_sim/summary", timeout=10).json()
    assert (told["documents"], told["ever"]) == (PROCESSES * EACH, PROCESSES * EACH)
    assert set(told["per_oid"].values()) == {1}
    assert sorted(map(int, given)) == list(range(1, PROCESSES * EACH + 1))
    assert told["refused_refreshes"] == 0
    assert renewals(company) >= 3, "the token was renewed while they worked"


def renewals(company: Simulator) -> int:
    return sum(line["path"].endswith("/token") and line["sent"] == 200 for line in company.world.log)

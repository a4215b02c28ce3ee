"""A day of a UNAS shop by polling alone: no ban, and every order invoiced within its polling period.

`make unas-day` (BILLHOOK_LONG=1) has 1,000 orders in 24 hours, `make test` an evening of 40 until after midnight. Both
print the figures.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.ledger.fixtures import database_url, postgres_server, postgres_template, sqlite_template
from tests.shops.unas_day import through
from tests.shops.unas_house import MORNING

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
LONG = os.environ.get("BILLHOOK_LONG") == "1"
ORDERS, HOURS, PROCESSES = (1000, 24, 3) if LONG else (40, 5, 1)
START = MORNING if LONG else MORNING + timedelta(hours=12)


@pytest.mark.timeout(1200)
def test_a_day_without_webhooks_ends_without_a_ban_and_with_every_order_invoiced_in_time(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    day = through(database_url, ORDERS, start=START, hours=HOURS, processes=PROCESSES)
    with capsys.disabled():
        print("\n" + day.said())
    assert (day.missing, day.twice, day.unwritten, day.late, day.alarms) == ([], [], [], [], [])
    assert len(day.delays) == day.over_there == ORDERS
    assert 0 < day.by_night <= ORDERS / 10
    assert day.summary["bans"] == [] and day.summary["auto_set"]["calls"] == 0
    assert (day.summary["overwritten"], day.summary["deletes"]) == (0, 0)
    assert day.summary["peaks"]["getOrder several"] <= 13
    assert HOURS / 2 <= day.summary["calls"]["login"] <= HOURS / 2 + 2

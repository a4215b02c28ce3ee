"""The two great mendings: ten thousand dead letters replayed by filter, and a key that was revoked and replaced.

Profile `fast`; 600 dead letters, and 10,000 with `make faults-real`, which prints its timing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue

from ledger import connections
from ledger.replays import Replay
from schemas.connection import Account
from schemas.event import State
from tests.faults.lab import Lab
from tests.replay.house import (
    alarms,
    bury,
    command,
    counts,
    house,
    live,
    replay_row,
    sabotaged_clock,
    tended,
    there,
    until,
    waiting_for,
)

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(7200)]

MANY = (600, pytest.param(10_000, marks=pytest.mark.rare))
#: The clock is killed inside its seventh page; there are so many.
PAGES = 12
#: A replay of ten thousand is accepted within this (seconds), the start of Python included.
ACCEPTED = 5.0
NEW_KEY = "simulator/renewed"


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with house(tmp_path_factory.mktemp("r")) as lab:
        yield lab


@pytest.mark.parametrize("many", MANY)
def test_dead_letters_replayed_by_filter_survive_the_death_of_worker_clock_and_command(running: Lab, many: int) -> None:
    bury(running, many)
    assert counts(running) == {State.WAITING: 0, State.DEAD: many}
    running.drop("clock")
    sabotaged_clock(running, many // PAGES, nth=7)
    running.stack.worker("worker")
    starting = _start_of_a_command(running)
    begun = time.monotonic()
    command(running, "event", "replay", "--code", "REFUSED", "--system", "fakturownia", "--yes")
    accepted = until(lambda: replay_row(running), 60, "the replay's row")
    half = _kill_half_way(running, many)
    told = f"all killed after {time.monotonic() - begun:.1f} s with {half.replayed} due and {live(running)} documents"
    running.stack.worker("worker-again")
    running.stack.clock("clock-again")
    until(lambda: tended(running, "worker-again") and live(running) == many, 3600, "every document")
    until(lambda: tended(running, "worker-again") and running.books.unsettled() == 0, 300, "the last endings")
    print(f"\n{many} dead letters: accepted in {accepted:.2f} s (a bare start: {starting:.2f} s); {told};")
    print(f"{there(running)} documents over there and second ones, after {time.monotonic() - begun:.1f} s")
    _close_books(running, many)
    assert accepted <= ACCEPTED


def _start_of_a_command(running: Lab) -> float:
    begun = time.monotonic()
    running.stack.flask("event", "replay", "--help")
    return time.monotonic() - begun


def _kill_half_way(running: Lab, many: int) -> Replay:
    until(lambda: running.stack.processes["clock-sabotaged"].poll() is not None, 120, "the clock's death")
    until(lambda: live(running) > 10, 120, "the first documents")
    for name in ("worker", "command", "clock-sabotaged"):
        running.drop(name)
    half = replay_row(running)
    assert half is not None
    found = (half.state, half.replayed, half.matched)
    assert found == ("running", 6 * (many // PAGES), many), "the page that died never was"
    assert live(running) < many
    return half


def _close_books(running: Lab, many: int) -> None:
    ended = replay_row(running)
    assert ended is not None
    assert (ended.state, ended.matched, ended.replayed) == ("done", many, many), "none skipped, none taken twice"
    assert there(running) == (many, 0)
    assert counts(running)[State.DEAD] == 0
    queue = Queue(running.shop, connection=Redis.from_url(running.stack.redis_url))
    assert queue.failed_job_registry.get_job_count(cleanup=False) == 0


def test_a_revoked_key_pauses_once_and_its_replacement_brings_every_document(running: Lab) -> None:
    running.admin("settings", {"token": NEW_KEY})
    running.stack.worker("worker")
    orders = [order for _ in range(10) for order in running.orders(random.Random(1))]
    assert all(running.post(order) == 200 for order in orders)
    account = _account(running)
    until(lambda: waiting_for(running, f"account:{account.id}") == 200, 120, "200 events wait for the account")
    assert _account(running).state == "paused"
    assert [(alarm.kind, alarm.times) for alarm in alarms(running)] == [("account_paused", 1)]
    assert (live(running), counts(running)[State.DEAD]) == (0, 0)
    running.stack.flask("account", "resume", account.key, "--set", f"api_token={NEW_KEY}")
    until(lambda: running.books.unsettled() == 0, 200, "nothing waits any more")
    assert there(running) == (200, 0)
    assert live(running) == 200
    assert (counts(running)[State.DEAD], alarms(running)) == (0, [])
    assert _account(running).state == "active"


def _account(running: Lab) -> Account:
    ledger = running.books.ledger
    with ledger.read() as tx:
        return connections.list_accounts(tx, ledger.vault)[0]

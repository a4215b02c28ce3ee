"""Worker processes that call one system within their account's budget: `python -m tests.budget.crowd DATABASE REDIS URL
PROCESSES STOP`, until the file STOP is there. It imports once and forks; each says in JSON how its calls ended."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import logs
from adapters.connect import Limits
from adapters.http import Speaker
from ledger import connections
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import AdapterError, Ambiguous, RateLimited, Waiting
from tests.budget.conftest import manifest
from tests.ledger.fixtures import KEY
from workers.budget.budgets import Budgets
from workers.budget.fallback import SurePace
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client
from workers.timing import timing_of

TIMING = replace(timing_of("fast"), breaker_probe=0.5)
#: What was put off is asked for again after this, as if another event were due.
AGAIN = 0.02


def work(database: str, redis_url: str, url: str, stop: Path) -> dict[str, int]:
    """Call as often as may be; gives how many calls ended in which way."""
    ledger = open_ledger(database, Vault([KEY]), timeout=30)
    with ledger.read() as tx:
        account = connections.account_by_key(tx, ledger.vault, "main")
    assert account is not None
    pace = SurePace(RedisPace(client(redis_url, 1.0)), TIMING.redis_away)
    budgets = Budgets(ledger, pace, TIMING, lambda: datetime.now(UTC))
    ended = Counter[str]()
    while not stop.exists():
        budget = budgets.of(account, manifest())
        speaker = Speaker("test", url, budget=budget, limits=Limits.within(5.0), allow_private=True)
        ended[one(speaker)] += 1
        time.sleep(AGAIN)
    return ended


def one(speaker: Speaker) -> str:
    """One call, and what became of it in a word."""
    try:
        speaker.call("POST", "/", writes=True, json={})
    except RateLimited as error:
        return "said 429" if error.exchange else "put off"
    except Waiting:
        return "put off"
    except Ambiguous:
        return "failed"
    except AdapterError as error:
        return error.code
    return "done"


def _end(database: str, redis_url: str, url: str, stop: Path) -> NoReturn:
    os.write(1, f"{json.dumps(work(database, redis_url, url, stop))}\n".encode())
    os._exit(0)


def main(database: str, redis_url: str, url: str, processes: int, stop: Path) -> None:
    logs.configure("ERROR", "json")
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            _end(database, redis_url, url, stop)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), Path(sys.argv[5]))

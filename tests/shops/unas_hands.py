"""One more process of the desk, told by lines of JSON what time it is and which events to run.

`python -m tests.shops.unas_hands DATABASE`; each line is answered by one with how many runs it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

import logs
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import DeadLettered
from tests.ledger.fixtures import KEY
from tests.shops.unas_house import services_of
from workers import process

ROOT = Path(__file__).parents[2]


@dataclass
class Hands:
    """The other processes: whichever is free takes the next order's events."""

    children: list[subprocess.Popen[str]]

    @classmethod
    def start(cls, database_url: str, count: int) -> Hands:
        command = [sys.executable, "-m", "tests.shops.unas_hands", database_url]
        return cls([
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ])  # fmt: skip

    def run(self, now: datetime, events: Sequence[tuple[str, str]]) -> int:
        """Have these events, each with its order, run by all hands at once; gives how many runs it took."""
        shares: dict[str, list[str]] = {}
        for event_id, order_id in events:
            shares.setdefault(order_id, []).append(event_id)
        left: SimpleQueue[list[str]] = SimpleQueue()
        for share in shares.values():
            left.put(share)
        with ThreadPoolExecutor(len(self.children)) as askers:
            return sum(askers.map(lambda child: _kept_busy(child, now, left), self.children))

    def stop(self) -> None:
        for child in self.children:
            _pipe(child.stdin).close()
        for child in self.children:
            assert child.wait(30) == 0
            _pipe(child.stdout).close()


def _kept_busy(child: subprocess.Popen[str], now: datetime, left: SimpleQueue[list[str]]) -> int:
    """One share after the other, until none is left; gives the runs it took."""
    runs = 0
    with suppress(Empty):
        while True:
            share = left.get_nowait()
            _pipe(child.stdin).write(json.dumps({"now": now.isoformat(), "events": share}) + "\n")
            _pipe(child.stdin).flush()
            runs += int(_pipe(child.stdout).readline())
    return runs


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def main(database_url: str) -> None:
    """Run what is asked for until the asker is gone."""
    logs.configure("ERROR", "json")
    ledger = open_ledger(database_url, Vault([KEY]), timeout=30)
    moment: list[datetime] = []
    services = services_of(ledger, lambda: moment[0])
    for line in sys.stdin:
        asked = json.loads(line)
        moment[:] = [datetime.fromisoformat(asked["now"])]
        for event_id in asked["events"]:
            with suppress(DeadLettered):  # the asker sees it in the ledger
                process.run(services, event_id)
        print(len(asked["events"]), flush=True)
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1])

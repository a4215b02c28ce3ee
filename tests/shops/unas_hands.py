"""One more process of the desk, told by lines of JSON what time it is and which events to run.

`python -m tests.shops.unas_hands DATABASE`; each line is answered by one with what the runs rang meanwhile: follow-ups,
which whoever is free runs next, as workers do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO

import logs
import memory
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import DeadLettered
from tests.ledger.fixtures import KEY
from tests.shops.unas_house import services_of
from workers import process

ROOT = Path(__file__).parents[2]


@dataclass
class Heard:
    """The bell of this process: what it rang since it was last asked."""

    rung: list[str] = field(default_factory=list)

    def ring(self, bells: Sequence[tuple[str, str]]) -> None:
        self.rung += [event_id for event_id, _ in bells]

    def told(self) -> list[str]:
        """Each once, and forgotten."""
        told, self.rung = list(dict.fromkeys(self.rung)), []
        return told


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
        """Have these events, each with its order, and what they ring, run by all hands at once; gives how many runs it
        took."""
        left, runs, busy = deque(_by_order(events)), 0, 0
        free = list(self.children)
        with DefaultSelector() as answers:
            for child in self.children:
                answers.register(_pipe(child.stdout), EVENT_READ, child)
            while left or busy:
                while left and free:
                    share = left.popleft()
                    _tell(free.pop(), now, share)
                    runs, busy = runs + len(share), busy + 1
                for answer, _ in answers.select():
                    rung = json.loads(answer.data.stdout.readline())
                    left.extend([rung] if rung else [])
                    free.append(answer.data)
                    busy -= 1
        return runs

    def stop(self) -> None:
        for child in self.children:
            _pipe(child.stdin).close()
        for child in self.children:
            assert child.wait(30) == 0
            _pipe(child.stdout).close()


def _by_order(events: Sequence[tuple[str, str]]) -> Iterable[list[str]]:
    """One order's events go to one process: two would only wait for each other."""
    shares: dict[str, list[str]] = {}
    for event_id, order_id in events:
        shares.setdefault(order_id, []).append(event_id)
    return shares.values()


def _tell(child: subprocess.Popen[str], now: datetime, share: Sequence[str]) -> None:
    _pipe(child.stdin).write(json.dumps({"now": now.isoformat(), "events": share}) + "\n")
    _pipe(child.stdin).flush()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def main(database_url: str) -> None:
    """Run what is asked for until the asker is gone."""
    logs.configure("ERROR", "json")
    ledger = open_ledger(database_url, Vault([KEY]), timeout=30)
    moment: list[datetime] = []
    bell = Heard()
    services = replace(services_of(ledger, lambda: moment[0]), bell=bell)  # type: ignore[arg-type]
    memory.keep()
    for line in sys.stdin:
        asked = json.loads(line)
        moment[:] = [datetime.fromisoformat(asked["now"])]
        for event_id in asked["events"]:
            with suppress(DeadLettered):  # the asker sees it in the ledger
                process.run(services, event_id)
        print(json.dumps(bell.told()), flush=True)
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1])

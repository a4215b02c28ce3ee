"""More processes of the desk, told what time it is and which events to run.

Each order is answered by what the runs rang meanwhile: follow-ups, which whoever is free runs next, as workers do. They
begin where one prepared process stands, so that the house is imported once, not by each.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeAlias

import logs
import memory
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import DeadLettered
from tests.ledger.fixtures import KEY
from tests.shops.unas_house import services_of
from workers import process

#: One end of a line: what to do at what time goes out, what it rang comes back; None ends it.
Line: TypeAlias = "Connection[Any, Any]"


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
    """The other processes, each at the end of its line: whichever is free takes the next order's events."""

    children: dict[Line, BaseProcess]

    @classmethod
    def start(cls, database_url: str, count: int) -> Hands:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        children: dict[Line, BaseProcess] = {}
        for _ in range(count):
            here, there = context.Pipe()
            child = context.Process(target=work, args=(database_url, there), daemon=True)
            child.start()
            there.close()
            children[here] = child
        return cls(children)

    def run(self, now: datetime, events: Sequence[tuple[str, str]]) -> int:
        """Have these events, each with its order, and what they ring, run by all hands at once, the newest first; gives
        how many runs it took."""
        left, runs = list(_by_order(events)), 0
        free: list[Line] = list(self.children)
        busy: list[Line] = []
        while left or busy:
            while left and free:
                share, line = left.pop(), free.pop()
                line.send((now, share))
                runs += len(share)
                busy.append(line)
            ready = wait(busy)
            for line in [line for line in busy if line in ready]:
                rung = line.recv()
                left.extend([rung] if rung else [])
                busy.remove(line)
                free.append(line)
        return runs

    def stop(self) -> float:
        """End them; gives the seconds that they kept processors busy."""
        for line in self.children:
            line.send(None)
        worked: float = sum(line.recv() for line in self.children)
        for line, child in self.children.items():
            line.close()
            child.join(30)
            assert child.exitcode == 0
        return worked


def _by_order(events: Sequence[tuple[str, str]]) -> Iterable[list[str]]:
    """One order's events go to one process: two would only wait for each other."""
    shares: dict[str, list[str]] = {}
    for event_id, order_id in events:
        shares.setdefault(order_id, []).append(event_id)
    return shares.values()


def work(database_url: str, line: Line) -> None:
    """Run what is asked for until nothing more is."""
    logs.configure("ERROR", "json")
    ledger = open_ledger(database_url, Vault([KEY]), timeout=30)
    moment: list[datetime] = []
    bell = Heard()
    services = replace(services_of(ledger, lambda: moment[0]), bell=bell)  # type: ignore[arg-type]
    memory.keep()
    while asked := line.recv():
        now, events = asked
        moment[:] = [now]
        for event_id in events:
            with suppress(DeadLettered):  # the asker sees it in the ledger
                process.run(services, event_id)
        line.send(bell.told())
    ledger.close()
    line.send(time.process_time())

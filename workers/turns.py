"""The turns of one event in hand: what several workers must not do at once is done one after another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledger import turns
from ledger.engine import Ledger
from schemas.errors import Waiting
from workers.timing import Timing


@dataclass(frozen=True, slots=True)
class LedgerTurns:
    """The `Turns` port of one lease: a turn is given back at the end, or falls free when the lease ends."""

    ledger: Ledger
    account_id: int
    owner: str
    timing: Timing

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Hold the turn inside the block. Raises Waiting when another worker keeps it for `turn` seconds."""
        self._wait_for(name)
        try:
            yield
        finally:
            with self.ledger.write() as tx:
                turns.give_back(tx, self.account_id, name, self.owner)

    def _wait_for(self, name: str) -> None:
        end = time.monotonic() + self.timing.turn
        while not self._take(name):
            if time.monotonic() >= end:
                raise Waiting(
                    f"Another worker is busy with {name} of this account.", until="turn", seconds=self.timing.turn
                )
            time.sleep(self.timing.turn_pause)

    def _take(self, name: str) -> bool:
        with self.ledger.write() as tx:
            return turns.take(tx, self.account_id, name, self.owner)

"""The clock's hand at the bell: whatever is due hangs in its queue, once, and what Redis forgot is rung again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import structlog

from ledger import epoch, events
from workers.services import Services

log = structlog.get_logger(__name__)

#: So many events are rung in one round trip …
BATCH = 1000
#: … and so many before the clock has other duties again.
MOST = 10_000
#: A Redis whose epoch is so many ticks old came back from an old copy of itself.
OLD_COPY = 100
#: A clock that says nothing for so many ticks has lost its turn at the bell.
SILENT = 2


@dataclass
class Ringer:
    """Of several clocks one at a time rings. `more` says that it stopped before everything was rung; `doubtful` that
    Redis was away, so that no ring of before can be believed: its owner says so."""

    services: Services
    doubtful: bool = False
    more: bool = field(default=False, init=False)
    _name: str = field(default_factory=lambda: uuid4().hex, init=False)

    def ring(self) -> None:
        """Ring everything again where Redis was emptied or was away, then what is due."""
        self.more = False
        if self._turn():
            self._mind_epoch()
            self._ring_due()
            self.services.bell.end_turn(self._name)

    def _turn(self) -> bool:
        return self.services.bell.take_turn(self._name, SILENT * self.services.timing.clock_tick)

    def _mind_epoch(self) -> None:
        """When Redis was emptied or was away, no bell can be believed: ring everything again, put failed jobs back."""
        bell, ledger = self.services.bell, self.services.ledger
        told = bell.epoch()
        with ledger.read() as tx:
            found = epoch.load(tx)
        if told and found.is_behind(told):
            return  # the next heartbeat sees that, too
        if emptied := found.is_beyond(told or "", OLD_COPY):
            log.warning("redis_was_emptied", epoch=found.life)
        if emptied or self.doubtful:
            with ledger.write() as tx:
                events.void_rings(tx)
        if emptied:
            self._restore_failed()
        bell.set_epoch(str(found))
        self.doubtful = False

    def _restore_failed(self) -> None:
        """Dead letters get their failed jobs back, page by page."""
        after = ""
        while True:
            with self.services.ledger.read() as tx:
                rows = events.dead_ids(tx, after, BATCH)
            if not rows:
                return
            self.services.bell.fail(rows)
            after = rows[-1].event_id

    def _ring_due(self) -> None:
        """Ring what is due, unleased and not rung lately, and what waits in its queue no second time; first ring, then
        note it, so that no bell is only believed."""
        now, timing, bell = self.services.now(), self.services.timing, self.services.bell
        with self.services.ledger.read() as tx:
            due = events.due(tx, now, MOST, ring_again=timing.ring_again, ring_again_most=timing.ring_again_most)
        queued = bell.queued({shop for _, shop in due})
        for bells in _pages(due):
            if not self._turn():
                return
            bell.ring(bells, queued=queued)
            self._note(bells, now)
        self.more = len(due) == MOST

    def _note(self, bells: Sequence[tuple[str, str]], now: datetime) -> None:
        with self.services.ledger.write() as tx:
            events.mark_rung(tx, [event_id for event_id, _ in bells], now)


def _pages(due: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    return (due[start : start + BATCH] for start in range(0, len(due), BATCH))

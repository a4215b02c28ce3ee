"""Leases whose holder is dead are taken away, by a clock that has itself seen their beat stand still (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from ledger import events, orders
from schemas.event import State
from workers.notice import Cause
from workers.services import Services

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Still:
    """A beat as this clock first saw it: the monotonic time in seconds, and whose it is."""

    owner: str
    beat: int
    since: float


@dataclass
class Beats:
    """What one clock has seen of beats, by its own monotonic time: a lease dies only under a clock's own eyes."""

    services: Services
    monotonic: Callable[[], float]
    _seen: dict[int, Still] = field(default_factory=dict)

    def take_abandoned(self) -> None:
        """Take away every lease whose beat was seen still for `lease_still`."""
        with self.services.ledger.read() as tx:
            beats = orders.beats(tx)
        now = self.monotonic()
        self._seen = {b.order_row_id: self._still(b.order_row_id, b.owner, b.beat, now) for b in beats}
        for beat in beats:
            if now - self._seen[beat.order_row_id].since >= self.services.timing.lease_still:
                self._take(beat.order_row_id, beat.owner, beat.beat)

    def _still(self, row_id: int, owner: str, beat: int, now: float) -> Still:
        seen = self._seen.get(row_id)
        return seen if seen and (seen.owner, seen.beat) == (owner, beat) else Still(owner, beat, now)

    def _take(self, row_id: int, owner: str, beat: int) -> None:
        with self.services.ledger.write() as tx:
            event_id = orders.take_away(tx, row_id, owner, beat)
            if event_id is None:
                return
            event = events.abandon(tx, event_id, self.services.now())
        if event.state is State.DEAD:
            self.services.notice(Cause("event_dead", "", "", event.reason, event_id))
        log.warning("lease_taken_away", event_id=event_id, order=row_id)

"""The clock: every few seconds it rings what is due and takes leases away from the dead; several may run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from ledger import alarms, events, orders, settings
from ledger.engine import LedgerDown
from schemas.event import State
from workers import expiring, replay, tidy
from workers.bell import BellDown
from workers.keeping import Keeping
from workers.notice import Cause
from workers.reconcile.nightly import Nights
from workers.services import Services
from workers.shop.rounds import Rounds

log = structlog.get_logger(__name__)

#: So many events are rung in one round trip.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Still:
    """A beat as this clock first saw it: the monotonic time in seconds, and whose it is."""

    owner: str
    beat: int
    since: float


#: The alarm about whatever waits or is dead for more than a day.
OVERDUE = "events_older_than_a_day"


@dataclass
class Clock:
    """One clock process. What it has seen of beats is its own memory: a lease dies only under a clock's own eyes."""

    services: Services
    name: str
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[int, Still] = field(default_factory=dict)
    _bell_was_down: bool = False
    _tidied: float | None = None
    _rounds: Rounds = field(init=False)
    _nights: Nights = field(init=False)
    _keeping: Keeping = field(init=False)

    def __post_init__(self) -> None:
        self._rounds, self._nights = Rounds(self.services), Nights(self.services)
        self._keeping = Keeping(self.services)

    def run(self, stop: threading.Event) -> None:
        """Tick until told to stop; a tick that fails is logged and the next one tries again."""
        while not stop.is_set():
            self.tick()
            stop.wait(self.services.timing.clock_tick)

    def tick(self) -> None:
        """Everything once. A database or Redis that is away costs this tick only."""
        for duty in (
            self.heartbeat,
            self.take_abandoned,
            self.mind_epoch,
            self.carry_replays,
            self.ring_due,
            self.visit_shops,
            self.reconcile_nightly,
            self.now_and_then,
            self.sound_alarms,
        ):
            try:
                duty()
            except LedgerDown as error:
                log.warning("clock_without_ledger", duty=duty.__name__, why=error.detail)
            except BellDown as error:
                self._bell_was_down = True
                log.warning("clock_without_bell", duty=duty.__name__, why=error.detail)

    def heartbeat(self) -> None:
        """Say that this clock is alive, for /readyz and the doctor."""
        with self.services.ledger.write() as tx:
            settings.beat(tx, f"clock:{self.name}", self.services.now())

    def take_abandoned(self) -> None:
        """Take away every lease whose beat this clock has itself seen still for `lease_still`."""
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

    def mind_epoch(self) -> None:
        """When Redis was emptied or was away, no bell can be believed: ring everything again, put failed jobs back."""
        bell, ledger = self.services.bell, self.services.ledger
        with ledger.read() as tx:
            epoch = settings.epoch(tx)
        emptied = bell.epoch() != epoch
        if not emptied and not self._bell_was_down:
            return
        with ledger.write() as tx:
            events.void_rings(tx)
        if emptied:
            self._restore_failed()
            bell.set_epoch(epoch)
            log.warning("redis_was_emptied", epoch=epoch)
        self._bell_was_down = False

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

    def carry_replays(self) -> None:
        """Bulk replays go on from where they are; what they make due is rung next."""
        replay.carry_forward(self.services)

    def ring_due(self) -> None:
        """Ring what is due, unleased and not rung lately; first ring, then note it, so that no bell is only
        believed."""
        while True:
            now, timing = self.services.now(), self.services.timing
            with self.services.ledger.read() as tx:
                due = events.due(tx, now, BATCH, ring_again=timing.ring_again, ring_again_most=timing.ring_again_most)
            if not due:
                return
            self.services.bell.ring(due)
            with self.services.ledger.write() as tx:
                events.mark_rung(tx, [event_id for event_id, _ in due], now)
            if len(due) < BATCH:
                return

    def visit_shops(self) -> None:
        """Look at shops whose turn it is: their webhooks, and what they never sent."""
        self._rounds.set_out()

    def reconcile_nightly(self) -> None:
        """Once a night: orders, ledger and invoicing systems side by side."""
        self._nights.set_out()

    def now_and_then(self) -> None:
        """Every few minutes: keys that end soon, tokens that rest too long, and RQ's registries beside the ledger."""
        if self._tidied is None or self.monotonic() - self._tidied >= self.services.timing.tidy:
            self._tidied = self.monotonic()
            expiring.warn(self.services)
            self._keeping.set_out()
            tidy.tidy(self.services)

    def sound_alarms(self) -> None:
        """Whatever waits or is dead for more than a day raises one alarm, whatever its reason, until nothing does."""
        now = self.services.now()
        with self.services.ledger.read() as tx:
            old = events.older_than(tx, now, self.services.timing.alarm)
            sounding = any(alarm.kind == OVERDUE for alarm in alarms.open_alarms(tx))
        if not old and not sounding:
            return
        with self.services.ledger.write() as tx:
            if old:
                alarms.sound(tx, OVERDUE, "all", f"{old} events wait or are dead for more than a day.", now)
            else:
                alarms.clear(tx, OVERDUE, "all", now)

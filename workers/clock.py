"""The clock: every few seconds it rings what is due and takes leases away from the dead; several may run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from ledger import alarms, epoch, events, settings
from ledger.engine import LedgerDown
from workers import expiring, replay, tidy
from workers.beats import Beats
from workers.bell import BellDown
from workers.keeping import Keeping
from workers.reconcile.nightly import Nights
from workers.ringer import Ringer
from workers.services import Services
from workers.shop.rounds import Rounds
from workers.witnesses import ALARM as RESTORED
from workers.witnesses import Restored, Witnesses

log = structlog.get_logger(__name__)

#: The alarm about whatever waits or is dead for more than a day.
OVERDUE = "events_older_than_a_day"


@dataclass
class Clock:
    """One clock process. It stands still until it has seen that the ledger is the one it was."""

    services: Services
    name: str
    monotonic: Callable[[], float] = time.monotonic
    _tidied: float | None = None
    _beats: Beats = field(init=False)
    _ringer: Ringer = field(init=False)
    _rounds: Rounds = field(init=False)
    _nights: Nights = field(init=False)
    _keeping: Keeping = field(init=False)
    _witnesses: Witnesses = field(init=False)
    _still: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self._beats = Beats(self.services, self.monotonic)
        self._ringer = Ringer(self.services)
        self._rounds, self._nights = Rounds(self.services), Nights(self.services)
        self._keeping = Keeping(self.services)
        self._witnesses = Witnesses(self.services.ledger, self.services.bell, self.services.epoch_file)

    def run(self, stop: threading.Event) -> None:
        """Tick until told to stop; a tick that fails is logged and the next one tries again."""
        while not stop.is_set():
            self.tick()
            if self._still or not self._ringer.more:
                stop.wait(self.services.timing.clock_tick)

    def tick(self) -> None:
        """Everything once. A database or Redis that is away costs this tick only; a restored ledger lets it rest."""
        self._do(self.heartbeat)
        if self._still:
            return
        for duty in (
            self._beats.take_abandoned,
            self.carry_replays,
            self.ring,
            self.visit_shops,
            self.reconcile_nightly,
            self.now_and_then,
            self.sound_alarms,
        ):
            self._do(duty)

    def _do(self, duty: Callable[[], None]) -> None:
        try:
            duty()
        except LedgerDown as error:
            log.warning("clock_without_ledger", duty=duty.__name__, why=error.detail)
        except BellDown as error:
            self._ringer.doubtful = True
            log.warning("clock_without_bell", duty=duty.__name__, why=error.detail)

    def heartbeat(self) -> None:
        """Say that this clock is alive, for /readyz and the doctor; and see whether the ledger is the one it was."""
        try:
            self._witnesses.agree()
        except Restored as restored:
            self._still = True
            self._witnesses.alarm(restored)
            with self.services.ledger.write() as tx:
                settings.beat(tx, f"clock:{self.name}", self.services.now())
        else:
            self._go_on()

    def _go_on(self) -> None:
        """The epoch rises: what is committed from here on is later than any copy made before."""
        now = self.services.now()
        with self.services.ledger.write() as tx:
            settings.beat(tx, f"clock:{self.name}", now)
            if self._still:
                alarms.clear(tx, RESTORED, "ledger", now)
            epoch.advance(tx)
            found = epoch.load(tx)
        self._witnesses.remember(found)
        self._still = False

    def carry_replays(self) -> None:
        """Bulk replays go on from where they are; what they make due is rung next."""
        replay.carry_forward(self.services)

    def ring(self) -> None:
        """Whatever is due hangs in its queue; what Redis forgot is rung again."""
        self._ringer.ring()

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

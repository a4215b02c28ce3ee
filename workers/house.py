"""The desk put together from plain settings: what a worker, a clock and a console command each need of it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from adapters.shops.base import ShopClient
from ledger import connections
from ledger.engine import Ledger
from ledger.migrate import migrate
from schemas.connection import Shop
from schemas.errors import DeadLettered
from schemas.ports import Guard, unguarded
from workers import process
from workers import services as desk_services
from workers.bell import Bell
from workers.budget.budgets import Budgets
from workers.budget.fallback import SurePace
from workers.budget.redis_pace import RedisPace
from workers.leases import Leases
from workers.mouths import Mouths
from workers.notice import Notice, unwatched
from workers.pool import Pool
from workers.queue.isolate import Alone, end_after
from workers.queue.wire import client
from workers.services import Services, utc_now
from workers.shop.clients import ShopClients
from workers.shop.gates import Gates
from workers.standby import Standby, refuse_eviction
from workers.timing import Timing
from workers.tokens import Tokens
from workers.witnesses import Witnesses

log = structlog.get_logger(__name__)

#: The door may wait this long, in all, for Redis; the clock and the workers may wait longer (seconds).
DOOR_RING = 0.25
DESK_RING = 5.0
#: The limits' own clients wait no longer than this for Redis before each process keeps its part of them alone.
PACE = 1.0
#: The process that takes events alone; their ids and owners are appended.
CHILD: Sequence[str] = (sys.executable, str(Path(__file__).resolve().parent.parent / "alone.py"))


@dataclass(frozen=True)
class House:
    """What one installation consists of. `slots` is how many events one worker process has in hand at a time;
    `vendor_limits` False leaves the systems' call limits alone, which is for simulators; `var` is the folder with this
    machine's memory of the ledger, None = it has none."""

    database_url: str
    redis_url: str
    ledger: Ledger
    timing: Timing
    public_url: str = ""
    slots: int = 32
    allow_private: bool = False
    vendor_limits: bool = True
    notice: Notice = unwatched
    var: Path | None = None

    def migrate(self) -> None:
        """Bring the database to this version's tables."""
        migrate(self.database_url)

    def bell(self, seconds: float = DESK_RING) -> Bell:
        return Bell(self.redis_url, timeout=seconds)

    def services(self) -> Services:
        """The tools of one process of the desk."""
        alone = Alone(CHILD, seconds=self.timing.lease_most)
        leases = Leases(self.ledger, self.timing)
        tokens = Tokens(self.ledger, self.timing, utc_now)
        tools = self.ledger, self.bell(), leases, self.mouths(tokens), self.timing
        return Services(
            *tools, run_alone=alone, notice=self.notice, shop_client=self._shop_clients(tokens),
            public_url=self.public_url, epoch_file=self.epoch_file,
        )  # fmt: skip

    def mouths(self, tokens: Tokens | None = None) -> Mouths:
        """The adapters of accounts, with what all workers share of each: tokens, limits, and whether it answers."""
        pace = SurePace(RedisPace(client(self.redis_url, PACE)), self.timing.redis_away)
        budgets = Budgets(self.ledger, pace, self.timing, utc_now, counted=self.vendor_limits)
        shared = tokens or Tokens(self.ledger, self.timing, utc_now)
        return Mouths(shared, budgets, self.timing, self.allow_private)

    def shop_client(self, shop: Shop, *, guard: Guard = unguarded) -> ShopClient:
        """The client of a shop for one command; raises KeyError where its platform has none."""
        return self._shop_clients(Tokens(self.ledger, self.timing, utc_now))(shop, guard=guard)

    def _shop_clients(self, tokens: Tokens) -> ShopClients:
        gates = Gates(self.ledger, utc_now, counted=self.vendor_limits)
        return ShopClients(tokens, gates, self.timing, utc_now, self.allow_private)

    def queues(self) -> Sequence[str]:
        """The shops' keys: one queue each."""
        with self.ledger.read() as tx:
            return [shop.key for shop in connections.list_shops(tx, self.ledger.vault)]

    @property
    def epoch_file(self) -> Path | None:
        return self.var / "epoch" if self.var else None

    def witnesses(self, seconds: float = DESK_RING) -> Witnesses:
        """Who remembers the ledger's epoch."""
        return Witnesses(self.ledger, self.bell(seconds), self.epoch_file)

    def work(self) -> None:
        """Be a worker until told to stop; raises Evicting at the start."""
        services = self.services()
        desk_services.use(services)
        refuse_eviction(services.bell)
        standby = Standby(self.witnesses(), services.bell, self.timing)
        while standby.permitted():
            ended = self._work(services, standby)
            if ended or not standby.must_rest:
                return

    def _work(self, services: Services, standby: Standby) -> bool:
        """Until told to stop or to rest; gives whether a signal said so."""
        pool = Pool(
            self.redis_url,
            self.queues,
            slots=self.slots,
            job_seconds=self.timing.lease_most,
            grace=self.timing.grace,
            overtime=self.timing.watchdog,
            on_stop=services.leases.hand_back_all,
        )
        pool.every(self.timing.lease_beat, services.leases.beat)
        pool.every(self.timing.lease_beat, lambda: standby.watch(pool.stop))
        pool.run()
        return pool.told_to_end

    def work_alone(self, pairs: Sequence[tuple[str, str]]) -> None:
        """In a child: events one after another, each under a lease whose owner the parent chose.

        None is begun after a quarter of the child's time, so that the last one has the rest of it.
        """
        end_after(self.timing.lease_most)
        services = self.services()
        desk_services.use(services)
        stop = threading.Event()
        beat = threading.Thread(target=_repeat, args=(stop, self.timing.lease_beat, services.leases.beat), daemon=True)
        beat.start()
        last_start = time.monotonic() + self.timing.lease_most / 4
        for event_id, owner in pairs:
            if time.monotonic() < last_start:
                _one(event_id, owner)
        stop.set()


def _one(event_id: str, owner: str) -> None:
    try:
        process.process(event_id, owner)
    except DeadLettered as dead:
        log.info("event_dead", event_id=event_id, code=dead.code)


def _repeat(stop: threading.Event, seconds: float, function: Callable[[], object]) -> None:
    while not stop.wait(seconds):
        function()

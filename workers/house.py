"""The desk put together from plain settings: what a worker, a clock and a console command each need of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters import adapter_for
from adapters.base import Adapter
from ledger import connections, migrate
from ledger.engine import Ledger
from schemas.connection import Account
from schemas.ports import Guard
from workers import process
from workers import services as desk_services
from workers.bell import Bell
from workers.leases import Leases
from workers.pool import Pool
from workers.services import Services
from workers.timing import Timing

#: The door may wait this long, in all, for Redis; the clock and the workers may wait longer (seconds).
DOOR_RING = 0.25
DESK_RING = 5.0


@dataclass(frozen=True)
class House:
    """What one installation consists of. `slots` is how many events one worker process has in hand at a time."""

    database_url: str
    redis_url: str
    ledger: Ledger
    timing: Timing
    slots: int = 32
    allow_private: bool = False

    def migrate(self) -> None:
        """Bring the database to this version's tables."""
        migrate.migrate(self.database_url)

    def bell(self, seconds: float = DESK_RING) -> Bell:
        return Bell(self.redis_url, timeout=seconds)

    def services(self) -> Services:
        """The tools of one process of the desk."""
        leases = Leases(self.ledger, self.timing)
        return Services(self.ledger, self.bell(), leases, self._adapter, self.timing, run_alone=self._alone)

    def _adapter(self, account: Account, *, guard: Guard) -> Adapter:
        return adapter_for(account, guard=guard, allow_private=self.allow_private, deadline=self.timing.call)

    def queues(self) -> Sequence[str]:
        """The shops' keys: one queue each."""
        with self.ledger.read() as tx:
            return [shop.key for shop in connections.shops(tx, self.ledger.vault)]

    def work(self) -> None:
        """Be a worker until told to stop."""
        services = self.services()
        desk_services.use(services)
        pool = Pool(
            self.redis_url,
            self.queues,
            slots=self.slots,
            job_seconds=self.timing.lease_most,
            grace=self.timing.grace,
        )
        pool.every(self.timing.lease_beat, services.leases.beat)
        pool.run()
        services.leases.hand_back_all()

    def _alone(self, event_id: str, owner: str) -> int:
        """Run one event in a child process; gives its exit status, negative when it was killed."""
        command = [sys.executable, "-m", "flask", "alone", event_id, owner]
        try:
            return subprocess.run(command, timeout=self.timing.lease_most, check=False, stdin=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            return -9

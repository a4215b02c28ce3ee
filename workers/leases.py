"""This process' leases: one per order in hand, renewed together, and asked right before a write leaves (DESIGN 4,
lock 2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import structlog

from ledger import orders
from ledger.engine import Ledger, LedgerDown
from ledger.rows import Tick
from schemas.errors import Waiting
from workers.timing import Timing

log = structlog.get_logger(__name__)


def _host() -> str:
    """This machine since its last start; where that cannot be told, this process alone."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return uuid4().hex


HOST = _host()


@dataclass(frozen=True, slots=True)
class Lease:
    """One order in hand. `owner` is random; `renewed_at` and `deadline` are this process' monotonic clock, in
    seconds."""

    owner: str
    order_row: int
    event_id: str
    renewed_at: float
    deadline: float


class Leases:
    """Keeps the beat of every lease of this process; wall clocks never matter here."""

    def __init__(self, ledger: Ledger, timing: Timing, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._timing = timing
        self.monotonic = monotonic
        self._mutex = threading.Lock()
        self._held: dict[str, Lease] = {}
        self._to_return: set[str] = set()

    def tick(self) -> Tick:
        """Now, by this machine's monotonic clock, which all its processes share until it is started anew."""
        return Tick(HOST, round(self.monotonic() * 1_000_000))

    def hold(self, owner: str, order_row: int, event_id: str, *, taken_at: float) -> Lease:
        """Note a lease that the ledger has just given; `taken_at` is the monotonic time from before it was asked."""
        lease = Lease(owner, order_row, event_id, taken_at, taken_at + self._timing.lease_most)
        with self._mutex:
            self._held[owner] = lease
        return lease

    def forget(self, owner: str) -> None:
        """The lease was released in the ledger, or is lost."""
        with self._mutex:
            self._held.pop(owner, None)

    def give_back(self, owner: str) -> None:
        """Release it as soon as the ledger can be written again; until then nobody renews it."""
        self.forget(owner)
        with self._mutex:
            self._to_return.add(owner)

    def check(self, owner: str) -> None:
        """Right before a write: raises Waiting unless the last renewal is younger than `lease_sure` and in time."""
        now = self.monotonic()
        with self._mutex:
            lease = self._held.get(owner)
        if lease is None or now - lease.renewed_at >= self._timing.lease_sure or now >= lease.deadline:
            raise Waiting(
                "The lease of this order was no longer surely held, so nothing was sent.",
                until="lease",
                seconds=self._timing.lease_still,
            )

    def guard(self, owner: str) -> Callable[[], None]:
        """`check` for one lease, as adapters want it."""
        return lambda: self.check(owner)

    def beat(self) -> None:
        """Renew all leases in one UPDATE and return what is to be returned; called every `lease_beat` seconds."""
        started = self.monotonic()
        with self._mutex:
            living = [owner for owner, lease in self._held.items() if started < lease.deadline]
            returning = set(self._to_return)
        try:
            self._write(living, returning, started)
        except LedgerDown as error:
            log.warning("leases_not_renewed", held=len(living), why=error.detail)

    def _write(self, living: list[str], returning: set[str], started: float) -> None:
        if not living and not returning:
            return
        with self._ledger.write() as tx:
            renewed = orders.renew(tx, living) if living else set()
            if returning:
                orders.release_all(tx, returning)
        self._note(renewed, returning, started)

    def _note(self, renewed: set[str], returned: set[str], started: float) -> None:
        with self._mutex:
            self._to_return -= returned
            for owner in renewed & self._held.keys():
                self._held[owner] = replace(self._held[owner], renewed_at=started)

    def hand_back_all(self) -> None:
        """At the end of the process: release everything still held, so that others need not wait for silence."""
        with self._mutex:
            self._to_return |= self._held.keys()
            self._held.clear()
        self.beat()

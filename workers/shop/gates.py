"""The gates of shops whose platforms count calls: one budget for all workers, kept in the ledger, where a restart or an
emptied Redis forgets nothing; a breach would shut a shop out for an hour (unas.md 2)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from ledger import gates
from ledger.engine import Ledger, Tx
from ledger.gates import MINUTE
from schemas.connection import Shop
from schemas.errors import RateLimited
from schemas.ports import Left, Limit, Refusal

log = structlog.get_logger(__name__)

USED_UP = "BUDGET_USED_UP"
#: A call counted now may reach the platform so much later (seconds): no call lasts longer.
LATE = 60
#: What found no room comes back within this many seconds of there being some, not all at once.
SPREAD = 60.0


@dataclass(frozen=True)
class Gates:
    """One process' way to every shop's gate. `divisor` makes all limits tighter, `counted` False keeps none of them:
    both are for stand-ins."""

    ledger: Ledger
    now: Callable[[], datetime]
    divisor: int = 1
    counted: bool = True
    rng: random.Random = field(default_factory=random.Random)

    def of(self, shop: Shop) -> ShopGate:
        return ShopGate(self, shop)


@dataclass(frozen=True)
class ShopGate:
    """The Gate (schemas/ports.py) of one shop. `noted` is what the last call that was asked for found of each kind."""

    shared: Gates
    shop: Shop
    noted: dict[str, int] = field(default_factory=dict)

    def budget(self, limits: Sequence[Limit]) -> ShopBudget:
        return ShopBudget(self, tuple(limits) if self.shared.counted else ())

    def note(self, kind: str) -> None:
        with self.shared.ledger.write() as tx:
            gates.count(tx, self.shop.id, (kind,), self.minute())

    def forget(self, kind: str) -> None:
        if self.noted.get(kind, 1):
            with self.shared.ledger.write() as tx:
                gates.forget(tx, self.shop.id, kind)

    def refusal(self, origin: str) -> Refusal | None:
        with self.shared.ledger.read() as tx:
            found = gates.standing(tx, self.shop.id)
        return Refusal(**json.loads(found.refusal)) if found.refused == origin else None

    def refuse(self, origin: str, refusal: Refusal) -> None:
        with self.shared.ledger.write() as tx:
            gates.refuse(tx, self.shop.id, origin, json.dumps(asdict(refusal)))
        log.error("shop_refused_the_key", shop=self.shop.key, code=refusal.code)

    def admit(self) -> None:
        with self.shared.ledger.write() as tx:
            gates.admit(tx, self.shop.id)

    def minute(self) -> int:
        return int(self.shared.now().timestamp()) // MINUTE

    def full(self, detail: str, seconds: float) -> RateLimited:
        """No room, in words; nothing was asked."""
        remedy = "Nothing to do: it goes on by itself."
        return RateLimited(detail, system=self.shop.platform, retry_after=seconds, code=USED_UP, remedy=remedy)


@dataclass(frozen=True)
class ShopBudget:
    """The Budget (schemas/ports.py) of calls that need room in these limits."""

    gate: ShopGate
    limits: tuple[Limit, ...]

    def room(self, calls: int, *, queued: bool = False) -> None:
        """Each call is asked for on its own."""

    def patience(self, seconds: float) -> None:
        """Nobody waits here in hand."""

    def take(self) -> ShopBudget:
        """Count one call in every limit that it belongs to; raises RateLimited, and counts nothing, when it must not
        be made now."""
        gate, now = self.gate, self.gate.shared.now()
        with gate.shared.ledger.write() as tx:
            shut = gates.lock(tx, gate.shop.id).shut_until
            refused = self._banned(shut, now) if shut and shut > now else self._refused(tx, now)
            if refused is None:
                kinds = [limit.kind for limit in self.limits if limit.counted]
                gates.count(tx, gate.shop.id, kinds, gate.minute())
        if refused is not None:
            raise refused
        return self

    def ended(self, reached: bool | None, left: Sequence[Left] = ()) -> None:
        """It counts, whatever became of it."""

    def penalty(self, seconds: float) -> None:
        until = self.gate.shared.now() + timedelta(seconds=seconds)
        with self.gate.shared.ledger.write() as tx:
            gates.shut(tx, self.gate.shop.id, until)
        log.warning("shop_shut_us_out", shop=self.gate.shop.key, until=until.isoformat())

    def _banned(self, until: datetime, now: datetime) -> RateLimited:
        words = f"{self.gate.shop.key} asked for a pause until {until:%Y-%m-%d %H:%M:%S} UTC."
        return self.gate.full(words, (until - now).total_seconds() + self._spread())

    def _refused(self, tx: Tx, now: datetime) -> RateLimited | None:
        """The limit that has no room left for the longest time."""
        waits = [*self._waits(tx, now, everywhere=False), *self._waits(tx, now, everywhere=True)]
        seconds, limit = max(waits, key=lambda wait: wait[0], default=(0.0, None))
        if limit is None or not seconds:
            return None
        words = (
            f"{self._most(limit)} calls of the kind “{limit.kind}” in {limit.seconds // MINUTE} minutes are used up."
        )
        return self.gate.full(words, seconds + self._spread())

    def _waits(self, tx: Tx, now: datetime, *, everywhere: bool) -> Sequence[tuple[float, Limit]]:
        """How long each limit has to be waited for, of this shop's or of those for all. What the longest window holds
        is counted first: only where that is too much for one are the minutes looked at."""
        mine = [limit for limit in self.limits if limit.everywhere is everywhere]
        if not mine:
            return ()
        first = min(self._first(limit, now) for limit in mine)
        whose, kinds = None if everywhere else self.gate.shop.id, [limit.kind for limit in mine]
        total = gates.totals(tx, whose, kinds, first)
        self.gate.noted.update(total)
        if all(total[limit.kind] < self._most(limit) for limit in mine):
            return ()
        found = gates.counts(tx, whose, kinds, first)
        return [(self._wait(found[limit.kind], limit, now), limit) for limit in mine]

    def _first(self, limit: Limit, now: datetime) -> int:
        """The first minute that counts: all of it has to leave the window, and one minute has to pass."""
        return int(now.timestamp() - limit.seconds - LATE) // MINUTE

    def _wait(self, counted: Sequence[tuple[int, int]], limit: Limit, now: datetime) -> float:
        """Seconds until there is room for one more; 0 when there is."""
        first = self._first(limit, now)
        found = [(minute, calls) for minute, calls in counted if minute >= first]
        over = sum(calls for _, calls in found) - self._most(limit) + 1
        if over <= 0:
            return 0.0
        if not self._most(limit):
            return float(limit.seconds)
        return self._gone(found, over, limit.seconds + LATE) - now.timestamp()

    def _gone(self, found: Collection[tuple[int, int]], over: int, window: int) -> float:
        """When so many of the oldest calls have left the window."""
        for minute, calls in found:
            over -= calls
            if over <= 0:
                return float((minute + 1) * MINUTE + window)
        raise AssertionError("a window holds no more calls than were counted")

    def _most(self, limit: Limit) -> int:
        return limit.calls // self.gate.shared.divisor if limit.counted else limit.calls

    def _spread(self) -> float:
        return self.gate.shared.rng.uniform(0.0, SPREAD)

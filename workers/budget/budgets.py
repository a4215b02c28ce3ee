"""The Budget port of each account: the circuit first, then the pause a system asked for, then its windows and seats."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from adapters.manifest import Manifest
from ledger.engine import Ledger, LedgerDown
from schemas.connection import Account
from schemas.errors import RateLimited, Waiting
from schemas.ports import Left
from workers.budget.calendar import Calendar
from workers.budget.circuit import Breaker, condition
from workers.budget.pace import BACK, FRONT, PROBE, Gap, Pace
from workers.budget.room import Full, Room
from workers.timing import Timing

log = structlog.get_logger(__name__)

USED_UP = "BUDGET_USED_UP"
#: Why an event may have been put off, after which it goes before those that come for the first time.
PUT_OFF = frozenset({USED_UP, "RATE_LIMITED"})
#: A seat outlives the longest call by this factor, should its holder die.
HOLD = 1.25


@dataclass(frozen=True, slots=True)
class Budgets:
    """One process' way to every account's budget. `counted` False leaves windows and seats alone: for simulators."""

    ledger: Ledger
    pace: Pace
    timing: Timing
    now: Callable[[], datetime]
    counted: bool = True
    sleep: Callable[[float], None] = time.sleep

    def of(self, account: Account, manifest: Manifest) -> AccountBudget:
        return AccountBudget(self, account, manifest)

    def room(self, account: Account, manifest: Manifest) -> Room:
        """The account's limits."""
        return Room(account.id, manifest, self.pace, Calendar(self.ledger, self.now), self.counted)


class AccountBudget:
    """One adapter's share: not used by two threads at once, unlike everything it stands on."""

    def __init__(self, shared: Budgets, account: Account, manifest: Manifest) -> None:
        self._shared, self._account, self._manifest = shared, account, manifest
        self._room = shared.room(account, manifest)
        self._breaker = Breaker(shared.ledger, account, shared.timing, shared.now)
        self._nap = shared.timing.budget_nap
        self._set_aside = 0
        self._begun = self._probing = False

    def room(self, calls: int, *, queued: bool = False) -> None:
        """See schemas/ports.py. What comes for the first time goes behind what was put off before it, unless the
        windows are half empty."""
        self._unless_down()
        look, room = self._room.look(), self._room
        if not queued and look.behind > self._nap and not room.half_empty():
            words = f"Others wait for {self._manifest.label}'s limits"
            raise self._put_off(BACK, Full(words, Gap(0.0, room.step(look))))
        wanted = min([calls, *(window.calls for window in room.short + room.long)])
        self._until(lambda: room.spend(wanted), FRONT if queued else BACK)
        self._set_aside, self._begun = wanted, True
        self._nap = max(self._nap, self._shared.timing.budget_begun)
        self._shared.pace.began(self._account.id)

    def take(self) -> Call:
        """See schemas/ports.py. What was set aside by `room` is used first; work that has begun is not stopped half
        way by what others met meanwhile."""
        if not self._begun:
            self._unless_down()
        owner, hold = uuid4().hex, HOLD * self._shared.timing.call
        self._until(lambda: self._room.sit(owner, hold), FRONT)
        try:
            self._until(self._room.paused if self._set_aside else lambda: self._room.spend(1), FRONT)
        except BaseException:
            self._shared.pace.stand(self._account.id, owner, 0.0)
            raise
        self._set_aside = max(0, self._set_aside - 1)
        return Call(self, owner, time.monotonic())

    def patience(self, seconds: float) -> None:
        self._nap = seconds

    def penalty(self, seconds: float) -> None:
        self._shared.pace.block(self._account.id, seconds)

    def ended(self, owner: str, seconds: float, reached: bool | None, left: Sequence[Left]) -> None:
        """A call is over; trouble with the books must not change what it came to."""
        self._probing = False
        try:
            self._shared.pace.stand(self._account.id, owner, seconds)
            if reached is not None:
                words = f"a call at {self._shared.now():%Y-%m-%d %H:%M:%S} UTC was not answered, or by an error"
                self._breaker.ended(reached, words)
            for told in left:
                self._learn(told)
        except LedgerDown as error:
            log.warning("call_not_counted", account=self._account.key, why=error.detail)

    def _learn(self, told: Left) -> None:
        """A day or month is corrected in our own count; of any other window only its end matters."""
        known = [window for window in self._room.long if window.seconds == told.window]
        for window in known:
            self._room.calendar.learn(self._account.id, window, max(0, told.calls))
        if not known and told.calls <= 0:
            self.penalty(told.seconds)

    def _unless_down(self) -> None:
        """While the circuit is open only a probe gets through; the others queue for the next ones."""
        if self._probing:
            return
        seconds = self._breaker.wait()
        self._probing = seconds == 0
        if not seconds:
            return
        place = self._shared.pace.place(self._account.id, PROBE, Gap(seconds, self._shared.timing.breaker_probe))
        raise Waiting(
            f"{self._manifest.label} does not answer; it is asked by one call at a time.",
            until=condition(self._account.id),
            seconds=min(place, self._shared.timing.breaker_most),
            code="SYSTEM_DOWN",
        )

    def _until(self, full: Callable[[], Full | None], lane: str) -> None:
        """Wait a moment in the slot where that is enough; else put off."""
        nap = self._nap
        while (found := full()) is not None:
            if found.gap.base > nap:
                raise self._put_off(lane, found)
            self._shared.sleep(found.gap.base)
            nap -= found.gap.base

    def _put_off(self, lane: str, full: Full) -> RateLimited:
        seconds = self._shared.pace.place(self._account.id, lane, full.gap)
        return RateLimited(
            f"{full.why}, so this comes in {math.ceil(seconds)} s.",
            system=self._account.system,
            retry_after=seconds,
            code=USED_UP,
            remedy="Nothing to do: it goes on by itself. If it is too slow, a larger plan may allow more.",
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A call under way (`Taken` in schemas/ports.py)."""

    budget: AccountBudget
    owner: str
    began: float

    def ended(self, reached: bool | None, left: Sequence[Left] = ()) -> None:
        self.budget.ended(self.owner, time.monotonic() - self.began, reached, left)

"""The Budget port of each account: the circuit first, then the pause a system asked for, then its windows and seats."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from adapters.manifest import Manifest, Window
from ledger.engine import Ledger, LedgerDown
from schemas.connection import Account
from schemas.errors import RateLimited, Waiting
from schemas.ports import Left
from workers.budget.calendar import Calendar
from workers.budget.circuit import Breaker, condition
from workers.budget.pace import BACK, FRONT, Gap, Look, Pace
from workers.timing import Timing

log = structlog.get_logger(__name__)

USED_UP = "BUDGET_USED_UP"
#: Why an event may have been put off, after which it goes before those that come for the first time.
PUT_OFF = frozenset({USED_UP, "RATE_LIMITED"})
#: The queue is a little tighter than the limit: what finds no room is put off once more, but the limit is used.
TIGHT = 0.95
#: What a new day or month finds waiting comes within this many seconds of its beginning.
SPREAD = 3600.0
#: A seat outlives the longest call by this factor, should its holder die.
HOLD = 1.25
_UNITS = {1: "second", 60: "minute", 3600: "hour", 86_400: "day", 30 * 86_400: "month"}


@dataclass(frozen=True, slots=True)
class Full:
    """Why there is no room: in words, and where in the queue the next one goes."""

    why: str
    gap: Gap


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


class AccountBudget:
    """One adapter's share: not used by two threads at once, unlike everything it stands on."""

    def __init__(self, shared: Budgets, account: Account, manifest: Manifest) -> None:
        self._shared, self._account, self._manifest = shared, account, manifest
        windows = manifest.limits if shared.counted else ()
        self._short = sorted((w for w in windows if not w.by_calendar), key=lambda window: window.seconds)
        self._long = [window for window in windows if window.by_calendar]
        self._seats = manifest.at_once if shared.counted else 0
        self._calendar = Calendar(shared.ledger, shared.now)
        self._breaker = Breaker(shared.ledger, account, shared.timing, shared.now)
        self._set_aside = 0
        self._probing = False

    def room(self, calls: int, *, queued: bool = False) -> None:
        """See schemas/ports.py. What comes for the first time goes behind what was put off before it, unless the
        windows are half empty."""
        self._unless_down()
        look = self._shared.pace.look(self._account.id)
        wanted = min([calls, *(window.calls for window in self._short + self._long)])
        if not queued and look.behind > self._shared.timing.budget_nap and not self._half_empty():
            raise self._put_off(BACK, Full("Others wait for this account's limits", Gap(0, self._step(look))))
        self._spend(wanted, FRONT if queued else BACK)
        self._set_aside = wanted
        self._shared.pace.began(self._account.id)

    def take(self) -> Call:
        """See schemas/ports.py. What was set aside by `room` is used first."""
        self._unless_down()
        owner = uuid4().hex
        self._sit(owner)
        try:
            if self._set_aside:
                self._set_aside -= 1
                self._until(self._paused, FRONT)
            else:
                self._spend(1, FRONT)
        except BaseException:
            self._shared.pace.stand(self._account.id, owner, 0.0)
            raise
        return Call(self, owner, time.monotonic())

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
        if told.calls <= 0:
            self.penalty(told.seconds)
        for window in self._long:
            if window.seconds == told.window:
                self._calendar.learn(self._account.id, window, max(0, told.calls))

    def _unless_down(self) -> None:
        if self._probing:
            return
        seconds = self._breaker.wait()
        self._probing = seconds == 0
        if not seconds:
            return
        probe, most = self._shared.timing.breaker_probe, self._shared.timing.breaker_most
        place = self._shared.pace.place(self._account.id, "probe", Gap(seconds, probe))
        raise Waiting(
            f"{self._manifest.label} does not answer; it is asked by one call at a time.",
            until=condition(self._account.id),
            seconds=min(place, most),
            code="SYSTEM_DOWN",
        )

    def _sit(self, owner: str) -> None:
        """A seat, waited for in the slot for a moment."""
        if self._seats:
            hold = HOLD * self._shared.timing.call
            self._until(lambda: self._no_seat(owner, hold), FRONT)

    def _no_seat(self, owner: str, hold: float) -> Full | None:
        pace, me = self._shared.pace, self._account.id
        if pace.sit(me, owner, self._seats, hold):
            return None
        look = pace.look(me)
        usual = look.seconds or 0.1
        return Full(f"It takes {self._seats} calls at once", Gap(usual / 2, usual * max(1.0, look.calls) / self._seats))

    def _spend(self, calls: int, lane: str) -> None:
        """Count calls in every window, waiting a moment in the slot where that is enough; else put off."""
        self._until(lambda: self._no_room(calls), lane)

    def _until(self, full: Callable[[], Full | None], lane: str) -> None:
        nap = self._shared.timing.budget_nap
        while (found := full()) is not None:
            if found.gap.base > nap:
                raise self._put_off(lane, found)
            self._shared.sleep(found.gap.base)
            nap -= found.gap.base

    def _no_room(self, calls: int) -> Full | None:
        """The first thing that stands against so many calls; short windows are asked last but counted first, so that
        what a long one refuses has cost nothing that lasts."""
        if (paused := self._paused()) is not None:
            return paused
        me, look = self._account.id, self._shared.pace.look(self._account.id)
        for window in self._long if self._short else ():
            if seconds := self._calendar.wait(me, window, calls):
                return self._full(window, seconds, look)
        for window in self._short:
            if seconds := self._shared.pace.hit(me, window, calls):
                return self._full(window, seconds, look)
        for window in self._long:
            if seconds := self._calendar.hit(me, window, calls):
                return self._full(window, seconds, look)
        return None

    def _paused(self) -> Full | None:
        look = self._shared.pace.look(self._account.id)
        return Full("It asked for a pause", Gap(look.blocked, self._step(look))) if look.blocked else None

    def _full(self, window: Window, seconds: float, look: Look) -> Full:
        unit = _UNITS.get(window.seconds, f"{window.seconds} seconds")
        why = f"It takes {window.calls} calls a {unit}"
        if window.by_calendar:
            step = SPREAD / window.calls * self._usual(look)
            return Full(why, Gap(seconds, step, float(window.seconds), SPREAD))
        return Full(why, Gap(seconds, window.seconds / window.calls * self._usual(look) * TIGHT))

    def _usual(self, look: Look) -> float:
        """How many calls a piece of work takes."""
        return max(1.0, look.calls or self._manifest.calls)

    def _step(self, look: Look) -> float:
        """The pace of the slowest short window."""
        slowest = max((window.seconds / window.calls for window in self._short), default=0.0)
        return max(slowest * self._usual(look) * TIGHT, 0.01)

    def _half_empty(self) -> bool:
        me = self._account.id
        long = all(self._calendar.left(me, window) * 2 > window.calls for window in self._long)
        return long and all(self._shared.pace.free(me, window) * 2 > window.calls for window in self._short)

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

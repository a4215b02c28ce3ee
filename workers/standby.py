"""When a worker may work: not before Redis answers, and not while an older copy stands in the ledger's place."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from ledger.engine import LedgerDown
from schemas.errors import BillhookError
from workers.bell import Bell, BellDown
from workers.timing import Timing
from workers.witnesses import Restored, Witnesses

log = structlog.get_logger(__name__)

STEADY = "noeviction"


class Evicting(BillhookError):
    """Redis forgets jobs when its memory is full; what it forgot would be worked on minutes late, again and again."""

    code = "REDIS_EVICTS"
    remedy = "Set maxmemory-policy to noeviction, in Redis' configuration or by CONFIG SET, and start again."


def refuse_eviction(bell: Bell) -> None:
    """At start-up; raises Evicting. A Redis that is away is not judged."""
    try:
        policy = bell.policy()
    except BellDown as error:
        log.warning("redis_not_judged", why=error.detail)
        return
    if policy != STEADY:
        raise Evicting(f"Redis may forget jobs: its maxmemory-policy is {policy}.")


class Standby:
    """One worker's permission to work. `must_rest` is set while it works, when that permission has ended."""

    def __init__(self, witnesses: Witnesses, bell: Bell, timing: Timing) -> None:
        self._witnesses = witnesses
        self._bell = bell
        self._pause = min(1.0, timing.lease_beat)
        self.must_rest = False

    def permitted(self) -> bool:
        """Wait until work may begin; False when asked to end (SIGTERM, SIGINT) while waiting."""
        self.must_rest, said = False, ""
        with _asked_to_end() as ended:
            while not ended.is_set():
                why = self._hindrance()
                if not why:
                    return True
                if why != said:
                    log.warning("worker_waits", why=why)
                said = why
                ended.wait(self._pause)
        return False

    def watch(self, stop: Callable[[], None]) -> None:
        """While working, every few seconds: a ledger that was put back under running processes stops them."""
        try:
            self._witnesses.agree()
        except LedgerDown as error:
            log.warning("ledger_not_compared", why=error.detail)
        except Restored as restored:
            self.must_rest = True
            self._witnesses.alarm(restored)
            stop()

    def _hindrance(self) -> str:
        """Why work may not begin; Redis is a witness, and there is nothing to do without it."""
        try:
            self._bell.ping()
            self._witnesses.agree()
        except Restored as restored:
            self._witnesses.alarm(restored)
            return restored.detail
        except (BellDown, LedgerDown) as error:
            return error.detail
        return ""


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """Set by SIGTERM or SIGINT; the handlers of before come back, since the pool has its own."""
    ended = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield ended
        return
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

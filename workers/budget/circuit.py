"""The circuit breaker: five failures in a row and nobody asks any more, but for one probe every half minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ledger import alarms, breakers, events
from ledger.engine import Ledger
from schemas.connection import Account
from workers.timing import Timing

log = structlog.get_logger(__name__)

#: So many calls in a row that failed or were not answered open the circuit.
FAILURES = 5
ALARM = "system_down"
REMEDY = "Nothing to do if it passes: it is asked again by itself, and all that waits goes on at its first answer."


def condition(account_id: int) -> str:
    """What events wait for while the circuit is open."""
    return f"breaker:{account_id}"


@dataclass(slots=True)
class Breaker:
    """One account's circuit, kept in the ledger for all workers and all people to see; `whole` when nothing had failed
    as this one last looked."""

    ledger: Ledger
    account: Account
    timing: Timing
    now: Callable[[], datetime]
    whole: bool = False

    def wait(self) -> float | None:
        """None: closed. 0: open, and this call is the probe. Else the seconds until the next probe."""
        with self.ledger.read() as tx:
            found = breakers.circuit(tx, self.account.id)
        self.whole = found.failures == 0
        if found.opened_at is None or found.probe_at is None:
            return None
        now = self.now()
        if found.probe_at > now:
            return (found.probe_at - now).total_seconds()
        with self.ledger.write() as tx:
            mine = breakers.claim_probe(tx, self.account.id, now, self._next(now))
        return 0.0 if mine else self.timing.breaker_probe

    def ended(self, reached: bool, detail: str) -> None:
        """A call was answered, or failed."""
        if not reached:
            self._failed(detail)
        elif not self.whole:
            self._close()

    def _failed(self, detail: str) -> None:
        now, self.whole = self.now(), False
        with self.ledger.write() as tx:
            opened = breakers.fail(tx, self.account.id, detail, now, self._next(now), FAILURES)
            if opened:
                sentence = f"{self.account.system} failed {FAILURES} times in a row: {detail}"
                alarms.sound(tx, ALARM, self.account.key, sentence, now, REMEDY)
        if opened:
            log.warning("circuit_opened", account=self.account.key, system=self.account.system)

    def _close(self) -> None:
        now = self.now()
        with self.ledger.write() as tx:
            breakers.close(tx, self.account.id)
            opened = alarms.clear(tx, ALARM, self.account.key, now)
            woken = len(events.wake(tx, condition(self.account.id), now))
        self.whole = True
        if opened:
            log.info("circuit_closed", account=self.account.key, system=self.account.system, woken=woken)

    def _next(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.timing.breaker_probe)

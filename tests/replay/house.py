"""A running house filled with orders, and its books: the ledger's and the invoicing system's."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.demo import deliveries
from ledger import documents, events
from ledger.alarms import Alarm, open_alarms
from ledger.replays import Replay, latest
from schemas.envelope import read_envelope
from schemas.event import Incoming, State
from tests.faults.lab import PAID, Lab, lab
from workers.bell import Bell

#: So many are stored in one transaction.
_BATCH = 500


@contextmanager
def house(folder: Path) -> Iterator[Lab]:
    """A house in profile `fast` with eight slots a worker; no worker runs yet."""
    with lab(folder, clocks=("clock",)) as running:
        running.stack.environ = {**running.stack.environ, "SLOTS": "8", "LOG_LEVEL": "WARNING"}
        yield running


def bodies(lab: Lab, count: int) -> list[bytes]:
    """New paid orders in the shape of captured ones."""
    captured = [d for d in deliveries() if d.name in PAID]
    made = []
    for index in range(count):
        lab.next_id += 1
        data = json.loads(captured[index % len(captured)].body)
        made.append(json.dumps({**data, "id": lab.next_id, "number": str(lab.next_id)}).encode())
    return made


def bury(lab: Lab, count: int) -> None:
    """Store `count` orders whose events are dead letters, with their failed jobs in RQ, as a day of refusals leaves
    them."""
    orders, bell = bodies(lab, count), Bell(lab.stack.redis_url, timeout=30)
    for start in range(0, count, _BATCH):
        ids = _bury(lab, orders[start : start + _BATCH])
        bell.fail([(event_id, lab.shop, "REFUSED", "The seller is locked.", "Unlock it.") for event_id in ids])
    bell.close()


def _bury(lab: Lab, orders: Sequence[bytes]) -> list[str]:
    now = datetime.now(UTC)
    with lab.books.ledger.write() as tx:
        incoming = [
            Incoming(lab.books.shop_id, lab.shop, "woocommerce", b, read_envelope("order.updated", b), now)
            for b in orders
        ]
        ids = [stored.event_id for stored in events.store(tx, incoming, now)]
        for event_id in ids:
            events.die(
                tx, event_id, "REFUSED", "The seller is locked.", "Unlock it.", now, error_class="Permanent",
                system="fakturownia",
            )  # fmt: skip
    return ids


def sabotaged_clock(lab: Lab, page: int, nth: int) -> None:
    lab.stack.spawn("clock-sabotaged", [sys.executable, "-m", "tests.replay.saboteur", str(page), str(nth)])


def command(lab: Lab, *arguments: str) -> None:
    """Start one console command as a process that stays."""
    lab.stack.spawn("command", [sys.executable, "-m", "flask", *arguments])


def until(true: Callable[[], Any], seconds: float, what: str) -> float:
    """Wait for it; gives the seconds it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


def tended(lab: Lab, name: str) -> bool:
    """What a supervisor does: start the worker again when it ended itself, its watchdog having seen a run too long."""
    if lab.stack.processes[name].poll() is not None:
        lab.drop(name)
        lab.stack.worker(name)
    return True


def replay_row(lab: Lab) -> Replay | None:
    with lab.books.ledger.read() as tx:
        return next(iter(latest(tx, 1)), None)


def counts(lab: Lab) -> dict[State, int]:
    with lab.books.ledger.read() as tx:
        return events.counts(tx)


def live(lab: Lab) -> int:
    with lab.books.ledger.read() as tx:
        return sum(total.documents for total in documents.totals(tx))


def alarms(lab: Lab) -> list[Alarm]:
    with lab.books.ledger.read() as tx:
        return open_alarms(tx)


def there(lab: Lab) -> tuple[int, int]:
    """What the invoicing system has: documents, and how many of them are a second one."""
    per_order = lab.admin("summary")["per_oid"]
    return sum(per_order.values()), sum(count - 1 for count in per_order.values())


def waiting_for(lab: Lab, condition: str) -> int:
    """How many events wait for this."""
    with lab.books.ledger.read() as tx:
        return sum(e.waiting_for == condition for e in events.page(tx, state=State.WAITING, limit=1000))

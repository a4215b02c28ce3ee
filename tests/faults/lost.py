"""`python -m tests.faults.lost`: the answer lost after the write, once per system, with the waiting times of real life.

Every system at the same time, since most of it is waiting: an order is posted, its document is made over there, the
answer never comes, and look-ups show the document only after the system's settle delay. Then there must be one document
over there, and it must be the one in the ledger. A system that cannot be asked must leave it to a person instead.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters import manifest_of
from adapters.manifest import Reference
from console.tables import table
from ledger import documents, events
from ledger.rows import DocumentRow
from schemas.event import Event, State
from tests.faults.lab import WORKER, Lab, Order, lab
from tests.faults.systems import SYSTEMS

#: A call's deadline, a settle delay and a retry or two, with room for a slow machine.
PATIENCE = 900.0
TIMING = "real"


@dataclass(frozen=True, slots=True)
class Loss:
    """How one system's lost answer ended. `wrong` are sentences, none when all is well."""

    system: str
    settle_delay: float
    seconds: float
    tries: int
    sent: int
    there: int
    number: str
    total: str
    wrong: Sequence[str]

    def row(self) -> list[object]:
        """Its line of the table."""
        told = "; ".join(self.wrong) or "one, and it is the ledger's"
        return [self.system, f"{self.settle_delay:g} s", self.tries, f"{self.seconds:.0f} s", self.sent, self.there,
                self.number, self.total, told]  # fmt: skip


COLUMNS = ("system", "settle", "tries", "took", "sent", "there", "number", "total", "documents")


def lose(house: Lab, systems: Sequence[str]) -> Iterator[Loss]:
    """One order to each system; gives the ends as they come."""
    pending = {system: _posted(house, system) for system in systems}
    house.spawn(WORKER, [sys.executable, "-m", "flask", "worker"])
    begun, deadline = time.monotonic(), time.monotonic() + PATIENCE
    while pending:
        for system in [name for name, order in pending.items() if _ended(house, name, order)]:
            yield _judged(house, system, pending.pop(system), time.monotonic() - begun)
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    for system, order in pending.items():
        yield _judged(house, system, order, PATIENCE)


def _posted(house: Lab, system: str) -> Order:
    """The stand-in loses the answer of the next document, and shows no document before its time."""
    house.go(system)
    house.admin("settings", {"lag": manifest_of(system).settle_delay})
    house.admin("faults", {"name": "timeout_after", "method": "POST", "path": house.place.creates})
    (order,) = house.orders(random.Random(system), 1)
    assert house.post(order) == 200
    return order


def _ended(house: Lab, system: str, order: Order) -> bool:
    house.go(system)
    return _event(house, order).state is not State.WAITING


def _event(house: Lab, order: Order) -> Event:
    with house.books.ledger.read() as tx:
        (event,) = [event for event in events.page(tx, order=order.id, limit=100) if event.kind == "order"]
    return event


def _judged(house: Lab, system: str, order: Order, seconds: float) -> Loss:
    house.go(system)
    event, manifest = _event(house, order), manifest_of(system)
    with house.books.ledger.read() as tx:
        rows = documents.page(tx, shop_id=house.books.shop_id, order=order.id, limit=10)
        tries = len(events.attempts(tx, event.id))
    there = house.admin("state")["documents"]
    sent = _sent(house)
    document = rows[0].document if rows else None
    blind = manifest.reference is Reference.NONE
    wrong = _left_to_a_person(event, there) if blind else _found_again(event, rows, there, order)
    return Loss(
        system, manifest.settle_delay, seconds, tries, sent, len(there), document.number if document else "–",
        f"{order.total} {order.currency}", [*wrong, *(["the answer was not lost"] if tries < 2 and not blind else [])],
    )  # fmt: skip


def _sent(house: Lab) -> int:
    """How many requests for a document arrived."""
    log = house.admin("requests")
    return sum(line["method"] == "POST" and bool(re.search(house.place.creates, line["path"])) for line in log)


def _found_again(event: Event, rows: Sequence[DocumentRow], there: Sequence[object], order: Order) -> Iterator[str]:
    live = [row.document for row in rows if row.state == "live" and row.document]
    if len(there) != 1:
        yield f"{len(there)} documents there"
    if len(live) != 1 or event.state is not State.DONE:
        yield f"{len(live)} in the ledger, the event is {event.state.value}: {event.reason}"
    for document in live:
        if not _is_of(there, document.system_id):
            yield f"{document.number} of the ledger is not the one there"
        if document.gross != order.total:
            yield f"{document.gross} instead of {order.total}"


def _is_of(there: Sequence[object], system_id: str) -> bool:
    """Whether one of the system's own rows has this id."""
    return any(str(value) == system_id for row in there for value in _values(row))


def _values(row: object) -> Iterator[object]:
    """What stands in a row and in the rows inside it."""
    for value in row.values() if isinstance(row, dict) else ():
        yield value
        yield from _values(value)


def _left_to_a_person(event: Event, there: Sequence[object]) -> Iterator[str]:
    if len(there) != 1:
        yield f"{len(there)} documents there"
    if event.state is not State.DEAD:
        yield f"the event is {event.state.value}: {event.reason}"


def main() -> int:
    """Print a line per system; 0 only when every one is right."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.lost")
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="only this one (may be repeated)")
    systems = parser.parse_args().system or SYSTEMS
    folder = Path("var/lost")
    shutil.rmtree(folder, ignore_errors=True)
    with lab(folder, systems[0], timing=TIMING) as house:
        losses = sorted(lose(house, systems), key=lambda loss: loss.system)
    print(
        f"Timing profile {TIMING}, {datetime.now(UTC):%Y-%m-%d}; every answer lost after the write, once per system.\n"
    )
    print(table(COLUMNS, [loss.row() for loss in losses]))
    good = [loss for loss in losses if not loss.wrong]
    print(f"\n{len(good)} of {len(losses)} systems right.")
    return 0 if len(good) == len(losses) else 1


if __name__ == "__main__":
    sys.exit(main())

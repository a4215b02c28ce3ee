"""Worker processes at one ledger: `python -m tests.systems.crowd DATABASE SECRET_KEY PROCESSES`.

Events' ids come by standard input. It imports once and forks. Each process is a desk of its own (ledger, leases,
tokens, turns) and takes its share of the events, again and again until none waits; what then is not done, it says in a
line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import logs
from ledger import events
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import DeadLettered
from schemas.event import State
from workers import process
from workers.house import House
from workers.services import Services
from workers.timing import REAL

#: As in life, but whoever is put off looks again soon.
TIMING = replace(REAL, first_retry=0.2, retry_most=2.0, token_again=0.2, order_held=1.0)
PATIENCE = 200.0


def work(database: str, key: str, ids: Sequence[str]) -> list[str]:
    """Work on these events to their end; gives why some are not done."""
    ledger = open_ledger(database, Vault([key]), timeout=60)
    house = House(database, "unix:///nobody.sock", ledger, TIMING, allow_private=True, vendor_limits=False)
    services, stop = house.services(), threading.Event()
    threading.Thread(target=_beat, args=(services, stop), daemon=True).start()
    end, left = time.monotonic() + PATIENCE, list(ids)
    while left and time.monotonic() < end:
        for event_id in left:
            _run(services, event_id)
        left = [event_id for event_id in left if _state(services, event_id)[0] is State.WAITING]
        time.sleep(0.05 if left else 0)
    stop.set()
    ends = [_state(services, event_id) for event_id in ids]
    return [f"{state.value}: {reason}" for state, reason in ends if state is not State.DONE]


def _beat(services: Services, stop: threading.Event) -> None:
    while not stop.wait(TIMING.lease_beat):
        services.leases.beat()


def _run(services: Services, event_id: str) -> None:
    try:
        process.run(services, event_id)
    except DeadLettered:
        return


def _state(services: Services, event_id: str) -> tuple[State, str]:
    with services.ledger.read() as tx:
        event = events.load(tx, event_id)
    assert event is not None
    return event.state, event.reason


def main(database: str, key: str, processes: int) -> None:
    logs.configure("ERROR", "json")
    ids = sys.stdin.read().split()
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            _end(database, key, ids[number::processes])
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(ends))


def _end(database: str, key: str, ids: Sequence[str]) -> NoReturn:
    """A child's whole life."""
    try:
        os.write(1, f"{json.dumps(work(database, key, ids))}\n".encode())
    except Exception:  # noqa: BLE001 - whatever it is, a child must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

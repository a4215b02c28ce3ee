"""A worker, or a door, that kills or freezes itself at a named point; the product knows nothing of it.

`SABOTAGE=point@n` fires at the n-th time that point is reached. `BLIND=1` takes the look-up out, to show the teeth.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from flask import Flask

import memory
from app import create_app
from console import service
from ledger import documents
from ledger.engine import SqliteLedger
from ledger.inbox import Inbox
from schemas.document import Found, Sight
from tests.faults.unlocked import take_out
from workers import closing, issue, leases, process
from workers.bell import Bell
from workers.house import House
from workers.paper import Paper
from workers.services import current

KILL, STOP = signal.SIGKILL, signal.SIGSTOP
_lock = threading.Lock()
_reached = 0


def fire(number: int, nth: int) -> None:
    """The n-th time this is reached, the process gets the signal."""
    global _reached
    with _lock:
        _reached += 1
        due = _reached == nth
    if due:
        with _outside_transactions() if number == STOP else nullcontext():
            os.kill(os.getpid(), number)
            time.sleep(0.1)  # a stop reaches the threads a moment later: not before this one has let go of the lock


@contextmanager
def _outside_transactions() -> Iterator[None]:
    """Freeze no thread of this process inside a write: on SQLite the others would rightly wait until it wakes."""
    ledger = current().ledger
    if isinstance(ledger, SqliteLedger):
        with ledger._lock._mutex:
            yield
    else:
        yield


def before(owner: Any, name: str, number: int, nth: int) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        fire(number, nth)
        return real(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, number: int, nth: int) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        fire(number, nth)
        return answer

    setattr(owner, name, wrapped)


#: point → how it is reached
POINTS: dict[str, Callable[[int], None]] = {
    "after_pop": lambda n: before(process, "run", KILL, n),
    "after_lease": lambda n: after(process, "_open", KILL, n),
    "before_call": lambda n: before(issue, "_speak", KILL, n),
    "after_system_committed": lambda n: after(issue, "_speak", KILL, n),
    "after_settling": lambda n: after(issue, "_settle", KILL, n),
    "after_ending": lambda n: after(closing, "_write", KILL, n),
    "frozen_before_send": lambda n: before(issue, "_speak", STOP, n),
    "frozen_between_check_and_send": lambda n: after(leases.Leases, "check", STOP, n),
    "in_a_transaction": lambda n: after(documents, "mark_issuing", KILL, n),
    "web_after_reading": lambda n: before(Inbox, "store", KILL, n),
    "web_after_commit": lambda n: before(Bell, "ring", KILL, n),
    "web_after_ringing": lambda n: after(Bell, "ring", KILL, n),
}


def _blind(paper: Paper, *, doubt: bool = False) -> Found:
    return Found(Sight.NONE)


def sabotage() -> None:
    """Lay what SABOTAGE and BLIND ask for."""
    if plan := os.environ.get("SABOTAGE"):
        point, nth = plan.split("@")
        POINTS[point](int(nth))
    if os.environ.get("BLIND"):
        issue._look = _blind
    take_out()


def web() -> Flask:
    """The application for gunicorn, sabotaged."""
    sabotage()
    return create_app()


def main() -> None:
    """A sabotaged worker."""
    app = create_app()
    sabotage()
    memory.keep()
    house: House = app.extensions["billhook.house"]
    house.work()


def clock() -> None:
    """A clock that carries no sabotage."""
    with create_app().app_context():
        service.clock.main([], standalone_mode=False)


if __name__ == "__main__":
    main()

"""A house with one poisonous order: whoever works on it meets an error, hangs for ever, or dies.

`POISON=raise|hang|kill:ORDER`; as FLASK_APP it poisons workers, and the children in which they run events alone.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import NoReturn

from flask import Flask

import app
from schemas.event import ORDER
from tests.faults import child
from workers import desk
from workers.ending import Ending
from workers.hand import Hand


def _raise() -> NoReturn:
    raise ZeroDivisionError("an order that nobody thought of")


def _hang() -> NoReturn:
    while True:
        threading.Event().wait(3600)


def _kill() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    _hang()


HARMS: dict[str, Callable[[], NoReturn]] = {"raise": _raise, "hang": _hang, "kill": _kill}


def create_app() -> Flask:
    harm, _, order = os.environ["POISON"].partition(":")
    work = desk.WORK[ORDER]

    def poisoned(hand: Hand) -> Ending:
        if hand.event.order_id == order:
            HARMS[harm]()
        return work(hand)

    desk.WORK = {**desk.WORK, ORDER: poisoned}
    child.through("tests.faults.poison")
    return app.create_app()


if __name__ == "__main__":
    child.be(create_app)

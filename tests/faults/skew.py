"""A process whose wall clock is off by what a file says, and follows when that changes; its monotonic clock is not.

SKEW_FILE names the file. `python -m tests.faults.skew EVENT OWNER …` is such a worker's child.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from flask import Flask

import app
from console import service
from tests.faults import child
from workers.house import House

_LOOK = 0.05


def skew(file: Path) -> None:
    """Be as far off as the file says, from now on."""
    off = _told(file)
    traveller = time_machine.travel(datetime.now(UTC) + timedelta(seconds=off), tick=True)
    moved = traveller.start()

    def follow() -> None:
        nonlocal off
        while True:
            time.sleep(_LOOK)
            if (told := _told(file)) != off:
                moved.shift(told - off)
                off = told

    threading.Thread(target=follow, name="skew", daemon=True).start()


def _told(file: Path) -> float:
    """A file that is just being written says nothing new: it is read again."""
    while not (text := file.read_text().strip()):
        time.sleep(_LOOK)
    return float(text)


def create_app() -> Flask:
    skew(Path(os.environ["SKEW_FILE"]))
    child.through("tests.faults.skew")
    return app.create_app()


def worker() -> None:
    house: House = create_app().extensions["billhook.house"]
    house.work()


def clock() -> None:
    with create_app().app_context():
        service.clock.main([], standalone_mode=False)


if __name__ == "__main__":
    child.be(create_app)

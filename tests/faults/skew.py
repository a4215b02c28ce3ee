"""A process whose wall clock is off by what a file says, and follows when that changes; its monotonic clock is not.

`SKEW_FILE=… python -m tests.faults.skew worker|clock`; with events and owners it is such a worker's child.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from flask import Flask

import app
from console.service import clock
from tests.faults import child
from workers.house import House

COMMAND = (sys.executable, "-m", "tests.faults.skew")
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


def main() -> None:
    if sys.argv[1] not in ("worker", "clock"):
        child.be(create_app)
        return
    made = create_app()
    house: House = made.extensions["billhook.house"]
    if sys.argv[1] == "worker":
        house.work()
        return
    with made.app_context():
        clock.main([], standalone_mode=False)


if __name__ == "__main__":
    main()

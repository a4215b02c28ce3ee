"""The wall clock is set while calls are in flight, hosts disagree about the time, and the database is migrated."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults import skew
from tests.faults.lab import CLOCKS, WORKER, Inflict, Scene, fault, until
from workers.timing import FAST

HOUR, FIVE_MINUTES = 3600, 300
#: All is issued by then (seconds).
ISSUED = 90.0


@contextlib.contextmanager
def _own_time(scene: Scene) -> Iterator[Path]:
    """Workers and clocks whose wall clock is as far off as a file says, in seconds."""
    file = Path(scene.lab.stack.folder) / "skew"
    file.write_text("0")
    try:
        for name in CLOCKS:
            _restart(scene, name, skew.clock, file)
        _restart(scene, WORKER, skew.worker, file)
        yield file
    finally:
        for name in (WORKER, *CLOCKS):
            scene.lab.drop(name)


def _restart(scene: Scene, name: str, role: Callable[[], None], file: Path) -> None:
    scene.lab.drop(name)
    scene.lab.fork(name, role, SKEW_FILE=str(file), SLOTS="4")


def _stepped(seconds: int, name: str) -> Inflict:
    def inflict(scene: Scene) -> bool:
        scene.lab.admin("faults", {"name": "slow", "times": None, "params": {"seconds": 0.2}})
        with _own_time(scene) as file:
            first, second = scene.halves()
            scene.post(first)
            started = scene.made()
            file.write_text(str(seconds))
            scene.post(second)
            issued = _all_issued(scene)
            if seconds > 0:
                scene.settled()  # what was put off by the later time is due by it, and only an hour on by the right one
            return started < len(scene.orders) and issued

    inflict.__name__ = name
    return inflict


def _all_issued(scene: Scene) -> bool:
    return until(lambda: scene.made() == len(scene.orders), ISSUED)


fault(_stepped(HOUR, "wall_clock_stepped_an_hour_ahead"))
fault(_stepped(-HOUR, "wall_clock_stepped_an_hour_back"))


@fault
def hosts_five_minutes_apart(scene: Scene) -> bool:
    """Two workers, one of them and its clock behind, the other ahead of the door: by as much of the profile's time."""
    folder = Path(scene.lab.stack.folder)
    off = FIVE_MINUTES / (FAST if scene.lab.stack.environ["BILLHOOK_TIMING"] == "fast" else 1)
    names = {WORKER: (skew.worker, -off), CLOCKS[0]: (skew.clock, -off), CLOCKS[1]: (skew.clock, 0.0),
             "worker-ahead": (skew.worker, off)}  # fmt: skip
    try:
        for name, (role, seconds) in names.items():
            file = folder / f"skew-{name}"
            file.write_text(str(seconds))
            _restart(scene, name, role, file)
        scene.post()
        return _all_issued(scene)
    finally:
        for name in names:
            scene.lab.drop(name)


@fault
def migrated_under_load(scene: Scene) -> bool:
    """The release command of a next version runs, and adds what migrations add, while workers of this one issue."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    scene.lab.spawn("migrating", [sys.executable, "-m", "flask", "migrate"])
    column = f"later_{scene.orders[0].id}"
    with scene.lab.books.ledger.write() as tx:
        for table in ("events", "orders", "documents", "leases"):
            tx.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
        tx.exec_driver_sql(f"CREATE INDEX ix_{column} ON documents ({column}, id)")
        tx.exec_driver_sql(f"CREATE TABLE t_{column} (id INTEGER PRIMARY KEY)")
    scene.post(second)
    return scene.lab.stack.processes.pop("migrating").wait(60) == 0

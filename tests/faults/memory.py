"""The ledger's database is locked, or its disk is full."""

from __future__ import annotations

import fcntl
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.faults.lab import SLOTS, WORKER, Scene, fault, until

#: So long the database is locked, by profile (seconds); a delivery that still waits then adds the door's own patience.
LOCKED = {"fast": 6.0, "real": 30.0}


@fault
def database_locked(scene: Scene) -> bool:
    """Somebody holds the write lock for longer than the door waits (with real times: half a minute): 503, never 200,
    and everything goes on after."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    told: list[int] = []
    handle = os.open(scene.lab.stack.folder / "billhook.db.lock", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        until_then = time.monotonic() + LOCKED[scene.lab.stack.environ["BILLHOOK_TIMING"]]
        while time.monotonic() < until_then:
            told += scene.post(second[:1])
    finally:
        os.close(handle)
    scene.post(second)
    return set(told) == {503}


@fault
def disk_full(scene: Scene) -> bool:
    """The door may write not a byte more, neither database nor log (a file size limit): 503, and no 200 is a lie."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    with _full(scene, "web"):
        told = scene.post(second[:3])
    scene.post(second)
    return set(told) == {503}


@fault
def disk_full_for_the_worker(scene: Scene) -> bool:
    """The worker may write not a byte more while its documents are made: what was made is looked up, not made again."""
    scene.lab.admin("faults", {"name": "slow", "times": None, "params": {"seconds": 0.2}})
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    met = until(lambda: scene.made() > 0)
    with _full(scene, WORKER):
        scene.post(second)
        made = scene.made()
        time.sleep(1.5)
        stood = scene.made() - made <= SLOTS  # those that were already under way
    scene.post_again()
    return met and stood


@contextmanager
def _full(scene: Scene, name: str) -> Iterator[None]:
    """A file size limit of nothing, for this process and its children."""
    parent = scene.lab.stack.processes[name].pid
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in (parent, *_children(parent))}
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:  # noqa: PTH123 - a file of the kernel
        return [int(child) for child in listed.read().split()]

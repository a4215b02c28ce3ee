"""The ledger's database is locked, or its disk is full."""

from __future__ import annotations

import fcntl
import os
import resource
import time
from threading import Thread

from tests.faults.lab import Scene, fault


@fault
def database_locked(scene: Scene) -> bool:
    """Somebody holds the write lock for longer than the door waits: 503, never 200, and everything goes on after."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    told: list[int] = []
    handle = os.open(scene.lab.stack.folder / "billhook.db.lock", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        posting = Thread(target=lambda: told.extend(scene.post(second[:1])))
        posting.start()
        time.sleep(6.5)
    finally:
        os.close(handle)
    posting.join()
    scene.post(second)
    return told == [503]


@fault
def disk_full(scene: Scene) -> bool:
    """The door may write not a byte more, neither database nor log (a file size limit): 503, and no 200 is a lie."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    pids = [scene.lab.stack.processes["web"].pid, *_children(scene.lab.stack.processes["web"].pid)]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)) for pid in pids]
    told = scene.post(second[:3])
    for pid, limits in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    scene.post(second)
    return set(told) == {503}


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:  # noqa: PTH123 - a file of the kernel
        return [int(child) for child in listed.read().split()]

"""Valkey is killed, frozen, emptied, full, or comes back without its memory."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from tests.faults.lab import Scene, fault


@contextmanager
def _valkey(scene: Scene) -> Iterator[Any]:
    with Redis.from_url(scene.lab.stack.redis_url, socket_timeout=5) as redis:
        yield redis


@fault
def valkey_emptied(scene: Scene) -> bool:
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    scene.lab.forget()
    scene.post(second)
    return True


@fault
def valkey_killed(scene: Scene) -> bool:
    """It dies between two orders and comes back, its file kept, when all are posted: every order is still taken."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    scene.lab.drop("valkey")
    told = scene.post(second)
    return set(told) == {200}


@fault
def valkey_without_its_file(scene: Scene) -> bool:
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    scene.lab.drop("valkey")
    shutil.rmtree(scene.lab.stack.folder / "valkey")
    scene.lab.stack.valkey()
    scene.post(second)
    return True


@fault
def valkey_frozen(scene: Scene) -> bool:
    """It stands still for two seconds (forty of real time); the door answers 200 all the while."""
    scene.worker()
    first, second = scene.halves()
    scene.post(first)
    scene.lab.stack.signal("valkey", signal.SIGSTOP)
    began = time.monotonic()
    told = scene.post(second)
    time.sleep(max(0.0, 2 - (time.monotonic() - began)))
    scene.lab.stack.signal("valkey", signal.SIGCONT)
    return set(told) == {200}


@fault
def valkey_full(scene: Scene) -> bool:
    """It takes no write for lack of memory (and evicts nothing); the door answers 200 all the while."""
    first, second = scene.halves()
    scene.post(first)
    with _valkey(scene) as redis:
        redis.config_set("maxmemory", "1mb")
        scene.worker()
        told = scene.post(second)
        time.sleep(1)
        redis.config_set("maxmemory", "0")
    return set(told) == {200}

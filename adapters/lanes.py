"""So many calls at once to one place, for every thread of this process: a small shop must not be run down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import RateLimited

_mutex = threading.Lock()
_lanes: dict[str, threading.BoundedSemaphore] = {}


@contextmanager
def lane(place: str, at_once: int, *, system: str, seconds: float) -> Iterator[None]:
    """One of `at_once` calls to `place` inside the block; who has waited `seconds` in vain is sent away for as long."""
    with _mutex:
        mine = _lanes.setdefault(place, threading.BoundedSemaphore(at_once))
    if not mine.acquire(timeout=seconds):
        words = f"{at_once} calls to this shop are under way already; this one comes a little later."
        raise RateLimited(words, system=system, retry_after=seconds)
    try:
        yield
    finally:
        mine.release()

"""Pings of new webhooks are noted for whoever connects a shop; they are unsigned, so a flood must stay few writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from schemas.connection import Shop


class Pings:
    """Writes down at most one ping per `seconds`, shop and process."""

    def __init__(
        self, write: Callable[[Shop], None], seconds: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._seconds = seconds
        self._monotonic = monotonic
        self._next: dict[int, float] = {}
        self._mutex = threading.Lock()

    def note(self, shop: Shop) -> None:
        """Write it down if this shop's turn has come."""
        now = self._monotonic()
        with self._mutex:
            if now < self._next.get(shop.id, 0.0):
                return
            self._next[shop.id] = now + self._seconds
        self._write(shop)

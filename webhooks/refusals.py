"""Refused deliveries are noted for the shop's owner, but a flood of them must not become a flood of writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from schemas.connection import Shop
from webhooks.metrics import REJECTED

log = structlog.get_logger(__name__)

_MOST_NAMES = 40
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused delivery: why, how many bytes, and the names of its headers. Never a value, never the body."""

    code: str
    size: int
    header_names: tuple[str, ...]


def names_of(headers: Iterable[str]) -> tuple[str, ...]:
    """The header names, cut to what a person needs: a stranger chooses them."""
    return tuple(sorted({name[:_LONGEST_NAME] for name in headers}))[:_MOST_NAMES]


class Refusals:
    """Counts every refusal, writes down at most `per_second` a second and shop (and process) of them."""

    def __init__(
        self,
        write: Callable[[Shop, Refusal], None],
        per_second: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._pause = 1.0 / per_second
        self._monotonic = monotonic
        self._next: dict[int, float] = {}
        self._mutex = threading.Lock()

    def note(self, shop: Shop, refusal: Refusal) -> None:
        """Count it, and write it down if this shop's turn has come. The ledger being down is no reason to fail."""
        REJECTED.labels(str(shop.id), refusal.code).inc()
        if not self._turn(shop.id):
            return
        log.warning("delivery_refused", shop=shop.key, code=refusal.code, size=refusal.size)
        self._write(shop, refusal)

    def _turn(self, shop_id: int) -> bool:
        now = self._monotonic()
        with self._mutex:
            if now < self._next.get(shop_id, 0.0):
                return False
            self._next[shop_id] = now + self._pause
            return True

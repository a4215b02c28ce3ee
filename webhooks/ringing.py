"""After the commit: ring once for the batch, briefly, and leave what fails to the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from schemas.event import Stored
from webhooks.metrics import RING_FAILED
from workers.bell import BellDown

log = structlog.get_logger(__name__)

#: After a failed ring the bell rests this long: a frozen Redis costs one batch its 250 ms, not every batch.
REST = 2.0


class Rings(Protocol):
    """What is needed of workers.bell.Bell."""

    def ring(self, events: Sequence[tuple[str, str]], /) -> object: ...


class Ringer:
    """The `after_commit` of the inbox; called by the one committing thread of a process."""

    def __init__(self, bell: Rings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._bell = bell
        self._monotonic = monotonic
        self._rests_until = 0.0

    def __call__(self, batch: Sequence[Stored]) -> None:
        due = [(stored.event_id, stored.shop_key) for stored in batch if stored.ring]
        if not due:
            return
        if self._monotonic() < self._rests_until:
            RING_FAILED.inc(len(due))
            return
        try:
            self._bell.ring(due)
        except BellDown as error:
            self._rests_until = self._monotonic() + REST
            RING_FAILED.inc(len(due))
            log.warning("bell_not_rung", events=len(due), why=error.detail)

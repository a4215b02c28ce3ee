"""Carrying bulk replays forward, page by page: the clock's duty, since the command that began one may be gone."""

from __future__ import annotations

import structlog

from ledger import replays
from workers.services import Services

log = structlog.get_logger(__name__)

#: So many events are made due in one transaction: short enough that the door never waits long for its own.
PAGE = 500
#: So many pages are taken in one tick of a clock, so that its other duties are not kept waiting.
PAGES = 20


def carry_forward(services: Services) -> None:
    """Every running replay some pages further. Each page is one transaction: a crash neither skips nor doubles."""
    with services.ledger.read() as tx:
        open_ones = replays.running(tx)
    for replay_id in open_ones:
        _carry(services, replay_id)


def _carry(services: Services, replay_id: int) -> None:
    taken = 0
    for _ in range(PAGES):
        with services.ledger.write() as tx:
            count = replays.carry(tx, replay_id, PAGE, services.now())
        taken += count
        if count < PAGE:
            break
    log.info("replay_carried", replay=replay_id, events=taken)

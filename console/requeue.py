"""What "requeue" means in the RQ dashboard: a replay in the ledger, then the ring. RQ's own requeue would run the job
again without the ledger's leave: the event would still be dead, and the job would fail at once with the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from ledger import events
from ledger.states import dead_of_shop
from schemas.event import State
from schemas.problem import Problem
from workers.bell import Bell, BellDown
from workers.house import House

log = structlog.get_logger(__name__)

Bells = list[tuple[str, str]]

#: So many are replayed in one transaction: other writers wait no longer than that takes.
BATCH = 200


def replay_one(house: House, bell: Bell, event_id: str) -> None:
    """Replay a dead event. One that went on meanwhile is only rung, one that is done leaves the registries."""
    with house.ledger.write() as tx:
        found = events.load(tx, event_id)
        if found is None:
            raise Problem(404, "NO_EVENT", "The ledger has no such event.", remedy="Reload the list of jobs.")
        if found.state is State.DEAD:
            events.replay(tx, event_id, datetime.now(UTC))
    log.info("replayed_by_hand", event_id=event_id, was=found.state.value)
    _tell(bell.silence if found.state is State.DONE else bell.ring, [(event_id, found.shop_key)])


def replay_all(house: House, bell: Bell, shop_key: str) -> int:
    """Replay what is dead in this shop now; what dies anew meanwhile lies behind and is not met twice."""
    after, count = "", 0
    while ids := _replay_some(house, shop_key, after):
        _tell(bell.ring, [(event_id, shop_key) for event_id in ids])
        after, count = ids[-1], count + len(ids)
    log.info("replayed_all_by_hand", shop=shop_key, count=count)
    return count


def _replay_some(house: House, shop_key: str, after: str) -> list[str]:
    with house.ledger.write() as tx:
        ids = dead_of_shop(tx, shop_key, after, BATCH)
        for event_id in ids:
            events.replay(tx, event_id, datetime.now(UTC))
    return ids


def _tell(say: Callable[[Bells], None], bells: Bells) -> None:
    """Redis may have gone away in this moment: the ledger has the replay, and the clock rings it."""
    try:
        say(bells)
    except BellDown as error:
        log.warning("ring_left_to_clock", events=len(bells), why=error.detail)

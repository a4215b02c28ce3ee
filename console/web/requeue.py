"""What "requeue" means in the RQ dashboard: a replay in the ledger, then the ring. RQ's own requeue would run the job
again without the ledger's leave: the event would still be dead, and the job would fail at once with the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from ledger import events, replays
from ledger.events import Filter
from ledger.states import dead_of_shop
from schemas.event import State
from schemas.problem import Problem
from workers.bell import Bell, BellDown
from workers.house import House

log = structlog.get_logger(__name__)

Bells = list[tuple[str, str]]

#: So many are replayed and rung while the person waits for the answer.
PAGE = 200


def replay_one(house: House, bell: Bell, event_id: str) -> None:
    """Replay a dead event. One that went on meanwhile is only rung, one that is done leaves the registries."""
    with house.ledger.write() as tx:
        found = events.load(tx, event_id)
        if found is None:
            raise Problem(404, "NO_EVENT", "The ledger has no such event.", remedy="Reload the list of jobs.")
        if found.state is State.DEAD:
            events.replay(tx, event_id, datetime.now(UTC))
    log.info("replayed_by_hand", event_id=event_id, was=found.state.value)
    tell(bell.silence if found.state is State.DONE else bell.ring, [(event_id, found.shop_key)])


def replay_all(house: House, bell: Bell, shop_key: str, by: str) -> int:
    """Begin a bulk replay of what is dead in this shop now, and carry its first page; the clock carries the rest."""
    now = datetime.now(UTC)
    with house.ledger.write() as tx:
        ids = dead_of_shop(tx, shop_key, "", PAGE)
        begun = replays.begin(tx, Filter(shop=shop_key, state=State.DEAD), by, now)
        if ids:
            replays.carry(tx, begun.id, PAGE, now)
    tell(bell.ring, [(event_id, shop_key) for event_id in ids])
    log.info("replay_all_by_hand", shop=shop_key, count=begun.matched, replay=begun.id)
    return begun.matched


def tell(say: Callable[[Bells], None], bells: Bells) -> None:
    """Redis may have gone away in this moment: the ledger has the replay, and the clock rings it."""
    try:
        say(bells)
    except BellDown as error:
        log.warning("ring_left_to_clock", events=len(bells), why=error.detail)

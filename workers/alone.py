"""Events that were in hand when their worker died run apart from the others, in a child: poison takes no neighbours."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import structlog

from ledger import events, orders
from schemas.errors import DeadLettered
from schemas.event import Event, State
from workers.bell import BellDown
from workers.notice import Cause
from workers.queue.isolate import was_killed
from workers.services import Services

log = structlog.get_logger(__name__)

#: One child takes so many such events, one after another: starting an interpreter for each would cost a second apiece.
BATCH = 50


def run(services: Services, event: Event) -> float | None:
    """Run it, and whatever else has to run apart, in one child; gives what `process.run` gives.

    Only one child runs per process, and nobody waits for it with a slot: who comes meanwhile is put off. An event in
    hand when the child is killed counts that against itself; three such deaths make it dead.
    """
    if not services.lane.acquire(blocking=False):
        return _put_off(services, event)
    try:
        _together(services, event)
    finally:
        services.lane.release()
    with services.ledger.read() as tx:
        after = events.load(tx, event.id)
    return _answer(services, after)


def _together(services: Services, event: Event) -> None:
    if services.run_alone is None:
        raise RuntimeError("this process cannot run an event alone")
    with services.ledger.read() as tx:
        others = [bell for bell in events.apart(tx, services.now(), BATCH) if bell[0] != event.id]
    owners = {event_id: uuid4().hex for event_id, _ in [(event.id, event.shop_key), *others]}
    status = services.run_alone(*(part for pair in owners.items() for part in pair))
    if status:
        _ended_badly(services, list(owners.values()), status)
    _ring(services, others)


def _ended_badly(services: Services, owners: list[str], status: int) -> None:
    """Free what the child held. The one event it had in hand is the suspect, if a signal killed the child."""
    now = services.now()
    with services.ledger.write() as tx:
        held = orders.release_all(tx, owners)
        suspects = [events.abandon(tx, event_id, now) for event_id in held] if was_killed(status) else []
    log.error("child_ended_badly", status=status, event_ids=held)
    for suspect in suspects:
        if suspect.state is State.DEAD:
            services.notice(Cause("event_dead", "", "", suspect.reason, suspect.id))


def _put_off(services: Services, event: Event) -> float:
    seconds = 2 * services.timing.clock_tick
    with services.ledger.write() as tx:
        events.put_off(tx, event.id, services.now() + timedelta(seconds=seconds))
    return seconds


def _ring(services: Services, others: list[tuple[str, str]]) -> None:
    """So that RQ learns what became of the jobs of the others."""
    try:
        services.bell.ring(others)
    except BellDown as error:
        log.warning("ring_left_to_clock", events=len(others), why=error.detail)


def _answer(services: Services, event: Event | None) -> float | None:
    """What RQ is told: the child has written everything down already."""
    if event is None or event.state is State.DONE:
        return None
    if event.state is State.DEAD:
        raise DeadLettered(event.detail, code=event.reason, remedy=event.remedy)
    if event.due_at is None:
        return services.timing.condition
    return max(0.0, (event.due_at - services.now()).total_seconds())

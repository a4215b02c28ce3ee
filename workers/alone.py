"""An event that was in hand when its worker died runs by itself in a child process: poison takes no neighbours
along."""

from __future__ import annotations

from uuid import uuid4

import structlog

from ledger import events, orders
from schemas.errors import DeadLettered
from schemas.event import Event, State
from workers.notice import Cause
from workers.services import Services

log = structlog.get_logger(__name__)


def run(services: Services, event: Event) -> float | None:
    """Run one event in a child; gives what `process.run` gives. A child that was killed counts; three make it dead."""
    if services.run_alone is None:
        raise RuntimeError("this process cannot run an event alone")
    owner = uuid4().hex
    status = services.run_alone(event.id, owner)
    if status != 0:
        _killed(services, event, owner, status)
    with services.ledger.read() as tx:
        after = events.load(tx, event.id)
    return _answer(services, after)


def _killed(services: Services, event: Event, owner: str, status: int) -> None:
    log.error("event_killed_its_child", event_id=event.id, status=status)
    now = services.now()
    with services.ledger.write() as tx:
        orders.release_all(tx, {owner})
        after = events.abandon(tx, event.id, now)
    if after.state is State.DEAD:
        services.notice(Cause("event_dead", "", "", after.reason, event.id))


def _answer(services: Services, event: Event | None) -> float | None:
    """What RQ is told: the child has written everything down already."""
    if event is None or event.state is State.DONE:
        return None
    if event.state is State.DEAD:
        raise DeadLettered(event.detail, code=event.reason, remedy=event.remedy)
    if event.due_at is None:
        return services.timing.condition
    return max(0.0, (event.due_at - services.now()).total_seconds())

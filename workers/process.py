"""`process(event_id)`: one event, one function, safe to run any number of times (DESIGN 4).

Take the order's lease, work, write down how it ended, wake who waited. Retry, replay, crash recovery and a lost
Redis all come through here and through nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from rq import Retry

from ledger import events, orders
from ledger.engine import LedgerDown, Tx
from schemas.errors import BillhookError, DeadLettered
from schemas.event import ORDER, Event, State
from workers import alone, closing, desk
from workers.hand import Hand
from workers.notice import Cause
from workers.services import Services, current

log = structlog.get_logger(__name__)

#: RQ counts retries down to nothing; ours are counted in the ledger, so RQ is given more than it can ever use.
FOREVER = 10**9


def process(event_id: str, owner: str = "") -> Retry | None:
    """The RQ job. Done → None; waiting → `rq.Retry` with the seconds to go; dead → raises DeadLettered.

    `owner` is given only to a child that runs one event alone, so that its parent can free the order when it is killed.
    """
    services = current()
    try:
        seconds = run(services, event_id, owner)
    except LedgerDown as error:
        log.warning("event_put_off", event_id=event_id, why=error.detail)
        seconds = services.timing.ring_again
    except BillhookError:
        raise
    except Exception as error:
        services.notice(Cause("defect", "", type(error).__name__, "DEFECT", event_id, error=error))
        raise
    return None if seconds is None else Retry(max=FOREVER, interval=max(1, round(seconds)))


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do now; `seconds` until there is, None when there never will be."""

    seconds: float | None


def run(services: Services, event_id: str, owner: str = "") -> float | None:
    """Work on one event; gives None when nothing is left to do, else the seconds until it should run again.

    Raises DeadLettered when it is, or has just become, a dead letter; LedgerDown when the ledger cannot be reached.
    """
    with services.ledger.read() as tx:
        event = events.load(tx, event_id)
    rest = _rest(services, event)
    if event is None or rest is not None:
        return rest.seconds if rest else None
    if event.isolate and not owner and services.run_alone is not None:
        return alone.run(services, event)
    hand = _open(services, event_id, owner or uuid4().hex)
    if isinstance(hand, Rest):
        return hand.seconds
    return closing.close(hand, desk.work(hand))


def _rest(services: Services, event: Event | None) -> Rest | None:
    """What there is to say about an event that is not due; None when it is. Raises DeadLettered for a dead one."""
    if event is None or event.state is State.DONE:
        return Rest(None)
    if event.state is State.DEAD:
        raise DeadLettered(event.detail, code=event.reason, remedy=event.remedy)
    now = services.now()
    if event.due_at is None:
        return Rest(services.timing.condition)
    if event.due_at <= now or _is_untouched(event):
        return None
    return Rest((event.due_at - now).total_seconds())


def _is_untouched(event: Event) -> bool:
    """An order's event that nobody ever put off is due, whatever the clocks of door and worker say."""
    return event.kind == ORDER and event.reason in ("", "REPLAYED") and not event.isolate


def _open(services: Services, event_id: str, owner: str) -> Hand | Rest:
    """One transaction: still something to do, and is the order ours? A held order makes the event wait for it."""
    asked_at = services.leases.monotonic()
    now = services.now()
    with services.ledger.write() as tx:
        event = events.load(tx, event_id)
        rest = _rest(services, event)
        if event is None or rest is not None:
            return rest or Rest(None)
        row = orders.take_lease(tx, event.shop_id, event.order_id, owner, event.id)
        if row is None:
            return _order_held(services, tx, event, now)
        waiting = events.waiting_of_order(tx, event.shop_id, event.order_id) if event.kind == ORDER else []
    services.leases.hold(owner, row.id, event.id, taken_at=asked_at)
    return Hand(services, event, row, owner, tuple(e for e in waiting if e.id != event.id), now)


def _order_held(services: Services, tx: Tx, event: Event, now: datetime) -> Rest:
    """Another run has the order: wait for its release, which makes this event due; a time stands behind it."""
    if orders.lease_event(tx, event.shop_id, event.order_id) == event.id:
        return Rest(None)
    due = now + timedelta(seconds=services.timing.order_held)
    detail = "Another event of this order is being worked on."
    events.wait(tx, event.id, due, "order", "ORDER_HELD", detail, now, counted=False)
    return Rest(services.timing.order_held)

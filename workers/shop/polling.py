"""A look at a shop's own list of changes: what was never sent becomes an event like any other (DESIGN 1, promise 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog

from adapters.shops.base import Reading
from ledger import alarms, connections, events, polls
from ledger.engine import Tx
from ledger.polls import Known, Poll
from ledger.rows import Bell
from schemas.connection import Shop
from schemas.errors import AdapterError, RateLimited, Unreadable, Waiting
from schemas.event import Envelope, Incoming, Stored
from workers import newest
from workers.bell import BellDown
from workers.read import read_order
from workers.services import Services

log = structlog.get_logger(__name__)

#: So many listed orders are compared, and what is new of them stored, in one transaction.
PAGE = 100
SOURCE, TOPIC = "poll", "order.polled"
FAILED = "poll_failed"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: how many orders were listed, how many of them were news, the latest modification time."""

    since: datetime
    listed: int = 0
    stored: int = 0
    mark: datetime | None = None


#: Told after each page how far the look is.
Tell = Callable[[Looked], None]


def quiet(_: Looked) -> None:
    """When nobody watches."""


def look(services: Services, shop: Shop, *, since: datetime | None = None, tell: Tell = quiet) -> Looked:
    """List what changed since the mark, or since `since` (UTC), and store what the ledger does not know.

    The mark moves only after all of the list was stored, and not when the look began behind it, which leaves a gap.
    An AdapterError keeps it too, sounds the shop's one alarm and goes up.
    """
    began = services.now()
    with services.ledger.write() as tx:
        row = polls.begin(tx, shop.id, began)
        line = starting_line(tx, shop.id)
    usual = _since(row, line or began, services)
    try:
        looked = _listed(services, shop, line, since or usual, tell)
    except AdapterError as error:
        _failed(services, shop, error)
        raise
    except Waiting as error:
        with services.ledger.write() as tx:
            polls.fail(tx, shop.id, error.detail, services.now())
        raise
    with services.ledger.write() as tx:
        if looked.since <= usual:
            polls.reach(tx, shop.id, looked.mark, began)
        polls.end(tx, shop.id, services.now())
        woken = answers(tx, shop, services.now())
    ring(services, woken)
    log.info("shop_looked_at", shop=shop.key, listed=looked.listed, stored=looked.stored)
    return looked


def answers(tx: Tx, shop: Shop, now: datetime) -> list[Bell]:
    """The shop takes its key: its alarms are over, and what waited for that is due; gives what to ring."""
    for kind in (FAILED, "shop_key_refused"):
        alarms.clear(tx, kind, shop.key, now)
    return events.wake(tx, f"shop:{shop.id}", now)


def starting_line(tx: Tx, shop_id: int) -> datetime | None:
    """The earliest start of the shop's routes: nothing placed before is anybody's business; None without a route."""
    return min((route.starts_at for route in connections.list_routes(tx, shop_id)), default=None)


def _since(row: Poll, line: datetime, services: Services) -> datetime:
    """A little before the mark, and before the last good look: a shop's clock that was put back hides nothing."""
    reached = min(filter(None, (row.mark, row.good_at)), default=None)
    return line if reached is None else reached - timedelta(seconds=services.timing.poll_overlap)


def _listed(services: Services, shop: Shop, line: datetime | None, since: datetime, tell: Tell) -> Looked:
    looked = Looked(since)
    for page in pages(services.shop_client(shop).changed(since)):
        stored = _store(services, shop, page, line)
        marks = [reading.modified_at for reading in page if reading.modified_at]
        mark = max([*marks, *([looked.mark] if looked.mark else [])], default=None)
        looked = Looked(since, looked.listed + len(page), looked.stored + len(stored), mark)
        again = services.now() + timedelta(seconds=services.timing.poll)
        with services.ledger.write() as tx:
            polls.note(tx, shop.id, looked.listed, looked.stored, again)
        tell(looked)
    return looked


def pages(readings: Iterable[Reading], size: int = PAGE) -> Iterator[list[Reading]]:
    """A listing in handy pieces, as it comes."""
    left = iter(readings)
    while page := list(islice(left, size)):
        yield page


def _store(services: Services, shop: Shop, page: Sequence[Reading], line: datetime | None) -> list[Stored]:
    """The news of a page, through the door's own storing function, then rung."""
    with services.ledger.read() as tx:
        known = polls.known(tx, shop.id, [reading.order_id for reading in page])
    news = [reading for reading in page if is_news(reading, known.get(reading.order_id))]
    wanted = [r for r in news if r.order_id in known or not _too_old(shop, r, line)]
    if not wanted:
        return []
    now = services.now()
    with services.ledger.write() as tx:
        stored = events.store(tx, [_incoming(shop, reading, now) for reading in wanted], now)
    ring(services, [(one.event_id, one.shop_key) for one in stored if one.ring])
    return stored


def is_news(reading: Reading, known: Sequence[Known] | None) -> bool:
    """Whether a listed state is newer than all the ledger knows of its order, or unknown among equals.

    One without a modification time cannot be newer; it is news only of an order that was never heard of.
    """
    if reading.modified_at is None:
        return known is None
    told = (reading.modified_at, reading.refunds, reading.status)
    if not known:
        return True
    newer = all(newest.said(*told) >= newest.said(*state) for state in known)
    return newer and told not in known


def _too_old(shop: Shop, reading: Reading, line: datetime | None) -> bool:
    """Placed before any route begins, and never heard of: not worth an event. What cannot be read is for the desk."""
    if line is None:
        return False
    try:
        placed = read_order(shop, reading.body).placed_at
    except Unreadable:
        return False
    return placed is not None and placed < line


def _incoming(shop: Shop, reading: Reading, now: datetime) -> Incoming:
    envelope = Envelope("order", TOPIC, reading.order_id, reading.status, reading.modified_at, reading.refunds)
    return Incoming(shop.id, shop.key, SOURCE, reading.body, envelope, now)


def ring(services: Services, bells: Sequence[Bell]) -> None:
    """Ring now; without Redis the clock does it later."""
    try:
        services.bell.ring(bells)
    except BellDown as error:
        log.warning("ring_left_to_clock", events=len(bells), why=error.detail)


def _failed(services: Services, shop: Shop, error: AdapterError) -> None:
    """One alarm per shop, however often. A limit that was reached is waited out; our own count of it is no alarm."""
    now = services.now()
    pause = error.retry_after if isinstance(error, RateLimited) else 0.0
    later = now + timedelta(seconds=pause) if pause > services.timing.poll else None
    with services.ledger.write() as tx:
        polls.fail(tx, shop.id, error.detail, now, later)
        if error.code != "BUDGET_USED_UP":
            words = f"The shop's orders cannot be listed: {error.detail}"
            alarms.sound(tx, FAILED, shop.key, words, now, error.remedy)
    log.warning("shop_not_looked_at", shop=shop.key, code=error.code, why=error.detail)

"""A day of a UNAS shop without webhooks, on a clock that the test moves.

Orders are placed all day and night, at rush hours more; some are paid by transfer later, some are cash on delivery. The
clock looks at the shop whenever its turn comes, processes of the desk run what is due, and the simulated UNAS counts
every call against the limits of PREMIUM, by the same clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from adapters.shops import unas_times
from ledger.tables import events, is_due
from schemas.document import Kind
from tests.shops.unas_hands import Hands
from tests.shops.unas_house import House, house

POLICY = {"presets": ["invoice when paid"]}
#: A payment comes at most so long after its order, and the day's last is looked for so much longer.
LATEST, AFTER = timedelta(hours=4), timedelta(minutes=20)
#: Each shop is looked at this often (README, UNAS); at night UNAS wants its rest, and looks come after it.
PERIOD = timedelta(minutes=5)
_DUE = select(events.c.id, events.c.order_id).where(is_due, events.c.due_at <= bindparam("now")).order_by(events.c.id)
#: How much of a day's trade falls into each hour of Budapest's day.
TRADE = (1, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 6, 5, 5, 5, 5, 6, 7, 9, 10, 9, 5, 2)
#: Paid by card at once; by transfer some hours later; on delivery, which closes the order.
KINDS: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = (
    ({"payment": "bankcard", "paid": True}, {}),
    ({"payment": "transfer"}, {"paid": True}),
    ({"payment": "cod"}, {"status": "close_ok"}),
)


@dataclass
class Sale:
    """One order of the day: when it becomes due, and what the shop calls it."""

    placed: datetime
    due: datetime
    given: Mapping[str, Any]
    later: Mapping[str, Any]
    key: str = ""

    @property
    def deadline(self) -> datetime:
        """One period after it is due; where UNAS's rest at night falls into that, one period after the rest."""
        end = self.due + PERIOD
        rests_until = unas_times.rest_ends(self.due) or unas_times.rest_ends(end)
        return rests_until + PERIOD if rests_until else end


@dataclass
class Day:
    """What became of it."""

    orders: int
    seconds: float = 0.0
    worked: float = 0.0
    delays: list[timedelta] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    by_night: int = 0
    over_there: int = 0
    twice: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    runs: int = 0
    alarms: list[str] = field(default_factory=list)

    def said(self) -> str:
        peaks = ", ".join(f"{kind} {calls}" for kind, calls in sorted(self.summary["peaks"].items()))
        return (
            f"{self.orders} orders, {len(self.delays)} invoiced ({self.over_there} invoices over there), the slowest "
            f"{max(self.delays)} after it was due; {len(self.late)} later than one period of {PERIOD} ({self.by_night} "
            f"had to wait for UNAS's rest at night first); {len(self.missing)} missing, {len(self.twice)} twice, "
            f"{len(self.unwritten)} without their number in the shop; bans: {len(self.summary['bans'])}; most calls in "
            f"any hour: {peaks}; {self.runs} runs of the desk; {self.seconds:.1f} s of this machine, of them "
            f"{self.worked:.1f} s of its processors"
        )


def sales(count: int, dice: random.Random, start: datetime, hours: int) -> list[Sale]:
    """The orders by the time they are placed; one at midnight, when UNAS rests."""
    local, end = start.astimezone(unas_times.BUDAPEST), start + timedelta(hours=hours)
    trade = [TRADE[(local.hour + hour) % 24] for hour in range(hours)]
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0).astimezone(UTC)
    found = [Sale(midnight, midnight, *KINDS[0])]
    for _ in range(count - 1):
        hour = dice.choices(range(hours), trade)[0]
        placed = start + timedelta(hours=hour, seconds=dice.randrange(3600))
        given, later = dice.choices(KINDS, (7, 2, 1))[0]
        due = placed + dice.random() * min(LATEST, end - placed) if later else placed
        found.append(Sale(placed, due, given, later))
    return sorted(found, key=lambda sale: sale.placed)


def live(bolt: House, orders: int, hours: int, work: Callable[[House], None], seed: int = 1) -> Day:
    """From one look to the next, until every order had the time it may take."""
    began, start, plan = time.monotonic(), bolt.now, sales(orders, random.Random(seed), bolt.now, hours)
    pending = sorted((sale for sale in plan if sale.later), key=lambda sale: sale.due)
    unplaced = list(plan)
    while bolt.now < start + timedelta(hours=hours) + AFTER:
        until = bolt.poll().next_at or bolt.now
        place(bolt, _before(unplaced, until, lambda sale: sale.placed))
        for sale in _before(pending, until, lambda sale: sale.due):
            bolt.until(sale.due)
            bolt.there.door(f"orders/{sale.key}", dict(sale.later))
        bolt.until(max(until, bolt.now))
        bolt.look(meanwhile=partial(work, bolt))
        work(bolt)
    return _told(bolt, plan, time.monotonic() - began)


def _before(plan: list[Sale], until: datetime, at: Callable[[Sale], datetime]) -> list[Sale]:
    """What comes before that moment, taken off the plan."""
    count = sum(at(sale) < until for sale in plan)
    found, plan[:] = plan[:count], plan[count:]
    return found


def place(bolt: House, plan: list[Sale]) -> None:
    """Orders of the past minutes, each dated as it was placed."""
    if not plan:
        return
    given = [{"placed": sale.placed.isoformat(), **sale.given} for sale in plan]
    for sale, made in zip(plan, bolt.there.door("orders", {"orders": given}), strict=True):
        sale.key = made["key"]


def _told(bolt: House, plan: list[Sale], seconds: float) -> Day:
    rows = [row for row in bolt.documents() if row.kind is Kind.INVOICE and row.state == "live"]
    made = {row.order_id: row for row in rows}
    day = Day(len(plan), seconds, summary=bolt.there.summary(), runs=bolt.runs)
    day.over_there = len(bolt.books.world.invoices)  # type: ignore[attr-defined]
    day.twice = [row.order_id for row in rows if made[row.order_id] is not row]
    day.alarms = [alarm.kind for alarm in bolt.alarms()]
    for sale in plan:
        row = made.get(sale.key)
        if row is None or row.settled_at is None:
            day.missing.append(sale.key)
            continue
        day.delays.append(row.settled_at - sale.due)
        day.by_night += sale.deadline > sale.due + PERIOD
        if row.settled_at > sale.deadline:
            day.late.append(sale.key)
        number = row.document.number if row.document else ""
        if day.summary["orders"][sale.key]["invoice"].get("Number") != number:
            day.unwritten.append(sale.key)
    return day


def through(database_url: str, orders: int, *, start: datetime, hours: int, processes: int) -> Day:
    """So many hours in a house of its own, worked on by so many processes."""
    began = time.process_time()
    hands = Hands.start(database_url, processes)
    try:
        with house(database_url, POLICY, start=start, package="premium") as bolt:
            day = live(bolt, orders, hours, by_hands(hands))
    finally:
        worked = hands.stop()
    day.worked = worked + time.process_time() - began
    return day


def due(bolt: House) -> list[tuple[str, str]]:
    """Event and order of whatever is due, oldest first: what the clock would ring."""
    with bolt.ledger.read() as tx:
        return [(row.id, row.order_id) for row in tx.execute(_DUE, {"now": bolt.now})]


def by_hands(hands: Hands) -> Callable[[House], None]:
    """The desk's work done by other processes."""

    def work(bolt: House) -> None:
        while found := due(bolt):
            bolt.runs += hands.run(bolt.now, found)

    return work

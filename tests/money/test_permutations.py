"""Events in any order and twice over end with the same documents (DESIGN 4).

Two ways to live through the same events. All at hand when the desk begins: the newest state rules, so every permutation
gives the very same documents. One by one: an invoice may come before or after a refund, so papers may differ, but never
two for one thing, and what the shopper owes at each rate is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from schemas.document import Issued, Kind
from schemas.order import Order
from tests.money.shop import item, order, read, refund, returned, rules, tax_line
from tests.money.test_captured import RULES as CAPTURED_RULES
from tests.money.test_captured import STATES
from workers.decide import Rules, Trigger, decide

RANK = {"pending": 0, "on-hold": 1, "processing": 2, "completed": 3, "cancelled": 4, "failed": 4, "refunded": 5}


def age(state: Order) -> tuple[Any, ...]:
    """Newest by modification time, number of refunds, rank of status (DESIGN 4); arrival breaks what is left."""
    return state.modified_at, len(state.refunds), RANK[state.status]


@dataclass
class Desk:
    """The desk without its walls: keeps the newest state and every document."""

    rules: Rules
    newest: Order | None = None
    history: tuple[Issued, ...] = ()

    def arrive(self, state: Order) -> None:
        if self.newest is None or age(state) >= age(self.newest):
            self.newest = state

    def work(self) -> None:
        assert self.newest is not None
        for _ in range(12):
            decision = decide(self.newest, self.history, self.rules, Trigger())
            if decision.action == "cancel_proforma":
                gone = decision.replaces
                self.history = tuple(replace(h, state="cancelled") if h.reference == gone else h for h in self.history)
            elif decision.draft is None:
                return
            else:
                made = decision.draft
                paper = Issued(made.kind, made.reference, "issued", made, None, self.newest.modified_at, made.refund_id)
                self.history = (*self.history, paper)
        raise AssertionError("the desk never came to rest")


def at_once(states: Sequence[Order], given: Rules) -> tuple[Issued, ...]:
    desk = Desk(given)
    for state in states:
        desk.arrive(state)
    desk.work()
    return desk.history


def one_by_one(states: Sequence[Order], given: Rules) -> tuple[Issued, ...]:
    desk = Desk(given)
    for state in states:
        desk.arrive(state)
        desk.work()
    return desk.history


def told(history: Sequence[Issued]) -> list[Any]:
    """What papers there are, in a form that compares."""
    return [(h.kind, h.reference, h.state, h.draft.lines, h.draft.totals, h.refund_id) for h in history]


def owed(history: Sequence[Issued]) -> dict[Any, tuple[Decimal, Decimal]]:
    """Invoices less credit notes, per rate."""
    sums: dict[Any, list[Decimal]] = {}
    for paper in history:
        sign = {Kind.INVOICE: 1, Kind.CREDIT_NOTE: -1, Kind.PROFORMA: 0}[paper.kind]
        for row in paper.draft.breakdown:
            figures = sums.setdefault((row.category, row.rate), [Decimal(0), Decimal(0)])
            figures[0] += sign * row.gross
            figures[1] += sign * row.vat
    return {group: (gross, vat) for group, (gross, vat) in sums.items() if gross or vat}


def with_duplicates(states: Sequence[Order]) -> Iterator[tuple[Order, ...]]:
    """Every order of arrival, plain, with the first again at the end, and with each one twice in a row."""
    for arrival in permutations(states):
        yield arrival
        yield (*arrival, arrival[0])
        yield tuple(state for state in arrival for _ in range(2))


def check_once(history: Sequence[Issued]) -> None:
    """At most one live invoice, one credit note per refund, every reference once."""
    assert len({h.reference for h in history}) == len(history)
    assert sum(h.kind is Kind.INVOICE and h.state == "issued" for h in history) <= 1
    refunds = [h.refund_id for h in history if h.kind is Kind.CREDIT_NOTE]
    assert len(set(refunds)) == len(refunds)


# Two items at 23 % and 8 %; one goes back, then the other, each with its lines.
MUG = item(101, "81.300813", "18.699187", 1)
BOOK = item(102, "46.296296", "3.703704", 2)
FIRST = refund(9001, "50.00", returned(102, "46.296296", "3.703704", 2), at="2026-03-05T09:00:00")
SECOND = refund(9002, "100.00", returned(101, "81.300813", "18.699187", 1), at="2026-03-06T09:00:00")


def state(status: str, modified: str, refunds: Sequence[Any] = (), **changes: Any) -> Order:
    body = order(
        "150.00",
        [MUG, BOOK],
        status=status,
        date_modified=modified,
        tax_lines=[tax_line(1, "23"), tax_line(2, "8")],
        **changes,
    )
    return read(body, refunds)


UNPAID: dict[str, Any] = {"payment_method": "bacs", "date_paid": None}
LIVES = {
    "paid and completed": [
        state("pending", "2026-03-02T10:00:00", date_paid=None),
        state("processing", "2026-03-02T10:16:00"),
        state("completed", "2026-03-04T10:00:00"),
    ],
    "two refunds in one second": [
        state("processing", "2026-03-02T10:16:00"),
        state("processing", "2026-03-05T09:00:00", [FIRST]),
        state("refunded", "2026-03-05T09:00:00", [FIRST, SECOND]),
        state("completed", "2026-03-04T10:00:00"),
    ],
    "a proforma, then the money": [
        state("on-hold", "2026-03-02T10:00:00", **UNPAID),
        state("processing", "2026-03-04T08:30:00", payment_method="bacs"),
        state("completed", "2026-03-06T12:00:00", payment_method="bacs"),
    ],
    "a proforma, then cancelled": [
        state("on-hold", "2026-03-02T10:00:00", **UNPAID),
        state("cancelled", "2026-03-09T10:00:00", **UNPAID),
    ],
    "invoiced, one refund, cancelled": [
        state("processing", "2026-03-02T10:16:00"),
        state("processing", "2026-03-05T09:00:00", [FIRST]),
        state("cancelled", "2026-03-07T09:00:00", [FIRST]),
    ],
}
CAPTURED = ("30", "41", "44", "47")


def captured_lives() -> Iterator[Any]:
    """Of the captured orders every run of up to four states, in the order in which they came."""
    for order_id in CAPTURED:
        known = STATES[order_id]
        for start in range(max(1, len(known) - 3)):
            yield pytest.param(known[start : start + 4], id=f"{order_id} from {start}")


ALL = [pytest.param(states, rules(), id=name) for name, states in LIVES.items()] + [
    pytest.param(*life.values, CAPTURED_RULES, id=str(life.id)) for life in captured_lives()
]


@pytest.mark.parametrize(("states", "given"), ALL)
def test_every_permutation_that_is_at_hand_gives_the_very_same_documents(states: list[Order], given: Rules) -> None:
    expected = told(at_once(states, given))
    for arrival in with_duplicates(states):
        assert told(at_once(arrival, given)) == expected


@pytest.mark.parametrize(("states", "given"), ALL)
def test_every_permutation_one_by_one_makes_nothing_twice(states: list[Order], given: Rules) -> None:
    for arrival in with_duplicates(states):
        check_once(one_by_one(arrival, given))


@pytest.mark.parametrize("name", LIVES)
def test_every_permutation_one_by_one_leaves_the_same_owed_at_every_rate(name: str) -> None:
    expected = owed(one_by_one(LIVES[name], rules()))
    for arrival in with_duplicates(LIVES[name]):
        assert owed(one_by_one(arrival, rules())) == expected


@pytest.mark.parametrize("order_id", ["30", "41"])
def test_captured_orders_that_were_never_edited_end_with_the_same_documents_one_by_one(order_id: str) -> None:
    states = STATES[order_id]
    expected = told(one_by_one(states, CAPTURED_RULES))
    assert [kind for kind, *_ in expected] == [Kind.INVOICE]
    for arrival in with_duplicates(states):
        made = told(one_by_one(arrival, CAPTURED_RULES))
        assert [entry[:5] for entry in made] == [entry[:5] for entry in expected]


def test_captured_order_47_in_order_is_invoiced_and_credited() -> None:
    made = one_by_one(STATES["47"], CAPTURED_RULES)
    assert [paper.kind for paper in made] == [Kind.INVOICE, Kind.CREDIT_NOTE]
    assert owed(made) == {}


def test_two_states_of_one_second_are_told_apart_by_refunds_and_status() -> None:
    processing, refunded = STATES["47"][1], STATES["47"][2]
    assert processing.modified_at == refunded.modified_at
    assert age(refunded) > age(processing)

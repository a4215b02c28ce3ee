"""Read back from the shop, an order's states may come one by one in any order: the documents are the same (DESIGN 4).

A late delivery only says that something changed; the shop, asked, tells its newest state and its refunds.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest

from schemas.event import State
from tests.desk.test_permutations import ORDERS, states
from tests.shops.conftest import Asking

_ids = itertools.count(800_000)
NEWEST = {"processing": 2, "completed": 3, "cancelled": 4, "refunded": 5}


def newest(known: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the shop has in the end."""
    return max(known, key=lambda s: (s["date_modified_gmt"], len(s["refunds"]), NEWEST.get(s["status"], 0)))


def refund(row: dict[str, Any], at: str) -> dict[str, Any]:
    """The whole refund of an order's entry: an amount without lines, as by the button in the shop's back office."""
    return {"id": row["id"], "date_created_gmt": at, "amount": row["total"].lstrip("-"), "reason": row["reason"],
            "line_items": [], "shipping_lines": [], "fee_lines": []}  # fmt: skip


def one_by_one(asking: Asking, known: Sequence[dict[str, Any]], arrival: Sequence[dict[str, Any]]) -> list[Any]:
    """Each delivery is worked on before the next one comes; gives the documents and what was refused."""
    order_id, desk = next(_ids), asking.desk
    there = {**newest(known), "id": order_id}
    asking.shop.orders[str(order_id)] = there
    asking.shop.refunds[str(order_id)] = [refund(row, there["date_modified_gmt"]) for row in there["refunds"]]
    ids = []
    for state in arrival:
        ids.append(desk.deliver(json.dumps({**state, "id": order_id}).encode()))
        desk.run(ids[-1])
    events = [desk.event(one) for one in dict.fromkeys(ids)]
    assert State.WAITING not in {event.state for event in events}
    made = [row for row in desk.documents() if row.order_id == str(order_id)]
    papers = sorted(((row.kind, row.draft.totals, row.draft.breakdown) for row in made), key=str)
    return [papers, {event.reason for event in events if event.state is State.DEAD}]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order_id", ORDERS)
def test_states_that_come_one_by_one_in_any_order_end_with_the_same_documents(asking: Asking, order_id: int) -> None:
    known = states(order_id)
    expected = one_by_one(asking, known, known)
    for arrival in itertools.permutations(known):
        assert one_by_one(asking, known, arrival) == expected

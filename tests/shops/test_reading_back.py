"""An order read back (six decimals, whole refunds in place of their totals) decides as the shop's delivery does."""

from __future__ import annotations

import json
import re
from typing import Any

from schemas.errors import Unreadable
from schemas.woocommerce import read_order
from tests.money.shop import (
    CAPTURED,
    ask,
    document,
    issued,
    item,
    order,
    read,
    refund,
    returned,
    rules,
    tax_line,
)

_SUM = re.compile(r"-?\d+\.\d\d")


def in_six_decimals(data: Any) -> Any:
    """Every sum as `dp=6` writes it."""
    if isinstance(data, dict):
        return {name: in_six_decimals(value) for name, value in data.items()}
    if isinstance(data, list):
        return [in_six_decimals(value) for value in data]
    return f"{data}0000" if isinstance(data, str) and _SUM.fullmatch(data) else data


def orders() -> list[bytes]:
    found = []
    for path in sorted(CAPTURED.glob("*.body")):
        try:
            read_order(path.read_bytes())
        except Unreadable:
            continue
        found.append(path.read_bytes())
    return found


def test_every_captured_order_decides_the_same_with_six_decimals() -> None:
    bodies = [json.loads(raw) for raw in orders()]
    assert len(bodies) > 50
    given = rules("HU")
    decided = [(ask(data, given, refunds=None), ask(in_six_decimals(data), given, refunds=None)) for data in bodies]
    drafts = [(said.draft, fine.draft) for said, fine in decided if said.draft]
    assert len(drafts) > 20
    for said, fine in decided:
        assert (said.action, said.reason, said.draft) == (fine.action, fine.reason, fine.draft)


def sold(**changes: Any) -> dict[str, Any]:
    """Two things at two rates."""
    lines = item(101, "100.00", "23.00"), item(102, "100.00", "8.00", rate_id=2)
    return order("231.00", lines, tax_lines=[tax_line(1, "23"), tax_line(2, "8")], **changes)


BACK = [
    refund(12, "10.80", returned(102, "10.00", "0.80", rate_id=2)),
    refund(9, "61.50", returned(101, "50.00", "11.50")),
]
SUMMARIES = [{"id": 9, "reason": "", "total": "-61.50"}, {"id": 12, "reason": "", "total": "-10.80"}]


def test_whole_refunds_in_the_body_are_read_like_refund_objects_of_their_own() -> None:
    merged = read({**sold(), "refunds": BACK}, refunds=None)
    apart = read(sold(), refunds=sorted(BACK, key=lambda entry: int(entry["id"])))
    assert merged == apart
    assert [(entry.id, entry.lines and len(entry.lines)) for entry in merged.refunds] == [("9", 1), ("12", 1)]


def test_two_refunds_over_two_rates_are_credited_to_the_cent_from_a_merged_body_and_wait_without_lines() -> None:
    history = [issued(ask(sold()))]
    assert ask({**sold(), "refunds": SUMMARIES}, history=history, refunds=None).reason == "REFUND_LINES_UNKNOWN"
    made = []
    for _ in BACK:
        decision = ask({**sold(), "refunds": BACK}, history=history, refunds=None)
        history.append(issued(decision))
        made.append((decision.refund_id, document(decision)["totals"]["gross"]))
    assert made == [("9", "61.50"), ("12", "10.80")]
    assert ask({**sold(), "refunds": BACK}, history=history, refunds=None).action == "nothing"


def test_an_amount_only_refund_has_no_lines_and_a_total_alone_has_unknown_ones() -> None:
    entries = [{**refund(9, "5.00"), "line_items": []}, {"id": 12, "reason": "r", "total": "-6.00"}]
    whole, summary = read({**sold(), "refunds": entries}, refunds=None).refunds
    assert (whole.lines, summary.lines, str(summary.amount), summary.reason) == ((), None, "6.00", "r")

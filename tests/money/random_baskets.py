"""Random baskets: to the unit, every sum rule exact, credits never beyond the invoice and exact when all went back.

`python -m tests.money.random_baskets` tries 2,000, with BILLHOOK_LONG=1 (make test-long) 100,000, and prints as JSON
what became of how many. Hypothesis also draws what stands in the modules that are loaded: in a process of its own the
baskets do not depend on which tests ran before.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings

from adapters.wire import Price, Style, encode
from console.preview import wire_of
from schemas.document import Issued
from tests.money.baskets import BASKETS, Basket, body_of, refunds_of
from tests.money.models import check_document, check_gross, check_net
from tests.money.shop import document, issued, read, rules
from workers.decide import Decision, Trigger, decide

BASKETS_TO_TRY = 100_000 if os.environ.get("BILLHOOK_LONG") else 2_000
#: What the money rules refuse by themselves: nothing else may stop a random basket.
EXPLAINED = {"TOTAL_MISMATCH"}
REFUND_REFUSALS = {"CREDIT_EXCEEDS_INVOICE_RATE", "REFUND_LINES_EXCEED_AMOUNT"}
ELEMENTS = ("line_items", "shipping_lines", "fee_lines")
POLICY = {"amount_only_refund": "proportional"}

seen: Counter[str] = Counter()


@settings(
    max_examples=BASKETS_TO_TRY, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(BASKETS)
def _try_baskets(basket: Basket) -> None:
    body = body_of(basket)
    order = read(body)
    ruled = rules(basket.seller if basket.seller in ("PL", "CZ", "SK", "HU", "SE", "NL", "IS") else "PL", POLICY)
    ruled = replace(ruled, seller=replace(ruled.seller, country=basket.seller))
    decision = decide(order, (), ruled, Trigger())
    if order.total == 0:
        assert decision.reason == "ZERO_TOTAL"
        return
    if decision.action == "refuse":
        _explained(basket, body, decision)
        return
    seen["invoice"] += 1
    _check_invoice(decision, body)
    _refund_all(basket, body, issued(decision), ruled)


def _explained(basket: Basket, body: dict[str, Any], decision: Decision) -> None:
    """Only a body whose own parts miss its total by more than the rule allows, or three decimals, may be refused."""
    seen[decision.reason] += 1
    assert decision.reason in EXPLAINED, decision
    places = min(basket.places, 2)
    if (Fraction(body["total"]) * 10**places).denominator != 1:
        return
    parts = [Fraction(e["total"]) + Fraction(e["taxes"][0]["total"]) for key in ELEMENTS for e in body[key]]
    allowed = Fraction(sum(map(bool, parts)) // 2 + 1, 10**places)
    assert abs(sum(parts) - Fraction(body["total"])) > allowed, (decision, basket)
    seen["apart, rounded at subtotal" if basket.at_subtotal else "apart, rounded per line"] += 1


def _check_invoice(decision: Decision, body: dict[str, Any]) -> None:
    made = document(decision)
    assert Fraction(made["totals"]["gross"]) == Fraction(body["total"]), "the total is what the shopper was asked"
    check_document(made)
    assert decision.draft is not None
    gross = wire_of(encode(decision.draft, Style(Price.GROSS), "gross"), decision.draft)
    check_gross(made, gross["positions"])
    net = wire_of(encode(decision.draft, Style(Price.NET, 4, rounding=True), "net"), decision.draft)
    check_net(made, net["positions"], net["rounding"])


def _refund_all(basket: Basket, body: dict[str, Any], invoice: Issued, ruled: Any) -> None:
    """Credit the refunds in any order, then cancel: what was credited is the invoice, per rate."""
    refunds = refunds_of(basket, body)
    history = [invoice]
    order = read(body, refunds)
    for one in refunds if basket.forward else reversed(refunds):
        decision = decide(order, history, ruled, Trigger("refund.created", str(one["id"])))
        seen[decision.reason] += 1
        if decision.action == "refuse":
            three = basket.places == 3 and decision.reason == "TOTAL_MISMATCH"
            assert three or decision.reason in REFUND_REFUSALS, decision
            continue
        assert decision.action == "credit_note", decision
        check_document(document(decision), earlier=len(history))
        history.append(issued(decision))
        _never_beyond(history)
    last = decide(replace(order, status="cancelled"), history, ruled, Trigger())
    if last.action == "credit_note":
        history.append(issued(last))
        _never_beyond(history)
    else:
        assert last.reason == "NOTHING_LEFT_TO_CREDIT"
    assert _sums(history[1:]) == _sums(history[:1]), "all credits together are the invoice, per rate"


def _sums(papers: list[Issued]) -> dict[tuple[str, Any], tuple[Any, Any, Any]]:
    sums: dict[tuple[str, Any], list[Any]] = {}
    for paper in papers:
        for row in paper.draft.breakdown:
            so_far = sums.setdefault((row.category, row.rate), [0, 0, 0])
            so_far[:] = [so_far[0] + row.taxable, so_far[1] + row.vat, so_far[2] + row.gross]
    return {group: tuple(figures) for group, figures in sums.items() if any(figures)}


def _never_beyond(history: list[Issued]) -> None:
    """Credits of an invoice never exceed it: gross, VAT and net of every rate."""
    invoiced = _sums(history[:1])
    for group, credited in _sums(history[1:]).items():
        limit = invoiced.get(group, (0, 0, 0))
        if limit[2] >= 0:
            assert all(mine <= most for mine, most in zip(credited, limit, strict=True)), (group, credited, limit)


if __name__ == "__main__":
    _try_baskets()
    print(json.dumps(seen))

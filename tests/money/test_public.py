"""Public WooCommerce orders: decided or refused with a reason, never a traceback; the table is committed.

The orders are of public origin and not part of the project: without ../shared these tests do not run and say so.
`BILLHOOK_WRITE_EVIDENCE=1` writes the table anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from schemas.errors import Unreadable
from schemas.policy import read_policy
from schemas.woocommerce import read_order
from tests.money.shop import SHARED, rules
from workers.decide import Decision, Trigger, decide

SAMPLES = SHARED / "samples" / "woocommerce-public"
TABLE = Path(__file__).parents[2] / "docs" / "evidence" / "woocommerce-public.md"
RULES = replace(
    rules("HU"),
    policy=read_policy({"documents": {"*": {"processing": "invoice", "completed": "invoice"}}}),
    today=date(2026, 11, 21),
)
HEAD = """# Public WooCommerce orders, decided

Every file of `../shared/samples/woocommerce-public/orders`, read as it stands and decided with empty history for a
Hungarian VAT payer in the one-stop shop (policy: any payment method, processing or completed → invoice). Made by
`tests/money/test_public.py` with `BILLHOOK_WRITE_EVIDENCE=1`; the test compares it whenever the samples are there.

| File | Decision | Reason | Asked | Document | In words |
|---|---|---|---|---|---|
"""
#: Refusals for a fact that the file does not hold; all others must be files that INDEX.md lists as not adding up.
NEEDED_FACT = {
    "UNREADABLE",
    "MISSING_BUYER",
    "ZERO_RATE_UNEXPLAINED",
    "RATE_UNRESOLVED",
    "RATE_NOT_LEGAL",
}

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples in ../shared are not there: not run")


def decided(path: Path) -> tuple[Decision, str]:
    try:
        order = read_order(path.read_bytes())
    except Unreadable as odd:
        return Decision("refuse", odd.code, odd.detail), ""
    return decide(order, (), RULES, Trigger()), f"{order.total} {order.currency}"


def row(path: Path) -> str:
    decision, asked = decided(path)
    made = str(decision.draft.totals.gross) if decision.draft else ""
    words = decision.detail.replace("|", "/")
    return f"| {path.name} | {decision.action} | {decision.reason} | {asked} | {made} | {words} |"


def files() -> list[Path]:
    return sorted((SAMPLES / "orders").glob("*.json"))


def test_the_committed_table_is_what_the_samples_give() -> None:
    table = HEAD + "\n".join(row(path) for path in files()) + "\n"
    if os.environ.get("BILLHOOK_WRITE_EVIDENCE"):
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(table, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == table


def test_refusals_only_where_lines_and_total_disagree_or_a_fact_is_missing() -> None:
    listed = set(
        re.findall(r"\| orders/([\w.-]+\.json) \| [\d.]+ \| [\d.]+ \|", (SAMPLES / "INDEX.md").read_text("utf-8"))
    )
    assert len(listed) == 13
    for path in files():
        decision, _ = decided(path)
        if decision.action == "refuse":
            assert path.name in listed or decision.reason in NEEDED_FACT, (path.name, decision)
        if decision.reason == "TOTAL_MISMATCH":
            assert path.name in listed, path.name


def test_an_invoiced_public_order_says_what_was_asked() -> None:
    for path in files():
        decision, _ = decided(path)
        if decision.draft:
            order = read_order(path.read_bytes())
            assert decision.draft.totals.gross == order.total + order.gifts


@pytest.mark.parametrize("name", ["created", "updated", "restored", "deleted"])
def test_public_raw_webhooks_are_read_or_refused_in_words(name: str) -> None:
    body = (SAMPLES / "webhook_raw" / f"order.{name}.body").read_bytes()
    if name == "deleted":
        with pytest.raises(Unreadable) as odd:
            read_order(body)
        assert "total" in odd.value.problems
    else:
        assert read_order(body).id

"""A route's policy: presets, validation, conditions, and the same in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.errors import Unreadable
from schemas.policy import PRESETS, explain, read_policy, write_policy
from tests.money.shop import ask, item, order, rules

LINE = [item(1, "100.00", "23")]
TABLE = {"*": {"processing": "invoice"}}


def decided(conditions: list[dict[str, Any]], **changes: Any) -> tuple[str, str]:
    given = replace(rules(), policy=read_policy({"documents": TABLE, "conditions": conditions}))
    decision = ask(order("123.00", LINE, **changes), given)
    return decision.action, decision.reason


@pytest.mark.parametrize(
    ("preset", "method", "status", "expected"),
    [
        ("invoice when paid", "stripe", "processing", "invoice"),
        ("invoice when paid", "bacs", "on-hold", "wait"),
        ("invoice when paid", "cod", "processing", "wait"),
        ("invoice when paid", "cod", "completed", "invoice"),
        ("proforma on transfer, invoice on payment", "bacs", "on-hold", "proforma"),
        ("proforma on transfer, invoice on payment", "bacs", "processing", "invoice"),
        ("invoice on completed", "stripe", "processing", "wait"),
        ("invoice on completed", "stripe", "completed", "invoice"),
    ],
)
def test_presets_expand_to_the_table(preset: str, method: str, status: str, expected: str) -> None:
    given = replace(rules(), policy=read_policy({"presets": [preset]}))
    assert ask(order("123.00", LINE, payment_method=method, status=status), given).action == expected


def test_what_the_policy_says_itself_wins_over_its_presets() -> None:
    policy = read_policy({"presets": ["invoice when paid"], "documents": {"*": {"on-hold": "proforma"}}})
    assert policy.documents["*"]["on-hold"] == "proforma" and policy.documents["*"]["processing"] == "invoice"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"documents": {"*": {"processing": "receipt"}}}, "documents.*.value.processing.value"),
        ({"documnets": {}}, "documnets"),
        ({"zero_rate_map": {"x": "S"}}, "zero_rate_map.x.value"),
        ({"cash_rounding": {"methods": ["cod"], "step": "0"}}, "cash_rounding.step"),
        ({"presets": ["sometimes"]}, "presets.0"),
        ({"conditions": [{"when": {"weather": "fine"}, "then": "wait"}]}, "conditions.0.when.weather"),
        ({"conditions": [{"when": {}, "then": "maybe"}]}, "conditions.0.then"),
        ({"amount_only_refund": "guess"}, "amount_only_refund"),
        ({"due_days": -1}, "due_days"),
    ],
)
def test_a_wrong_policy_is_refused_by_path(data: dict[str, Any], path: str) -> None:
    with pytest.raises(Unreadable) as odd:
        read_policy(data)
    assert path in odd.value.problems, odd.value.problems


@pytest.mark.parametrize("preset", PRESETS)
def test_a_policy_survives_being_written_and_read(preset: str) -> None:
    policy = read_policy(
        {
            "presets": [preset],
            "cash_rounding": {"methods": ["cod"], "step": "0.05"},
            "conditions": [{"when": {"total_from": "100.00", "country": ["DE"]}, "then": "nothing"}],
            "extra_rates": {"SK": {"red": ["9"], "old": [["20", "2025-01-01"]]}},
        }
    )
    assert read_policy(write_policy(policy)) == policy


@pytest.mark.parametrize(
    ("when", "changes", "holds"),
    [
        ({"country": ["PL"]}, {}, True),
        ({"country": ["DE"]}, {}, False),
        ({"not_country": ["DE", "AT"]}, {}, True),
        ({"currency": ["pln"]}, {}, True),
        ({"buyer": "private"}, {}, True),
        ({"buyer": "company"}, {"to": {"company": "Firma"}}, True),
        ({"buyer": "company"}, {"meta_data": [{"key": "_billing_nip", "value": "1111111111"}]}, True),
        ({"total_from": "123.00"}, {}, True),
        ({"total_from": "123.01"}, {}, False),
        ({"total_to": "123.00"}, {}, True),
        ({"total_to": "122.99"}, {}, False),
        ({"paid": False}, {}, False),
        ({"paid": True}, {}, True),
        ({"shipping_method": ["local_pickup"]}, {"shipping_lines": [item(2, "0", method_id="local_pickup")]}, True),
        ({"shipping_method": ["Kurier"]}, {"shipping_lines": [item(2, "0", name="kurier")]}, True),
        ({"shipping_method": ["local_pickup"]}, {}, False),
        ({"country": ["PL"], "currency": ["EUR"]}, {}, False),
        ({}, {}, True),
    ],
)
def test_a_condition_goes_before_the_table(when: dict[str, Any], changes: dict[str, Any], holds: bool) -> None:
    expected = ("nothing", "NOT_WANTED") if holds else ("invoice", "DUE")
    assert decided([{"when": when, "then": "nothing"}], **changes) == expected


def test_the_first_condition_that_holds_rules() -> None:
    conditions = [{"when": {"country": ["DE"]}, "then": "nothing"}, {"when": {}, "then": "wait"}]
    assert decided(conditions) == ("wait", "NOT_DUE")


def test_a_condition_may_want_a_proforma_where_the_table_waits() -> None:
    assert decided([{"when": {"buyer": "private"}, "then": "proforma"}], status="pending") == ("proforma", "UNPAID")


def test_an_unknown_category_waits_and_says_so() -> None:
    given = replace(
        rules(),
        policy=read_policy({"documents": TABLE, "conditions": [{"when": {"category": ["Books"]}, "then": "nothing"}]}),
    )
    decision = ask(order("123.00", LINE), given)
    assert (decision.action, decision.reason) == ("wait", "CONDITION_UNKNOWN")
    assert "categories" in decision.detail and "key" in decision.remedy


def test_a_category_matters_only_when_the_rest_of_its_condition_holds() -> None:
    assert decided([{"when": {"category": ["Books"], "country": ["DE"]}, "then": "nothing"}]) == ("invoice", "DUE")


def test_a_policy_explains_itself_in_words() -> None:
    policy = read_policy(
        {
            "presets": ["proforma on transfer, invoice on payment"],
            "conditions": [{"when": {"country": ["DE"], "total_to": "5.00"}, "then": "nothing"}],
            "cash_rounding": {"methods": ["cod"], "step": "0.05"},
            "zero_rate_map": {"zero-rate": "E"},
        }
    )
    sentences = explain(policy)
    assert sentences[0] == "When delivered to DE and the total is at most 5.00: no document at all."
    assert "Payment by bacs, order on-hold: a proforma." in sentences
    assert "Every refund gets a credit note." in sentences
    assert any("0.05" in sentence for sentence in sentences)
    assert any("zero-rate" in sentence and "category E" in sentence for sentence in sentences)


def test_switched_off_parts_are_said_to_be_left_to_people() -> None:
    sentences = " ".join(explain(read_policy({"credit_notes": False, "cancellations": False})))
    assert "Refunds are left to people." in sentences
    assert "Cancelled orders with an invoice are left to people." in sentences

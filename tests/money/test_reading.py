"""What shops really send is read, what is odd is refused by path, never with a traceback (documents.md 1.3)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import Unreadable
from schemas.woocommerce import read_order
from tests.money.shop import CAPTURED, ask, item, order, read, refund, returned


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "body"),
        (b"webhook_id=1", "body"),
        (b"[]", "body"),
        (b'{"id": 1}', "total"),
        (b"\xff\xfe{", "body"),
        (b"[" * 100_000, "body"),
        (json.dumps(order("12,50", [])).encode(), "total"),
        (json.dumps(order("NaN", [])).encode(), "total"),
        (json.dumps(order("1e400", [])).encode(), "total"),
        (json.dumps(order("1.00", [item(1, "one")])).encode(), "line_items.0.total"),
        (
            json.dumps(order("1.00", [item(1, "1") | {"taxes": [{"id": 1, "total": "x"}]}])).encode(),
            "line_items.0.taxes",
        ),
        (json.dumps(order("1.00", [item(1, "1") | {"taxes": ["x"]}])).encode(), "line_items.0.taxes"),
        (json.dumps(order("1.00", [], currency="ZŁ")).encode(), "currency"),
        (json.dumps(order("1.00", [], date_paid="soon")).encode(), "date_paid"),
        (json.dumps(order("1.00", [], date_paid="0001-01-01T00:00:00")).encode(), "date_paid"),
        (json.dumps(order("1.00", [], line_items=None) | {"total": None}).encode(), "total"),
        (json.dumps(order("1.00", []) | {"billing": "x"}).encode(), "billing._schema"),
        (json.dumps(order("1.00", []) | {"id": None}).encode(), "id"),
        (json.dumps(order("1.00", []) | {"line_items": {"0": 1}}).encode(), "line_items"),
    ],
)
def test_what_cannot_be_read_is_said_by_path(body: bytes, path: str) -> None:
    with pytest.raises(Unreadable) as odd:
        read_order(body)
    assert path in odd.value.problems, odd.value.problems


def test_a_refund_that_cannot_be_read_is_said_by_path() -> None:
    with pytest.raises(Unreadable) as odd:
        read(order("1.00", []), [refund(1, "much")])
    assert "amount" in odd.value.problems


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(order("1", []))), JSON)
def test_any_field_may_hold_anything_without_a_traceback(key: str, value: Any) -> None:
    body = order("123.00", [item(1, "100.00", "23")]) | {key: value}
    try:
        decision = ask(body)
    except Unreadable as odd:
        assert odd.problems
    else:
        assert decision.reason


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(item(1, "1", "1"))), JSON)
def test_any_field_of_a_line_may_hold_anything_without_a_traceback(key: str, value: Any) -> None:
    body = order("123.00", [item(1, "100.00", "23") | {key: value}])
    try:
        decision = ask(body)
    except Unreadable as odd:
        assert odd.problems
    else:
        assert decision.reason


def test_gmt_dates_are_utc_and_rule() -> None:
    body = order("1.00", [], date_created="2026-03-02T11:15:00", date_created_gmt="2026-03-02T10:15:00")
    assert str(read(body).placed_at) == "2026-03-02 10:15:00+00:00"


def test_local_dates_alone_are_of_the_shops_zone() -> None:
    body = json.dumps(order("1.00", []))
    assert str(read_order(body, timezone="Europe/Warsaw").placed_at) == "2026-03-02 09:15:00+00:00"


def test_a_gmt_date_that_cannot_be_read_falls_back_on_its_twin() -> None:
    assert str(read(order("1.00", [], date_created_gmt="{{now}}")).placed_at) == "2026-03-02 10:15:00+00:00"


@pytest.mark.parametrize("field", ["line_items", "shipping_lines", "fee_lines", "tax_lines", "refunds", "meta_data"])
@pytest.mark.parametrize("value", [None, [], {}, "absent"])
def test_lists_may_be_null_empty_or_absent(field: str, value: Any) -> None:
    body = order("1.00", [])
    body[field] = value
    if value == "absent":
        del body[field]
    assert read(body).total == Decimal("1.00")


def test_extra_fields_of_any_shape_are_ignored_and_the_first_that_speaks_rules() -> None:
    meta = [
        {"key": "a", "value": {"x": 1}},
        {"key": "_vat_number", "value": ""},
        {"key": "_vat_number", "value": "DE1"},
    ]
    found = read(
        order("1.00", [], meta_data=[*meta, {"key": "_vat_number", "value": "DE2"}, "odd", {"key": "n", "value": 7}])
    )
    assert dict(found.meta) == {"_vat_number": "DE1", "n": "7"}


def test_names_lose_their_html() -> None:
    said = item(1, "1.00", name="Mug &quot;Árvíztűrő&quot; &amp; <b>Co</b>")
    assert read(order("1.00", [said])).lines[0].name == 'Mug "Árvíztűrő" & Co'


def test_binary_floats_of_a_parsed_body_are_read_by_their_shortest_text() -> None:
    body = order("1.00", []) | {"total": 0.1}
    assert read_order(body).total == Decimal("0.1")


def test_deleted_products_and_missing_skus_are_fine() -> None:
    element = read(order("1.00", [item(1, "1.00") | {"product_id": 0, "sku": None, "name": None}])).lines[0]
    assert (element.product_id, element.sku, element.name) == ("", "", "line_item")


def test_refund_lines_are_positive_and_amount_only_has_none() -> None:
    found = read(order("1.00", []), [refund(1, "12.30", returned(101, "10.00", "2.30", quantity=2)), refund(2, "5")])
    line = found.refunds[0].lines[0] if found.refunds[0].lines else None
    assert line is not None
    assert (line.source, line.quantity, line.gross) == ("line_item:101", Decimal(2), Decimal("12.30"))
    assert found.refunds[1].lines == ()


def test_zero_refund_lines_are_stock_only() -> None:
    assert read(order("1.00", []), [refund(1, "5.00", returned(1, "0", quantity=1))]).refunds[0].lines == ()


def test_a_60_line_order_is_read_whole() -> None:
    assert len(read_order((CAPTURED / "028.body").read_bytes()).elements) >= 60


def test_plugins_tax_numbers_inside_billing_are_found() -> None:
    body = order("1.00", [], to={"vat_number": "DE136695976"})
    assert read(body).buyer.vat_id == "DE136695976"

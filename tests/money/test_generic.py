"""The generic source goes by WooCommerce's rules: its vectors, said in Billhook's own JSON, give the same documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from console.vectorfile import answer_of, question_of
from schemas.document import Party
from schemas.errors import Unreadable
from schemas.generic import envelope_of, read_order
from schemas.money import ZERO, plain
from schemas.order import Element, Order, Refund
from tests.generic_orders import body_of
from tests.money.models import check_document
from tests.money.shop import VECTORS, document, issued, rules
from tests.money.test_vectors import stripped
from workers.decide import Trigger, decide
from workers.money.rules import INVOICE, Decision

KINDS = {"line_item": "item", "shipping": "shipping", "fee": "fee"}

#: Vectors that the generic form cannot say, with the reason.
CANNOT = {
    "A07": "is a UNAS order",
    "A11": "has a fee that is split over two rates, which here are two lines",
}


def said(number: Decimal) -> str:
    return format(number, "f")


def rate_of(order: Order, element: Element) -> str:
    """The percentage: of the element's own tax, or of a free line's tax before the coupon."""
    ids = [share.rate_id for share in element.taxes if share.total] or [s.rate_id for s in element.taxes if s.subtotal]
    percent = order.rates[ids[0]].percent if ids else ZERO
    assert percent is not None
    return plain(percent)


def line(order: Order, element: Element) -> dict[str, Any]:
    kind, _, number = element.source.partition(":")
    price = {"line_net": said(element.net)} if order.basis == "net" else {"line_gross": said(element.gross)}
    return {
        "id": number,
        "kind": KINDS[kind],
        "name": element.name,
        "quantity": plain(element.quantity),
        "rate": rate_of(order, element),
        "tax_class": element.tax_class,
        **price,
    }


def address(party: Party) -> dict[str, Any]:
    a = party.address
    return {"name": party.name, "country": a.country, "postcode": a.postcode, "city": a.city, "street": a.street}


def refund(order: Order, one: Refund) -> dict[str, Any]:
    lines = [
        {
            "id": part.source.partition(":")[2],
            "quantity": plain(part.quantity),
            **({"line_net": said(part.net)} if order.basis == "net" else {"line_gross": said(part.gross)}),
        }
        for part in one.lines or ()
    ]
    at = one.at or order.modified_at
    assert at is not None
    return {"id": one.id, "at": at.isoformat(), "amount": said(one.amount), "reason": one.reason, "lines": lines}


def generic(order: Order) -> bytes:
    """The same order as a tool would send it."""
    assert order.modified_at is not None
    placed = order.placed_at or order.modified_at
    data = {
        "id": order.id,
        "number": order.number,
        "modified": order.modified_at.isoformat(),
        "placed": placed.isoformat(),
        "completed_at": order.completed_at and order.completed_at.isoformat(),
        "status": order.status,
        "currency": order.currency,
        "total": said(order.total),
        "basis": order.basis,
        "buyer": {
            **address(order.buyer),
            "company": order.buyer.company,
            "vat_id": order.buyer.vat_id,
            "tax_number": order.buyer.tax_number,
            "registration": order.buyer.registration,
        },
        "payment": {
            "method": order.payment_method,
            "paid_at": order.paid_at and order.paid_at.isoformat(),
            "reference": order.transaction_id,
        },
        "delivery": address(order.delivery) if order.delivery else None,
        "lines": [line(order, element) for element in order.elements],
        "refunds": [refund(order, one) for one in order.refunds],
        "gift_cards": [{"code": card.code, "amount": said(card.amount)} for card in order.gift_cards],
    }
    return json.dumps(data).encode()


@pytest.mark.parametrize("path", [p for p in VECTORS if p.stem[:3] not in CANNOT], ids=lambda path: path.stem)
def test_a_vector_in_the_generic_form_gives_the_same_decision_and_document(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    asked, expected = question_of(vector["input"]), vector["expected"]
    order = read_order(generic(asked.order))
    answer = answer_of(decide(order, asked.history, asked.rules, asked.trigger))
    assert (answer["decision"], answer["reason"]) == (expected["decision"], expected["reason"])
    assert answer["warnings"] == expected["warnings"]
    assert stripped(answer["document"]) == stripped(expected["document"])


def priced(**price: Any) -> Order:
    """Three mugs at 23 % for that price; the order's total is 8.78."""
    given = {"id": 1, "name": "Mug", "quantity": "3", "rate": 23, **price}
    return read_order(body_of(total="8.78", lines=[given]))


@pytest.mark.parametrize(
    "price",
    [
        {"line_gross": "8.78"},
        {"line_gross": 8.78},
        {"line_net": "7.138211"},
        {"unit_gross": "2.926666666667"},
        {"unit_net": 2.3794},
    ],
)
def test_the_four_ways_to_say_a_price_give_one_total(price: Mapping[str, Any]) -> None:
    made = decide(priced(**price), (), rules("PL"), asks())
    paper = document(made)
    check_document(paper)
    assert (paper["totals"]["gross"], paper["vat_breakdown"][0]["vat"]) == ("8.78", "1.64")


def asks() -> Trigger:
    return Trigger()


def test_a_json_number_is_the_decimal_that_was_written() -> None:
    body = body_of(lines=[{"id": 1, "name": "x", "quantity": 1, "rate": 23, "line_gross": "@"}])
    order = read_order(body.replace(b'"@"', b"0.1000000000000000055"))
    assert order.lines[0].gross == Decimal("0.1000000000000000055")


@pytest.mark.parametrize("total", ["123.0000000000000000000000000000001", "1e-30", "1234567890123", "1E12", "0.1234"])
def test_a_total_that_no_document_can_say_is_refused_however_long_it_is(total: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_order(body_of(total="@").replace(b'"@"', total.encode()))
    assert set(refused.value.problems) == {"/total"}


@pytest.mark.parametrize("total", ["123.00000000000000000000000000000000", "1.23E2", "123", '"123.000"', "123.0"])
def test_zeros_at_the_end_and_exponents_are_only_ways_to_write(total: str) -> None:
    assert read_order(body_of(total="@").replace(b'"@"', total.encode())).total == 123


def test_a_discount_is_a_line_below_zero_and_a_rounding_fee_is_none() -> None:
    lines = [
        {"id": 1, "name": "Mug", "quantity": 2, "rate": 23, "unit_gross": "50.00"},
        {"id": 2, "name": "Voucher", "quantity": 1, "rate": 23, "line_gross": "-10.00"},
        {"id": 3, "name": "Zaokrouhlení", "kind": "fee", "quantity": 1, "rate": 0, "line_gross": "-0.10"},
    ]
    order = read_order(body_of(total="89.90", lines=lines))
    made = decide(order, (), rules("PL", {"rounding_fee_names": ["zaokrouhleni"]}), asks())
    paper = document(made)
    check_document(paper)
    assert [(e["source"], e["quantity"], e["gross"]) for e in paper["lines"]] == [
        ("line_item:1", "2", "100.00"),
        ("line_item:2", "-1", "-10.00"),
    ]
    assert (paper["totals"]["gross"], paper["totals"]["rounding"]) == ("90.00", "-0.10")


def test_zero_vat_needs_the_routes_word() -> None:
    lines = [{"id": 1, "name": "Book", "quantity": 1, "rate": 0, "line_gross": "10.00", "tax_class": "books"}]
    order = read_order(body_of(total="10.00", lines=lines))
    assert decide(order, (), rules("PL"), asks()).reason == "ZERO_RATE_UNEXPLAINED"
    for word in ("books", "0%"):
        mapped = decide(order, (), rules("PL", {"zero_rate_map": {word: "E"}}), asks())
        assert (mapped.action, document(mapped)["lines"][0]["vat_category"]) == (INVOICE, "E")


def test_refunds_by_lines_and_by_amount_are_credited_to_the_cent() -> None:
    first = {"id": "r1", "at": "2026-11-21T10:00:00Z", "amount": "40.99", "lines": [{"id": "1", "line_gross": "40.99"}]}
    rest = {"id": "r2", "at": "2026-11-22T10:00:00Z", "amount": "82.01"}
    order = read_order(body_of(refunds=[first, rest], status="completed", modified="2026-11-22T10:00:01Z"))
    assert envelope_of(order).refunds == 2
    sold = decide(replace(order, refunds=()), (), rules("PL"), asks())
    history = [issued(sold)]
    credits: list[Decision] = []
    for _ in range(2):
        credits.append(decide(order, history, rules("PL"), asks()))
        history.append(issued(credits[-1]))
    papers = [document(credit) for credit in credits]
    assert [paper["totals"]["gross"] for paper in papers] == ["40.99", "82.01"]
    assert sum(Decimal(p["totals"]["vat"]) for p in papers) == Decimal(document(sold)["totals"]["vat"])
    assert decide(order, history, rules("PL"), asks()).reason == "ALREADY_INVOICED"

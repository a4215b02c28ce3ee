"""Whatever stands in whichever place of an order, it is read or refused in words: soon, and never as a crash."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from schemas import generic, unas, woocommerce
from schemas.errors import BillhookError
from schemas.order import Order
from tests.abuse.values import VALUES, bodies
from tests.generic_orders import order as generic_order
from tests.money import shop
from workers.decide import Trigger, decide

CAPTURED = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2" / "009.body"
UNAS = {
    "Key": "1-2", "Id": "12", "Currency": "HUF", "Date": "2026.03.02 10:00:00", "StatusType": "close_ok",
    "Payment": {"Type": "card", "Status": "paid"}, "SumPriceGross": "1270",
    "Customer": {"Addresses": {"Invoice": {"Name": "Anna", "CountryCode": "hu"}}},
    "Items": {"Item": {"Id": "1", "Name": "Mug", "Quantity": "1", "PriceNet": "1000", "PriceGross": "1270",
                       "Vat": "27%"}},
}  # fmt: skip


POLICY = {"documents": {"*": {"processing": "invoice", "completed": "invoice", "close_ok": "invoice"}}}


def xml(said: Any) -> str:
    """JSON as a shop's XML would say it; what no XML can hold is left out."""
    if isinstance(said, Mapping):
        return "".join(f"<{name}>{xml(value)}</{name}>" for name, value in said.items() if name.isalnum())
    return escape(str(said).replace("\0", ""))


def read_unas(body: bytes) -> Order:
    said = json.loads(body, parse_int=str, parse_float=str)
    return unas.read_order(f"<Orders><Order>{xml(said)}</Order></Orders>")


SOURCES: Mapping[str, tuple[Callable[[bytes], Order], Mapping[str, Any], str]] = {
    "generic": (generic.read_order, generic_order(), "PL"),
    "unas": (read_unas, UNAS, "HU"),
    "woocommerce": (
        lambda body: woocommerce.read_order(body, ()),
        shop.order("123.00", [shop.item(1, "100.00", "23.00")]),
        "PL",
    ),
    "woocommerce, captured": (
        lambda body: woocommerce.read_order(body, ()),
        json.loads(CAPTURED.read_bytes()),
        "HU",
    ),
}


def decided(source: str, body: bytes) -> str:
    """What becomes of an order: the decision's action, or the code it is refused with."""
    read, _, country = SOURCES[source]
    try:
        decision = decide(read(body), [], shop.rules(country, POLICY), Trigger())
    except BillhookError as refused:
        assert refused.detail
        assert len(refused.detail) < 2000
        return refused.code
    written = str(decision)
    assert len(written) < 500_000, "an amount was written out with all its zeros"
    return decision.action


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_as_it_was_the_order_owes_an_invoice(source: str) -> None:
    assert decided(source, json.dumps(SOURCES[source][1]).encode()) == "invoice"


@pytest.mark.parametrize("value", sorted(VALUES))
@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_value_in_any_place_is_read_or_refused_in_words(source: str, value: str) -> None:
    began = time.monotonic()
    ends = {place: decided(source, body) for place, body in bodies(SOURCES[source][1], VALUES[value])}
    assert len(ends) > 10
    assert time.monotonic() - began < 60


#: What no total can be: in the order's own total no document may come of it.
NO_TOTAL = ("a huge exponent", "a huge exponent as text", "thirty digits", "NaN as text", "infinity as text",
            "four thousand digits", "digits without end as text", "beyond every float", "a list", "true", "hex",
            "a formula", "a template", "two signs")  # fmt: skip


@pytest.mark.parametrize("value", NO_TOTAL)
@pytest.mark.parametrize("source", sorted(SOURCES))
def test_an_impossible_total_makes_no_document(source: str, value: str) -> None:
    total = ("SumPriceGross",) if source == "unas" else ("total",)
    made = dict(bodies(SOURCES[source][1], VALUES[value]))
    assert decided(source, made[total]) not in ("invoice", "proforma")

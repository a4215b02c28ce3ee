"""Bodies of more values than an order has are refused before they are built; large honest orders are read."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from schemas import generic, woocommerce
from schemas.envelope import read_envelope
from schemas.errors import Unreadable
from schemas.event import State
from schemas.fields import MOST_ENTRIES, MOST_PROBLEMS
from schemas.strict_json import crowded
from tests.door.conftest import Lab, captured, order
from tests.generic_orders import body_of

LIMIT = 2 * 1024 * 1024
LINE = {"id": "1", "name": "Mug", "quantity": 1, "rate": "23", "line_gross": "1.23"}


def large(lines: int, metas: int) -> bytes:
    """A captured order with so many of its own lines, each with so many fields of plugins, as PHP writes JSON."""
    said = json.loads(next(one.body for one in captured() if one.number == "009"))
    line = said["line_items"][0]
    meta = [{"id": n, "key": f"_{n}", "value": "1", "display_key": "a", "display_value": "1"} for n in range(metas)]
    said["line_items"] = [{**line, "id": n + 1, "meta_data": meta} for n in range(lines)]
    return json.dumps(said, separators=(",", ":")).encode()


@pytest.mark.parametrize(("lines", "metas"), [(60, 300), (500, 30), (1000, 10)])
def test_no_order_that_a_shop_may_have_is_crowded(lines: int, metas: int) -> None:
    body = large(lines, metas)
    assert len(body) > 700_000
    assert not crowded(body)
    assert read_envelope("order.updated", body).verdict == "order"
    assert len(woocommerce.read_order(body).lines) == lines


def test_what_a_plugin_keeps_as_text_counts_as_one_value() -> None:
    drawing = json.dumps([[n, n + 1] for n in range(60_000)])
    body = order(meta_data=[{"id": 1, "key": "_drawing", "value": drawing}])
    assert body.count(b",") > 100_000
    assert read_envelope("order.updated", body).verdict == "order"


@pytest.mark.parametrize("piece", [b"[],", b"{},", b"1,", b'"",', b'"\\"",', b"[[[[1]]]],"])
def test_a_crowd_is_refused_before_it_is_built(piece: bytes) -> None:
    body = b"[" + (piece * (LIMIT // len(piece)))[:-1] + b"]"
    began = time.monotonic()
    tracemalloc.start()
    try:
        assert crowded(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("quotes", [b'"', b'\\"', b'"\\'])
def test_texts_without_an_end_are_looked_at_once(quotes: bytes) -> None:
    began = time.monotonic()
    crowded(b"[" + b"," * 200_000 + quotes * 500_000)
    assert time.monotonic() - began < 20


def test_a_crowd_from_a_shop_is_a_dead_letter_that_keeps_its_body(lab: Lab) -> None:
    body = order(meta_data="@").replace(b'"@"', b"[" + b"[]," * 200_000 + b"[]]")
    event = lab.send(body)
    assert (event.state, event.reason) == (State.DEAD, "UNREADABLE")
    assert "more values than any order" in event.detail
    assert event.remedy
    assert lab.body(event.id) == body
    with pytest.raises(Unreadable, match="more values"):
        woocommerce.read_order(body)


def test_problems_of_a_long_order_are_told_up_to_a_number_and_soon() -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable) as told:
        generic.read_order(body_of(lines=[{"id": n, "wrong": 1} for n in range(MOST_ENTRIES)]))
    assert len(told.value.problems) == MOST_PROBLEMS
    assert time.monotonic() - began < 5


def test_an_order_has_at_most_so_many_lines() -> None:
    lines = [{**LINE, "id": str(n)} for n in range(MOST_ENTRIES + 1)]
    assert len(generic.read_order(body_of(lines=lines[:MOST_ENTRIES])).lines) == MOST_ENTRIES
    with pytest.raises(Unreadable) as told:
        generic.read_order(body_of(lines=lines))
    assert told.value.problems == {"/lines": f"This has {MOST_ENTRIES + 1} entries; at most {MOST_ENTRIES} are read."}
    with pytest.raises(Unreadable, match="line_items"):
        woocommerce.read_order(large(MOST_ENTRIES + 1, 0))


def test_an_exponent_without_end_is_unreadable_at_the_desk_too() -> None:
    with pytest.raises(Unreadable, match="not JSON"):
        woocommerce.read_order(b'{"id":30,"total":1e' + b"9" * 1000 + b"}")

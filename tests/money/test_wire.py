"""How a draft is said to a system: three price styles, never a wrong cent (documents.md 2.4, 2.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.wire import STYLES, Position, Price, Style, compare, encode
from schemas.document import Document, Draft, Kind
from schemas.errors import Permanent
from tests.money.models import check_gross, check_net
from tests.money.shop import ask, document, item, order

GROSS = Style(Price.GROSS, 2)
NET = Style(Price.NET, 4, rounding=True)


def draft(total: str, lines: list[dict[str, Any]], **changes: Any) -> Draft:
    made = ask(order(total, lines, **changes)).draft
    assert made is not None
    return made


def told(positions: tuple[Position, ...]) -> list[tuple[str, str, str]]:
    return [(p.line.id, str(p.quantity), str(p.price)) for p in positions]


THREE = draft("8.78", [item(1, "7.14", "1.6422", quantity=3)])


def test_a_price_that_fits_is_sent_as_it_is() -> None:
    assert told(encode(draft("59.97", [item(1, "48.76", "11.21", quantity=3)]), GROSS, "x").positions) == [
        ("1", "3", "19.99")
    ]


def test_a_price_that_rounds_back_is_sent_with_the_decimals_the_system_keeps() -> None:
    assert told(encode(THREE, Style(Price.GROSS, 4), "x").positions) == [("1", "3", "2.9267")]


def test_otherwise_a_line_is_split_in_two_positions() -> None:
    assert told(encode(THREE, GROSS, "x").positions) == [("1", "1", "2.92"), ("1", "2", "2.93")]


def test_without_split_lines_it_is_one_piece_with_a_telling_name() -> None:
    (position,) = encode(THREE, replace(GROSS, split=False), "x").positions
    assert (str(position.quantity), str(position.price)) == ("1", "8.78")
    assert position.name.endswith("(3 x 2.9267)")


def test_a_fractional_quantity_that_does_not_fit_is_one_piece() -> None:
    cheese = draft("100.00", [item(1, "81.30", "18.70", quantity=12.345)])
    (position,) = encode(cheese, GROSS, "x").positions
    assert (str(position.quantity), str(position.price)) == ("1", "100.00")


def test_a_discount_has_negative_quantity_and_positive_price_br_27() -> None:
    made = draft("110.70", [item(1, "100.00", "23")], fee_lines=[item(2, "-10.00", "-2.30")])
    assert told(encode(made, GROSS, "x").positions)[1] == ("2", "-1", "12.30")


def test_a_system_that_keeps_cents_of_forints_gets_prices_that_do_not_leave_any() -> None:
    made = draft("199.72", [item(1, "162.3740", "37.3460", quantity=3)])
    line = replace(made.lines[0], net=Decimal(16237), vat=Decimal(3735), gross=Decimal(19972))
    row = replace(made.breakdown[0], taxable=line.net, vat=line.vat, gross=line.gross)
    three = replace(made, lines=(line,), breakdown=(row,), decimals=0)
    sent = {kept: encode(three, replace(GROSS, kept=kept), "x").positions for kept in (None, 2)}
    assert told(sent[None]) == [("1", "3", "6657.33")]
    assert told(sent[2]) == [("1", "2", "6657.33"), ("1", "1", "6657.34")]


def test_net_prices_give_the_total_where_they_can() -> None:
    encoding = encode(THREE, NET, "x")
    check_net(document(ask(order("8.78", [item(1, "7.14", "1.6422", quantity=3)]))), told(encoding.positions), "0.00")
    assert encoding.rounding == 0


def test_a_gross_out_of_reach_needs_a_rounding_position_of_a_unit() -> None:
    made = draft("102.60", [item(1, "83.414634", "19.185366")])
    assert encode(made, NET, "x").rounding in (Decimal("0.01"), Decimal("-0.01"))


def test_without_a_rounding_position_it_is_refused_rather_than_a_cent_off() -> None:
    made = draft("102.60", [item(1, "83.414634", "19.185366")])
    with pytest.raises(Permanent) as odd:
        encode(made, replace(NET, rounding=False), "jortt")
    assert (odd.value.code, odd.value.system) == ("NO_EXACT_ENCODING", "jortt")
    assert "102.60" in odd.value.detail


def test_the_next_style_of_the_same_system_is_tried_first() -> None:
    made = draft("102.60", [item(1, "83.414634", "19.185366")])
    assert encode(made, [replace(NET, rounding=False), GROSS], "x").style == GROSS


def test_totals_are_sent_with_a_unit_price_that_multiplies_to_the_line() -> None:
    assert told(encode(THREE, Style(Price.TOTALS, 6), "x").positions) == [("1", "3", "2.926667")]


@pytest.mark.parametrize("system", sorted(STYLES))
@pytest.mark.parametrize("cents", range(1000, 1100))
def test_every_total_can_be_said_to_every_system(system: str, cents: int) -> None:
    total = Decimal(cents) / 100
    net = (total / Decimal("1.23")).quantize(Decimal("0.000001"))
    decision = ask(order(str(total), [item(1, str(net), str(total - net), quantity=7)]))
    assert decision.draft is not None
    encoding = encode(decision.draft, STYLES[system], system)
    if encoding.style.price is Price.NET:
        check_net(document(decision), told(encoding.positions), str(encoding.rounding))
    else:
        check_gross(document(decision), told(encoding.positions))


def test_ten_systems_have_a_style_and_say_where_it_is_from() -> None:
    assert len(STYLES) == 10
    assert all(style.source for styles in STYLES.values() for style in styles)


def answer(**changes: Any) -> Document:
    return replace(
        Document("x", "1", Kind.INVOICE, THREE.reference, "1/26", "PLN", Decimal("8.78"), issue_date=date(2026, 3, 2)),
        **changes,
    )


def test_an_answer_that_agrees_has_no_differences() -> None:
    assert compare(THREE, answer(vat_by_rate={"23": Decimal("1.65")})) == ()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"gross": Decimal("8.79")}, "total"),
        ({"currency": "EUR"}, "currency"),
        ({"vat_by_rate": {"23": Decimal("1.66")}}, "VAT"),
    ],
)
def test_an_answer_that_differs_says_where(changes: dict[str, Any], word: str) -> None:
    (difference,) = compare(THREE, answer(**changes))
    assert difference.startswith(word)


def test_a_credit_note_may_come_back_negative() -> None:
    assert compare(THREE, answer(gross=Decimal("-8.78"), vat_by_rate={"23": Decimal("-1.64")})) == ()

"""Prices for a system of which nobody says where it rounds: per rate or at the end, both come to the total."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from adapters.styles import STYLES
from adapters.wire import Encoding, encode
from schemas.document import Draft, LineItem, TaxBreakdown
from schemas.money import allocate, is_whole, net_reachable, round_to, vat_in
from tests.adapters.drafts import draft
from tests.money.models import check_net, half_up

STYLE = STYLES["konto"]
Sale = tuple[str, int, str]


def of(sales: list[Sale], decimals: int) -> Draft:
    """A draft of (rate, quantity, gross), VAT taken out per rate as the desk does it."""
    lines: list[LineItem] = []
    rows: list[TaxBreakdown] = []
    for percent in dict.fromkeys(rate for rate, _, _ in sales):
        rate, mine = Decimal(percent), [(Decimal(q), Decimal(g)) for p, q, g in sales if p == percent]
        gross = sum((g for _, g in mine), Decimal(0))
        vat = round_to(vat_in(gross, rate), decimals)
        vats = allocate([vat_in(g, rate) for _, g in mine], vat, decimals)
        category, net = "S" if rate else "Z", gross - vat
        for number, ((quantity, own), part) in enumerate(zip(mine, vats, strict=True)):
            ident, zero = f"{percent}-{number}", Decimal(0)
            lines.append(LineItem(ident, f"line_item:{ident}", "Bolli", quantity, zero, zero, category, rate,
                                  own - part, part, own))  # fmt: skip
        off = vat - round_to(net * rate / 100, decimals)
        rows.append(TaxBreakdown(category, rate, net, vat, gross, off, net_reachable(gross, rate, decimals)))
    made = draft()
    sums = [sum((getattr(row, name) for row in rows), Decimal(0)) for name in ("taxable", "vat", "gross")]
    totals = replace(made.totals, net=sums[0], vat=sums[1], gross=sums[2])
    return replace(made, lines=tuple(lines), breakdown=tuple(rows), totals=totals, decimals=decimals)


def checked(wanted: Draft) -> Encoding:
    """Both models, in exact fractions; whole pieces; no price below zero."""
    encoding = encode(wanted, STYLE, "konto")
    sent = encoding.positions
    told = {
        "decimals": wanted.decimals, "totals": {"gross": str(wanted.totals.gross)},
        "lines": [{"id": x.id, "vat_category": x.vat_category, "vat_rate": str(x.vat_rate)} for x in wanted.lines],
        "vat_breakdown": [{"net_reachable": row.net_reachable} for row in wanted.breakdown],
    }  # fmt: skip
    check_net(told, [(p.line.id, str(p.quantity), str(p.price)) for p in sent], str(encoding.rounding))
    exact = Fraction(encoding.rounding) + sum(
        Fraction(p.quantity) * Fraction(p.price) * (1 + Fraction(p.line.vat_rate or 0) / 100) for p in sent
    )
    assert half_up(exact, wanted.decimals) == Fraction(wanted.totals.gross)
    assert all(is_whole(p.quantity) and p.price >= 0 for p in sent)
    return encoding


@pytest.mark.parametrize("decimals", [0, 2])
def test_any_sale_at_icelands_rates_can_be_said(decimals: int) -> None:
    rng = random.Random(f"konto {decimals}")
    for _ in range(300):
        sales = [_sale(rng, decimals) for _ in range(rng.randint(1, 8))]
        if sum(Decimal(gross) for _, _, gross in sales) > 0:
            checked(of(sales, decimals))


def _sale(rng: random.Random, decimals: int) -> Sale:
    sign = rng.choice([1] * 9 + [-1])
    amount = Decimal(rng.randint(1, 30_000)) / 10**decimals * sign
    return rng.choice(["24", "11", "0"]), sign * rng.choice([1, 1, 1, 2, 3, 7, rng.randint(1, 200)]), str(amount)


def test_what_two_rates_leave_over_together_is_taken_off_a_price() -> None:
    sales: list[Any] = [("24", 1, "1001"), ("11", 1, "1005")]
    plain = encode(of(sales, 0), replace(STYLE[0], carried=False), "x")
    exact = sum(p.quantity * p.price * (100 + (p.line.vat_rate or 0)) / 100 for p in plain.positions) + plain.rounding
    assert round_to(Decimal(exact), 0) == 2005, "otherwise this test is of nothing"
    assert [str(p.price) for p in checked(of(sales, 0)).positions] != [str(p.price) for p in plain.positions]


def test_a_price_that_need_not_move_does_not() -> None:
    encoding = checked(of([("24", 2, "2480"), ("11", 1, "1110")], 0))
    assert [str(p.price) for p in encoding.positions] == ["1000", "1000"]
    assert encoding.rounding == 0

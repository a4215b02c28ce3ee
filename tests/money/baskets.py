"""Random baskets as hypothesis draws them, computed by the rules of a WooCommerce shop (documents.md 1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from tests.money.shop import cents, item, order, refund, returned, tax_line

D = Decimal
#: Country → currency and rates; two currencies have no decimals, one has three.
COUNTRIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "PL": ("PLN", ("23", "8", "5")),
    "CZ": ("CZK", ("21", "12")),
    "SK": ("EUR", ("23", "19", "5")),
    "HU": ("HUF", ("27", "18", "5")),
    "SE": ("SEK", ("25", "12", "6")),
    "NL": ("EUR", ("21", "9")),
    "IS": ("ISK", ("24", "11")),
    "FI": ("EUR", ("25.5", "13.5", "10")),
    "FR": ("EUR", ("20", "10", "5.5", "2.1")),
    "KW": ("KWD", ("27", "5")),
}
_HOME = {"KW": "HU"}


@dataclass(frozen=True)
class Line:
    """What was put into the basket: a price as typed, in the smallest unit of the shop."""

    price: int
    quantity: int
    rate: int


@dataclass(frozen=True)
class GoneBack:
    """One refund: pieces of some lines, or an amount only (percent of the total)."""

    pieces: tuple[tuple[int, int], ...]
    percent: int
    coarse: bool


@dataclass(frozen=True)
class Basket:
    """A drawn order: everything the shop needs to compute it."""

    country: str
    gross_prices: bool
    lines: tuple[Line, ...]
    shipping: int
    fee: int
    coupon: int
    coarse: bool
    at_subtotal: bool
    back: tuple[GoneBack, ...]
    forward: bool

    @property
    def seller(self) -> str:
        return _HOME.get(self.country, self.country)

    @property
    def places(self) -> int:
        return {"HUF": 0, "ISK": 0, "KWD": 3}.get(COUNTRIES[self.country][0], 2)


_LINES = st.builds(Line, st.integers(1, 250_000), st.integers(1, 12), st.integers(0, 3))
_BACK = st.builds(
    GoneBack,
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 12)), max_size=3).map(tuple),
    st.integers(1, 60),
    st.booleans(),
)
BASKETS = st.builds(
    Basket,
    st.sampled_from(sorted(COUNTRIES)),
    st.booleans(),
    st.lists(_LINES, min_size=1, max_size=8).map(tuple),
    st.sampled_from([0, 0, 399, 1490, 12345]),
    st.sampled_from([0, 0, 250, -300, -1]),
    st.sampled_from([0, 0, 7, 10, 25, 33]),
    st.booleans(),
    st.booleans(),
    st.lists(_BACK, max_size=3).map(tuple),
    st.booleans(),
)


@dataclass(frozen=True)
class _Element:
    net: Decimal
    tax: Decimal
    rate: int
    quantity: int


def _element(basket: Basket, typed: Decimal, rate: int, quantity: int, gross_prices: bool) -> _Element:
    percent = D(_rates(basket)[rate % len(_rates(basket))])
    six = D("0.000001")
    if gross_prices:
        tax = (typed * percent / (100 + percent)).quantize(six, ROUND_HALF_UP)
        return _Element(typed - tax, tax, rate % len(_rates(basket)), quantity)
    return _Element(typed, (typed * percent / 100).quantize(six, ROUND_HALF_UP), rate % len(_rates(basket)), quantity)


def _rates(basket: Basket) -> tuple[str, ...]:
    return COUNTRIES[basket.country][1]


def _elements(basket: Basket) -> list[_Element]:
    """Items after the coupon, shipping (always typed net), a fee of the first rate."""
    unit = D(1).scaleb(-basket.places)
    keep = D(100 - basket.coupon) / 100
    built = [
        _element(
            basket, cents(line.price * line.quantity * unit * keep, 6), line.rate, line.quantity, basket.gross_prices
        )
        for line in basket.lines
    ]
    if basket.shipping:
        built.append(_element(basket, basket.shipping * unit, 0, 1, gross_prices=False))
    small = sum((e.net for e in built), D(0)) > 10 * abs(basket.fee) * unit
    if basket.fee and small:
        built.append(_element(basket, basket.fee * unit, 0, 1, gross_prices=False))
    return built


def _tax_rounding(basket: Basket) -> str:
    """Half down with gross prices, half up with net ones, as WooCommerce does."""
    return ROUND_HALF_DOWN if basket.gross_prices else ROUND_HALF_UP


def _total(basket: Basket, elements: Sequence[_Element]) -> Decimal:
    """The order's total: nets, and taxes rounded per line, or once per rate with rounding at subtotal level."""
    net = sum((e.net for e in elements), D(0))
    if not basket.at_subtotal:
        return cents(
            net + sum((cents(e.tax, basket.places, _tax_rounding(basket)) for e in elements), D(0)), basket.places
        )
    sums: dict[int, Decimal] = {}
    for e in elements:
        sums[e.rate] = sums.get(e.rate, D(0)) + e.tax
    return cents(
        net + sum((cents(tax, basket.places, _tax_rounding(basket)) for tax in sums.values()), D(0)), basket.places
    )


def body_of(basket: Basket) -> dict[str, Any]:
    """The order as the shop's REST API writes it: shop decimals (`coarse`) or six."""
    elements = _elements(basket)
    places = basket.places if basket.coarse else 6
    written: dict[str, list[dict[str, Any]]] = {"line_items": [], "shipping_lines": [], "fee_lines": []}
    for place, e in enumerate(elements):
        extra = place - len(basket.lines)
        key = "line_items" if extra < 0 else "shipping_lines" if basket.shipping and extra == 0 else "fee_lines"
        entry = item(100 + place, str(cents(e.net, places)), str(e.tax), e.rate + 1, e.quantity)
        entry["total_tax"] = str(cents(e.tax, basket.places, _tax_rounding(basket)))
        written[key].append(entry)
    code = "" if basket.seller == "HU" else basket.seller
    rates = [tax_line(i + 1, rate, f"{code or 'HU'}-VAT-1") for i, rate in enumerate(_rates(basket))]
    taxes = sum((cents(e.tax, basket.places, _tax_rounding(basket)) for e in elements), D(0))
    return order(
        str(_total(basket, elements)),
        written["line_items"],
        currency=COUNTRIES[basket.country][0],
        prices_include_tax=basket.gross_prices,
        shipping_lines=written["shipping_lines"],
        fee_lines=written["fee_lines"],
        tax_lines=rates,
        total_tax=str(taxes),
        to={"country": basket.seller},
    )


def refunds_of(basket: Basket, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Refund objects as the shop allows them: never more pieces than sold, never more money than is left."""
    left = D(body["total"])
    pieces = {line["id"]: line["quantity"] for line in body["line_items"]}
    made: list[dict[str, Any]] = []
    for number, back in enumerate(basket.back):
        lines = _lines_back(back, body, pieces)
        asked = -sum((D(x["total"]) + D(x["taxes"][0]["total"]) for x in lines), D(0))
        amount = min(left, cents(asked if lines else left * back.percent / 100, basket.places))
        if amount > 0:
            made.append(refund(9000 + number, str(amount), *lines))
            left -= amount
    return made


def _lines_back(back: GoneBack, body: dict[str, Any], pieces: dict[int, int]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for place, wanted in back.pieces:
        sold = body["line_items"][place % len(body["line_items"])]
        count = min(wanted, pieces[sold["id"]])
        tax = sold["taxes"][0]["total"] if sold["taxes"] else ""
        if not count or any(x["meta_data"][0]["value"] == str(sold["id"]) for x in lines) or not tax:
            continue
        pieces[sold["id"]] -= count
        share = D(count) / sold["quantity"]
        places = 2 if back.coarse else 6
        net, vat = (str(cents(D(x) * share, places)) for x in (sold["total"], tax))
        if D(net) > 0 and D(vat) > 0:
            lines.append(returned(sold["id"], net, vat, sold["taxes"][0]["id"], count))
    return lines

"""Walking a UNAS listing: however it counts its pages and its bounds, sorts or moves, no order is skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

import pytest

from adapters.shops import unas_listing
from adapters.shops.unas_listing import Listing
from adapters.shops.unas_times import BUDAPEST, STAMP, banned_seconds, earliest, latest
from adapters.shops.unas_xml import text
from schemas.errors import Transient

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
START = NOW - timedelta(hours=5)


@dataclass
class Paper:
    """A list of orders as UNAS might keep it: Id → seconds after START. `first` is where LimitStart counts from."""

    orders: dict[int, int]
    first: int = 0
    inclusive: bool = True
    sorts: bool = True
    between: Callable[[dict[int, int], int], None] = lambda orders, call: None
    asked: list[Mapping[str, str]] = field(default_factory=list)
    start: datetime = START

    def ask(self, params: Mapping[str, str]) -> Sequence[Element]:
        self.asked.append(params)
        self.between(self.orders, len(self.asked))
        least, most = int(params["TimeModStart"]), int(params.get("TimeModEnd", 2**40))
        begun, slack = int(self.start.timestamp()), 0 if self.inclusive else 1
        found = [ident for ident, at in self.orders.items() if least + slack <= begun + at <= most - slack]
        found.sort(key=lambda ident: (self.orders[ident], ident) if self.sorts else (ident, 0))
        skip = max(0, int(params.get("LimitStart", self.first)) - self.first)
        return [self._order(ident) for ident in found[skip : skip + int(params["LimitNum"])]]

    def _order(self, ident: int) -> Element:
        order = Element("Order")
        SubElement(order, "Id").text = str(ident)
        moment = (self.start + timedelta(seconds=self.orders[ident])).astimezone(BUDAPEST)
        SubElement(order, "DateMod").text = moment.strftime(STAMP)
        return order


def met(paper: Paper, now: datetime = NOW) -> list[int]:
    return [int(text(order, "Id")) for order in Listing(paper.ask, paper.start, lambda: now).orders()]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unas_listing, "MOST", 10)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("sorts", [True, False])
@pytest.mark.parametrize(
    "orders",
    [
        dict.fromkeys(range(31), 100),
        {ident: 50 + ident // 25 for ident in range(77)},
        {ident: ident * 7 for ident in range(95)},
        {ident: 3000 - ident * 11 for ident in range(40)},
        dict.fromkeys(range(10), 60) | dict.fromkeys(range(10, 21), 61) | {99: 62},
        {1: 5},
        {},
    ],
    ids=["one second", "three seconds", "spread", "the newest first", "second by second", "one", "none"],
)
def test_all_are_met_whatever_is_not_documented(
    orders: dict[int, int], first: int, inclusive: bool, sorts: bool
) -> None:
    paper = Paper(dict(orders), first, inclusive, sorts)
    assert set(met(paper)) == set(orders)


@pytest.mark.parametrize("first", [0, 1])
def test_none_is_skipped_while_orders_move_to_the_end(first: int) -> None:
    def move(orders: dict[int, int], call: int) -> None:
        for ident in range(call * 3, call * 3 + 3):
            if ident in orders:
                orders[ident] = 17000 + call

    for orders in ({ident: ident * 5 for ident in range(80)}, dict.fromkeys(range(80), 40)):
        paper = Paper(dict(orders), first, between=move)
        assert set(met(paper)) == set(orders)


def test_a_span_that_never_rests_is_not_believed() -> None:
    def renew(orders: dict[int, int], call: int) -> None:
        for ident in sorted(orders)[:5]:
            del orders[ident]
        orders |= dict.fromkeys(range(call * 100, call * 100 + 5), 40)

    with pytest.raises(Transient) as caught:
        met(Paper(dict.fromkeys(range(30), 40), between=renew))
    assert caught.value.code == "UNREAD_PAGES"


def test_few_calls_serve_an_ordinary_look() -> None:
    paper = Paper({ident: ident for ident in range(9)})
    met(paper)
    assert [sorted(asked) for asked in paper.asked] == [["LimitNum", "Order", "TimeModStart"]]


def test_the_hour_that_comes_twice_is_walked_once() -> None:
    begun = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    paper = Paper({ident: ident * 90 for ident in range(160)}, start=begun)
    assert sorted(met(paper, begun + timedelta(hours=5))) == list(range(160))
    assert len(paper.asked) < 40


def test_a_wall_time_of_the_hour_that_comes_twice_is_what_has_come() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    stamp = "2026.10.25 02:30:00"
    assert latest(stamp, first) == first
    assert latest(stamp, second) == second
    assert (earliest(stamp, first), earliest(stamp, first + timedelta(seconds=1))) == (first, second)
    assert latest("", NOW) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Too much getOrder query, IP is banned till 11.21.2026 14:00:00", 3601),
        ("Too much getOrder query, IP is banned till 11.21.2026 13:30:00!", 1801),
        ("Too much setOrder query, IP is banned", 3601),
        ("IP is banned till 21.11.2026 14:00:00", 3601),
        ("IP is banned till 11.21.2031 14:00:00", 3601),
        ("IP is banned till 11.21.2026 12:59:30", 61),
        ("Invalid Key", None),
        ("Urban order not found", None),
    ],
)
def test_a_ban_ends_when_unas_says_by_its_own_way_to_write_dates(said: str, seconds: float | None) -> None:
    assert banned_seconds(said, NOW) == seconds

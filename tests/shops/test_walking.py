"""Walking through orders that change under the walker: none is skipped, whatever moves, and the walk ends."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from adapters.shops.walking import Page, Row, Walk
from schemas.errors import Transient, Unsupported

START = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Moving:
    """A shop's list of orders: bounds exclusive, sorted by change then id; between two answers some orders change."""

    def __init__(self, seed: int, seconds: list[int], changes: int = 40, counts: bool = True) -> None:
        self.random = random.Random(seed)
        self.orders = {ident: START + SECOND * second for ident, second in enumerate(seconds, 1)}
        self.now = max(self.orders.values()) + SECOND * 5
        self.left = changes
        self.counts = counts
        self.asked: list[Mapping[str, str]] = []

    def __call__(self, params: Mapping[str, str]) -> Page:
        self.asked.append(dict(params))
        after = datetime.fromisoformat(params["modified_after"]).replace(tzinfo=UTC)
        before = datetime.fromisoformat(params.get("modified_before", "2099-01-01")).replace(tzinfo=UTC)
        found = sorted((at, ident) for ident, at in self.orders.items() if after < at < before)
        size, number = int(params["per_page"]), int(params.get("page", "1"))
        rows = [Row(at, str(ident), {"id": ident}) for at, ident in found[(number - 1) * size : number * size]]
        self._move()
        return Page(tuple(rows), len(found) if self.counts else None)

    def _move(self) -> None:
        """A few orders, most of them at the beginning of the list, are changed: the rest moves up."""
        for _ in range(min(self.left, self.random.randrange(4)) if self.orders else 0):
            self.left -= 1
            self.now += SECOND * self.random.randrange(2)
            first = sorted(self.orders, key=lambda ident: self.orders[ident])[: len(self.orders) // 2 + 1]
            self.orders[self.random.choice(first)] = self.now


def walked(shop: Moving, since: datetime = START) -> list[int]:
    return [order["id"] for order in Walk(shop, since).rows()]


def by_numbers(shop: Moving) -> set[int]:
    """What not to do."""
    found: set[int] = set()
    for number in range(1, 20):
        page = shop({"modified_after": "2026-11-21T07:59:59", "per_page": "100", "page": str(number)})
        found |= {row.order["id"] for row in page.rows}
    return found


SPREAD = [number // 3 for number in range(700)]
BULK = [0] * 30 + [7] * 420 + list(range(8, 90))


@pytest.mark.parametrize("seconds", [SPREAD, BULK, [3] * 100, [3] * 101, [5], []])
@pytest.mark.parametrize("counts", [True, False])
def test_every_order_is_met_and_the_walk_ends(seconds: list[int], counts: bool) -> None:
    for seed in range(12):
        shop = Moving(seed, seconds or [0], counts=counts)
        if not seconds:
            shop.orders.clear()
        assert set(walked(shop)) == set(shop.orders), seed
        assert len(shop.asked) < 60


def test_numbered_pages_would_have_lost_some() -> None:
    assert any(by_numbers(Moving(seed, SPREAD)) != set(range(1, 701)) for seed in range(12))


def test_a_shop_that_stands_still_is_walked_without_reading_an_order_twice() -> None:
    shop = Moving(1, SPREAD, changes=0)
    assert sorted(walked(shop)) == list(range(1, 701))


def test_the_second_asked_for_is_met_and_those_before_it_are_not() -> None:
    shop = Moving(1, [0, 1, 2, 3], changes=0)
    assert walked(shop, START + SECOND * 2 + timedelta(milliseconds=900)) == [3, 4]


def test_a_second_that_never_comes_to_rest_is_not_taken_for_read() -> None:
    shop = Moving(1, [4] * 400, changes=0)

    def leaving(params: Mapping[str, str]) -> Page:
        page = shop(params)
        shop.orders.pop(min(shop.orders))
        return page

    with pytest.raises(Transient) as caught:
        list(Walk(leaving, START).rows())
    assert caught.value.code == "UNREAD_PAGES"


def test_orders_hidden_from_the_key_make_a_page_short_but_not_the_last() -> None:
    shop = Moving(1, list(range(250)), changes=0)

    def hiding(params: Mapping[str, str]) -> Page:
        page = shop(params)
        return Page(tuple(row for row in page.rows if int(row.id) % 7), page.total)

    assert [order["id"] for order in Walk(hiding, START).rows()] == [i for i in range(1, 251) if i % 7]


def test_a_shop_too_old_to_filter_by_change_is_found_out() -> None:
    shop = Moving(1, [0, 100], changes=0)
    with pytest.raises(Unsupported) as caught:
        list(Walk(lambda params: shop({**params, "modified_after": "2020-01-01"}), START + SECOND * 50).rows())
    assert caught.value.code == "CANNOT_BE_POLLED"


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages() -> None:
    shop = Moving(1, list(range(250)), changes=0)

    def small(params: Mapping[str, str]) -> Page:
        if int(params["per_page"]) > 20:
            raise Transient("too long", system="woocommerce", code="ANSWER_TOO_LARGE")
        return shop(params)

    assert sorted(order["id"] for order in Walk(small, START).rows()) == list(range(1, 251))
    assert {params["per_page"] for params in shop.asked} == {"20"}


def test_one_order_that_is_too_large_alone_is_said() -> None:
    def never(params: Mapping[str, str]) -> Page:
        raise Transient("too long", system="woocommerce", code="ANSWER_TOO_LARGE")

    with pytest.raises(Transient) as caught:
        list(Walk(never, START).rows())
    assert caught.value.code == "ANSWER_TOO_LARGE"

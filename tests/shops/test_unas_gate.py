"""The shared gate of a shop: one budget for all workers, a ban and a refused key that everybody keeps to."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from adapters.shops.unas_limits import FAILED, SEVERAL, UNKNOWN, limits
from schemas.connection import Shop
from schemas.errors import RateLimited
from schemas.ports import Limit, Refusal
from tests.ledger.fixtures import (
    NOW,
    House,
    add_shop,
    database_url,
    house,
    postgres_server,
    postgres_template,
    sqlite_template,
)
from workers.shop.gates import Gates, ShopGate

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = 3600
THIRTY = (Limit("listing", 30, HOUR),)


class Time:
    """A wall clock that a test pushes forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class NoSpread(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return a


def gate(house: House, time: Time, shop: Shop | None = None, divisor: int = 1) -> ShopGate:
    """A gate as one more process has it."""
    return Gates(house.ledger, time, divisor, rng=NoSpread()).of(shop or house.shop)


def taken(house: House, time: Time, wanted: tuple[Limit, ...], calls: int) -> int:
    """How many of so many calls were let through."""
    passed = 0
    for _ in range(calls):
        try:
            gate(house, time).budget(wanted).take()
            passed += 1
        except RateLimited:
            continue
    return passed


def refused(house: House, time: Time, wanted: tuple[Limit, ...]) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        gate(house, time).budget(wanted).take()
    return caught.value


def test_a_crowd_takes_no_more_than_there_is(house: House) -> None:
    time = Time()

    def take(_: int) -> bool:
        try:
            gate(house, time).budget(THIRTY).take()
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(take, range(50))) == 30


@on_sqlite
def test_room_comes_back_when_the_hour_is_surely_over_and_is_said_beforehand(house: House) -> None:
    time = Time()
    assert taken(house, time, THIRTY, 10) == 10
    time.later(600)
    assert taken(house, time, THIRTY, 30) == 20
    told = refused(house, time, THIRTY)
    assert (told.code, HOUR - 600 < told.retry_after <= HOUR - 600 + 120) == ("BUDGET_USED_UP", True)
    assert "30 calls of the kind “listing” in 60 minutes" in told.detail
    time.later(told.retry_after - 1)
    assert taken(house, time, THIRTY, 1) == 0
    time.later(1)
    assert taken(house, time, THIRTY, 30) == 10


@on_sqlite
def test_no_hour_ever_holds_more_than_the_limit(house: House) -> None:
    time, dice, made = Time(), random.Random(7), list[datetime]()
    for _ in range(250):
        time.later(dice.expovariate(1 / 60))
        if taken(house, time, THIRTY, 1):
            made.append(time.now)
    most = max(sum(start <= other < start + timedelta(hours=1) for other in made) for start in made)
    assert 25 < most <= 30
    assert len(made) > 90


@on_sqlite
def test_a_call_counts_in_each_of_its_windows_and_not_at_all_when_one_is_full(house: House) -> None:
    time, both = Time(), (Limit("listing", 2, HOUR), Limit("all", 3, HOUR))
    assert taken(house, time, both, 5) == 2
    assert taken(house, time, (Limit("all", 3, HOUR),), 5) == 1


@on_sqlite
def test_a_ban_is_obeyed_by_everybody_for_every_kind(house: House) -> None:
    time = Time()
    gate(house, time).budget(()).penalty(1800)
    assert refused(house, time, (Limit("another", 1000, HOUR),)).retry_after == 1800
    gate(house, time).budget(()).penalty(60)
    time.later(1790)
    assert refused(house, time, ()).retry_after == 10
    time.later(10)
    assert taken(house, time, THIRTY, 1) == 1


@on_sqlite
def test_one_shops_ban_is_not_anothers(house: House) -> None:
    time = Time()
    with house.ledger.write() as tx:
        other = add_shop(house.ledger, tx, "other")
    gate(house, time).budget(()).penalty(1800)
    gate(house, time, other).budget(THIRTY).take()


@on_sqlite
def test_twelve_failures_in_a_row_are_enough_and_a_success_wipes_them_out(house: House) -> None:
    time, wanted = Time(), limits("setOrder", vip=False)
    for _ in range(12):
        assert taken(house, time, wanted, 1) == 1
        gate(house, time).note("setOrder" + FAILED)
    assert taken(house, time, wanted, 3) == 0
    assert taken(house, time, limits("getOrder", vip=False), 1) == 1
    gate(house, time).forget("setOrder" + FAILED)
    assert taken(house, time, wanted, 3) == 3


@on_sqlite
def test_calls_that_name_no_shop_are_counted_over_all_shops(house: House) -> None:
    time = Time()
    with house.ledger.write() as tx:
        shops = [add_shop(house.ledger, tx, f"shop{number}") for number in range(6)]
    for shop in shops:
        gate(house, time, shop).note(UNKNOWN)
    assert taken(house, time, limits("login", vip=False), 1) == 0
    time.later(780)
    assert taken(house, time, limits("login", vip=False), 1) == 1


@on_sqlite
def test_a_refused_login_is_remembered_by_everybody_until_one_is_good(house: House) -> None:
    time, refusal = Time(), Refusal("Invalid Key", "KEY_REFUSED", "See to it.")
    gate(house, time).refuse("origin-1", refusal)
    assert gate(house, time).refusal("origin-1") == refusal
    assert gate(house, time).refusal("origin-2") is None
    gate(house, time).admit()
    assert gate(house, time).refusal("origin-1") is None


@on_sqlite
def test_the_packages_differ(house: House) -> None:
    time = Time()
    assert taken(house, time, limits(SEVERAL, vip=False), 40) == 30
    assert taken(house, time, limits(SEVERAL, vip=True), 70) == 60
    assert taken(house, time, limits("getAutomatism", vip=False), 3) == 0

"""One caller at a time for a named thing of an account; the dead hold nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from ledger import orders, turns
from schemas.errors import Waiting
from tests.ledger.fixtures import House
from workers.timing import timing_of
from workers.turns import LedgerTurns

FAST = timing_of("fast")


def lease(house: House, owner: str, order: str) -> int:
    house.one(order=order)
    with house.ledger.write() as tx:
        row = orders.take_lease(tx, house.shop.id, order, owner, "e")
    assert row is not None
    return row.id


def mine(house: House, owner: str) -> LedgerTurns:
    return LedgerTurns(house.ledger, house.account.id, owner, FAST)


def test_a_turn_is_held_by_one_and_given_back(house: House) -> None:
    lease(house, "first", "1")
    lease(house, "second", "2")
    with mine(house, "first")("series/1"):
        with pytest.raises(Waiting), mine(house, "second")("series/1"):
            raise AssertionError("two had the same turn")
        with mine(house, "second")("series/2"):
            pass
    with mine(house, "second")("series/1"):
        pass


def test_whoever_waits_a_moment_gets_the_turn(house: House) -> None:
    lease(house, "first", "1")
    lease(house, "second", "2")
    inside, seen = threading.Event(), []

    def keep() -> None:
        with mine(house, "first")("customer/7"):
            inside.set()
            time.sleep(0.2)
            seen.append("first")

    holder = threading.Thread(target=keep)
    holder.start()
    assert inside.wait(5)
    patient = replace(mine(house, "second"), timing=timing_of("real"))
    with patient("customer/7"):
        seen.append("second")
    holder.join()
    assert seen == ["first", "second"]


def test_a_turn_whose_lease_was_taken_away_is_free(house: House) -> None:
    row = lease(house, "first", "1")
    lease(house, "second", "2")
    with house.ledger.write() as tx:
        assert turns.take(tx, house.account.id, "series/1", "first")
        assert not turns.take(tx, house.account.id, "series/1", "second")
        assert orders.release(tx, row, "first")
        assert turns.take(tx, house.account.id, "series/1", "second")
        turns.give_back(tx, house.account.id, "series/1", "first")
        assert not turns.take(tx, house.account.id, "series/1", "first")

"""Group commit: many deliveries, few transactions, every waiter answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger import events
from ledger.engine import LedgerDown
from ledger.inbox import Inbox
from schemas.event import State, Stored
from tests.ledger.fixtures import House


def test_deliveries_that_wait_together_are_committed_together(house: House) -> None:
    batches: list[Sequence[Stored]] = []
    gate = threading.Event()

    def ring(batch: Sequence[Stored]) -> None:
        batches.append(batch)
        gate.wait(5)

    inbox = Inbox(house.ledger, ring)
    with ThreadPoolExecutor(30) as pool:
        futures = [pool.submit(inbox.store, house.incoming(order=str(n)), 10) for n in range(30)]
        time.sleep(0.3)
        gate.set()
        stored = [future.result() for future in futures]
    inbox.close()
    assert sum(len(batch) for batch in batches) == 30
    assert len(batches) <= 5
    assert {one.event_id for one in stored} == {one.event_id for batch in batches for one in batch}


def test_a_bell_that_fails_fails_no_delivery(house: House) -> None:
    def broken(_: Sequence[Stored]) -> None:
        raise ConnectionError("no Redis")

    inbox = Inbox(house.ledger, broken)
    assert [inbox.store(house.incoming(order=str(n))).ring for n in range(2)] == [True, True]
    inbox.close()


def test_one_impossible_delivery_does_not_fail_its_neighbours(house: House) -> None:
    entered, gate = threading.Event(), threading.Event()

    def ring(_: Sequence[Stored]) -> None:
        entered.set()
        gate.wait(5)

    inbox = Inbox(house.ledger, ring)
    inbox.store(house.incoming(order="first"))
    assert entered.wait(5)
    with ThreadPoolExecutor(4) as pool:
        bad = pool.submit(inbox.store, replace(house.incoming(), shop_id=999), 10)
        good = [pool.submit(inbox.store, house.incoming(order=str(n)), 10) for n in range(3)]
        time.sleep(0.2)
        gate.set()
        assert isinstance(bad.exception(10), LedgerDown)
        assert [type(one.result(10)) for one in good] == [Stored] * 3
    inbox.close()


def test_a_database_that_is_down_is_told_to_every_waiter_in_time(house: House) -> None:
    inbox = Inbox(house.ledger, lambda _: None)
    hold = threading.Event()

    def block() -> None:
        with house.ledger.write() as tx:
            events.store(tx, [house.incoming(order=str(n)) for n in range(3)], house.incoming().received_at)
            hold.wait(5)

    blocker = threading.Thread(target=block)
    blocker.start()
    time.sleep(0.2)
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(inbox.store, house.incoming(order=str(n)), 0.3) for n in range(3)]
        errors = [future.exception() for future in futures]
    assert [type(error) for error in errors] == [LedgerDown] * 3
    assert time.monotonic() - began < 2
    hold.set()
    blocker.join()
    inbox.close()


def test_a_closed_inbox_commits_what_waits_and_takes_no_more(house: House) -> None:
    inbox = Inbox(house.ledger, lambda _: None)
    stored = inbox.store(house.incoming())
    inbox.close()
    assert house.event(stored.event_id).state is State.WAITING
    with pytest.raises(LedgerDown, match="closed"):
        inbox.store(house.incoming())

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

#: Seconds that nothing here takes, however slow the machine is; what is awaited is always a condition.
LONG = 120


def all_waiting(inbox: Inbox, count: int) -> bool:
    """So many deliveries stand before the committing thread."""
    end = time.monotonic() + LONG
    while len(inbox._slots) < count and time.monotonic() < end:
        time.sleep(0.01)
    return len(inbox._slots) >= count


def test_deliveries_that_wait_together_are_committed_together(house: House) -> None:
    batches: list[Sequence[Stored]] = []
    entered, gate = threading.Event(), threading.Event()

    def ring(batch: Sequence[Stored]) -> None:
        batches.append(batch)
        entered.set()
        gate.wait(LONG)

    inbox = Inbox(house.ledger, ring)
    inbox.store(house.incoming(order="first"), LONG)
    assert entered.wait(LONG)
    with ThreadPoolExecutor(30) as pool:
        futures = [pool.submit(inbox.store, house.incoming(order=str(n)), LONG) for n in range(30)]
        assert all_waiting(inbox, 30)
        gate.set()
        stored = [future.result() for future in futures]
    inbox.close()
    assert [len(batch) for batch in batches] == [1, 30]
    assert {one.event_id for one in stored} == {one.event_id for one in batches[1]}


def test_a_bell_that_fails_fails_no_delivery(house: House) -> None:
    def broken(_: Sequence[Stored]) -> None:
        raise ConnectionError("no Redis")

    inbox = Inbox(house.ledger, broken)
    assert [inbox.store(house.incoming(order=str(n)), LONG).ring for n in range(2)] == [True, True]
    inbox.close()


def test_one_impossible_delivery_does_not_fail_its_neighbours(house: House) -> None:
    entered, gate = threading.Event(), threading.Event()

    def ring(_: Sequence[Stored]) -> None:
        entered.set()
        gate.wait(LONG)

    inbox = Inbox(house.ledger, ring)
    inbox.store(house.incoming(order="first"), LONG)
    assert entered.wait(LONG)
    with ThreadPoolExecutor(4) as pool:
        bad = pool.submit(inbox.store, replace(house.incoming(), shop_id=999), LONG)
        good = [pool.submit(inbox.store, house.incoming(order=str(n)), LONG) for n in range(3)]
        assert all_waiting(inbox, 4)
        gate.set()
        assert isinstance(bad.exception(LONG), LedgerDown)
        assert [type(one.result(LONG)) for one in good] == [Stored] * 3
    inbox.close()


def test_a_database_that_is_down_is_told_to_every_waiter_in_time(house: House) -> None:
    inbox = Inbox(house.ledger, lambda _: None)
    held, hold = threading.Event(), threading.Event()

    def block() -> None:
        with house.ledger.write() as tx:
            events.store(tx, [house.incoming(order=str(n)) for n in range(3)], house.incoming().received_at)
            held.set()
            hold.wait(LONG)

    blocker = threading.Thread(target=block)
    blocker.start()
    assert held.wait(LONG)
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(inbox.store, house.incoming(order=str(n)), 0.3) for n in range(3)]
        errors = [future.exception() for future in futures]
    assert [type(error) for error in errors] == [LedgerDown] * 3
    assert blocker.is_alive(), "they were told while the database still was held"
    hold.set()
    blocker.join()
    inbox.close()


def test_a_closed_inbox_commits_what_waits_and_takes_no_more(house: House) -> None:
    inbox = Inbox(house.ledger, lambda _: None)
    stored = inbox.store(house.incoming(), LONG)
    inbox.close()
    assert house.event(stored.event_id).state is State.WAITING
    with pytest.raises(LedgerDown, match="closed"):
        inbox.store(house.incoming())

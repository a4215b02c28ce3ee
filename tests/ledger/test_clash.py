"""PostgreSQL undoes one of two transactions that wait for each other: the door begins its batch again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from ledger import events
from ledger.engine import Clash
from ledger.inbox import Inbox
from schemas.event import Stored
from tests.ledger.fixtures import House

LOCK = "UPDATE orders SET number = number WHERE order_id = %s"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def rival(url: str) -> Iterator[psycopg.Connection]:
    """Another transaction of the same database; of two that wait for each other it is never the one undone."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("SET deadlock_timeout = '1min'")
        yield connection


def cross(connection: psycopg.Connection, url: str, second: str) -> None:
    """Once somebody waits for `connection`, have it wait for them."""
    with psycopg.connect(url, autocommit=True) as looking:
        end = time.monotonic() + 20
        while looking.execute(WAITS).fetchone() == (0,):
            assert time.monotonic() < end, "nobody ever waited"
            time.sleep(0.01)
    connection.execute(LOCK, [second])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_batch_that_lost_a_deadlock_is_stored_all_the_same(house: House, database_url: str) -> None:
    entered, gate = threading.Event(), threading.Event()

    def ring(_: Sequence[Stored]) -> None:
        entered.set()
        gate.wait(20)

    inbox = Inbox(house.ledger, ring)
    for name in "ab":
        house.store(house.incoming(order=name))
    inbox.store(house.incoming(order="first"))
    assert entered.wait(5)
    with rival(database_url) as other, ThreadPoolExecutor(2) as pool:
        other.execute(LOCK, ["b"])
        both = [pool.submit(inbox.store, house.incoming(order=name, body=b'{"later":1}'), 20) for name in "ab"]
        gate.set()
        cross(other, database_url, "a")
        other.commit()
        stored = [one.result() for one in both]
    inbox.close()
    with house.ledger.read() as tx:
        assert {events.load(tx, one.event_id).order_id for one in stored} == {"a", "b"}  # type: ignore[union-attr]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_loses_a_deadlock_hears_that_it_may_begin_again(house: House, database_url: str) -> None:
    for name in "ab":
        house.store(house.incoming(order=name))

    def lose() -> None:
        with house.ledger.write() as tx:
            tx.exec_driver_sql(LOCK, ("a",))
            held.set()
            tx.exec_driver_sql(LOCK, ("b",))

    held = threading.Event()
    with rival(database_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute(LOCK, ["b"])
        losing = pool.submit(lose)
        assert held.wait(5)
        cross(other, database_url, "a")
        with pytest.raises(Clash, match="deadlock"):
            losing.result()

"""How long it takes to go on, with real times: `make faults-real` (some five minutes).

With BILLHOOK_WRITE_EVIDENCE=1 what was measured is written into docs/evidence/faults.md.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from redis import Redis

from console.stack import Stack
from ledger import events
from schemas.envelope import read_envelope
from schemas.event import ORDER, Incoming
from tests.faults import evidence
from tests.faults.elsewhere import ENVIRON, lab_on, scene_of
from tests.faults.lab import Lab, Order, Scene, state_of
from workers.timing import REAL as REAL_TIMING

pytestmark = [
    pytest.mark.slow,
    pytest.mark.faults,
    pytest.mark.rare,
    pytest.mark.timeout(1800),
]

REAL = {**ENVIRON, "BILLHOOK_TIMING": "real"}
#: What has to be met (seconds).
TAKEN_AGAIN, RESUMED, COLD, EMPTIED, ACK = 60.0, 10.0, 10.0, 30.0, 0.5
ACKS, SENDERS = 400, 8
MANY = 100_000
BATCH = 2000


Figures = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    """What was measured: what, how many seconds, at most how many."""
    lines: Figures = []
    yield lines
    if os.environ.get("BILLHOOK_WRITE_EVIDENCE") and lines:
        columns = ("what", "took, s", "at most, s")
        evidence.write_rows("Going on again, with real times", "make faults-real", columns, lines)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Stack(tmp_path_factory.mktemp("k"), REAL) as stack:
        stack.valkey()
        with lab_on(stack) as lab:
            yield lab


def took(true: Callable[[], object], most: float, what: str) -> float:
    """Wait for it, at most three times as long as it may take; gives the seconds."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < 3 * most, f"not within {3 * most:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def held(figures: Figures, what: str, seconds: float, most: float) -> None:
    """Note a figure, and hold it to what was promised."""
    figures.append((what, f"{seconds:.2f}", f"{most:g}"))
    print(*figures[-1], sep=" | ")
    assert seconds <= most, what


def event_id(scene: Scene) -> str:
    (order, *_) = scene.orders
    with scene.lab.books.ledger.read() as tx:
        return next(e.id for e in events.page(tx, order=order.id) if e.kind == ORDER)


def tries(scene: Scene, event: str) -> int:
    with scene.lab.books.ledger.read() as tx:
        return len(events.attempts(tx, event))


def test_the_event_of_a_killed_worker_is_taken_again(house: Lab, figures: Figures) -> None:
    scene = scene_of(house, 1)
    pid = scene.saboteur("after_system_committed@1")
    assert scene.post(scene.orders[:1]) == [200]
    event = event_id(scene)
    took(lambda: state_of(pid) in "ZX", 30, "the worker dies with the event in hand")
    scene.worker()
    seconds = took(lambda: tries(scene, event), TAKEN_AGAIN, "the event is taken again")
    held(figures, "a killed worker's event is taken again", seconds, TAKEN_AGAIN)
    took(lambda: not house.books.unsettled(), 120, "… and its document found")
    assert scene.made() == 1


def test_work_goes_on_when_valkey_is_back(house: Lab, figures: Figures) -> None:
    scene = scene_of(house, 2)
    scene.worker()
    first, second = scene.orders[:5], scene.orders[5:]
    scene.post(first)
    took(lambda: scene.made() == 5, 30, "five orders issued")
    house.drop("valkey")
    assert set(scene.post(second)) == {200}
    time.sleep(20)
    assert scene.made() == 5
    house.stack.valkey()
    seconds = took(lambda: scene.made() > 5, RESUMED, "work resumed after Valkey came back")
    took(lambda: scene.made() == 20, 60, "… and all done")
    held(figures, "work goes on after Valkey came back", seconds, RESUMED)


def test_a_cold_start(house: Lab, figures: Figures) -> None:
    scene = scene_of(house, 3)
    for name in ("web", "clock", "valkey"):
        house.drop(name)
    began = time.monotonic()
    house.stack.valkey()
    house.stack.clock("clock")
    scene.worker()
    house.stack.web(workers=2)
    assert scene.post(scene.orders[:1]) == [200]
    took(lambda: scene.made() == 1, COLD, "after the door was up, the first document")
    held(figures, "a cold start, from nothing to the first document", time.monotonic() - began, COLD)


def test_after_flushall_with_a_hundred_thousand_waiting_each_is_queued_once(house: Lab, figures: Figures) -> None:
    """Two clocks; nobody works. Still once each when their back-off is over, since what hangs there is left alone."""
    house.stack.clock("clock-2")
    _store(house)
    with Redis.from_url(house.stack.redis_url) as redis:
        key = f"rq:queue:{house.shop}"
        took(lambda: redis.llen(key) >= MANY, 2 * EMPTIED, f"{MANY} waiting events rung for the first time")
        redis.flushall()
        seconds = took(lambda: redis.llen(key) >= MANY, EMPTIED, f"{MANY} waiting events rung after FLUSHALL")
        time.sleep(REAL_TIMING.ring_again + 2 * REAL_TIMING.clock_tick)
        queued = Counter(redis.lrange(key, 0, -1))
    assert (len(queued), max(queued.values())) == (MANY, 1)
    held(figures, f"{MANY} waiting events are queued again after FLUSHALL, each once", seconds, EMPTIED)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_acknowledged_while_valkey_is(house: Lab, figures: Figures, how: str) -> None:
    """The slowest but three of four hundred deliveries over eight connections at once."""
    orders = house.orders(random.Random(5), ACKS)
    house.post(orders[0])
    if how == "frozen":
        house.stack.signal("valkey", signal.SIGSTOP)
    else:
        house.drop("valkey")
    with ThreadPoolExecutor(SENDERS) as senders:
        told = sorted(senders.map(lambda order: _timed(house, order), orders[1:]))
    if how == "frozen":
        house.stack.signal("valkey", signal.SIGCONT)
    assert {status for _, status in told} == {200}
    held(figures, f"p99 of {ACKS} acknowledgements while Valkey is {how}", told[int(len(told) * 0.99)][0], ACK)


def _timed(house: Lab, order: Order) -> tuple[float, int]:
    began = time.monotonic()
    status = house.post(order)
    return time.monotonic() - began, status


def _store(house: Lab) -> None:
    """Events that wait for the clock to ring them."""
    body = json.loads(scene_of(house, 4).orders[0].delivery.body)
    for start in range(0, MANY, BATCH):
        now = datetime.now(UTC)
        incoming = []
        for number in range(start, start + BATCH):
            text = json.dumps({**body, "id": 10_000_000 + number}).encode()
            envelope = read_envelope("order.updated", text)
            incoming.append(Incoming(house.books.shop_id, house.shop, "woocommerce", text, envelope, now))
        with house.books.ledger.write() as tx:
            events.store(tx, incoming, now, rung=False)

"""All corpora through a running house: web, worker and clock are each less than 50 MB larger afterwards than before.

Each is warm before it is measured: it has taken, issued and followed up ordinary orders. Measured is what a process
has in memory of its own or shared (`Rss` of /proc/PID/smaps_rollup).
"""

from __future__ import annotations

import http.client
import random
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection, socket

import pytest

from ledger import events
from schemas.connection import Shop
from schemas.event import Envelope, Event, Incoming, State
from tests.abuse.bodies import BODIES, good
from tests.abuse.bombs import BOMBS
from tests.door.conftest import add_shop, headers_of
from tests.faults.lab import Lab, lab, until
from tests.faults.systems import SECRET
from tests.generic_orders import SECRET as GENERIC
from tests.generic_orders import signed

pytestmark = [pytest.mark.slow, pytest.mark.faults]

MB = 1_000_000
MOST = 50 * MB
BODY_SECONDS = 4
#: Connections that drip; a process has 400 threads for them.
SLOW = 500
WARM = 60
#: What a body that cannot be read dies of.
REASONS = ("UNREADABLE", "NOT_JSON")


@dataclass
class Town:
    """A house with a shop of each platform."""

    lab: Lab
    generic: Shop
    unas: Shop

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.lab.stack.port, timeout=120)
        try:
            line.request("POST", f"/webhooks/{path}", body, dict(headers))
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()

    def shop(self, body: bytes, more: Mapping[str, str]) -> int:
        return self.post(self.lab.shop, body, {**headers_of(body, secret=SECRET), **more})

    def sender(self, body: bytes, more: Mapping[str, str]) -> int:
        return self.post(self.generic.key, body, {**signed(body), **more})

    def stored(self, bodies: Iterable[bytes], shop_id: int, shop_key: str, now: datetime) -> list[str]:
        """Written down as orders for the desk to read, as if no door had looked at them; gives the events."""
        incoming = [
            Incoming(shop_id, shop_key, "poll", body, Envelope("order", "poll", f"o-{number}"), now)
            for number, body in enumerate(bodies)
        ]
        with self.lab.books.ledger.write() as tx:
            return [one.event_id for one in events.store(tx, incoming, now, rung=False)]

    def events(self, ids: Sequence[str]) -> list[Event]:
        with self.lab.books.ledger.read() as tx:
            found = [events.load(tx, event_id) for event_id in ids]
        return [event for event in found if event]

    def at_rest(self, ids: Sequence[str]) -> bool:
        """Each is done, dead, or waits with a reason."""
        return all(event.state is not State.WAITING or event.reason for event in self.events(ids))

    def memory(self) -> dict[str, int]:
        """Process → bytes, children among them."""
        found = {}
        for name in ("web", "worker", "clock"):
            for number, pid in enumerate(family(self.lab.stack.processes[name].pid)):
                rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                found[f"{name} {number}"] = next(int(row.split()[1]) for row in rows if row.startswith("Rss:")) * 1024
        return found


def family(pid: int) -> list[int]:
    pids = [pid]
    for one in pids:
        pids += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return pids


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BODY_SECONDS", str(BODY_SECONDS))
        with lab(tmp_path_factory.mktemp("t"), clocks=()) as house:
            for name in ("worker", "clock"):
                house.spawn(name, [sys.executable, "-m", "flask", name], BILLHOOK_TIMING="real")
            ledger = house.books.ledger
            town = Town(house, add_shop(ledger, GENERIC, platform="generic"), add_shop(ledger, "x", platform="unas"))
            warm(town)
            yield town


def warm(town: Town) -> None:
    """Ordinary orders, also from many shops at once."""
    orders = town.lab.orders(random.Random(1), WARM)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(town.lab.post, orders)) == {200}
        assert set(pool.map(lambda number: town.sender(good(number)[1], {}), range(WARM))) == {200}
    town.lab.books.settle(200)


def grown(town: Town, before: Mapping[str, int]) -> dict[str, int]:
    """By how many bytes each process grew; all are the ones of before."""
    after = town.memory()
    assert before.keys() == after.keys()
    assert len(after) >= 4, "web, its worker, the desk's worker, the clock"
    found = {name: after[name] - before[name] for name in after}
    print({name: f"{size / MB:+.1f} MB" for name, size in found.items()})
    return found


def test_odd_bodies_at_the_doors(town: Town) -> None:
    """One after the other, then eight at a time."""
    before = town.memory()
    with ThreadPoolExecutor(8) as pool:
        for mapped in (map, pool.map):
            told = list(mapped(lambda body: town.sender(body.data, body.headers), BODIES.values()))
            kept = list(mapped(lambda body: town.shop(body.data, body.headers), BODIES.values()))
            assert told == [body.told for body in BODIES.values()]
            assert kept == [body.kept for body in BODIES.values()]
    assert max(grown(town, before).values()) < MOST


def test_odd_bodies_and_xml_bombs_at_the_desk(town: Town) -> None:
    """Stored as orders that are due: each is read by the worker, all slots at once, and none takes it along."""
    before, now = town.memory(), datetime.now(UTC)
    odd, bombs = [body.data for body in BODIES.values()], list(BOMBS.values())
    here = town.lab.books.shop_id, town.lab.shop
    ids = town.stored(odd, *here, now) + town.stored(odd, town.generic.id, town.generic.key, now)
    ids += town.stored([*bombs, *odd], town.unas.id, town.unas.key, now)
    assert until(lambda: town.at_rest(ids), 200)
    dead = [event for event in town.events(ids) if event.state is State.DEAD]
    assert {(event.reason, bool(event.remedy), event.kills) for event in dead} <= {(r, True, 0) for r in REASONS}
    assert len(dead) > len(bombs) + 2 * len(odd)
    assert max(grown(town, before).values()) < MOST


def drip(lines: list[socket], ended: threading.Event) -> None:
    while not ended.wait(1):
        for line in lines:
            with suppress(OSError):
                line.send(b" ")


def test_a_byte_a_second_from_500_connections(town: Town) -> None:
    lines: list[socket] = []
    before, ended = town.memory(), threading.Event()
    head = f"POST /webhooks/{town.lab.shop} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n".encode()
    dripping = threading.Thread(target=drip, args=(lines, ended))
    try:
        for number in range(SLOW):
            lines.append(create_connection(("127.0.0.1", town.lab.stack.port), timeout=60))
            lines[-1].sendall(head if number % 2 else head[:-3])
        dripping.start()
        assert {town.shop(good(50_000 + number)[0], {}) for number in range(20)} == {200}
        assert all(line.recv(4096).startswith(b"HTTP/1.1 408") for line in lines[1::2])
    finally:
        ended.set()
        dripping.join()
        for line in lines:
            line.close()
    assert max(grown(town, before).values()) < MOST

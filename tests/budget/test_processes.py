"""Several worker processes against one real system: a pause and a circuit are everybody's."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Lock, Thread

import pytest

from ledger import alarms
from tests.ledger.fixtures import House
from tests.queue.conftest import Valkey, until
from workers.budget.circuit import ALARM

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROOT = Path(__file__).parents[2]
Answer = Callable[[int], tuple[int, dict[str, str]]]


class System:
    """A system that answers its n-th call (from 1) as it is told to, and keeps when each call came and its status."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.url = answer, ""
        self.calls = list[tuple[float, int]]()
        self._lock = Lock()

    def called(self) -> tuple[int, dict[str, str]]:
        with self._lock:
            status, headers = self.answer(len(self.calls) + 1)
            self.calls.append((time.monotonic(), status))
            return status, headers

    @property
    def times(self) -> list[float]:
        return [moment for moment, _ in self.calls]


@contextmanager
def serving(answer: Answer) -> Iterator[System]:
    system = System(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers = system.called()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "2"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    system.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def crowd(house: House, valkey: Valkey, system: System, processes: int, folder: Path) -> Iterator[Counter[str]]:
    """So many processes call until the block is left; then the ends of their calls are counted."""
    stop, command = folder / "stop", [sys.executable, "-m", "tests.budget.crowd", house.url, valkey.url, system.url]
    running = subprocess.Popen([*command, str(processes), str(stop)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    ended = Counter[str]()
    try:
        yield ended
        stop.touch()
        told, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()
    for line in told.splitlines():
        ended.update(json.loads(line))


def open_alarms(house: House) -> list[str]:
    with house.ledger.read() as tx:
        return [alarm.kind for alarm in alarms.open_alarms(tx)]


def test_a_429_stops_every_worker_for_as_long_as_it_says(house: House, valkey: Valkey, tmp_path: Path) -> None:
    def answer(number: int) -> tuple[int, dict[str, str]]:
        return (429, {"Retry-After": "2"}) if number == 40 else (200, {})

    with serving(answer) as system, crowd(house, valkey, system, 4, tmp_path) as ended:
        until(lambda: len(system.times) > 60, "the workers went on after the pause", 30)
    refused = system.times[39]
    after = [moment - refused for moment in system.times[40:]]
    under_way = [moment for moment in after if moment < 1.9]
    assert len(under_way) <= 3, under_way  # each of the other three may have had one call under way
    assert ended["said 429"] == 1
    assert ended["put off"] > 20
    assert ended["done"] == len(system.times) - 1


def test_two_processes_share_a_circuit_that_opens_is_probed_and_closes(
    house: House, valkey: Valkey, tmp_path: Path
) -> None:
    back_at = [0.0]

    def answer(number: int) -> tuple[int, dict[str, str]]:
        if number == 20:
            back_at[0] = time.monotonic() + 2.2
        return (503, {}) if time.monotonic() < back_at[0] else (200, {})

    with serving(answer) as system, crowd(house, valkey, system, 2, tmp_path) as ended:
        until(lambda: open_alarms(house) == [ALARM], "the circuit opened", 30)
        until(lambda: open_alarms(house) == [], "the circuit closed", 30)
        closed = len(system.calls)
        until(lambda: len(system.calls) > closed + 10, "both went on", 30)
    failed = [moment for moment, status in system.calls if status == 503]
    probes = [moment for moment in failed if moment > failed[0] + 0.4]
    assert 5 <= len(failed) - len(probes) <= 6  # one more may have been under way
    assert 2 <= len(probes) <= 4
    assert all(later - sooner > 0.4 for sooner, later in pairwise(probes))
    assert ended["failed"] == len(failed)
    assert ended["done"] == len(system.times) - len(failed)
    assert system.calls[-1][1] == 200

"""A real gunicorn under abuse: every odd body is answered, slow senders wait alone, and its memory stays."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket

import pytest

from ledger import connections
from schemas.connection import Shop
from schemas.event import State
from tests.abuse.bodies import BODIES, TYPES
from tests.door.conftest import SECRET, headers_of, order
from tests.door.gunicorn import Server, serving, status_of
from tests.generic_orders import SECRET as GENERIC
from tests.generic_orders import signed

MIB = 1024 * 1024
SLOW = 500 if os.environ.get("BILLHOOK_LONG") else 100
BODY_SECONDS = 4


@dataclass
class Street:
    """One web process with the project's own settings, and two doors on it."""

    server: Server
    generic: Shop

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request("POST", path, body, dict(headers))
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()

    def shop(self, body: bytes, more: Mapping[str, str], secret: str = SECRET) -> int:
        return self.post(self.server.lab.path, body, {**headers_of(body, secret=secret), **more})

    def sender(self, body: bytes, more: Mapping[str, str]) -> int:
        return self.post(f"/webhooks/{self.generic.key}", body, {**signed(body), **more})

    def counts(self) -> dict[State, int]:
        return self.server.lab.counts()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    with serving(folder, SECRET, WEB_WORKERS="1", BODY_SECONDS=str(BODY_SECONDS), LOG_LEVEL="WARNING") as server:
        yield Street(server, server.lab.add_shop(GENERIC, platform="generic"))


def memory(server: Server) -> int:
    """Bytes of the web process, and of all its children."""
    pids = [server.process.pid]
    for pid in pids:
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    assert len(pids) > 1, "gunicorn has a worker"
    lines = (Path(f"/proc/{pid}/status").read_text().splitlines() for pid in pids)
    return sum(int(line.split()[1]) * 1024 for told in lines for line in told if line.startswith("VmRSS"))


@pytest.mark.parametrize("name", sorted(BODIES))
def test_an_odd_body_is_kept_or_refused_in_words(street: Street, name: str) -> None:
    body, before = BODIES[name], street.counts()
    assert street.sender(body.data, body.headers) == body.told
    assert street.counts() == before, "what a sender is told is wrong leaves nothing behind"
    assert street.shop(body.data, body.headers) == body.kept
    stored = sum(street.counts().values()) - sum(before.values())
    assert stored == (1 if body.kept == 200 else 0)


@pytest.mark.parametrize("kind", TYPES)
def test_no_content_type_opens_a_body(street: Street, kind: str) -> None:
    body = b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n1\r\n--x--\r\n"
    assert street.shop(body, {"Content-Type": kind}) == 200
    assert street.shop(body, {"Content-Type": kind}, secret="another") == 401


def drip(lines: list[socket], ended: threading.Event) -> None:
    """One byte a second into every connection, as long as it takes them."""
    while not ended.wait(1):
        for line in lines:
            with suppress(OSError):
                line.send(b" ")


def test_slow_senders_of_a_byte_a_second_wait_alone(street: Street) -> None:
    body, lines, ended, before = order(1), [], threading.Event(), memory(street.server)
    for number in range(SLOW):
        line = street.server.connect()
        head = street.server.head(body, length=len(body))
        line.sendall(head if number % 2 else head[:-3])
        lines.append(line)
    dripping = threading.Thread(target=drip, args=(lines, ended), daemon=True)
    dripping.start()
    try:
        began = time.monotonic()
        spent = []
        for number in range(20):
            status, seconds = street.server.post(order(20_000 + number))
            assert status == 200
            spent.append(seconds)
        assert sorted(spent)[len(spent) // 2] < 2.0
        answers = [status_of(line.recv(4096)) for line in lines[1::2]]
        assert set(answers) == {408}
        assert time.monotonic() - began < 60
    finally:
        ended.set()
        dripping.join()
        for line in lines:
            line.close()
    assert memory(street.server) - before < 50 * MIB


def test_a_secret_is_changed_under_load_without_a_gap(street: Street) -> None:
    """Old and new are sent all the time: neither is refused before the old one's time is over, then the old one is."""
    lab, refused = street.server.lab, []
    ended = threading.Event()

    def send(secret: str, first: int) -> None:
        for number in range(first, first + 1000):
            if ended.is_set():
                return
            if street.shop(order(number), {}, secret=secret) != 200:
                refused.append((secret, number))

    def rotate(secret: str, until: datetime | None) -> None:
        with lab.ledger.write() as tx:
            connections.rotate_secret(tx, lab.ledger.vault, lab.shop.id, secret, until)

    old = threading.Thread(target=send, args=(SECRET, 30_000))
    old.start()
    until = datetime.now(UTC) + timedelta(days=1)
    rotate("fresh", until)
    new = threading.Thread(target=send, args=("fresh", 40_000))
    new.start()
    for number in range(30):
        assert street.shop(order(50_000 + number), {}, secret="fresh") == 200
    ended.set()
    old.join()
    new.join()
    assert refused == []
    assert street.shop(order(60_000), {}, secret="neither") == 401


def test_the_log_of_all_this_has_no_traceback(street: Street) -> None:
    log = street.server.log.read_text()
    assert "Traceback" not in log
    assert "request_failed" not in log
    assert SECRET not in log

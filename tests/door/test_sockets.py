"""Slow, lying and oversized requests against a real gunicorn, threads and gevent alike."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.door.conftest import SECRET, order
from tests.door.gunicorn import Server, answer_of, serving, status_of

MIB = 1024 * 1024
SECONDS = 2


@pytest.fixture(scope="module", params=["gthread", "gevent"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if request.param == "gevent":
        pytest.importorskip("gevent")
    folder = tmp_path_factory.mktemp(request.param)
    with serving(folder, SECRET, WEB_CLASS=request.param, BODY_SECONDS=str(SECONDS), LOG_LEVEL="WARNING") as server:
        yield server


def chunked(body: bytes, size: int = 65536) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def stored(server: Server) -> int:
    return sum(server.lab.counts().values())


def test_a_delivery_is_stored(server: Server) -> None:
    assert server.post(order(100))[0] == 200


def test_a_chunked_delivery_is_stored(server: Server) -> None:
    body = order(101)
    answer = server.ask(server.head(body, "Transfer-Encoding: chunked", "Connection: close") + chunked(body, 7))
    assert status_of(answer) == 200


def test_3_mib_announced_are_refused_before_they_are_read(server: Server) -> None:
    with server.connect() as client:
        client.sendall(server.head(b"", length=3 * MIB))
        answer = answer_of(client)
    assert status_of(answer) == 413
    assert b"application/problem+json" in answer


def test_3_mib_in_chunks_are_refused(server: Server) -> None:
    before = stored(server)
    body = b" " * (3 * MIB)
    with server.connect() as client:
        client.sendall(server.head(body, "Transfer-Encoding: chunked"))
        with suppress(BrokenPipeError, ConnectionResetError):  # it need not read on once it has seen enough
            client.sendall(chunked(body))
        try:
            answer = answer_of(client)
        except ConnectionResetError:
            answer = b""
    assert status_of(answer) in (413, 0)
    assert stored(server) == before
    assert server.lab.refused()[0].reason == "BODY_TOO_LARGE"


def test_2_mib_and_one_byte_in_chunks_are_answered_413(server: Server) -> None:
    body = b" " * (2 * MIB + 1)
    answer = server.ask(server.head(body, "Transfer-Encoding: chunked") + chunked(body))
    assert status_of(answer) == 413


def test_a_body_shorter_than_promised_is_not_stored(server: Server) -> None:
    before, body = stored(server), order(102)
    with server.connect() as client:
        client.sendall(server.head(body, length=len(body) + 10) + body)
        client.shutdown(socket.SHUT_WR)
        assert status_of(answer_of(client)) == 400
    assert stored(server) == before


def test_a_body_longer_than_promised_counts_only_as_promised(server: Server) -> None:
    body = order(103)
    answer = server.ask(server.head(body, "Connection: close", length=len(body) - 5) + body)
    assert status_of(answer) == 401


@pytest.mark.parametrize(
    "lie",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: ten",),
    ],
)
def test_lengths_that_contradict_are_refused(server: Server, lie: tuple[str, ...]) -> None:
    before = stored(server)
    assert status_of(server.ask(server.head(b"hello", *lie, "Connection: close") + b"hello")) == 400
    assert stored(server) == before


def test_a_broken_chunk_is_refused(server: Server) -> None:
    before = stored(server)
    answer = server.ask(server.head(b"hello", "Transfer-Encoding: chunked") + b"zz\r\nhello\r\n0\r\n\r\n")
    assert status_of(answer) == 400
    assert stored(server) == before


def test_a_body_that_trickles_is_ended_at_the_deadline(server: Server) -> None:
    body = order(104)
    with server.connect() as client:
        client.sendall(server.head(body, length=len(body)))
        started = time.monotonic()
        client.settimeout(0.2)
        answer = b""
        while not answer and time.monotonic() - started < 10:
            client.sendall(b"{")
            try:
                answer = client.recv(4096)
            except TimeoutError:
                continue
    assert status_of(answer) == 408
    assert SECONDS - 0.1 <= time.monotonic() - started < SECONDS + 2


def test_500_slow_connections_do_not_block_acks(server: Server) -> None:
    body = order(105)
    slow = []
    try:
        for number in range(500):
            client = server.connect()
            client.sendall(server.head(body, length=len(body))[: 40 if number % 2 else None])
            slow.append(client)
        spent = [server.post(order(200 + number)) for number in range(20)]
    finally:
        for client in slow:
            client.close()
    assert {status for status, _ in spent} == {200}
    assert sorted(seconds for _, seconds in spent)[-2] < 0.5


def test_metrics_are_the_sum_over_the_workers(server: Server) -> None:
    text = server.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
    counted = [float(line.split()[1]) for line in text.splitlines() if line.startswith("billhook_stored_total")]
    assert sum(counted) == stored(server)


def test_the_log_has_no_traceback_and_no_secret(server: Server) -> None:
    log = server.log.read_text()
    assert "Traceback" not in log
    assert SECRET not in log

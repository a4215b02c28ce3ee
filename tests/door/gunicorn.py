"""A real gunicorn with the project's own settings, and clients that speak to it in raw bytes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.stack import free_port
from tests.door.conftest import KEY, SECRET, Lab, close_lab, headers_of, open_lab, settings_in

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running gunicorn; `lab` looks into the same ledger from outside."""

    lab: Lab
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def head(self, body: bytes, *more: str, length: int | None = None, secret: str = SECRET) -> bytes:
        """A rightly signed request's head; `length` None leaves Content-Length to `more`."""
        lines = [f"POST {self.lab.path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in headers_of(body, secret=secret).items()]
        lines += [] if length is None else [f"Content-Length: {length}"]
        return "\r\n".join([*lines, *more, "", ""]).encode()

    def ask(self, raw: bytes) -> bytes:
        """Send everything, read until the server has answered and closed or 30 s are over."""
        with self.connect() as client:
            client.sendall(raw)
            return answer_of(client)

    def post(self, body: bytes) -> tuple[int, float]:
        """Status and seconds of one signed delivery on a connection of its own."""
        started = time.monotonic()
        answer = self.ask(self.head(body, "Connection: close", length=len(body)) + body)
        return status_of(answer), time.monotonic() - started


def answer_of(client: socket.socket) -> bytes:
    """One answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length and (piece := client.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@contextmanager
def serving(folder: Path, secret: str, application: str = "app:create_app()", **environ: str) -> Iterator[Server]:
    """gunicorn on a free port until the block ends."""
    port = free_port()
    redis_url = environ.get("REDIS_URL", f"unix://{folder / 'nobody.sock'}")
    lab = open_lab(settings_in(folder, redis_url=redis_url), secret)
    own = {"BILLHOOK_VAR": str(folder), "SECRET_KEY": KEY, "PORT": str(port), "REDIS_URL": redis_url}
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", application],
            cwd=ROOT,
            env={**os.environ, **own, **environ},
            stdout=log,
            stderr=log,
        )
    try:
        server = Server(lab, port, folder / "web.log", process)
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        close_lab(lab)


def _wait(server: Server) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and server.process.poll() is None:
        try:
            if status_of(server.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"gunicorn did not start: {server.log.read_text()}")

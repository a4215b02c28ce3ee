"""A small web server that answers what a test says, over real HTTP, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON = {"Content-Type": "application/json; charset=UTF-8"}
HTML = {"Content-Type": "text/html; charset=UTF-8"}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    """One answer; `data` is sent as JSON unless `raw` is given."""

    data: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def body(self) -> bytes:
        return json.dumps(self.data).encode() if self.raw is None else self.raw


Answerer = Callable[[Asked], Said]


def refused(code: str, status: int, message: str = "Sajnálom, ezt nem szabad.") -> Said:
    """A refusal in WordPress' shape, its message translated as there."""
    return Said({"code": code, "message": message, "data": {"status": status}}, status)


def page(status: int = 200, title: str = "Webáruház") -> Said:
    """A web page where JSON was wanted."""
    return Said(status=status, headers=HTML, raw=f"<!DOCTYPE html><title>{title}</title>".encode())


@dataclass
class Site:
    """Where it is, what was asked, and who answers."""

    url: str
    asked: list[Asked]
    answer: Answerer

    @property
    def paths(self) -> list[tuple[str, str]]:
        return [(asked.method, asked.path) for asked in self.asked]

    @property
    def writes(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method != "GET"]


@contextmanager
def site(answer: Answerer) -> Iterator[Site]:
    """A server on a free port of the loopback interface."""
    made = Site("", [], answer)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            asked = Asked(self.command, url.path, query, dict(self.headers), body)
            made.asked.append(asked)
            said = made.answer(asked)
            self.send_response(said.status)
            for name, value in ({} if "Content-Type" in said.headers else JSON | dict(said.headers)).items():
                self.send_header(name, value)
            for name, value in said.headers.items() if "Content-Type" in said.headers else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - the names http.server wants

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

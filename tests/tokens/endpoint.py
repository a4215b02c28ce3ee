"""A small token address and API: refresh tokens are good for one use, and everything that happens is kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs

CLIENT, SECRET, FIRST = "client-1", "s e:cret/1", "refresh-0"

Hook = Callable[[int, Mapping[str, str]], object]


@dataclass
class Endpoint:
    """What the token address knows. `life` is an access token's in seconds, `most_uses` how often it is good (0 =
    ever); `repeats` gives no new refresh token; `before_token` and `on_token` are called with each request's number and
    fields, before anything happens, and when the tokens are made but not answered.
    """

    url: str = ""
    life: int = 3600
    repeats: bool = False
    refresh: str = FIRST
    access: list[str] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    answer: tuple[int, Any] | None = None
    most_uses: int = 0
    before_token: Hook | None = None
    on_token: Hook | None = None
    requests: int = 0
    lock: Lock = field(default_factory=Lock)

    def token(self, said: Mapping[str, str], head: Mapping[str, str]) -> tuple[int, Any]:
        """What `POST /token` answers."""
        with self.lock:
            self.requests += 1
            number = self.requests
        if self.before_token is not None and self.before_token(number, said):
            return 0, None
        with self.lock:
            self.asked.append(dict(said))
            self.heads.append(dict(head))
            status, told = self.answer or self._grant(said, head)
        if self.on_token is not None:
            self.on_token(number, said)
        return status, told

    def _grant(self, said: Mapping[str, str], head: Mapping[str, str]) -> tuple[int, Any]:
        if _client(said, head) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        fresh: dict[str, Any] = {"access_token": f"access-{len(self.asked)}", "expires_in": self.life, "tenant": 7}
        if said["grant_type"] == "refresh_token":
            if said["refresh_token"] != self.refresh:
                self.refused.append(said["refresh_token"])
                return 400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}
            if not self.repeats:
                self.refresh = fresh["refresh_token"] = f"refresh-{len(self.asked)}"
        elif said["grant_type"] == "authorization_code":
            self.refresh = fresh["refresh_token"] = f"refresh-{said['code']}-{len(self.asked)}"
        self.access.append(fresh["access_token"])
        return 200, fresh

    def api(self, head: Mapping[str, str]) -> tuple[int, Any]:
        """What `/api` answers: the newest access token alone is good, unless it was killed."""
        with self.lock:
            given = head.get("authorization", "").removeprefix("Bearer ")
            used_up = 0 < self.most_uses <= self.uses.count(given)
            if not self.access or given != self.access[-1] or given in self.dead or used_up:
                return 401, {"message": "unauthorized"}
            self.uses.append(given)
            return 200, {"ok": True}

    def kill(self) -> None:
        """The access token of now is good no more."""
        with self.lock:
            self.dead.add(self.access[-1])


def _client(said: Mapping[str, str], head: Mapping[str, str]) -> tuple[str, str]:
    if "client_id" in said:
        return said["client_id"], said["client_secret"]
    name, _, secret = base64.b64decode(head.get("authorization", "")[6:]).decode().partition(":")
    return name, secret


class Server(ThreadingHTTPServer):
    """Many may knock at once."""

    request_queue_size = 128
    daemon_threads = True


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint over real HTTP at `endpoint.url`: `/token` and everything else as the API."""
    stopped = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            head = {name.lower(): value for name, value in self.headers.items()}
            if self.path != "/token":
                return self._say(*endpoint.api(head))
            said = json.loads(body) if "json" in head["content-type"] else {k: v[0] for k, v in parse_qs(body).items()}
            return self._say(*endpoint.token(said, head))

        do_GET = do_POST  # noqa: N815 - the standard library's names

        def _say(self, status: int, told: Any) -> None:
            if stopped.is_set() or not status:
                return
            raw = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield endpoint
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()

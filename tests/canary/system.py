"""A wire to an invoicing system's stand-in that, on demand, answers with what it was told: names, keys, tokens.

It shows both what an honest system does (everything goes through) and what a talkative one does when it refuses.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from tests.adapters.contract.bench import Vendor

TOKEN_DOOR = r"token|oauth"
HOP = {"connection", "transfer-encoding", "content-length", "host", "keep-alive"}
#: Status, media type, body; None lets the request through.
Answer = tuple[int, str, str] | None


@dataclass
class Talkative:
    """`mode` says how the next fitting request ends; `met` counts how often each mode did. `canaries` are what is
    listened for: `heard` is all of it that ever came, and what was handed out over there is in `tokens`."""

    vendor: Vendor
    target: str
    canaries: Mapping[str, str]
    url: str = ""
    mode: str = "pass"
    met: Counter[str] = field(default_factory=Counter)
    heard: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, raw: bytes, key: str) -> Answer:
        """What a request meets in this mode."""
        said = self._listen(path, raw, key)
        place = _place(path, raw)
        token = method == "POST" and re.search(TOKEN_DOOR, place)
        creates = method == "POST" and re.search(self.vendor.creates or r"/invoices\.json$", place)
        reads = method == "GET" or (self.vendor.looks and re.search(self.vendor.looks, place))
        writes = method != "GET" and not token and not reads and not re.search(self.vendor.harmless, place)
        fits = {
            "sentence": creates, "remembers": creates, "in a 200": creates, "page": creates, "silence": creates,
            "first write": writes, "look-up": reads and not token, "unauthorized": True,
        }.get(self.mode)  # fmt: skip
        return self._ends(said, raw, path, bool(token)) if fits else None

    def _ends(self, said: str, raw: bytes, path: str, token: bool) -> Answer:
        self.met[self.mode] += 1
        everything = " ".join(self.canaries[name] for name in sorted(self.heard))
        words = f"Refused: {everything if self.mode == 'remembers' else said}"
        if self.mode == "silence":
            self.over.wait(8)
        if self.mode == "page":
            page = f"<html><title>{words}</title><body>{raw.decode('utf-8', 'replace')} {path}</body></html>"
            return 500, "text/html; charset=utf-8", page
        if self.mode == "unauthorized":
            told = {"error": "invalid_grant", "error_description": words} if token else _told(words, raw, path)
            return 400 if token else 401, "application/json", json.dumps(told)
        return 200 if self.mode == "in a 200" else 422, "application/json", json.dumps(_told(words, raw, path))

    def _listen(self, path: str, raw: bytes, key: str) -> str:
        """All canaries of a request, in one line, as the system understands them."""
        text = " ".join((unquote_plus(path), _understood(raw), unquote_plus(key), _basic(key)))
        found = [name for name, canary in self.canaries.items() if canary in text]
        self.heard.update(found)
        tokens = [token for token in self.tokens if token in text]
        return " ".join((*(self.canaries[name] for name in found), *tokens, key))

    def keep(self, place: str, raw: bytes) -> None:
        """The tokens that an answer hands out."""
        if re.search(TOKEN_DOOR, place) and raw.startswith(b"{"):
            given: dict[str, Any] = json.loads(raw)
            self.tokens |= {str(given[name]) for name in ("access_token", "refresh_token") if given.get(name)}


def _told(words: str, raw: bytes, path: str) -> dict[str, Any]:
    """A refusal in the words of all systems at once: each reads its own field, and everything is said twice."""
    text = raw.decode("utf-8", "replace")
    sent = json.loads(text) if text.startswith(("{", "[")) else text
    return {
        "IsSuccess": False, "StatusCode": 422, "Message": words, "status": False, "message": words, "error": 1,
        "error_message": words, "errors": {"buyer": [words]}, "code": "error", "sent": sent, "path": path,
    }  # fmt: skip


def _place(path: str, raw: bytes) -> str:
    """The path; where one address takes everything, with the name of the file field that says what is asked."""
    field = re.search(rb'name="(action-[\w-]+)"', raw)
    return urlsplit(path).path + (f"#{field[1].decode()}" if field else "")


def _understood(raw: bytes) -> str:
    """A body with its escapes undone: JSON, forms, JSON inside a form."""
    text = unquote_plus(raw.decode("utf-8", "replace"))
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text).replace("\\/", "/")


def _basic(key: str) -> str:
    try:
        return base64.b64decode(key.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


@contextmanager
def talkative(vendor: Vendor, target: str, canaries: Mapping[str, str]) -> Iterator[Talkative]:
    """Serve the wire to `target`, the stand-in's address."""
    system = Talkative(vendor, target, canaries)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            super().handle_one_request()
            self.close_connection = True

        def carry(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            # Some keys stand in headers of their own.
            key = " ".join(v for k, v in self.headers.items() if re.search(r"auth|key|token|secret", k, re.IGNORECASE))
            ended = system.answer(self.command, self.path, raw, key.removeprefix("Basic "))
            status, headers, body = self._through(raw) if ended is None else (ended[0], {"Content-Type": ended[1]},
                                                                             ended[2].encode())  # fmt: skip
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = carry  # noqa: N815

        def _through(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
            far = http.client.HTTPConnection(urlsplit(target).netloc, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            far.request(self.command, self.path, raw or None, kept)
            answer = far.getresponse()
            body = answer.read()
            far.close()
            system.keep(self.path, body)
            told = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
            return answer.status, told, body

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the caller hung up, as it should after its deadline

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    system.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield system
    finally:
        system.over.set()
        server.shutdown()
        server.server_close()
        thread.join()

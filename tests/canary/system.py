"""An invoicing system that answers every write with what it was sent: names, e-mails and the key, in many shapes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Echo:
    """`mode` says how the next write ends; look-ups find nothing. `met` counts the writes of each mode."""

    url: str = ""
    mode: str = "sentence"
    met: dict[str, int] = field(default_factory=dict)

    def answer(self, raw: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
        """Status, type and body for a write."""
        self.met[self.mode] = self.met.get(self.mode, 0) + 1
        given = json.loads(raw)
        invoice = given["invoice"]
        said = f"Buyer {invoice.get('buyer_name')} <{invoice.get('buyer_email')}> refused, key {given.get('api_token')}"
        said += f" {headers.get('Authorization', '')} {invoice.get('buyer_street', '')}"
        if self.mode == "timeout":
            time.sleep(8)
        if self.mode == "html":
            page = f"<html><title>{said}</title><body>{json.dumps(given)}</body></html>"
            return 422, "text/html", page
        if self.mode == "unauthorized":
            return 401, "application/json", json.dumps({"code": "error", "message": said})
        return 422, "application/json", json.dumps({"code": "error", "message": {"buyer": [said]}, "sent": given})


@contextmanager
def echo() -> Iterator[Echo]:
    system = Echo()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if system.mode != "unauthorized":
                self._send(200, "application/json", "[]")
                return
            system.met[system.mode] = 1
            said = f"Not with {self.headers.get('Authorization', '')} at {self.path}"
            self._send(401, "application/json", json.dumps({"code": "error", "message": said}))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*system.answer(raw, dict(self.headers)))

        def _send(self, status: int, kind: str, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the caller hung up, as it should after its deadline

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

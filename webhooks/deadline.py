"""One deadline over a whole body, however slowly it trickles in.

A socket's own time-out starts anew with every byte, and neither gunicorn's gthread nor its gevent worker bounds the
reading of a body. One thread per process (a greenlet under gevent) closes the reading side of overdue sockets: the
blocked read then ends, and an answer can still be written.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_TICK = 0.5


class Deadline:
    """Watches sockets that bodies are read from; each at most `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._watched: dict[object, tuple[socket.socket, float]] = {}
        self._mutex = threading.Lock()
        self._pid = 0

    @contextmanager
    def over(self, sock: socket.socket | None) -> Iterator[None]:
        """Bound everything read from `sock` inside the block; None (a server that gives no socket) is not bounded."""
        if sock is None:
            yield
            return
        self._start()
        token = object()
        self._watched[token] = (sock, time.monotonic() + self.seconds)
        try:
            yield
        finally:
            self._watched.pop(token, None)

    def _start(self) -> None:
        """The watch is started by the first request of a process: threads do not survive gunicorn's fork."""
        if self._pid == os.getpid():
            return
        with self._mutex:
            if self._pid != os.getpid():
                self._watched.clear()
                threading.Thread(target=self._watch, name="body-deadline", daemon=True).start()
                self._pid = os.getpid()

    def _watch(self) -> None:
        while True:
            time.sleep(min(_TICK, self.seconds / 4))
            now = time.monotonic()
            for token, (sock, end) in list(self._watched.items()):
                if now >= end:
                    self._watched.pop(token, None)
                    with suppress(OSError):  # it is closed already, which is what is wanted
                        sock.shutdown(socket.SHUT_RD)

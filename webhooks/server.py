"""gunicorn's threaded worker with a bound on reading: it has none of its own, neither for the head nor for the body.

A client that sends half a head would keep a thread for ever (gunicorn/workers/gthread.py reads with a blocking socket).
"""

from __future__ import annotations

from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from webhooks.deadline import Deadline


class BoundedThreads(ThreadWorker):  # type: ignore[misc]  # gunicorn has no annotations
    """Head and body of one request must arrive within `read_seconds`; then the reading side of the socket is closed."""

    read_seconds = 20.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline = Deadline(self.read_seconds)

    def handle(self, conn: Any) -> Any:
        """One request of a connection, on one thread."""
        with self._deadline.over(conn.sock):
            return super().handle(conn)

"""The raw body: bounded in size and time, whatever its headers promise."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from flask import Request, Response, after_this_request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

from schemas.problem import Problem
from webhooks.deadline import Deadline

_PIECE = 64 * 1024
#: So much of a body that is refused for its size is thrown away, so that its sender comes to read why.
_LINGER = 64 * 1024 * 1024


def read_body(request: Request, limit: int, deadline: Deadline) -> bytes:
    """The bytes exactly as they came; raises Problem 413, 415, 408 or 400, and never reads more than `limit` + 1."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        raise Problem(415, "ENCODED_BODY", "The body is compressed.", remedy="Send it without Content-Encoding.")
    promised = request.content_length
    if promised is not None and promised > limit:
        _linger(request, deadline)
        raise _too_large(limit)
    request.max_content_length = limit + 1
    started = time.monotonic()
    with deadline.over(request.environ.get("gunicorn.socket")):
        body = _read(request, limit)
    if body is None or (promised is not None and len(body) != promised):
        raise _cut_short(time.monotonic() - started >= deadline.seconds, deadline.seconds)
    if len(body) > limit:
        _linger(request, deadline)
        raise _too_large(limit)
    return body


def _linger(request: Request, deadline: Deadline) -> None:
    """Once answered, read the rest and forget it: closing on unread bytes resets the connection, and a client that
    sends everything before it listens would never see the answer.
    """
    environ = request.environ
    if "gunicorn.socket" not in environ:
        return

    @after_this_request
    def then(answer: Response) -> Response:
        answer.call_on_close(lambda: _discard(environ, deadline))
        return answer


def _discard(environ: dict[str, Any], deadline: Deadline) -> None:
    size = 0
    with deadline.over(environ["gunicorn.socket"]), suppress(OSError, ParseException):
        while size < _LINGER and (piece := environ["wsgi.input"].read(_PIECE)):
            size += len(piece)


def _read(request: Request, limit: int) -> bytes | None:
    """Everything up to `limit` + 1 bytes; None when the connection or the chunked encoding broke off."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size <= limit and (piece := request.stream.read(min(_PIECE, limit + 1 - size))):
            pieces.append(piece)
            size += len(piece)
    except (OSError, ClientDisconnected, ParseException):
        return None
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "BODY_TOO_LARGE",
        f"The body is larger than {limit} bytes.",
        remedy="Raise BODY_LIMIT if this shop's orders are really so large.",
    )


def _cut_short(late: bool, seconds: float) -> Problem:
    if late:
        return Problem(408, "BODY_TOO_SLOW", f"The body did not arrive within {seconds:g} seconds.", remedy=_AGAIN)
    return Problem(400, "BODY_CUT_SHORT", "The body ended before its announced length.", remedy=_AGAIN)


_AGAIN = "Send it again; if it keeps happening, look at the proxy or network between the shop and here."

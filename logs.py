"""Logging: one line per event with a static name and fields on standard error; identifiers, never bodies or secrets."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import WrappedLogger

_Fields = MutableMapping[str, Any]
_SECRET_WORDS = ("secret", "token", "password", "authorization", "signature", "api_key", "credential")


#: Lines of this process that could not be written since the last one that could.
_lost = 0


class _Stderr:
    """One write per line, so that lines of many threads and processes never mix.

    A full disk or a closed pipe costs the line, never the request that wrote it: what is stored must be answered 200.
    """

    def msg(self, line: str) -> None:
        global _lost
        try:
            _write(f'{{"event": "log_lines_lost", "lines": {_lost}}}\n{line}' if _lost else line)
            _lost = 0
        except OSError:
            _lost += 1

    debug = info = warning = error = critical = msg


def _write(line: str) -> None:
    os.write(2, line.encode("utf-8", "backslashreplace") + b"\n")


def configure(level: str, form: str) -> None:
    """Set up structlog for this process; `form` is json or console."""
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            frames_only,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=False,  # microseconds a line; else a second application keeps the first one's level
    )


def without_secrets(_logger: WrappedLogger, _method: str, fields: _Fields) -> _Fields:
    """A field with a telling name is masked: nobody should log one, and this is the net beneath."""
    for name in fields:
        if any(word in name.lower() for word in _SECRET_WORDS):
            fields[name] = "***"
    return fields


def frames_only(_logger: WrappedLogger, _method: str, fields: _Fields) -> _Fields:
    """An exception becomes its class and frames: its text may quote a body or, from a database, a whole row."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        fields["error"] = type(error).__name__
        fields["frames"] = "".join(traceback.format_tb(error.__traceback__))
    return fields

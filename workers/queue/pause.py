"""Going on while Redis is away: bounded back-off, and duties whose threads outlive their failures."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 2.0


class Pause:
    """Bounded back-off of one thread while Redis is away; says once that it went and once that it is back."""

    def __init__(self, stop: threading.Event, name: str) -> None:
        self._stop = stop
        self._name = name
        self._seconds = 0.0

    def wait(self, error: Exception) -> None:
        if not self._seconds:
            log.warning(self._name, why=f"{type(error).__name__}: {error}")
        self._seconds = min(LONGEST_PAUSE, max(0.05, self._seconds * 2))
        self._stop.wait(self._seconds)

    def over(self) -> None:
        if self._seconds:
            log.info("redis_back", thread=self._name)
        self._seconds = 0.0


def guarded(function: Callable[[], object]) -> None:
    """Call it and log what it raises; it is called again later."""
    try:
        function()
    except (RedisError, OSError) as error:
        log.warning("redis_away", duty=_name(function), why=f"{type(error).__name__}: {error}")
    except Exception:
        log.exception("duty_broke", duty=_name(function))


def _name(function: Callable[[], object]) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))

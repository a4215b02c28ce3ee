"""Telling whoever watches (app.py hands in Sentry) that a person is needed: by cause, never by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cause:
    """Why: whatever has the same system, error class and code is one cause, however many events meet it.

    `what` is event_dead | account_paused | defect. `error` is for its frames alone; its text must go nowhere.
    """

    what: str
    system: str
    error_class: str
    code: str
    event_id: str = ""
    account: str = ""
    error: BaseException | None = field(default=None, repr=False)


Notice = Callable[[Cause], None]


def unwatched(_cause: Cause) -> None:
    """When nobody watches."""

"""What happens next to an event that met an error: a pure function from error and history to a step."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schemas.errors import (
    AdapterError,
    Ambiguous,
    Auth,
    BillhookError,
    Permanent,
    RateLimited,
    Unbalanced,
    Unreadable,
    Waiting,
)
from workers.timing import Timing

#: Transient errors: this many tries, some 113 h in all (at least 72 h with the worst jitter), before a person is asked.
TRIES = 20
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Step:
    """An event's next step. `due_at` None with "wait" leaves only the named condition; `counted` uses up a try.

    `pause` asks for the account to be paused; `code`, `detail` and `remedy` are what people read.
    """

    state: Literal["wait", "dead"]
    code: str
    detail: str
    remedy: str
    due_at: datetime | None = None
    condition: str = ""
    counted: bool = False
    pause: bool = False


def backoff(attempt: int, timing: Timing, rng: random.Random) -> float:
    """Seconds before try `attempt` + 1: doubled each time up to the most, ± 25 % so that a crowd does not return at
    once."""
    planned = min(timing.first_retry * 2.0 ** (attempt - 1), timing.retry_most)
    return planned * rng.uniform(1 - JITTER, 1 + JITTER)


def next_step(
    error: Exception, attempt: int, now: datetime, timing: Timing, rng: random.Random, *, settle: float
) -> Step:
    """The step after `error` at the `attempt`-th counted failure (1 = the first); `settle` is the adapter's delay in
    seconds.

    The mapping is the error tree of `schemas/errors.py`. An error that is none of ours is a defect: it is tried again
    like a transient one, because a defect may be mended or may belong to one moment, and then goes to a person.
    """
    known = error if isinstance(error, BillhookError) else _defect(error)
    match known:
        case Waiting():
            return _waiting(known, now, timing)
        case RateLimited():
            return _later(known, now + timedelta(seconds=known.retry_after), counted=False)
        case Auth():
            later = now + timedelta(seconds=timing.condition)  # should the wake-up be lost
            return _step("wait", known, due_at=later, condition="account", pause=True)
        case Unreadable() | Unbalanced() | Permanent():
            return _step("dead", known)
        case Ambiguous() if attempt < TRIES:
            return _later(known, now + timedelta(seconds=max(settle, backoff(attempt, timing, rng))), counted=True)
        case _ if attempt < TRIES:
            return _later(known, now + timedelta(seconds=backoff(attempt, timing, rng)), counted=True)
    return _step(
        "dead", known, remedy=f"It failed {attempt} times. Find out why, then replay this event. {known.remedy}"
    )


def _waiting(error: Waiting, now: datetime, timing: Timing) -> Step:
    seconds = timing.condition if error.seconds is None else error.seconds
    due = now + timedelta(seconds=seconds)
    return _step("wait", error, due_at=due, condition=error.until)


def _later(error: BillhookError, due_at: datetime, *, counted: bool) -> Step:
    return _step("wait", error, due_at=due_at, counted=counted)


def _step(
    state: Literal["wait", "dead"],
    error: BillhookError,
    *,
    due_at: datetime | None = None,
    condition: str = "",
    counted: bool = False,
    pause: bool = False,
    remedy: str = "",
) -> Step:
    text = remedy or error.remedy
    return Step(state, error.code, error.detail, text, due_at, condition, counted, pause)


def _defect(error: Exception) -> BillhookError:
    """Name a foreign exception by its class only: its text may hold what must not be stored."""
    return BillhookError(
        f"Unexpected {type(error).__name__} while working on this event.",
        code="DEFECT",
        remedy="This is a defect of Billhook: report it with the log lines of this event's id.",
    )


def system_of(error: Exception) -> str:
    """The invoicing system an error came from, "" when it came from none."""
    return error.system if isinstance(error, AdapterError) else ""

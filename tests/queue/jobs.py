"""The jobs of these tests; each leaves `+id` when it begins and `-id` when it ends in the trace."""

from __future__ import annotations

import os
import time
from pathlib import Path

from rq import Retry

from schemas.errors import DeadLettered

FOLDER = Path(os.environ.get("QUEUE_TESTS", "."))


def _trace(line: str) -> None:
    with (FOLDER / "trace").open("a") as file:
        file.write(line + "\n")


def quick(event_id: str) -> None:
    _trace(f"+{event_id}")
    _trace(f"-{event_id}")


def slow(event_id: str) -> None:
    """Takes as long as the file `slow` says."""
    _trace(f"+{event_id}")
    time.sleep(float((FOLDER / "slow").read_text()))
    _trace(f"-{event_id}")


def api(event_id: str) -> None:
    time.sleep(0.05)


def nothing(event_id: str) -> None:
    """No work at all: what is left is the pool's own cost."""


def waits(event_id: str) -> Retry:
    _trace(f"+{event_id}")
    return Retry(max=10**9, interval=300)


def once_waits(event_id: str) -> Retry | None:
    """Waits the first time, is done the second."""
    _trace(f"+{event_id}")
    mark = FOLDER / f"mark-{event_id}"
    if mark.exists():
        return None
    mark.touch()
    return Retry(max=10**9, interval=300)


def dies(event_id: str) -> None:
    """Dead until somebody has mended it."""
    _trace(f"+{event_id}")
    if not (FOLDER / "mended").exists():
        raise DeadLettered("The sums differ.", code="TOTAL_MISMATCH", remedy="Correct the order.")


def breaks(event_id: str) -> None:
    raise ValueError("a defect")


def exits(event_id: str) -> None:
    raise SystemExit(3)

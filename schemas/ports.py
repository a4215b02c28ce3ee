"""Protocols handed down to adapters so that they import neither the ledger nor Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Guard(Protocol):
    """Asked right before a write leaves: raises Waiting when the lease is no longer surely ours (DESIGN 4, lock 2)."""

    def __call__(self) -> None: ...


class Budget(Protocol):
    """An account's shared call budget: `take` raises RateLimited when a window is used up; `penalty` obeys
    Retry-After."""

    def take(self) -> None: ...

    def penalty(self, seconds: float) -> None: ...


class TokenStore(Protocol):
    """An account's tokens: `current` gives one, `renew` lets exactly one worker fetch the next and stores it before
    use."""

    def current(self) -> str: ...

    def renew(self, stale: str, fetch: Callable[[str], str]) -> str: ...


def unguarded() -> None:
    """A guard that lets everything through: for look-ups, tests and single-handed commands."""

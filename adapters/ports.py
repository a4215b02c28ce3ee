"""The keyword arguments that every adapter takes besides its account, and every shop's client besides its shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from adapters.connect import Limits
from schemas.ports import Budget, Gate, Guard, Sends, TokenStore, Turns


class Ports(TypedDict, total=False):
    """All optional; see `Adapter.__init__`."""

    guard: Guard
    budget: Budget | None
    tokens: TokenStore | None
    turns: Turns | None
    sends: Sends | None
    allow_private: bool
    deadline: float | None
    fast: bool
    limits: Limits | None


class ShopPorts(Ports, total=False):
    """For shops: the gate of a platform that counts the kinds of calls, and the wall clock (UTC, aware)."""

    gate: Gate | None
    now: Callable[[], datetime]

"""The keyword arguments that every adapter takes besides its account."""

from __future__ import annotations

from typing import TypedDict

from adapters.connect import Limits
from schemas.ports import Budget, Guard, TokenStore, Turns


class Ports(TypedDict, total=False):
    """All optional; see `Adapter.__init__`."""

    guard: Guard
    budget: Budget | None
    tokens: TokenStore | None
    turns: Turns | None
    allow_private: bool
    deadline: float | None
    fast: bool
    limits: Limits | None

"""A Speaker with OAuth against the small endpoint, as an adapter makes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.connect import Limits
from adapters.http import Speaker
from adapters.oauth import Login, OAuth
from schemas.ports import Guard, TokenStore
from tests.tokens.endpoint import CLIENT, FIRST, SECRET, Endpoint

LIMITS = Limits.within(5.0)


class Clock:
    """A wall clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def login(endpoint: Endpoint, **changes: Any) -> Login:
    return replace(Login(f"{endpoint.url}/token", CLIENT, SECRET, refresh=FIRST), **changes)


def oauth_for(endpoint: Endpoint, store: TokenStore | None = None, clock: Clock | None = None, **changes: Any) -> OAuth:
    wanted = login(endpoint, **changes)

    def asks(guard: Guard) -> Speaker:
        return Speaker(
            "test", wanted.url, headers=wanted.headers, secrets=wanted.secrets,
            guard=guard, limits=LIMITS, allow_private=True,
        )  # fmt: skip

    return OAuth(wanted, asks, store, "books", clock or Clock())


def speaker(endpoint: Endpoint, oauth: OAuth, **more: Any) -> Speaker:
    return Speaker("test", endpoint.url, auth=oauth, refused=oauth.refused, limits=LIMITS, allow_private=True, **more)

"""Access and refresh tokens a system has handed out, with the ends of their lives."""

import secrets
import time


class Tokens:
    """Made on demand, believed until they end or are used up; lives are counted by the monotonic clock."""

    def __init__(self) -> None:
        self.ends: dict[str, float] = {}
        self.refreshing: dict[str, str] = {}
        self.issued = 0
        self.refused_refreshes = 0

    def access(self, seconds: float, alone: bool = False, made: str = "") -> str:
        """A new access token (`made`: this one); `alone` ends the life of all made before."""
        if alone:
            self.ends.clear()
        token = made or secrets.token_hex(20)
        self.ends[token] = time.monotonic() + seconds
        self.issued += 1
        return token

    def good(self, token: str) -> bool:
        return self.ends.get(token, 0.0) > time.monotonic()

    def refresh(self, owner: str = "") -> str:
        """A new refresh token of a client."""
        token = secrets.token_hex(20)
        self.refreshing[token] = owner
        return token

    def take(self, refresh: str, owner: str = "", once: bool = True) -> bool:
        """Whether a refresh token of this client is good; `once` uses it up. Every refusal is counted."""
        good = refresh in self.refreshing and self.refreshing[refresh] == owner
        if not good:
            self.refused_refreshes += 1
        elif once:
            del self.refreshing[refresh]
        return good

    def expire(self) -> None:
        """All access tokens end now; refresh tokens stay."""
        self.ends.clear()

    def revoke(self) -> None:
        self.ends.clear()
        self.refreshing.clear()

    def all(self) -> tuple[str, ...]:
        """What a log must not show."""
        return (*self.ends, *self.refreshing)

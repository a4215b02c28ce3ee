"""Section 2 of the sheet: how often one address may call, and how long it is shut out otherwise."""

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

HOUR = 3600.0
# What counts -> calls an hour in (PREMIUM, VIP); functions that are not here count against "all" alone.
ALL = "all"
LIMITS = {
    ALL: (2000, 6000), "login": (2000, 2000), "getOrder": (1000, 3000), "getOrder several": (30, 90),
    "setOrder": (1000, 3000), "setOrder above 100": (30, 90), "getOrderStatus": (30, 90),
    "getAutomatism": (0, 90), "setAutomatism": (0, 90),
}  # fmt: skip
FAILURES, LOGIN_FAILURES = 20, 5
STRANGERS, STRANGER_MINUTES, SILENT_HOURS = 10, 10, 2


class TooMuch(Exception):
    """A limit is broken, or a ban still holds; `till` in unix seconds."""

    def __init__(self, function: str, till: float) -> None:
        super().__init__(function, till)
        self.function, self.till = function, till


@dataclass
class Limits:
    """Counts per address; one simulator is one shop. `vip` chooses the column, the divisors shorten tests."""

    on: bool = True
    vip: bool = True
    divisor: float = 1
    hour: float = HOUR
    ban_scope: str = "shop"
    calls: defaultdict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    # (address, function or ALL) -> (the function that broke the limit, till when)
    shut: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    silent: dict[str, float] = field(default_factory=dict)
    bans: list[dict[str, Any]] = field(default_factory=list)
    peaks: Counter[str] = field(default_factory=Counter)
    unidentified: int = 0

    def allowed(self, bucket: str) -> int | None:
        if bucket not in LIMITS:
            return None
        return max(1, int(LIMITS[bucket][self.vip] // self.divisor))

    def is_silent(self, peer: str, now: float) -> bool:
        return now < self.silent.get(peer, 0.0)

    def enter(self, peer: str, function: str, now: float) -> None:
        """A call comes in: refused while its address is banned."""
        for scope in (function, ALL):
            by, till = self.shut.get((peer, scope), ("", 0.0))
            if now < till:
                raise TooMuch(by, till)
        if function == "login":
            self._login_room(peer, now)

    def identified(self, peer: str, now: float) -> None:
        """The call is this shop's: it counts against all calls of its address."""
        self._room(peer, ALL, "API", now)
        self._count(peer, ALL, now)

    def room(self, peer: str, function: str, bucket: str, now: float) -> None:
        """Before a call of an endpoint: as many successful ones as allowed are behind it already?"""
        self._room(peer, bucket, function, now)

    def succeeded(self, peer: str, function: str, bucket: str, now: float) -> None:
        self._count(peer, bucket, now)
        self.failures.pop((peer, function), None)

    def failed(self, peer: str, function: str, now: float) -> None:
        """Twenty failures in a row are answered, the next one bans; a success in between wipes them out."""
        self.failures[peer, function] += 1
        if self.failures[peer, function] > FAILURES:
            self._ban(peer, function, function, now)

    def refused(self, peer: str, function: str, now: float) -> None:
        """A failed call; a failed login names no shop and counts as unidentified too."""
        if function != "login":
            return self.failed(peer, function, now)
        self._count(peer, "login failed", now)
        return self.stranger(peer, now)

    def stranger(self, peer: str, now: float) -> None:
        """A call that names no shop: the tenth within ten minutes ends all answers to its address."""
        self.unidentified += 1
        times = self.calls[peer, "stranger"]
        times.append(now)
        while times and times[0] <= now - self.hour * STRANGER_MINUTES / 60:
            times.popleft()
        if self.on and len(times) >= STRANGERS:
            self.silent[peer] = now + SILENT_HOURS * self.hour
            times.clear()

    def _login_room(self, peer: str, now: float) -> None:
        """At most five failed logins an hour; a good one does not wipe them out."""
        if len(self._recent(peer, "login failed", now)) >= LOGIN_FAILURES:
            self._ban(peer, "login", "login failed", now)

    def _room(self, peer: str, bucket: str, function: str, now: float) -> None:
        allowed = self.allowed(bucket)
        if allowed is not None and len(self._recent(peer, bucket, now)) >= allowed:
            self._ban(peer, function, bucket, now)

    def _count(self, peer: str, bucket: str, now: float) -> None:
        times = self._recent(peer, bucket, now)
        times.append(now)
        self.peaks[bucket] = max(self.peaks[bucket], len(times))

    def _recent(self, peer: str, bucket: str, now: float) -> deque[float]:
        times = self.calls[peer, bucket]
        while times and times[0] <= now - self.hour:
            times.popleft()
        return times

    def _ban(self, peer: str, function: str, bucket: str, now: float) -> None:
        if not self.on:
            return
        till = float(math.ceil(now + self.hour))
        scope = ALL if self.ban_scope == "shop" and function != "login" else function
        self.shut[peer, scope] = (function, till)
        self.failures.pop((peer, function), None)
        self.bans.append({"function": function, "limit": bucket, "address": peer, "at": now, "till": till})
        raise TooMuch(function, till)

"""Protocols handed down to adapters so that they import neither the ledger nor Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Protocol


class Guard(Protocol):
    """Asked right before a write leaves: raises Waiting when the lease is no longer surely ours (DESIGN 4, lock 2)."""

    def __call__(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Left:
    """What a system says of one of its windows, `window` seconds long: so many `calls` are left in it, and it begins
    anew in `seconds`."""

    window: int
    calls: int
    seconds: float


class Taken(Protocol):
    """A call that was let through."""

    def ended(self, reached: bool | None, left: Sequence[Left] = ()) -> None:
        """It is over: the system answered (True), did not or had broken down (False), or was not asked (None); `left`
        is what it said of its windows. Never raises."""


class Budget(Protocol):
    """What all workers of an account together may say to its system, and whether it answers at all.

    RateLimited is raised when a window is used up, Waiting while the system is down; neither is a failed attempt.
    """

    def room(self, calls: int, *, queued: bool = False) -> None:
        """Before a piece of work: set so many calls aside, so that it is not begun in vain. `queued`: it was put off
        before, so that it goes first."""

    def take(self) -> Taken:
        """Before each call, which must be ended."""

    def patience(self, seconds: float) -> None:
        """From now on wait so long in hand before being put off: for work that holds nobody up."""

    def penalty(self, seconds: float) -> None:
        """The system asked for a pause: nobody calls before it is over."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What a token address gave. `refresh` is the refresh token to use next, "" where there is none.

    `renew_at` is some minutes before `expires_at`; both are aware, and None where the address named no lifetime.
    `extra` is whatever else an adapter needs of the answer (a tenant's number).
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


#: Asks for the next tokens: takes the stored ones (None at first) and a guard to be asked right before that leaves.
Fetch = Callable[[TokenSet | None, Guard], TokenSet]


class TokenStore(Protocol):
    """The tokens of one account, shared by all workers. `origin` names the login they descend from (adapters/oauth.py),
    so that a new login begins anew."""

    def current(self, origin: str) -> TokenSet | None:
        """The stored tokens, None before the first."""

    def renew(self, origin: str, stale: TokenSet | None, fetch: Fetch, *, wait: bool = True) -> TokenSet | None:
        """The successor of `stale`: the stored tokens when they differ from it already, else what `fetch` gives, asked
        for by one worker at a time and stored before anyone uses it. While another worker asks, `wait` False gives
        `stale` back at once; otherwise Waiting is raised when that takes long. Raises what `fetch` raises.
        """

    def replace(self, origin: str, tokens: TokenSet) -> None:
        """Store the tokens of a new connection, whatever was there."""


class Turns(Protocol):
    """One caller at a time for a named thing of an account, among all workers: a customer to be made, a number series
    to take the next number from. The holder keeps it inside the block; raises Waiting while another one has it for
    long."""

    def __call__(self, name: str) -> AbstractContextManager[None]: ...


class Sends(Protocol):
    """How often a request has left for an account's system, remembered whatever becomes of this process."""

    def __call__(self, request: str) -> int:
        """It leaves now: give how many times that makes. Durable before it returns."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` of a `kind` in any `seconds`. `counted`: a call taken is one of them, otherwise only `note` adds
    to it; `everywhere`: all shops' together."""

    kind: str
    calls: int
    seconds: int
    counted: bool = True
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a shop let nobody in, in the words of an error."""

    detail: str
    code: str
    remedy: str


class Gate(Protocol):
    """What all workers together may ask of one shop whose platform counts the kinds of calls, and whether it lets us in
    at all. Everybody keeps to what one of them was told."""

    def budget(self, limits: Sequence[Limit]) -> Budget | None:
        """For calls that need room in each of these; a penalty on it shuts the gate for every kind."""

    def note(self, kind: str) -> None:
        """One more of a kind that no call is asked for: a failure."""

    def forget(self, kind: str) -> None:
        """None of that kind counts any more."""

    def refusal(self, origin: str) -> Refusal | None:
        """Why the login `origin` was refused, which nobody tries again; None for any other."""

    def refuse(self, origin: str, refusal: Refusal) -> None:
        """Nobody tries this login again before a person did."""

    def admit(self) -> None:
        """A login was good."""


class OpenGate:
    """A gate that counts nothing: for tests and single-handed commands."""

    def __init__(self) -> None:
        self._refused: dict[str, Refusal] = {}

    def budget(self, limits: Sequence[Limit]) -> Budget | None:
        return None

    def note(self, kind: str) -> None:
        """Nothing is counted."""

    def forget(self, kind: str) -> None:
        """Nothing was counted."""

    def refusal(self, origin: str) -> Refusal | None:
        return self._refused.get(origin)

    def refuse(self, origin: str, refusal: Refusal) -> None:
        self._refused[origin] = refusal

    def admit(self) -> None:
        self._refused.clear()


class OneProcess:
    """Turns among the threads of one process: for tests and single-handed commands."""

    def __init__(self) -> None:
        self._locks: dict[str, Lock] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        with self._locks.setdefault(name, Lock()):
            yield


class OneMemory:
    """Sends counted in this process alone: for tests and single-handed commands."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._mutex = Lock()

    def __call__(self, request: str) -> int:
        with self._mutex:
            self._left[request] = self._left.get(request, 0) + 1
            return self._left[request]


def unguarded() -> None:
    """A guard that lets everything through: for look-ups, tests and single-handed commands."""

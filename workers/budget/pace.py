"""What the workers of an account share from second to second: windows, a pause asked for, queues, seats, habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from limits import RateLimitItemPerSecond

from adapters.manifest import Window


@dataclass(frozen=True, slots=True)
class Look:
    """An account now. `blocked`: seconds of a pause the system asked for; `behind`: seconds to the end of the queue of
    what was put off; `calls` a piece of work and `seconds` a call usually take, 0 when nobody knows yet."""

    blocked: float
    behind: float
    calls: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Where in the queue the next one goes: not before `base` seconds from now, `step` seconds after the one before it.

    With a `period`, the queue only fills the first `spread` seconds of each period counted from `base`.
    """

    base: float
    step: float
    period: float = 0.0
    spread: float = 0.0


#: A call is counted before it leaves and arrives a little later: a window is kept this part longer than the vendor's.
MARGIN = 20

#: Three queues: what comes for the first time, what was put off before and found no room once more, and the probes of a
#: system that is down.
BACK, FRONT, PROBE = "back", "front", "probe"


class Pace(Protocol):
    """The shared state of every account, by its id."""

    def look(self, account_id: int) -> Look: ...

    def block(self, account_id: int, seconds: float) -> None:
        """Nobody calls for so long; a longer block stays."""

    def hit(self, account_id: int, window: Window, calls: int) -> float:
        """Count calls in a window; gives 0, or the seconds until there may be room, and nothing is counted."""

    def free(self, account_id: int, window: Window) -> int:
        """How many calls are left in a window."""

    def place(self, account_id: int, lane: str, gap: Gap) -> float:
        """A place at the end of a queue: seconds from now."""

    def sit(self, account_id: int, owner: str, seats: int, hold: float) -> bool:
        """Take one of so many seats for a call; given back by `stand`, or after `hold` seconds if its holder died."""

    def stand(self, account_id: int, owner: str, seconds: float) -> None:
        """Give it back after a call of so many seconds."""

    def began(self, account_id: int) -> None:
        """A piece of work was let in: how many calls follow is learned."""


#: Habits are halved after so many pieces of work, so that they stay young.
YOUNG = 200
#: What nobody used for so long is forgotten (seconds): longer than any queue.
KEPT = 40 * 86_400


def item_of(window: Window, calls: int) -> RateLimitItemPerSecond:
    """The window as the limits library has it, with room for so many calls."""
    return RateLimitItemPerSecond(calls, window.seconds + window.seconds // MARGIN)

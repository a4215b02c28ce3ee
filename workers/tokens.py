"""The tokens of all accounts and shops as their mouths need them: renewed by one worker at a time, stored before use.

Who renews says so in the ledger and is believed until it stores, gives up, or has been seen at it for `token_still` by
this process' own monotonic clock: longer than any call may last, so it is dead, and wall clocks never matter. Dead
between the token address' answer and the store, it took a single-use refresh token along: the next worker is refused,
uses what access token is left, and then asks a person to connect the account anew. Nobody can do better; the gap is a
few milliseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ledger.engine import Ledger
from ledger.tokens import ACCOUNTS, SHOPS, Shelf
from schemas.connection import Account, Shop
from schemas.ports import TokenSet
from workers.held_tokens import HeldTokens, Place, Seen
from workers.timing import Timing


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose tokens: `shelf` says whether an account's or a shop's; `condition` is what waits for a renewal."""

    shelf: Shelf
    id: int
    key: str
    system: str
    condition: str


class Tokens:
    """One process' view of all tokens."""

    def __init__(
        self,
        ledger: Ledger,
        timing: Timing,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ledger = ledger
        self.timing = timing
        self.now = now
        self.monotonic = monotonic
        self.seen: dict[Place, Seen] = {}
        self.unsaved: dict[Place, tuple[int, TokenSet]] = {}
        self.failed_at: dict[Place, float] = {}
        self._turns: dict[Place, threading.Lock] = {}
        self._mutex = threading.Lock()

    def of(self, account: Account) -> HeldTokens:
        """The TokenStore of one account."""
        return HeldTokens(self, Holder(ACCOUNTS, account.id, account.key, account.system, f"token:{account.id}"))

    def of_shop(self, shop: Shop) -> HeldTokens:
        """The TokenStore of one shop."""
        return HeldTokens(self, Holder(SHOPS, shop.id, shop.key, shop.platform, f"token:shop:{shop.id}"))

    def turn(self, place: Place) -> threading.Lock:
        """One thread of this process at a time looks after a login's tokens."""
        with self._mutex:
            return self._turns.setdefault(place, threading.Lock())

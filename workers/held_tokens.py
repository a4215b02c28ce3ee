"""The TokenStore of one account or shop: claim the renewal, ask, store, and only then use (workers/tokens.py)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from adapters.oauth import UNCLEAR
from ledger import alarms, events
from ledger.engine import LedgerDown
from ledger.tokens import Kept
from schemas.errors import Auth, Waiting
from schemas.ports import Fetch, TokenSet

if TYPE_CHECKING:
    from workers.tokens import Holder, Tokens

log = structlog.get_logger(__name__)

#: How often another worker's renewal is looked at, and a ledger that is away tried again (seconds).
LOOK = 0.05
KEEP_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
ALARM = "connection_lost"
INTERRUPTED = "An earlier renewal was cut short, and the token it was given is lost."
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose renewal this process saw first when, by its monotonic clock."""

    owner: str
    since: float


class HeldTokens:
    """The TokenStore (schemas/ports.py) of one holder."""

    def __init__(self, shared: Tokens, holder: Holder) -> None:
        self._shared = shared
        self._holder = holder
        self._rows = holder.shelf

    def current(self, origin: str) -> TokenSet | None:
        self._save_kept(origin)
        return self._load(origin).tokens

    def renew(self, origin: str, stale: TokenSet | None, fetch: Fetch, *, wait: bool = True) -> TokenSet | None:
        if not wait and self._failed_lately(origin):
            return stale
        with self._turn(origin, wait) as ours:
            if not ours:
                return self._busy(stale, wait)
            self._save_kept(origin)
            return self._renewed(origin, stale, fetch, wait)

    def replace(self, origin: str, tokens: TokenSet) -> None:
        now = self._shared.now()
        with self._shared.ledger.write() as tx:
            self._rows.replace(tx, self._shared.ledger.vault, self._holder.id, origin, tokens, now)
            alarms.clear(tx, ALARM, self._holder.key, now)

    def _renewed(self, origin: str, stale: TokenSet | None, fetch: Fetch, wait: bool) -> TokenSet | None:
        """Claim the renewal, or wait for the one who has it."""
        owner, ends = uuid4().hex, self._shared.monotonic() + self._shared.timing.token_wait
        while True:
            kept = self._load(origin)
            if kept.tokens is not None and (stale is None or kept.tokens.access != stale.access):
                return kept.tokens
            if self._claimed(origin, kept, owner):
                return self._fetched(origin, owner, fetch, early=not wait)
            if not wait or self._shared.monotonic() >= ends:
                return self._busy(stale, wait)
            time.sleep(LOOK)

    def _claimed(self, origin: str, kept: Kept, owner: str) -> bool:
        if kept.renewing and not self._is_dead(origin, kept.renewing):
            return False
        if kept.renewing:
            log.warning("token_renewal_taken_over", holder=self._holder.key)
        with self._shared.ledger.write() as tx:
            return self._rows.claim(tx, self._holder.id, origin, owner, kept)

    def _is_dead(self, origin: str, owner: str) -> bool:
        place, now = self._place(origin), self._shared.monotonic()
        seen = self._shared.seen.get(place)
        if seen is None or seen.owner != owner:
            self._shared.seen[place] = seen = Seen(owner, now)
        return now - seen.since >= self._shared.timing.token_still

    def _fetched(self, origin: str, owner: str, fetch: Fetch, *, early: bool) -> TokenSet:
        """Ask, and store before anyone uses it. The row is read again: it may have changed before it was claimed."""
        begun, kept = self._shared.monotonic(), self._load(origin)
        try:
            fresh = fetch(kept.tokens, lambda: self._still_ours(begun))
        except Auth as refused:
            self._release(origin, owner)
            return self._after_refusal(origin, kept, refused, early=early)
        except BaseException as error:
            self._shared.failed_at[self._place(origin)] = self._shared.monotonic()
            self._release(origin, owner, interrupted=getattr(error, "code", "") == UNCLEAR)
            raise
        return self._keep(origin, kept.version, fresh)

    def _still_ours(self, begun: float) -> None:
        """Right before the request leaves: a process that was frozen since may have been taken for dead."""
        if self._shared.monotonic() - begun >= self._shared.timing.token_still / 3:
            raise self._waiting()

    def _after_refusal(self, origin: str, kept: Kept, refused: Auth, *, early: bool) -> TokenSet:
        """Somebody who was taken for dead may have stored new tokens after all; else the connection is lost."""
        newer = self._load(origin)
        if newer.tokens is not None and newer.version != kept.version:
            return newer.tokens
        self._shared.failed_at[self._place(origin)] = self._shared.monotonic()
        detail = f"{refused.detail} {INTERRUPTED}" if kept.interrupted else refused.detail
        if early:
            self._warn(detail, refused.remedy)
        raise Auth(
            detail, system=refused.system, code=refused.code, remedy=refused.remedy, exchange=refused.exchange
        ) from None

    def _warn(self, detail: str, remedy: str) -> None:
        """The access token of now is good for some minutes yet; a person may mend it before it ends."""
        with self._shared.ledger.write() as tx:
            alarms.sound(tx, ALARM, self._holder.key, detail, self._shared.now(), remedy)

    def _keep(self, origin: str, after: int, fresh: TokenSet) -> TokenSet:
        """Store it, however long the ledger is away: nobody else has it."""
        place = self._place(origin)
        self._shared.unsaved[place] = (after, fresh)
        for pause in KEEP_PAUSES:
            try:
                self._save_kept(origin)
                break
            except LedgerDown as error:
                log.error("token_not_stored", holder=self._holder.key, why=error.detail)
                time.sleep(pause)
        self._save_kept(origin)
        return self._load(origin).tokens or fresh

    def _save_kept(self, origin: str) -> None:
        """Store what could not be stored before; whoever stored another one meanwhile has the newer."""
        place = self._place(origin)
        after, fresh = self._shared.unsaved.get(place, (0, None))
        if fresh is None:
            return
        shared, now = self._shared, self._shared.now()
        with shared.ledger.write() as tx:
            stored = self._rows.store(tx, shared.ledger.vault, self._holder.id, origin, fresh, after, now)
            alarms.clear(tx, ALARM, self._holder.key, now)
            events.wake(tx, self._holder.condition, now)
        shared.unsaved.pop(place, None)
        log.info("token_renewed", holder=self._holder.key, system=self._holder.system, stored=stored)

    def _release(self, origin: str, owner: str, *, interrupted: bool = False) -> None:
        try:
            with self._shared.ledger.write() as tx:
                self._rows.release(tx, self._holder.id, origin, owner, interrupted=interrupted)
        except LedgerDown as error:
            log.warning("token_renewal_not_released", holder=self._holder.key, why=error.detail)

    def _load(self, origin: str) -> Kept:
        ledger = self._shared.ledger
        with ledger.read() as tx:
            return self._rows.load(tx, ledger.vault, self._holder.id, origin)

    def _failed_lately(self, origin: str) -> bool:
        """An early renewal that failed is not tried by every call."""
        failed = self._shared.failed_at.get(self._place(origin))
        return failed is not None and self._shared.monotonic() - failed < self._shared.timing.first_retry

    @contextmanager
    def _turn(self, origin: str, wait: bool) -> Iterator[bool]:
        lock = self._shared.turn(self._place(origin))
        ours = lock.acquire(timeout=self._shared.timing.token_wait) if wait else lock.acquire(blocking=False)
        try:
            yield ours
        finally:
            if ours:
                lock.release()

    def _busy(self, stale: TokenSet | None, wait: bool) -> TokenSet | None:
        if not wait:
            return stale
        raise self._waiting()

    def _place(self, origin: str) -> Place:
        return self._holder.condition, origin

    def _waiting(self) -> Waiting:
        return Waiting(
            f"Another worker renews the token of {self._holder.key}.",
            until=self._holder.condition,
            seconds=self._shared.timing.token_again,
            code="TOKEN_RENEWING",
        )

"""What the desk works with, handed in once at start-up: ledger, bell, leases, adapters, time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from adapters.base import Adapter
from adapters.shops import client_for
from adapters.shops.base import ShopClient
from ledger.engine import Ledger
from schemas.connection import Account, Shop
from schemas.ports import Guard, Turns, unguarded
from workers.bell import Bell
from workers.leases import Leases
from workers.notice import Notice, unwatched
from workers.timing import Timing


class AdapterFactory(Protocol):
    """Makes the mouth for an account; `guard` is asked right before every write leaves, `turns` keep workers apart."""

    def __call__(self, account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter: ...


class ShopClientFactory(Protocol):
    """Makes the client of a shop; `guard` is asked right before every write leaves."""

    def __call__(self, shop: Shop, *, guard: Guard = unguarded) -> ShopClient: ...


def utc_now() -> datetime:
    """The wall clock: UTC, aware. Used for what people read and for due times, never for leases."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """One process' tools. `run_alone` takes event ids, each followed by the owner of its lease-to-be, runs them in a
    child process and gives its exit status, negative when killed; `lane` is held by who does so. `public_url` is where
    shops reach the door, "" when nobody said; `epoch_file` is this machine's memory of the ledger, None = none."""

    ledger: Ledger
    bell: Bell
    leases: Leases
    adapter: AdapterFactory
    timing: Timing
    now: Callable[[], datetime] = utc_now
    rng: random.Random = field(default_factory=random.Random)
    run_alone: Callable[..., int] | None = None
    lane: threading.Lock = field(default_factory=threading.Lock)
    notice: Notice = unwatched
    shop_client: ShopClientFactory = client_for
    public_url: str = ""
    epoch_file: Path | None = None


_current: list[Services] = []


def use(services: Services) -> None:
    """Make these the services of every job this process runs."""
    _current[:] = [services]


def current() -> Services:
    """The services of this process; a RuntimeError when none were set, since a job cannot run without them."""
    if not _current:
        raise RuntimeError("no services: a worker calls workers.services.use(...) before it takes a job")
    return _current[0]

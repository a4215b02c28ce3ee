"""Names for new rows: UUIDv7 (RFC 9562), so that the order of ids is the order of arrival."""

from __future__ import annotations

import secrets
import threading
import uuid
from datetime import datetime, timedelta

from ledger.columns import micros

_lock = threading.Lock()
_last = 0


def _compose(ms: int, fraction: int, tail: int) -> int:
    return (ms << 80) | (7 << 76) | (fraction << 64) | (0b10 << 62) | tail


def uuid7(at: datetime) -> str:
    """A new id for something that arrived `at`; later calls of this process within one millisecond sort later."""
    global _last
    ms, rest = divmod(micros(at), 1000)
    value = _compose(ms, rest * 4096 // 1000, secrets.randbits(61))
    with _lock:
        if value <= _last and value >> 80 == _last >> 80:
            value = _last + 1 + secrets.randbits(32)
        _last = value
    return str(uuid.UUID(int=value))


def first_id(at: datetime) -> str:
    """The smallest id that anything arriving `at` (to the millisecond) or later can have: a bound for listings."""
    return str(uuid.UUID(int=_compose(micros(at) // 1000, 0, 0)))


def first_id_after(at: datetime) -> str:
    """The smallest id of the next millisecond: the bound that still lets everything of `at` in."""
    return first_id(at + timedelta(milliseconds=1))


def shop_suffix() -> str:
    """Eight random lower-case letters and digits that make a shop's address unguessable (DESIGN 6)."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(8))

"""An API key: who may send, for which company, how far and how long; only a digest of it is ever kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: What a key may be good for.
SCOPES: Mapping[str, str] = {"orders:write": "Send orders to a shop's address."}
ORDERS_WRITE = "orders:write"

#: A key that ends within so many days is worth a word.
SOON = timedelta(days=30)

_PUBLIC = string.ascii_lowercase + string.digits
_FORM = re.compile(r"bhk_([a-z0-9]{10})_([A-Za-z0-9_-]{43})")
#: Compared where no key has the public part, so that it takes as long as where one has.
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a company: of one shop, or of an account and so of every shop whose routes all lead there.

    `public` is its readable part, `digest` the SHA-256 of the secret part (256 random bits need no slow hash).
    """

    id: int
    public: str
    name: str
    digest: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    shop_id: int | None = None
    account_id: int | None = None
    revoked_at: datetime | None = None

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is good, but not for long."""
        return self.revoked_at is None and now < self.expires_at <= now + SOON


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as its owner holds it, in its two parts; `text` is shown once."""

    public: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"bhk_{self.public}_{self.secret}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new_key() -> Shown:
    return Shown("".join(secrets.choice(_PUBLIC) for _ in range(10)), secrets.token_urlsafe(32))


def parse(text: str) -> Shown | None:
    """The parts of a text that has a key's form; None for any other text."""
    found = _FORM.fullmatch(text)
    return Shown(found[1], found[2]) if found else None


def fits(shown: Shown, kept: ApiKey | None) -> bool:
    """Whether it is that key, compared in constant time, also where there is none."""
    same = hmac.compare_digest(shown.digest, kept.digest if kept else _NOBODY)
    return same and kept is not None

"""Secrets at rest: JSON values sealed with Fernet under keys derived from SECRET_KEY; older keys still open."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import BillhookError

_SHORTEST_KEY = 32


class Sealed(BillhookError):
    """A stored secret cannot be opened, or a key cannot be used."""

    code = "WRONG_KEY"
    remedy = "Start with the SECRET_KEY (var/secret.key) under which the secrets were stored, older keys after it."


def make_key() -> str:
    """A new random key, fit for SECRET_KEY."""
    return secrets.token_urlsafe(32)


def _fernet(key: str) -> Fernet:
    if len(key) < _SHORTEST_KEY:
        raise Sealed(f"A secret key has {len(key)} characters; it needs {_SHORTEST_KEY}.", remedy="Make a longer one.")
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"billhook vault 1").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class Vault:
    """Seals with the first key and opens with any; never prints one.

    The key that seals is derived (HKDF), so the same SECRET_KEY may sign sessions as well.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise Sealed("There is no secret key.", remedy="Set SECRET_KEY.")
        self._fernets = MultiFernet([_fernet(key) for key in keys])

    def __repr__(self) -> str:
        return "Vault(…)"

    def seal(self, value: object) -> str:
        """The sealed text of a JSON value."""
        return self._fernets.encrypt(json.dumps(value, separators=(",", ":")).encode()).decode()

    def open(self, sealed: str) -> object:
        """The value again; raises Sealed when no key fits."""
        return json.loads(self._decrypt(sealed))

    def reseal(self, sealed: str) -> str:
        """The same secret under the newest key (key rotation)."""
        self._decrypt(sealed)
        return self._fernets.rotate(sealed.encode()).decode()

    def _decrypt(self, sealed: str) -> bytes:
        try:
            return self._fernets.decrypt(sealed.encode())
        except InvalidToken:
            raise Sealed("A stored secret was sealed with another key than the ones given.") from None

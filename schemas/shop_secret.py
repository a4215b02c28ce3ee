"""The secret that signs a shop's deliveries: how one is made, and what is wrong with one that is given."""

from __future__ import annotations

import base64
import binascii
import secrets

#: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: base64 of 24 to 64 bytes.
PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def new_secret(platform: str) -> str:
    """A random secret in the platform's form; UNAS makes its own, so for it this raises ValueError."""
    if platform == "unas":
        raise ValueError("the HMAC key of a UNAS shop is made in UNAS")
    if platform == "generic":
        return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(24)


def problem(platform: str, secret: str) -> str | None:
    """Why this cannot be a secret of that platform; None when it can."""
    if not secret.strip():
        return "is empty"
    if platform != "generic":
        return None
    try:
        size = len(base64.b64decode(secret.removeprefix(PREFIX), validate=True))
    except (binascii.Error, ValueError):
        return f"is no base64 text, with or without {PREFIX} before it"
    return None if _SHORTEST <= size <= _LONGEST else f"holds {size} bytes; {_SHORTEST} to {_LONGEST} are needed"

"""Who are you: base64(HMAC-SHA256(raw body, secret)), compared in constant time with every secret valid now."""

from __future__ import annotations

import hmac
import html
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache

#: Exactly what WordPress' wp_specialchars_decode(…, ENT_QUOTES) turns back; html.unescape would do far more.
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27));")


def decoded(secret: str) -> str:
    """The secret as WooCommerce uses it: entities of & < > and both quotes decoded, once (specs/woocommerce.md 1.4)."""
    return _ENTITY.sub(lambda found: html.unescape(found.group()), secret)


@lru_cache(maxsize=1024)
def keys_of(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    """The HMAC keys to try: each secret decoded and, where that differs, as typed. Empty ones never count."""
    forms = (form for secret in secrets for form in (decoded(secret), secret))
    return tuple(dict.fromkeys(form.encode() for form in forms if form.strip()))


def sign(key: bytes, body: bytes) -> bytes:
    """The signature as its header has it: standard base64 with padding, 44 characters."""
    return b64encode(hmac.digest(key, body, "sha256"))


def signed_by_any(secrets: Sequence[str], body: bytes, signature: str) -> bool:
    """Whether one of WooCommerce's secrets made `signature`."""
    return signed_with(keys_of(tuple(secrets)), body, signature)


def signed_with(keys: Sequence[bytes], body: bytes, signature: str) -> bool:
    """Whether one of the keys made `signature`. All are tried, so the time tells nothing about which."""
    given = signature.strip().encode("utf-8", "replace")
    right = False
    for key in keys:
        right |= hmac.compare_digest(sign(key, body), given)
    return right

"""How a key is shown to WooCommerce: Basic over https, as parameters where a server drops headers, signed over http."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

Verb = Literal["GET", "POST", "PUT"]


def basic(key: str, secret: str) -> dict[str, str]:
    """The header that carries the key; WooCommerce takes it over https only (woocommerce.md 5.1)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def query(path: str, params: Mapping[str, str]) -> str:
    """A path with its parameters, each encoded as RFC 3986 wants it."""
    return f"{path}?{urlencode(params, quote_via=quote)}" if params else path


def signed(method: Verb, base_url: str, path: str, key: str, secret: str) -> str:
    """The path with the parameters of one-legged OAuth 1.0a (HMAC-SHA256): the secret itself never leaves.

    Fresh each time: WooCommerce takes a nonce once and a time stamp for 15 minutes (woocommerce.md 5.1).
    """
    client = Client(
        key, client_secret=secret, signature_method=SIGNATURE_HMAC_SHA256, signature_type=SIGNATURE_TYPE_QUERY
    )
    uri, _, _ = client.sign(base_url + path, http_method=method)
    return f"{path.partition('?')[0]}?{urlsplit(str(uri)).query}"

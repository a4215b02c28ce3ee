"""How a key is shown to WooCommerce: Basic over https, as parameters where a server drops headers, signed over http."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

from schemas.connection import Shop

Verb = Literal["GET", "POST", "PUT"]


@dataclass(frozen=True, slots=True)
class Key:
    """A consumer key, and the way in which it is shown: basic | query | signed (woocommerce.md 5.1)."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    way: Literal["basic", "query", "signed"]

    @classmethod
    def of(cls, shop: Shop) -> Key:
        """The shop's key; over plain http the secret itself never leaves, whatever else is set."""
        said = shop.credentials
        encrypted = shop.url.lower().startswith("https://")
        way: Literal["basic", "query"] = "query" if said.get("key_in") == "query" else "basic"
        return cls(said.get("consumer_key", ""), said.get("consumer_secret", ""), way if encrypted else "signed")

    def header(self) -> dict[str, str]:
        """The header that carries the key, if one does."""
        if self.way != "basic":
            return {}
        coded = base64.b64encode(f"{self.consumer_key}:{self.consumer_secret}".encode()).decode()
        return {"Authorization": f"Basic {coded}"}

    def path(self, method: Verb, base_url: str, path: str, params: Mapping[str, str]) -> str:
        """The path with its parameters, and with the key where it goes there.

        A signature (one-legged OAuth 1.0a, HMAC-SHA256) is fresh each time: a nonce is taken once, a time stamp for 15
        minutes.
        """
        if self.way == "query":
            params = {**params, "consumer_key": self.consumer_key, "consumer_secret": self.consumer_secret}
        asked = f"{path}?{urlencode(params, quote_via=quote)}" if params else path
        if self.way != "signed":
            return asked
        client = Client(
            self.consumer_key, client_secret=self.consumer_secret, signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
        )  # fmt: skip
        uri, _, _ = client.sign(base_url + asked, http_method=method)
        return f"{path}?{urlsplit(str(uri)).query}"

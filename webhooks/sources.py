"""How each platform's deliveries are known and read: one row per platform, chosen by the shop, never by the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from schemas.connection import Shop
from schemas.envelope import read_envelope
from schemas.errors import Unauthentic
from schemas.event import Envelope
from webhooks.signatures import signed_by_any

SIGNATURE = "X-WC-Webhook-Signature"
TOPIC = "X-WC-Webhook-Topic"
FORM = "application/x-www-form-urlencoded"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Source:
    """A platform at the door. `authenticate` raises Unauthentic; `envelope` never raises; `delivery_id` is a header."""

    authenticate: Callable[[Shop, Headers, bytes], None]
    envelope: Callable[[Headers, bytes], Envelope]
    is_ping: Callable[[Headers, bytes], bool]
    delivery_id: str


def _woocommerce_authenticate(shop: Shop, headers: Headers, body: bytes) -> None:
    signature = headers.get(SIGNATURE, "")
    if not signature:
        raise Unauthentic(f"The delivery has no {SIGNATURE} header.", code="UNSIGNED")
    if not signed_by_any(shop.secrets, body, signature):
        raise Unauthentic("The signature fits none of this shop's secrets.")


def _woocommerce_envelope(headers: Headers, body: bytes) -> Envelope:
    return read_envelope(headers.get(TOPIC, ""), body)


def _woocommerce_ping(headers: Headers, body: bytes) -> bool:
    """The one unsigned request that is welcome (specs/woocommerce.md 1.6): anything but 200 makes it come for ever."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == FORM and SIGNATURE not in headers and _PING.fullmatch(body) is not None


#: A platform that is not here has no shops: `flask shop add` refuses it, and the door answers 404.
SOURCES: Mapping[str, Source] = {
    "woocommerce": Source(
        _woocommerce_authenticate, _woocommerce_envelope, _woocommerce_ping, "X-WC-Webhook-Delivery-ID"
    ),
}

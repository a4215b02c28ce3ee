"""How each platform's deliveries are known and read: one row per platform, chosen by the shop, never by the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import Headers

from schemas.connection import Shop
from schemas.envelope import read_envelope
from schemas.errors import Unauthentic
from schemas.event import Envelope
from schemas.unas_envelope import read_envelope as read_unas
from webhooks.signatures import signed_by_any, signed_with

SIGNATURE = "X-WC-Webhook-Signature"
TOPIC = "X-WC-Webhook-Topic"
FORM = "application/x-www-form-urlencoded"
UNAS_SIGNATURE = "X-Unas-Hmac"
UNAS_TOPIC = "X-Unas-Topic"
#: UNAS names the event in no documented place, so each webhook gets an address that does (unas.md 5.2).
UNAS_EVENT = "event"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came: the headers, the query of the address, and the raw bytes."""

    headers: Headers
    query: Mapping[str, str]
    body: bytes = field(repr=False)


def never_pings(_delivery: Delivery) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Source:
    """A platform at the door. `authenticate` raises Unauthentic (or Problem, where who sends is known but may not).

    `envelope` never raises, but for the generic source: there it raises Unreadable, and nothing is stored.
    `delivery_id` is a header.
    """

    authenticate: Callable[[Shop, Delivery], None]
    envelope: Callable[[Shop, Delivery], Envelope]
    delivery_id: str = ""
    is_ping: Callable[[Delivery], bool] = never_pings


def _woocommerce_authenticate(shop: Shop, delivery: Delivery) -> None:
    signature = _signature(delivery, SIGNATURE)
    if not signed_by_any(shop.secrets, delivery.body, signature):
        raise _fits_none()


def _woocommerce_envelope(_shop: Shop, delivery: Delivery) -> Envelope:
    return read_envelope(delivery.headers.get(TOPIC, ""), delivery.body)


def _woocommerce_ping(delivery: Delivery) -> bool:
    """The one unsigned request that is welcome (specs/woocommerce.md 1.6): anything but 200 makes it come for ever."""
    headers = delivery.headers
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == FORM and SIGNATURE not in headers and _PING.fullmatch(delivery.body) is not None


def _unas_authenticate(shop: Shop, delivery: Delivery) -> None:
    """base64(HMAC-SHA256(raw body, the shop's HMAC key)) (specs/unas.md 5.2)."""
    signature = _signature(delivery, UNAS_SIGNATURE)
    keys = [secret.encode() for secret in shop.secrets if secret.strip()]
    if not signed_with(keys, delivery.body, signature):
        raise _fits_none()


def _unas_envelope(_shop: Shop, delivery: Delivery) -> Envelope:
    return read_unas(delivery.query.get(UNAS_EVENT, ""), delivery.headers.get(UNAS_TOPIC, ""), delivery.body)


def _signature(delivery: Delivery, header: str) -> str:
    signature = delivery.headers.get(header, "")
    if not signature:
        raise Unauthentic(f"The delivery has no {header} header.", code="UNSIGNED")
    return signature


def _fits_none() -> Unauthentic:
    return Unauthentic("The signature fits none of this shop's secrets.")


#: Platforms that need nothing but the shop itself; the application adds the generic source (webhooks/generic.py).
#: A platform that is not among them has no shops: `flask shop add` refuses it, and the door answers 404.
SOURCES: Mapping[str, Source] = {
    "woocommerce": Source(
        _woocommerce_authenticate, _woocommerce_envelope, "X-WC-Webhook-Delivery-ID", _woocommerce_ping
    ),
    "unas": Source(_unas_authenticate, _unas_envelope),
}

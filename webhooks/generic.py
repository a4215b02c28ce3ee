"""The generic source at the door: Billhook's own order JSON, signed by the Standard Webhooks scheme or with an API key.

The scheme: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from schemas.apikey import ORDERS_WRITE, ApiKey, fits, parse
from schemas.connection import Shop
from schemas.errors import Unauthentic, Unreadable
from schemas.event import Envelope
from schemas.generic import envelope_of, read_order
from schemas.order import Order
from schemas.problem import Problem
from webhooks.sources import Delivery, Source

log = structlog.get_logger(__name__)

ID, TIMESTAMP, SIGNATURE = "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"
#: How old, or how far ahead, a signed delivery may be; the library has the same bound.
TOLERANCE = timedelta(minutes=5)
_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Books:
    """What is looked up, never from memory: a key by its readable part; a shop's ways, channel → account id."""

    key: Callable[[str], ApiKey | None]
    ways: Callable[[int], Mapping[str, int]]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def source(books: Books) -> Source:
    """The platform `generic`. Its envelope raises Unreadable: what is refused is told the sender, and not stored."""
    return Source(
        authenticate=lambda shop, delivery: _authenticate(books, shop, delivery),
        envelope=lambda shop, delivery: _envelope(books, shop, delivery.body),
        delivery_id=ID,
    )


def _authenticate(books: Books, shop: Shop, delivery: Delivery) -> None:
    given = delivery.headers.get("Authorization", "")
    if given:
        _check_key(books, shop, given)
    else:
        _check_signature(shop, delivery, books.now())


def _check_signature(shop: Shop, delivery: Delivery, now: datetime) -> None:
    """Raises Unauthentic. Every secret is tried, so the time tells nothing about which."""
    headers = {name: delivery.headers.get(name, "").strip() for name in (ID, TIMESTAMP, SIGNATURE)}
    missing = [name for name, value in headers.items() if not value]
    if missing:
        raise Unauthentic(
            f"The delivery has neither an API key nor a whole signature: {', '.join(missing)} is missing.",
            code="UNSIGNED",
            remedy="Sign it by the Standard Webhooks scheme, or send Authorization: Bearer with an API key.",
        )
    _check_time(headers[TIMESTAMP], now)
    headers[SIGNATURE] = " ".join(_SIGNATURE.findall(headers[SIGNATURE]))
    right = False
    for secret in shop.secrets:
        right |= _made(secret, delivery.body, headers)
    if not right:
        raise Unauthentic("The signature fits none of this shop's secrets.")


def _check_time(given: str, now: datetime) -> None:
    if not _SECONDS.fullmatch(given):
        raise Unauthentic(f"{TIMESTAMP} is no number of seconds.", remedy=_SIGN_ANEW)
    age = now - datetime.fromtimestamp(int(given), UTC)
    if abs(age) <= TOLERANCE:
        return
    code, word = ("TIMESTAMP_OLD", "ago") if age > TOLERANCE else ("TIMESTAMP_AHEAD", "ahead")
    detail = f"It was signed {abs(age).total_seconds():.0f} s {word}; {TOLERANCE.total_seconds():.0f} s are allowed."
    raise Unauthentic(detail, code=code, remedy=_SIGN_ANEW)


def _made(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether this secret made one of the signatures; a secret, or a body, that is no text made none."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):
        return False
    return True


def _check_key(books: Books, shop: Shop, given: str) -> None:
    """Raises Unauthentic for no key, and Problem (403) for a good key that may not do this."""
    bearer = _BEARER.fullmatch(given.strip())
    shown = parse(bearer[1]) if bearer else None
    if shown is None:
        raise Unauthentic("The Authorization header holds no API key.", code="KEY_UNKNOWN", remedy=_WHICH_KEY)
    key = books.key(shown.public)
    if not fits(shown, key) or key is None:
        raise Unauthentic("There is no such API key.", code="KEY_UNKNOWN", remedy=_WHICH_KEY)
    _check_validity(key, books.now())
    _check_rights(books, shop, key)
    log.info("key_taken", shop=shop.key, key=key.public)


def _check_validity(key: ApiKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise Unauthentic(f"The key {key.name} was revoked.", code="KEY_REVOKED", remedy=_NEW_KEY)
    if now >= key.expires_at:
        detail = f"The key {key.name} ended on {key.expires_at:%Y-%m-%d %H:%M} UTC."
        raise Unauthentic(detail, code="KEY_EXPIRED", remedy=_NEW_KEY)


def _check_rights(books: Books, shop: Shop, key: ApiKey) -> None:
    """A shop's key is good for that shop; an account's for the shops all of whose routes lead there."""
    if ORDERS_WRITE not in key.scopes:
        detail = f"The key {key.name} is not good for sending orders ({ORDERS_WRITE})."
        raise Problem(403, "SCOPE_MISSING", detail, remedy=_NEW_KEY)
    own = key.shop_id == shop.id if key.account_id is None else set(books.ways(shop.id).values()) == {key.account_id}
    if not own:
        detail = f"The key {key.name} is of another company than this shop."
        raise Problem(403, "OTHER_COMPANY", detail, remedy="Use a key of this shop: flask key list tells which.")


def _envelope(books: Books, shop: Shop, body: bytes) -> Envelope:
    """The whole order is read here, so that its sender learns at once what is wrong with it."""
    order = read_order(body)
    _check_channel(books, shop, order)
    return envelope_of(order)


def _check_channel(books: Books, shop: Shop, order: Order) -> None:
    """A shop without any route stores and waits; one with routes for other channels alone would wait for ever."""
    channels = books.ways(shop.id).keys()
    if not channels or "" in channels or order.channel in channels:
        return
    said = f"the channel {order.channel!r}" if order.channel else "orders without a channel"
    detail = f"This shop has no route for {said}, only for {', '.join(sorted(channels))}."
    remedy = "Correct the channel, or add a route for it: flask route add --channel."
    raise Unreadable(detail, {"/channel": detail}, code="UNKNOWN_CHANNEL", remedy=remedy)


_SIGN_ANEW = "Sign every try anew, with the time of that try, and set the sender's clock."
_WHICH_KEY = "Send Authorization: Bearer with a key that flask key add made."
_NEW_KEY = "Make a new key: flask key add."

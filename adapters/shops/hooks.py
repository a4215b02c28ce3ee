"""WooCommerce's webhooks to us: found by address and topic, made, and switched on again (woocommerce.md 1.7, 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from adapters.connect import Forbidden, NotConnected, refuse_private, resolve
from adapters.shops.base import Hooks
from adapters.shops.wordpress import Rest, a_list
from schemas.errors import Auth

HOOKS = "wc/v3/webhooks"
TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
#: WordPress sends nowhere else (wp_http_validate_url).
PORTS = (80, 443, 8080)
PAGE = 100
RESOLVE_SECONDS = 5.0
_RIGHTS = (
    "Give the key to a user who may manage the shop (shop manager or administrator), or make the webhooks by hand: "
    "WooCommerce > Settings > Advanced > Webhooks."
)
_ADDRESS = "Give Billhook a public address (PUBLIC_URL) on port 443, 80 or 8080; until then orders come by polling."
_PAUSED = "Set them to Active in the shop (WooCommerce > Settings > Advanced > Webhooks), if that was not wanted."


def mend(rest: Rest, delivery_url: str, secret: str, *, allow_private: bool) -> Hooks:
    """Bring the four webhooks to `delivery_url` to life; what a person has to do is said in words."""
    try:
        ours = _ours(rest, delivery_url)
        mended = tuple(filter(None, (_mended(rest, topic, ours, delivery_url, secret) for topic in TOPICS)))
        pinging = any(topic not in ours for topic in TOPICS)
    except Auth as error:
        return Hooks(problem=f"The key may not manage webhooks ({error.detail}).", remedy=_RIGHTS)
    paused = [topic for topic in TOPICS if _status(ours.get(topic)) == "paused"]
    if paused:
        return Hooks(mended, pinging, f"Somebody paused the webhooks {', '.join(paused)} in the shop.", _PAUSED)
    problem = "" if allow_private else undeliverable(delivery_url)
    return Hooks(mended, pinging, problem, _ADDRESS if problem else "")


def undeliverable(delivery_url: str) -> str:
    """Why WordPress would send nothing to this address, "" when it would (woocommerce.md 1.3)."""
    url = urlsplit(delivery_url)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if url.scheme not in ("http", "https") or not host:
        return f"{delivery_url!r} is no web address."
    if port not in PORTS:
        return f"WordPress sends to ports 80, 443 and 8080 only, not to {port}."
    try:
        refuse_private(host, resolve(host, port, RESOLVE_SECONDS))
    except NotConnected as error:
        return f"The shop cannot find us: {error}."
    except Forbidden as error:
        return f"WordPress sends to no private address: {error}."
    return ""


def _ours(rest: Rest, delivery_url: str) -> dict[str, Mapping[str, Any]]:
    """Topic → our webhook, a live one before the others."""
    found: dict[str, Mapping[str, Any]] = {}
    for page in count(1):
        rows = rest.get(a_list, HOOKS, per_page=str(PAGE), page=str(page))
        for row in rows:
            if row.get("delivery_url") == delivery_url and _status(found.get(str(row.get("topic")))) != "active":
                found[str(row.get("topic"))] = row
        if len(rows) < PAGE:
            break
    return found


def _status(hook: Mapping[str, Any] | None) -> str:
    return str(hook.get("status")) if hook else ""


def _mended(rest: Rest, topic: str, ours: Mapping[str, Mapping[str, Any]], delivery_url: str, secret: str) -> str:
    """What was done about one topic, in words; "" when nothing had to be. The secret goes along, because a wrong one
    may be why the shop gave up."""
    hook = ours.get(topic)
    if hook is None:
        wanted = {"topic": topic, "delivery_url": delivery_url, "secret": secret, "status": "active"}
        rest.write("POST", HOOKS, {"name": f"Billhook {topic}", **wanted})
        return f"{topic} was made"
    if _status(hook) == "disabled":
        rest.write("PUT", f"{HOOKS}/{int(hook['id'])}", {"status": "active", "secret": secret})
        return f"{topic} was switched on again"
    return ""

"""Speaking to a shop built on WordPress: how it knows us, where its REST API answers, what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from adapters.connect import Limits
from adapters.http import Answer, Read, Speaker, looks_html
from adapters.lanes import lane
from adapters.ports import Ports
from adapters.redact import PERSONAL
from adapters.shops.signing import Key, Verb
from schemas.connection import Shop
from schemas.errors import AdapterError, Auth, Permanent, Transient
from schemas.ports import unguarded

SYSTEM = "woocommerce"
#: Hosts and firewalls limit, and PHP has few workers: so many calls at once (woocommerce.md 5.3), waited for so long.
AT_ONCE, PATIENCE = 2, 5.0
#: Fields that hold people's data, besides the usual ones: of orders, their notes, and `value` of their extra fields.
PERSONAL_FIELDS = PERSONAL + (
    r"|address_\d|company|customer_\w+|order_key|payment_url|transaction_id|note|(?:display_)?value|oauth_\w+"
)
#: What WordPress explains in JSON, and redirects; every other status the Speaker judges itself.
EXPLAINED = (301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 410)

_KEY = (
    "Make a key in the shop (WooCommerce > Settings > Advanced > REST API) for a user who may manage the shop, with "
    "permission Read/Write. "
)
_DROPPED = "If the key is right, the web server may drop it: then set key_in = query."
#: How a code begins → what it means, our code, what to do (woocommerce.md 5.2); the first that fits.
REFUSALS: Sequence[tuple[str, type[AdapterError], str, str]] = (
    ("woocommerce_rest_authentication_missing_parameter", Auth, "HTTPS_NOT_SEEN",
     "The shop sees a call over plain http: its proxy must pass X-Forwarded-Proto on, and WordPress must heed it."),
    ("woocommerce_rest_authentication_error", Auth, "KEY_REFUSED", _KEY + _DROPPED),
    ("woocommerce_rest_cannot_", Auth, "NO_RIGHTS", _KEY + _DROPPED),
    ("woocommerce_rest_shop_order_invalid_id", Permanent, "ORDER_GONE", "Nothing: the order was deleted in the shop."),
    ("woocommerce_rest_order_invalid_id", Permanent, "ORDER_GONE", "Nothing: the order was deleted in the shop."),
    ("woocommerce_rest_invalid_order_id", Permanent, "ORDER_GONE", "Nothing: the order was deleted in the shop."),
    ("rest_no_route", Permanent, "NO_WOOCOMMERCE",
     "WordPress answers, WooCommerce does not: switch the plugin on in the shop, or update it (3.5 or newer)."),
    ("rest_", Auth, "NO_RIGHTS", "A plugin of the shop guards its REST API: let this key through there. " + _KEY),
)  # fmt: skip
_MOVED = "Give the address that the shop itself uses (https, with or without www): flask shop edit KEY --url …"
_ADDRESS = (
    "Give the shop's https address. A shop that has none may be spoken to over plain http (shop add --plain-http, or "
    "flask shop edit KEY --set plain_http=yes), one in your own network with ALLOW_PRIVATE_ADDRESSES=yes."
)
_NO_API = (
    "A web page answers where the REST API should: look whether the address is right and whether maintenance mode, a "
    "firewall or a security plugin stands before it."
)


def an_object(data: Any) -> dict[str, Any]:
    """The data as a JSON object; a TypeError when it is something else, which `Rest.get` understands."""
    if not isinstance(data, dict):
        raise TypeError
    return data


def a_list(data: Any) -> list[dict[str, Any]]:
    """The data as a list of JSON objects; a TypeError otherwise."""
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise TypeError
    return data


class Rest:
    """The REST API of one shop. Where its permalinks are plain, that is found out by the first read."""

    def __init__(self, shop: Shop, secrets: tuple[str, ...], ports: Ports, limits: Limits) -> None:
        self._key = Key.of(shop)
        self._plain_permalinks = False
        speaker = partial(
            Speaker, SYSTEM, shop.url, headers={"Accept": "application/json"}, secrets=secrets,
            personal=PERSONAL_FIELDS, limits=limits, allow_http=shop.credentials.get("plain_http") == "yes",
            guard=ports.get("guard", unguarded), budget=ports.get("budget"),
            allow_private=ports.get("allow_private", False),
        )  # fmt: skip
        self.speaker, self._stranger = speaker(auth=self._key.header), speaker()

    def get(self, read: Callable[[Any], Read], route: str, **params: str) -> Read:
        """One GET of a route like `wc/v3/orders`, and what `read` makes of its data."""
        return self.speaker.understood(read, self.answer(route, **params), writes=False)

    def answer(self, route: str, **params: str) -> Answer:
        """One GET, with its headers; a web page instead of an answer is asked for once more by `?rest_route=`."""
        try:
            return self._call("GET", route, params)
        except AdapterError as error:
            if self._plain_permalinks or error.code not in ("HTML_ANSWER", "NO_REST_API"):
                raise
            self._plain_permalinks = True
            try:
                return self._call("GET", route, params)
            except AdapterError as again:
                self._plain_permalinks = False
                raise (error if again.code in ("HTML_ANSWER", "NO_REST_API") else again) from None

    def index(self) -> dict[str, Any]:
        """What WordPress says of itself to everybody. The key must stay out of it: it opens WooCommerce's routes alone,
        and WordPress takes it for an application password elsewhere."""
        path = "/?rest_route=/" if self._plain_permalinks else "/wp-json/"
        return self._stranger.understood(an_object, self._stranger.call("GET", path, writes=False), writes=False)

    def write(self, method: Verb, route: str, body: Mapping[str, object]) -> Answer:
        """One POST or PUT; to be called after a read, which has found out how routes are written."""
        return self._call(method, route, {}, json=body, writes=True)

    def probe(self, method: Verb, route: str, body: Mapping[str, object]) -> Answer:
        """A POST or PUT that cannot change anything, for what its refusal tells."""
        return self._call(method, route, {}, json=body)

    def _call(
        self, method: Verb, route: str, params: Mapping[str, str], *, json: object = None, writes: bool = False
    ) -> Answer:
        path = self._path(method, route, params)
        patience = min(PATIENCE, self.speaker.limits.deadline / 4)
        try:
            with lane(self.speaker.base_url, AT_ONCE, system=SYSTEM, seconds=patience):
                answer = self.speaker.call(method, path, writes=writes, json=json, allow=EXPLAINED)
        except Permanent as error:
            remedy = _ADDRESS if error.code == "ADDRESS_FORBIDDEN" else error.remedy
            raise self.speaker.error(Permanent, error.detail, error.exchange, code=error.code, remedy=remedy) from None
        if answer.status < 300:
            return answer
        raise self._refusal(answer)

    def _path(self, method: Verb, route: str, params: Mapping[str, str]) -> str:
        path = f"/wp-json/{route}"
        if self._plain_permalinks:
            path, params = "/", {"rest_route": f"/{route}", **params}
        try:
            return self._key.path(method, self.speaker.base_url, path, params)
        except ValueError:  # the shop's address is none, which the call itself says in words
            return path

    def _refusal(self, answer: Answer) -> AdapterError:
        if answer.status < 400:
            origin = _origin(answer.headers.get("location", ""))
            words = f"{answer.told}, to {origin}" if origin else answer.told
            kind = Permanent if answer.status in (301, 308) else Transient
            return self.speaker.error(kind, words, answer.exchange, code="REDIRECTED", remedy=_MOVED)
        if not isinstance(answer.data, dict) or not isinstance(answer.data.get("code"), str):
            code = "NO_REST_API" if answer.status in (404, 410) or looks_html(answer) else "UNREADABLE_ANSWER"
            return self.speaker.error(Transient, answer.told, answer.exchange, code=code, remedy=_NO_API)
        for start, meaning, code, remedy in REFUSALS:
            if answer.data["code"].startswith(start) and (meaning is not Auth or answer.status in (401, 403)):
                return self.speaker.refusal(answer, meaning, code=code, remedy=remedy)
        return self.speaker.refusal(answer)


def _origin(location: str) -> str:
    """Scheme and host of where a redirect leads, without path and parameters; "" when that is no address."""
    try:
        to = urlsplit(location)
    except ValueError:
        return ""
    return f"{to.scheme}://{to.netloc}" if to.netloc else ""

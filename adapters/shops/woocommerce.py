"""WooCommerce's REST API v3: orders with their refunds, what changed, numbers and links back, and the webhooks.

Sheet: woocommerce.md 3 and 5; vendor: https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, ClassVar, Unpack
from urllib.parse import quote, urlsplit

from adapters.manifest import Field
from adapters.ports import ShopPorts
from adapters.shops.base import Hooks, Reading, ShopClient, ShopInfo, Written
from adapters.shops.hooks import mend
from adapters.shops.walking import Page, Row, Walk
from adapters.shops.wordpress import Rest, a_list, an_object
from schemas.connection import Shop
from schemas.document import Kind
from schemas.errors import Auth, Permanent, Transient, Unsupported

CREDENTIALS = (
    Field("consumer_key", "Consumer key", secret=True, pattern=r"ck_\S{8,}", example="ck_1a2b…"),
    Field("consumer_secret", "Consumer secret", secret=True, pattern=r"cs_\S{8,}", example="cs_3c4d…"),
    Field("plain_http", "Speak over plain http", required=False, choices=("yes",),
          help="yes: for a shop without https; calls are signed (OAuth 1.0a), but anyone on the way can read them"),
    Field("key_in", "Where the key stands", required=False, choices=("header", "query"),
          help="query: for a web server that drops the Authorization header"),
)  # fmt: skip

ORDERS = "wc/v3/orders"
#: Decimals asked for, so that a shop which shows none still tells its taxes (woocommerce.md 2).
DECIMALS = "6"
#: The most that WooCommerce gives at once.
PAGE = 100
READINGS = 3
WORDS = {Kind.INVOICE: "Invoice", Kind.PROFORMA: "Proforma invoice", Kind.CREDIT_NOTE: "Credit note"}
#: A status that is an order's end is never changed by us.
ENDED = frozenset({"cancelled", "refunded", "failed", "trash"})


def an_order(data: Any) -> dict[str, Any]:
    """An order as the API gives it, with what files it surely there; what is none raises, for `Rest.get`. Pure."""
    order = {**an_object(data), "id": int(data["id"]), "status": str(data["status"])}
    modified(order)
    return {**order, "refunds": a_list(order.get("refunds") or [])}


def to_reading(order: Mapping[str, Any]) -> Reading:
    """An order in the form its reader understands, sums as the shop wrote them. Pure."""
    return Reading(
        order_id=str(order["id"]),
        whole=cache(lambda: json.dumps(order, default=str).encode()),
        modified_at=modified(order),
        status=order["status"],
        refunds=len(order["refunds"]),
    )


def modified(order: Mapping[str, Any]) -> datetime | None:
    """When the order was last changed, by its `_gmt` field, which has no zone written to it."""
    said = order["date_modified_gmt"]
    return datetime.fromisoformat(said).replace(tzinfo=UTC) if said else None


def meta_of(order: Mapping[str, Any], written: Written) -> list[dict[str, str]]:
    """The extra fields still to be written for this document: number and link under a hidden key of its kind.

    An order may have several credit notes, so their numbers stand beside one another. Pure.
    """
    held = {entry["key"]: str(entry["value"]) for entry in order["meta_data"] if entry.get("value") is not None}
    wanted = {
        f"_billhook_{written.kind.value}_number": written.number,
        f"_billhook_{written.kind.value}_url": written.url,
    }
    return [
        {"key": key, "value": together}
        for key, value in wanted.items()
        if value and (together := _together(held.get(key, ""), value, written.kind)) != held.get(key)
    ]


def _together(before: str, value: str, kind: Kind) -> str:
    """One invoice or proforma is the newest; credit notes are all of them, each once."""
    told = [word for word in before.split(" | ") if word] if kind is Kind.CREDIT_NOTE else []
    return " | ".join(dict.fromkeys([*told, value]))


def note_of(written: Written) -> str:
    """The order note's text, which people read."""
    said = f"{WORDS[written.kind]} {written.number}"
    return f"{said}: {written.url}" if written.url else said


def has_note(notes: Sequence[Mapping[str, Any]], written: Written) -> bool:
    """Whether a note about this number is there; WordPress may have put entities and tags into it."""
    said = f"{WORDS[written.kind]} {written.number}"
    texts = (html.unescape(str(note.get("note") or "")).strip() for note in notes)
    return any(text == said or text.startswith(f"{said}:") for text in texts)


class WooCommerce(ShopClient):
    """Speaks to one shop."""

    platform: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    minds_hooks: ClassVar[bool] = True
    credentials: ClassVar[tuple[Field, ...]] = CREDENTIALS

    def __init__(self, shop: Shop, **ports: Unpack[ShopPorts]) -> None:
        super().__init__(shop, **ports)
        self.rest = Rest(shop, self.secrets, self.ports, self.limits)

    def verify(self) -> ShopInfo:
        """Reads an order, then tries to change order 0, which cannot exist: a key that only reads shows by its 401."""
        self.rest.get(a_list, ORDERS, per_page="1", _fields="id")
        try:
            self.rest.probe("PUT", f"{ORDERS}/0", {"meta_data": []})
        except Permanent as refused:
            if refused.code != "ORDER_GONE":
                raise
            return self._info()
        raise Unsupported("The shop took a change of an order that does not exist.", system=self.platform)

    def order(self, order_id: str) -> Reading:
        """The order and all its refunds, read again while they do not belong together."""
        route = f"{ORDERS}/{quote(order_id, safe='')}"
        for _ in range(READINGS):
            order = self.rest.get(an_order, route, dp=DECIMALS)
            refunds = self._refunds(route) if order["refunds"] else []
            if {entry["id"] for entry in order["refunds"]} == {refund["id"] for refund in refunds}:
                return to_reading({**order, "refunds": refunds})
        raise Transient(
            f"Order {order_id} and its refunds did not fit together, {READINGS} times.",
            system=self.platform, code="READING_MOVED",
        )  # fmt: skip

    def changed(self, since: datetime) -> Iterator[Reading]:
        """By modification time, never by page numbers (woocommerce.md 5.3); the readings hold refunds as summaries."""
        return (to_reading(row) for row in Walk(self._page, since).rows())

    def write_back(self, order_id: str, written: Written) -> None:
        """The extra fields, and with their first writing the status; then the note, unless it is there."""
        route = f"{ORDERS}/{quote(order_id, safe='')}"
        order = self.rest.get(an_object, route, _fields="id,status,meta_data")
        if meta := meta_of(order, written):
            status = written.status if order["status"] not in ENDED | {written.status} else ""
            self.rest.write("PUT", route, {"meta_data": meta} | ({"status": status} if status else {}))
        if not has_note(self.rest.get(a_list, f"{route}/notes"), written):
            note = {"note": note_of(written), "customer_note": written.tell_buyer}
            self.rest.write("POST", f"{route}/notes", note)

    def mend_hooks(self, delivery_url: str, secret: str) -> Hooks:
        """Make what is missing, switch on what the shop switched off; a paused one was paused by a person and stays."""
        return mend(self.rest, delivery_url, secret, allow_private=bool(self.ports.get("allow_private")))

    def _info(self) -> ShopInfo:
        """The shop's own name and zone from WordPress' index, which a security plugin may hide."""
        try:
            told = self.rest.index()
        except (Auth, Permanent, Transient):
            told = {}
        name, zone = (str(told.get(key) or "") for key in ("name", "timezone_string"))
        return ShopInfo(html.unescape(name) or urlsplit(self.shop.url).netloc, zone, self._warnings())

    def _warnings(self) -> tuple[str, ...]:
        plain = urlsplit(self.shop.url).scheme != "https"
        return ("It is spoken to over plain http: whoever stands on the way can read the orders.",) if plain else ()

    def _refunds(self, route: str) -> list[dict[str, Any]]:
        """All of an order's refunds with their lines; pages are read until one is not full."""
        found: list[dict[str, Any]] = []
        for page in count(1):
            rows = self.rest.get(a_list, f"{route}/refunds", dp=DECIMALS, per_page=str(PAGE), page=str(page))
            found += rows
            if len(rows) < PAGE:
                break
        return sorted({row["id"]: row for row in found}.values(), key=lambda row: int(row["id"]))

    def _page(self, params: Mapping[str, str]) -> Page:
        asked = {"orderby": "modified", "order": "asc", "dates_are_gmt": "true", "dp": DECIMALS, **params}
        answer = self.rest.answer(ORDERS, **asked)
        total = answer.headers.get("x-wp-total", "")
        rows = self.rest.speaker.understood(_rows, answer, writes=False)
        return Page(rows, int(total) if total.isdecimal() else None)


def _rows(data: Any) -> tuple[Row, ...]:
    orders = [an_order(entry) for entry in a_list(data)]
    return tuple(Row(modified(order), str(order["id"]), order) for order in orders)

"""The shop's state, its clock and its refusals; orders are saved here, so that webhooks hear of it."""

import hashlib
import ssl
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.exchange import Refusal, Request, Response, as_html
from simulators.woocommerce import ledger
from simulators.woocommerce.access import authenticate, no_rights
from simulators.woocommerce.catalogue import Catalogue
from simulators.woocommerce.order import Meta, Note, Order
from simulators.woocommerce.php import error
from simulators.woocommerce.routes import ROUTES
from simulators.woocommerce.switchboard import Switchboard
from simulators.woocommerce.taxes import RateTable
from simulators.world import Routes, World

# What a badly set-up PHP prints before the JSON, the content type unchanged (5.2).
NOTICE = b"<br />\n<b>Warning</b>:  Undefined array key 3 in <b>/www/functions.php</b> on line <b>7</b><br />\n"
OPEN_PATHS = ("/wp-json", "/wp-json/", "/wp-json/wc/v3")


class WooCommerce(World):
    """One shop with its orders, products, webhooks and one API key."""

    key: ClassVar[str] = "woocommerce"
    routes: ClassVar[Routes] = ROUTES
    defaults: ClassVar[dict[str, Any]] = {
        "consumer_key": "ck_simulator", "consumer_secret": "cs_simulator", "permissions": "read_write",
        "rights": "manager", "ssl": "off", "permalinks": "pretty", "strict": True,
        "home": "", "name": "Demo shop", "country": "PL", "currency": "PLN", "decimals": 2, "timezone": "Europe/Warsaw",
        "prices_include_tax": True, "tax_round_at_subtotal": False, "version": "8.2.2", "old_refunds": False,
        "first_id": 1001, "clock": "", "certificate": "",
        "php_notices": False, "old_filters": False, "old_tax_lines": False,
        "sending": True, "delay": 0.0, "drop_rate": 0.0, "double_rate": 0.0, "disorder_rate": 0.0,
        "disorder_seconds": 1.0, "seed": 1, "runners": 1, "delivery_timeout": 60.0, "guarded": False,
        "updated_first": False, "webhook_rights": "manager",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "permissions": ("read", "write", "read_write"), "rights": ("manager", "none"),
        "ssl": ("off", "on", "forwarded"), "permalinks": ("pretty", "plain"),
        "webhook_rights": ("manager", "none", "gone"), "version": ("8.2.2", "11.0.1"),
    }  # fmt: skip

    def __init__(self, **settings: Any) -> None:
        self.board = Switchboard(self)
        super().__init__(**settings)

    def fresh(self) -> None:
        self.board.clear()
        self.orders: dict[int, Order] = {}
        self.catalogue = Catalogue(lambda: self.next_id("post"))
        self.rates = RateTable()
        self.emails: Counter[int] = Counter()
        self.nonces: set[str] = set()
        self.skipped = timedelta(0)
        self._ids = {"post": count(int(self.settings["first_id"]))}

    def change(self, settings: Mapping[str, Any]) -> None:
        """As everywhere, and zone and clock must be readable."""
        _check_places(settings)
        super().change(settings)
        self.board.sender.wake()

    def opened(self, url: str) -> None:
        super().opened(url)
        self.board.sender.start(int(self.settings["runners"]))

    def tls(self) -> ssl.SSLContext | None:
        """By the setting certificate: a PEM file with key and certificate."""
        if not self.settings["certificate"]:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.settings["certificate"])
        return context

    def close(self) -> None:
        self.board.sender.stop()

    # ---- in and out -----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Plain permalinks know no /wp-json: the web server's or the theme's 404 page answers there (5.1)."""
        if route := request.query.get("rest_route"):
            request.path = "/wp-json" + route
        elif self.settings["permalinks"] == "plain" or not request.path.startswith("/wp-json"):
            return as_html("Page not found", 404)
        answer = super().answer(request)
        return replace(answer, body=NOTICE + answer.body) if self.settings["php_notices"] else answer

    def admit(self, request: Request) -> None:
        """Who asks, and may he? (sections 5.1 and 5.2)"""
        if request.path in OPEN_PATHS:
            return
        who = authenticate(self, request)
        if who is None or self.settings["rights"] == "none":
            raise Refusal(no_rights(request, 403 if who else 401))

    def unauthorized(self) -> Response:
        return error("woocommerce_rest_authentication_error", "Consumer secret is invalid.", 401)

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """A body that is no JSON; else a host's page in HTML: the core has no rate limit, firewalls do (5.3)."""
        if status == 400:
            return error("rest_invalid_json", "Invalid JSON body passed.", 400)
        page = as_html(text, status)
        return Response(page.status, page.body, page.content_type, headers or {})

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["consumer_secret"],)

    # ---- time and place -------------------------------------------------------------------------------------------

    @property
    def here(self) -> ZoneInfo:
        return ZoneInfo(self.settings["timezone"])

    @property
    def home(self) -> str:
        """The shop's own address, without a slash at the end."""
        return str(self.settings["home"]).rstrip("/") or self.address

    @property
    def modern(self) -> bool:
        return bool(self.settings["version"] == "11.0.1")

    def now(self) -> datetime:
        """Whole seconds, as the shop keeps them: the real time, or the setting clock, plus what was skipped."""
        start = _instant(self.settings["clock"]) if self.settings["clock"] else datetime.now(UTC)
        return (start + self.skipped).replace(microsecond=0)

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def order_key(self) -> str:
        return "wc_order_" + hashlib.sha256(f"{self.next_id('key')}".encode()).hexdigest()[:13]

    def meta(self, told: Mapping[str, Any]) -> list[Meta]:
        return [Meta(self.next_id("meta"), key, value) for key, value in told.items()]

    def keep(self, order: Order) -> None:
        order.born = time.monotonic()
        self.orders[order.ident] = order

    def say(self, order: Order, text: str, to_customer: bool = False, author: str = "system") -> Note:
        """A note does not save the order: no webhook, no new date_modified (5.4)."""
        note = Note(self.next_id("note"), self.now(), text, to_customer, author)
        order.notes.append(note)
        self.emails[order.ident] += to_customer
        return note

    def saved(self, order: Order, event: str = "updated") -> None:
        """The order was saved: a new modification time, and its webhooks hear of it."""
        order.modified = max(order.modified, self.now())
        self.board.saved(order, event)

    def books(self) -> dict[str, Any]:
        return {
            "documents": list(self.summary()["orders"].values()),
            "products": list(self.catalogue.products.values()),
        }

    def summary(self) -> dict[str, Any]:
        return {**ledger.summary(self.orders.values(), self.emails), "webhooks": self.board.told(),
                "sender": dict(self.board.sender.counts)}  # fmt: skip

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Behind everyone's back: no webhook, no new date_modified. Sums are given as {"totals": {...}}."""
        order = self.orders[int(ident)]
        ledger.patch(order, changes, self.meta(changes.get("meta", {})))
        return ledger.told(order)


def _check_places(settings: Mapping[str, Any]) -> None:
    try:
        ZoneInfo(str(settings.get("timezone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(f"unknown time zone: {fault}") from fault
    if settings.get("clock"):
        _instant(str(settings["clock"]))
    if (home := settings.get("home")) and urlsplit(str(home)).scheme not in ("http", "https"):
        raise ValueError("home must be a URL")


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

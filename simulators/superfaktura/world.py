"""SuperFaktura's company: its books, who may come in, and the shapes of its refusals (the body decides, section 9)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from simulators.exchange import SILENCE, BadBody, Refusal, Request, Response, as_html, as_json
from simulators.fields import Faults, by_place
from simulators.references import References
from simulators.superfaktura import admission, audit
from simulators.superfaktura.accepted import ROUNDINGS
from simulators.superfaktura.document import Document, wire
from simulators.superfaktura.quota import TOLD, Quota
from simulators.superfaktura.routes import ROUTES
from simulators.world import Routes, World

# Masks as in the vendor's list of sequences; cancel and the second series of invoices are ours.
SEQUENCES = {
    "regular": {"1": "RRRRCCC", "11": "ERRRRCCC"}, "proforma": {"2": "ZAL1RRRRCCC"}, "order": {"3": "OBJRRRRCCC"},
    "reverse_order": {"4": "VOBJRRRRCCC"}, "estimate": {"5": "PONRRRRCCC"}, "delivery": {"8": "DODRRRRCCC"},
    "cancel": {"10": "DOBRRRRCCC"},
}  # fmt: skip
CURRENCIES = {"sk": "EUR", "cz": "CZK", "at": "EUR"}
# GETs that change something (section 2).
CHANGING = ("/invoices/delete/", "/invoice_payments/delete/", "/invoice_items/delete/", "/invoices/will_not_be_paid/",
            "/invoices/mark_sent/", "/invoices/setinvoicelanguage/", "/invoices/deleteRelatedItem/")  # fmt: skip


class SuperFaktura(World):
    """State of one company."""

    key: ClassVar[str] = "superfaktura"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Bratislava")
    defaults: ClassVar[dict[str, Any]] = {
        "token": "simulator+key", "email": "shop+sf@example.test", "company_id": "1", "country": "sk",
        "tax_payer": True, "premium": True, "role": "admin", "rounding": "item_ext", "order_no_match": "substring",
        "checksum_repeat": "accept", "checksum_lag": 0.0, "unauthorized_as": "json",
        "daily_limit": 1000, "monthly_limit": 30_000, "quota": "off", "over_quota": "silence", "mails_an_hour": 0,
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "country": ("sk", "cz", "at"), "role": ("admin", "no_create"), "rounding": ROUNDINGS,
        "order_no_match": ("substring", "prefix", "exact"), "checksum_repeat": ("accept", "refuse", "replay"),
        "unauthorized_as": ("json", "html"), "quota": ("off", "reads", "all"), "over_quota": tuple(TOLD),
    }  # fmt: skip

    def fresh(self) -> None:
        self.invoices: dict[str, Document] = {}
        self.clients: dict[str, dict[str, Any]] = {}
        self.client_keys: dict[tuple[str, object], list[str]] = {}
        self.emails: list[dict[str, Any]] = []
        self.callbacks: list[str] = []
        self.checksums: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, str] = {}
        self.by_order = References()
        self.series: Counter[tuple[str, str]] = Counter()
        self.quota = Quota()
        self._ids: dict[str, count[int]] = {}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Every answer tells what is left of the quota; over it there is no useful one (section 9)."""
        with self.lock:
            if not request.header("authorization"):
                return super().answer(request)
            self.quota.count(self.today())
            over = bool(self.quota.message(self.limits)) and self._counts(request)
            response = TOLD[self.settings["over_quota"]] if over else super().answer(request)
            if response is SILENCE:
                return response
            return replace(response, headers={**response.headers, **self.quota.headers(self.limits)})

    def admit(self, request: Request) -> None:
        admission.admit(self, request)

    def writes(self, request: Request) -> bool:
        return super().writes(request) or request.path.startswith(CHANGING)

    def unauthorized(self) -> Response:
        if self.settings["unauthorized_as"] == "html":
            return as_html("Unauthorized", 401)
        return self.failure(1, "Unauthorized", 401, twice=True).response

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        if status in (404, 405):
            return replace(as_html(text, status), headers=headers or {})
        body = {"error": 1, "error_message": text, "message": text}
        return as_json(body, status, {"X-RateLimit-Message": text, **(headers or {})} if status == 429 else headers)

    def failure(self, code: int, text: object, status: int = 200, twice: bool = False, **more: Any) -> Refusal:
        """An error inside an answer, mostly a 200; some routes say it `twice`."""
        body = {"error": code, "error_message": text, **({"message": text} if twice else {}), **more}
        return Refusal(self.reply(body, status))

    def message(self, code: int, text: str, **more: Any) -> Refusal:
        """Older routes know only `message`."""
        return Refusal(self.reply({"error": code, "message": text, **more}))

    def reply(self, data: object, status: int = 200) -> Response:
        return as_json(data, status, money=lambda value: wire(cast(Decimal, value)))

    def payload(self, request: Request, otherwise: Refusal, *known: str) -> dict[str, Any]:
        """The form field `data` with JSON in it, or a body of JSON; for anything else the route's own refusal.

        `known` are the names that may stand at the top.
        """
        try:
            given = admission.payload(request)
        except BadBody as error:
            raise otherwise from error
        if strangers := sorted(set(given) - set(known)) if known else []:
            raise self.failure(5, {name: ["unknown field"] for name in strangers})
        return given

    def demand(self, faults: Faults, given: Mapping[str, Any]) -> None:
        """Error 5 with a map of lists by the last part of the place, and all that was sent beside it."""
        if found := by_place(faults):
            told = {place.split(".")[-1]: sentences for place, sentences in found.items()}
            invoice = {**(given.get("Invoice") or {}), "id": 0}
            raise self.failure(5, told, error_data={**given, "Invoice": invoice})

    # ---- the books ------------------------------------------------------------------------------------------------

    @property
    def limits(self) -> dict[str, int]:
        return {"daily": self.settings["daily_limit"], "monthly": self.settings["monthly_limit"]}

    @property
    def currency(self) -> str:
        return CURRENCIES[self.settings["country"]]

    def now(self) -> datetime:
        """The world's date with the time of day of the clock on the wall."""
        return datetime.combine(self.today(), datetime.now(self.zone).time(), self.zone)

    def clock(self) -> str:
        return f"{self.now():%Y-%m-%d %H:%M:%S}"

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def invoice(self, ident: object) -> Document | None:
        document = self.invoices.get(str(ident))
        return None if document is None or document.deleted else document

    def found(self, ident: str) -> Document:
        """404 on view and delete; other routes say it with 200 (section 9)."""
        document = self.invoice(ident)
        if document is None:
            raise self.failure(1, "Invoice not found", 404, twice=True)
        return document

    def shown(self, document: Document) -> dict[str, Any]:
        return document.shown(self.today(), self.clients.get(str(document.fields["client_id"])))

    def keep(self, document: Document) -> None:
        self.invoices[document.ident] = document
        if document.reference:
            self.by_order.add(document.reference, int(document.ident))

    def sequences(self, kind: str) -> dict[str, str]:
        """Ids and masks of the number series of a type."""
        return SEQUENCES.get(kind, {})

    def relate(self, document: Document, other: Document) -> str:
        """Link two documents both ways; gives the id of the relation."""
        ident = str(self.next_id("relations"))
        for one, two in ((document, other), (other, document)):
            one.related.append({"id": ident, "document_id": two.ident, "type": two.kind,
                                "number": two.fields["invoice_no_formatted"]})  # fmt: skip
        return ident

    def index_client(self, client: Mapping[str, Any]) -> None:
        for name in ("ico", "name"):
            if client[name]:
                self.client_keys.setdefault((name, client[name]), []).append(client["id"])

    def books(self) -> dict[str, Any]:
        return audit.books(self)

    def summary(self) -> dict[str, Any]:
        return audit.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        return audit.patch(self, self.invoices[ident], changes)

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"], quote(self.settings["token"], safe=""))

    def _counts(self, request: Request) -> bool:
        """Over the cap all GETs are blocked; whether POSTs are is not known (section 9): setting quota."""
        kind = self.settings["quota"]
        return kind == "all" or (kind == "reads" and request.method == "GET")

"""Fakturoid's account: its books, who may come in, and the shape of its refusals."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fakturoid import admission
from simulators.fakturoid.accepted import PRICE_MODES
from simulators.fakturoid.document import NOT_KEPT, Document, typed
from simulators.fakturoid.routes import API, ROUTES
from simulators.fields import Check, Faults, by_place, checked
from simulators.money import shortest
from simulators.tokens import Tokens
from simulators.world import Routes, World

PAGE = 40
# The codes of error bodies; the sheet and the vendor's pages name the first four (section 8), the others are ours.
CODES = {400: "invalid_request", 401: "invalid_token", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
         415: "unsupported_media_type", 429: "too_many_requests", 503: "service_unavailable"}  # fmt: skip


class Fakturoid(World):
    """State of one account (one slug) and of the user's API credentials."""

    key: ClassVar[str] = "fakturoid"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Prague")
    defaults: ClassVar[dict[str, Any]] = {
        "token": "", "client_id": "simulator-id", "client_secret": "simulator-secret", "client_accepted": True,
        "token_lifetime": 7200.0, "token_alone": False, "slug": "simulator", "permission": "owner",
        "vat_mode": "vat_payer", "vat_price_mode": "without_vat", "currency": "CZK", "due": 14,
        "vat_rounding": "rate", "custom_id_unique": "off", "subject_custom_id_unique": True, "subject_limit": 0,
        "second_correction": "replace", "related_type": "as_sent", "pdf_pending_reads": 1, "bank_account": True,
        "blocked": False, "maintenance": "off", "busy_lookups": 0, "search_order_number": False, "email": "on",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "permission": ("owner", "read_only", "no_invoices"),
        "vat_mode": ("vat_payer", "non_vat_payer", "identified_person"),
        "vat_price_mode": (*PRICE_MODES, "with_vat", "numerical_with_vat"), "vat_rounding": ("rate", "line"),
        "custom_id_unique": ("off", "account", "type"), "second_correction": ("replace", "refuse"),
        "related_type": ("as_sent", "final_invoice"), "maintenance": ("off", "writes", "all"),
        "email": ("on", "free_plan", "disabled", "quota_exhausted"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.invoices: dict[int, Document] = {}
        self.subjects: dict[int, dict[str, Any]] = {}
        self.webhooks: dict[int, dict[str, Any]] = {}
        self.emails: list[dict[str, Any]] = []
        self.holders: dict[str, list[int]] = {}
        self.series: Counter[tuple[int, str]] = Counter()
        self.tokens = Tokens()
        self.codes: dict[str, tuple[str, float]] = {}
        self.base = "https://app.fakturoid.cz"
        self.window = admission.Window()
        starts = {"invoices": 46_728_001, "lines": 112_809_001, "payments": 51_352_001, "subjects": 18_823_001}
        self._ids = {sort: count(start) for sort, start in starts.items()}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Every answer tells what is left of the quota (section 8)."""
        self.base = f"http://{request.header('host')}"
        response = super().answer(request)
        return replace(response, headers={**response.headers, **self.window.headers(self.settings["rate_limit"])})

    def admit(self, request: Request) -> None:
        admission.admit(self, request)

    def aside(self, request: Request) -> bool:
        return request.path.startswith(f"{API}/oauth")

    def writes(self, request: Request) -> bool:
        return super().writes(request) and not self.aside(request)

    def unauthorized(self) -> Response:
        return self.refuse(401, "The access token is invalid or has expired")

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """`error` and `error_description`; a 429 says when to come back in X-RateLimit and has no Retry-After."""
        more = dict(headers or {})
        wait = more.pop("Retry-After", None)
        if status == 429:
            more |= self.window.headers(self.settings["rate_limit"], 0, None if wait is None else float(wait))
        return as_json({"error": CODES.get(status, "error"), "error_description": text}, status, more)

    def invalid(self, faults: Mapping[str, list[str]], status: int = 422) -> Refusal:
        return Refusal(as_json({"errors": faults}, status))

    def demand(self, faults: Faults) -> None:
        if found := by_place(faults):
            raise self.invalid(found)

    def body(self, request: Request, known: Mapping[str, Check]) -> dict[str, Any]:
        """The bare object that was sent, every field known and well typed; without a body an empty one."""
        given = request.json()
        if not isinstance(given, dict):
            raise Refusal(self.refuse(400, "The body must be a JSON object"))
        self.demand(checked(given, known))
        return given

    def reply(self, data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """Money goes out as strings, as Rails writes it."""
        return as_json(data, status, headers, money=lambda value: shortest(cast(Decimal, value)))

    def page(self, found: list[Any], asked: Mapping[str, str]) -> list[Any]:
        """Forty at a time, without a total."""
        wanted = asked.get("page", "1")
        if not wanted.isdigit() or int(wanted) < 1:
            raise Refusal(self.refuse(400, "page must be a number from 1 on"))
        return found[(int(wanted) - 1) * PAGE : int(wanted) * PAGE]

    def lookup(self, asked: Mapping[str, str], known: tuple[str, ...]) -> None:
        """A look-up may be too busy to answer; one with a misspelt parameter is refused, so that a slip shows."""
        if self.settings["busy_lookups"] > 0:
            self.settings["busy_lookups"] -= 1
            raise Refusal(self.refuse(503, "The search is busy"))
        if unknown := sorted(set(asked) - set(known)):
            raise Refusal(self.refuse(400, f"unknown parameters: {', '.join(unknown)}"))

    def over_limit(self) -> bool:
        """A window of 400 requests in 60 s; it is told in headers always, and kept under setting rate_limit."""
        with self.lock:
            return self.window.too_many(self.settings["rate_limit"])

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def url(self, path: str) -> str:
        return f"{self.base}{API}/accounts/{self.settings['slug']}/{path}"

    def invoice(self, ident: str) -> Document:
        document = self.invoices.get(int(ident)) if ident.isdigit() else None
        if document is None or document.deleted:
            raise Refusal(self.refuse(404, "The requested document does not exist"))
        return document

    def shown(self, document: Document) -> dict[str, Any]:
        return document.shown(self.today(), self.settings["currency"])

    def keep(self, document: Document) -> None:
        self.invoices[document.ident] = document
        if document.reference:
            self.holders.setdefault(document.reference, []).append(document.ident)

    def with_reference(self, reference: str) -> list[Document]:
        """Documents not deleted with exactly this custom_id, oldest first."""
        found = (self.invoices[ident] for ident in dict.fromkeys(self.holders.get(reference, [])))
        return [document for document in found if document.reference == reference and not document.deleted]

    def books(self) -> dict[str, Any]:
        documents = [{**self.shown(document), "deleted": document.deleted} for document in self.invoices.values()]
        return {"documents": documents, "subjects": list(self.subjects.values()), "emails": self.emails,
                "webhooks": list(self.webhooks.values())}  # fmt: skip

    def summary(self) -> dict[str, Any]:
        live = [document for document in self.invoices.values() if document.live]
        return {
            "documents": len(live), "ever": len(self.invoices),
            "per_oid": Counter(document.reference for document in live if document.reference),
            "per_kind": Counter(document.kind for document in live), "totals": _totals(live),
            "emails": Counter(str(email["invoice_id"]) for email in self.emails),
            "tokens": self.tokens.issued, "refused_refreshes": self.tokens.refused_refreshes,
        }  # fmt: skip

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        document = self.invoices[int(ident)]
        if unknown := set(changes) - (set(document.fields) - set(NOT_KEPT)) - {"deleted"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        document.deleted = bool(changes.get("deleted", document.deleted))
        document.fields.update({name: typed(name, value) for name, value in changes.items() if name != "deleted"})
        self.keep(document)
        return self.shown(document)

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"], self.settings["client_secret"], *self.tokens.all(), *self.codes)


def _totals(live: list[Document]) -> dict[str, str]:
    """What was invoiced, with VAT; an automatic final invoice counts as any other."""
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.kind in ("invoice", "final_invoice"):
            currency = document.fields["currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + document.fields["total"]
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

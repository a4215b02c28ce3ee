"""Fakturownia's account: its books, who may come in, and the shape of its refusals."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fakturownia import ksef
from simulators.fakturownia.document import Document, typed
from simulators.fakturownia.routes import ROUTES
from simulators.fields import Check, Faults, by_place, checked
from simulators.money import number, shortest
from simulators.references import References
from simulators.world import Routes, World

MONEY = ("price_net", "price_tax", "price_gross", "paid")


class Fakturownia(World):
    """State of one account (one sub-domain)."""

    key: ClassVar[str] = "fakturownia"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Warsaw")
    defaults: ClassVar[dict[str, Any]] = {
        "token": "simulator/demo", "login": "demo", "password": "demo", "role": "full", "message_style": "map",
        "oid_unique": "kind", "oid_unique_counts_unflagged": True, "oid_match": "substring",
        "pdf_pending_reads": 0, "positions_in_create": False,
        "ksef": "off", "ksef_auto": True, "ksef_validate": True, "ksef_seconds": 0.0, "ksef_outcome": "ok",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "role": ("full", "readonly"), "message_style": ("map", "string"), "oid_unique": ("kind", "account", "off"),
        "oid_match": ("substring", "prefix", "exact"), "ksef": ("off", "on", "demo"), "ksef_outcome": ksef.OUTCOMES,
    }  # fmt: skip

    def fresh(self) -> None:
        self.invoices: dict[int, Document] = {}
        self.clients: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.categories: dict[int, dict[str, Any]] = {}
        self.payments: dict[int, dict[str, Any]] = {}
        self.departments: dict[int, dict[str, Any]] = {1: {"id": 1, "name": "Main", "shortcut": "MAIN", "main": True}}
        self.client_keys: dict[object, int] = {}
        self.emails: list[dict[str, Any]] = []
        self.by_oid = References()
        self.holders: dict[str, list[int]] = {}
        self.series: Counter[tuple[Any, ...]] = Counter()
        self.numbers: set[tuple[Any, ...]] = set()
        self._ids = {"invoices": count(40_000_001), "positions": count(90_000_001), "departments": count(2)}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def admit(self, request: Request) -> None:
        """Token in the header, the query or the body (section 1); log-in and public links need none."""
        if request.path == "/login.json" or request.path.startswith("/invoice/"):
            return
        if not self.settings["token_accepted"] or self.settings["token"] not in _tokens(request):
            raise Refusal(self.unauthorized())
        if request.path.endswith(".json") and not _takes_json(request.header("accept")):
            raise Refusal(Response(406))
        if self.settings["role"] == "readonly" and self.writes(request):
            # Measured by a third party: 200, and nothing is made (section 1).
            raise Refusal(as_json({"code": "error", "message": "No rights for this action"}))

    def unauthorized(self) -> Response:
        return self.refuse(401, "You must be logged in to gain access to this page")

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return as_json({"code": "error", "message": text}, status, headers)

    def invalid(self, faults: Mapping[str, list[str]]) -> Refusal:
        """422 with a map of field -> sentences, or with all of it in one string (setting message_style)."""
        if self.settings["message_style"] == "map":
            return Refusal(as_json({"code": "error", "message": faults}, 422))
        told = "; ".join(f"{place} {', '.join(sentences)}" for place, sentences in faults.items())
        return Refusal(self.refuse(422, told))

    def demand(self, faults: Faults) -> None:
        if found := by_place(faults):
            raise self.invalid(found)

    def envelope(self, request: Request, name: str, known: Mapping[str, Check], beside: tuple[str, ...] = ()) -> Any:
        """What is inside {"name": {...}}, with every field known and well typed; `beside` are the companions."""
        if request.content_type != "application/json":
            raise Refusal(self.refuse(415, "Content-Type must be application/json"))
        body = request.json()
        self.demand(_wrapper_faults(body, name, beside))
        self.demand(checked(body[name], known))
        return body[name]

    def reply(self, data: object, status: int = 200) -> Response:
        """Money goes out as strings, as Rails writes it."""
        return as_json(data, status, money=lambda value: shortest(cast(Decimal, value)))

    def page(self, found: list[Any], asked: Mapping[str, str]) -> list[Any]:
        """One page; 25 by default (sources say 25 or 50: the smaller makes a client read on), 100 at most."""
        self.demand((name, "must be a number from 1 on") for name in ("page", "per_page")
                    if not asked.get(name, "1").isdigit() or int(asked.get(name, "1")) < 1)  # fmt: skip
        length = min(int(asked.get("per_page", 25)), 100)
        start = (int(asked.get("page", 1)) - 1) * length
        return found[start : start + length]

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def invoice(self, ident: str) -> Document:
        """A document that is there, its KSeF state moved on; 404 otherwise."""
        document = self.invoices.get(int(ident)) if ident.isdigit() else None
        if document is None or document.deleted:
            raise Refusal(self.refuse(404, "Not Found"))
        ksef.move_on(self, document)
        return document

    def keep(self, document: Document) -> None:
        self.invoices[document.ident] = document
        self.point_at(document)

    def point_at(self, document: Document) -> None:
        """Make a document findable by its oid; called again when the oid changes."""
        if document.oid:
            self.by_oid.add(document.oid, document.ident)
            self.holders.setdefault(document.oid, []).append(document.ident)

    def with_oid(self, oid: str) -> list[Document]:
        """Documents not deleted with exactly this oid."""
        found = (self.invoices[ident] for ident in dict.fromkeys(self.holders.get(oid, [])))
        return [document for document in found if document.oid == oid and not document.deleted]

    def books(self) -> dict[str, Any]:
        for document in self.invoices.values():
            ksef.move_on(self, document)
        documents = [{**document.shown(positions=True, full_corrections=True), "deleted": document.deleted}
                     for document in self.invoices.values()]  # fmt: skip
        return {"documents": documents, "clients": list(self.clients.values()), "emails": self.emails,
                "products": list(self.products.values()), "payments": list(self.payments.values()),
                "departments": list(self.departments.values())}  # fmt: skip

    def summary(self) -> dict[str, Any]:
        live = [document for document in self.invoices.values() if document.live]
        return {
            "documents": len(live), "ever": len(self.invoices),
            "per_oid": Counter(document.oid for document in live if document.oid),
            "per_kind": Counter(document.fields["kind"] for document in live),
            "totals": _totals(live), "emails": Counter(str(email["invoice_id"]) for email in self.emails),
        }  # fmt: skip

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        document = self.invoices[int(ident)]
        if unknown := set(changes) - set(document.fields) - {"deleted"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            if name == "deleted":
                document.deleted = bool(value)
            else:
                document.fields[name] = number(value) if name in MONEY else typed(name, value)
        self.point_at(document)
        return document.shown(positions=True)


def _tokens(request: Request) -> set[str]:
    found = {request.header("authorization").removeprefix("Bearer "), request.query.get("api_token", "")}
    if request.content_type == "application/json" and request.body:
        body = request.json()
        found.add(str(body.get("api_token", "")) if isinstance(body, dict) else "")
    return found - {""}


def _takes_json(accept: str) -> bool:
    return not accept or any(kind in accept for kind in ("*/*", "application/*", "json"))


def _wrapper_faults(body: object, name: str, beside: tuple[str, ...]) -> Faults:
    if not isinstance(body, dict) or name not in body:
        yield name, "is missing"
        return
    yield from ((given, "unknown field") for given in body if given not in (name, "api_token", *beside))


def _totals(live: list[Document]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for document in live:
        if document.fields["kind"] == "vat":
            currency = document.fields["currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + document.fields["price_gross"]
    return {currency: f"{total:.2f}" for currency, total in sums.items()}

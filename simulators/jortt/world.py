"""Jortt's administration: its books, who may come in, and the shape of its refusals."""

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from simulators.exchange import Request, Response
from simulators.fields import Check, checked
from simulators.jortt import admission, closing, errors
from simulators.jortt.accepted import UUID
from simulators.jortt.document import MONEY, Document
from simulators.jortt.doors import DOORS
from simulators.jortt.routes import FILES, OAUTH, ROUTES
from simulators.tokens import Tokens
from simulators.world import Door, Routes, World

SCOPES = ("customers:read customers:write invoices:read invoices:write estimates:read estimates:write"
          " organizations:read organizations:write")  # fmt: skip


class Jortt(World):
    """State of one administration and of the application registered with it."""

    key: ClassVar[str] = "jortt"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Amsterdam")
    doors: ClassVar[Mapping[tuple[str, str], Door]] = DOORS
    defaults: ClassVar[dict[str, Any]] = {
        "token": "", "client_id": "simulator-id", "client_secret": "simulator-secret", "client_accepted": True,
        "scopes": SCOPES, "token_lifetime": 7200.0, "token_alone": False, "plan": "mkb", "vat_type": "vat",
        "one_stop_shop": False, "complete": True, "peppol": False, "closed_year": 0, "currencies": "EUR",
        "payment_term": 30, "page_size": 100, "amount_decimals": 2, "check_vat": True,
        "send_reads": 1, "send_seconds": 0.0, "resend": "refuse", "search": "all", "short_query": "refuse",
        "credit_sign": "amount", "credit_keeps_reference": False, "credit_listed": "always", "line_total": "unit",
        "conflicts": 0, "outage": "off", "download_seconds": 600.0, "pdf_pending_reads": 0,
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "plan": ("mkb", "plus", "free"), "vat_type": ("vat", "sometimes_vat", "never_vat"),
        "resend": ("refuse", "mail_again"), "search": ("all", "recorded"), "short_query": ("refuse", "all"),
        "credit_sign": ("amount", "quantity"), "credit_listed": ("always", "sent"), "line_total": ("unit", "line"),
        "outage": ("off", "502", "maintenance"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[str, Document] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.emails: list[dict[str, Any]] = []
        self.series: Counter[str] = Counter()
        self.tokens = Tokens()
        self.scopes: dict[str, str] = {}
        self.codes: dict[str, tuple[str, str, float]] = {}
        self.signed: dict[str, int] = {}
        self.base = "https://api.jortt.nl"

    # ---- in and out -----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """An address without a version means v1, as the recordings show."""
        self.base = f"http://{request.header('host')}"
        if not re.match(rf"/v[123]/|{OAUTH}/|{FILES}/", request.path):
            request.path = f"/v1{request.path}"
        return super().answer(request)

    def admit(self, request: Request) -> None:
        admission.admit(self, request)

    def aside(self, request: Request) -> bool:
        return request.path.startswith(OAUTH)

    def writes(self, request: Request) -> bool:
        return super().writes(request) and not self.aside(request)

    def unauthorized(self) -> Response:
        return errors.told("access_token.expired")

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """No headers are documented, not even Retry-After with a 429 (sheet section 1)."""
        return errors.told(errors.BY_STATUS.get(status, "server.internal_error"))

    def given(self, request: Request, known: Mapping[str, Check]) -> dict[str, Any]:
        """A JSON object or a flat form, every field known and well typed; without a body an empty one."""
        if not request.body:
            return {}
        if request.content_type == "application/x-www-form-urlencoded":
            body: Any = request.form()
        elif request.content_type == "application/json":
            body = request.json()
        else:
            raise errors.refused("params.invalid_format")
        if not isinstance(body, dict):
            raise errors.refused("params.invalid_format")
        errors.demand(checked(body, known))
        return {name: value for name, value in body.items() if value is not None}

    def renewable(self, client: str, scopes: str) -> str:
        """A new refresh token that remembers what was agreed to."""
        token = self.tokens.refresh(client)
        self.scopes[token] = scopes
        return token

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"], self.settings["client_secret"], *self.tokens.all(), *self.codes)

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        return str(uuid4())

    def document(self, request: Request) -> Document:
        """The invoice of a path; 422 when its id is no UUID (recorded), 404 when it is not there."""
        document = self.documents.get(self.ident(request, "id"))
        if document is None or document.deleted:
            raise errors.refused("resource.not_found")
        return document

    def customer(self, request: Request) -> dict[str, Any]:
        found = self.customers.get(self.ident(request, "customer_id"))
        if found is None:
            raise errors.refused("resource.not_found")
        return found

    def ident(self, request: Request, name: str) -> str:
        if not re.fullmatch(UUID, request.params[name]):
            raise errors.invalid((name, "is invalid"))
        return request.params[name]

    def change_possible(self) -> None:
        """Setting conflicts: so many changes of an invoice are answered with 409."""
        if self.settings["conflicts"] > 0:
            self.settings["conflicts"] -= 1
            raise errors.refused("resource.conflict")

    def live(self) -> list[Document]:
        return [document for document in self.documents.values() if not document.deleted]

    def books(self) -> dict[str, Any]:
        closing.settle(self)
        documents = [{**document.shown(2, True), "kind": document.kind, "deleted": document.deleted,
                      "sending": bool(document.wanted)} for document in self.documents.values()]  # fmt: skip
        return {"documents": documents, "customers": list(self.customers.values()), "emails": self.emails}

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        document = self.documents[ident]
        if unknown := set(changes) - set(document.fields) - {"deleted"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        document.deleted = bool(changes.get("deleted", document.deleted))
        for name in set(changes) - {"deleted"}:
            document.fields[name] = Decimal(str(changes[name])) if name in MONEY else changes[name]
        return document.shown(2, True)

"""One Fortnox company: its books, who may come in, the shape of every answer, and the settings of its oddities."""

import secrets
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from simulators.exchange import BadBody, Refusal, Request, Response, as_json
from simulators.fields import checked, is_whole
from simulators.fortnox import closing, errors, oauth
from simulators.fortnox.accepted import WRAPPED
from simulators.fortnox.arithmetic import as_number
from simulators.fortnox.document import INVOICE, ORDER, Document
from simulators.fortnox.registers import MODES, TERMS, UNITS
from simulators.fortnox.routes import OAUTH, ROUTES
from simulators.fortnox.rows import unblanked
from simulators.references import References
from simulators.tokens import Tokens
from simulators.world import Door, Routes, World

CODES = {400: errors.BODY, 404: errors.STATE, 405: errors.STATE, 500: errors.SYSTEM}
# Calls that go out of the house though they are GETs.
SENDING = ("/email", "/einvoice", "/eprint")


class Fortnox(World):
    """State of one company."""

    key: ClassVar[str] = "fortnox"
    doors: ClassVar[Mapping[tuple[str, str], Door]] = oauth.DOORS
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Stockholm")
    defaults: ClassVar[dict[str, Any]] = {
        # A bearer token accepted beside those handed out; empty for none.
        "token": "", "client_id": "simulator-client", "client_secret": "simulator-secret",
        "refresh_token": "simulator-refresh", "tenant": 1001, "token_lifetime": 3600.0,
        "scopes": "archive article bookkeeping companyinformation currency customer invoice offer order payment price"
                  " settings",
        # client_credentials works only for an application with service accounts switched on.
        "service_account": True, "licence": True,
        # Contains by the vendor's text, prefix as measured for orders: only on the reference.
        "reference_match": "prefix", "error_style": "small",
        # Unverified by anybody: what the second call does, and what a credit note takes over.
        "credit_twice": "second", "book_twice": "refused", "credit_copies_reference": False,
        # Whole kronor to pay (oresavrundning); the rates known; accounts that are not in the chart.
        "rounding": False, "vat_rates": [0, 6, 12, 25], "missing_accounts": [],
        "currencies": ["SEK", "EUR", "USD", "GBP", "NOK", "DKK", "PLN", "CZK", "HUF", "CHF", "JPY"],
        "default_terms": "30", "accounting_method": "ACCRUAL", "trusted_senders": [],
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "reference_match": ("prefix", "contains", "exact"), "credit_twice": ("second", "refused"),
        "book_twice": ("refused", "again"), "error_style": ("small", "capital"),
        "accounting_method": ("ACCRUAL", "CASH"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[str, dict[int, Document]] = {INVOICE: {}, ORDER: {}}
        self.references = {INVOICE: References(), ORDER: References()}
        self.customers: dict[str, dict[str, Any]] = {}
        self.articles: dict[str, dict[str, Any]] = {}
        self.payments: dict[int, dict[str, Any]] = {}
        self.units, self.terms, self.modes = deepcopy(UNITS), deepcopy(TERMS), deepcopy(MODES)
        self.emails: list[dict[str, Any]] = []
        self.tokens = Tokens()
        self.codes: dict[str, tuple[str, float]] = {}
        if self.settings["refresh_token"]:
            self.tokens.refreshing[self.settings["refresh_token"]] = self.settings["client_id"]
        self._ids = {name: count(1) for name in (INVOICE, ORDER, "customer", "article", "row", "payment", "voucher")}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def admit(self, request: Request) -> None:
        """A live bearer token, the licence, the scope, and headers that speak JSON."""
        if request.path.startswith(OAUTH):
            return
        own, given = self.settings, request.header("authorization").removeprefix("Bearer ")
        known = self.tokens.good(given) or (own["token"] and given == own["token"])
        if not own["token_accepted"] or not known:
            raise Refusal(self.unauthorized())
        if not own["licence"]:
            raise self.fail(403, errors.LICENCE, "Behörighet saknas: integrationslicens.")
        if oauth.scope_of(request.path) not in own["scopes"].split():
            raise self.fail(403, errors.LICENCE, "Behörighet saknas för denna resurs.")
        if not any(kind in request.header("accept") for kind in ("json", "*/*", "pdf")):
            raise self.fail(400, errors.ACCEPT, "Accept-typen stöds inte.")
        if request.body and request.content_type != "application/json":
            raise self.fail(400, errors.CONTENT_TYPE, "Content-Type stöds inte.")

    def unauthorized(self) -> Response:
        """Not in the usual envelope (recorded)."""
        return as_json({"message": "unauthorized"}, 401)

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        if status == 429:
            return as_json({"message": text}, status, headers)
        return self.error(status, CODES.get(status, errors.SYSTEM), text, headers)

    def error(self, status: int, code: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """With capitals on a 404, else small (both recorded)."""
        told: dict[str, object] = {"error": 1, "message": text, "code": code}
        if status == 404 or self.settings["error_style"] == "capital":
            told = {name.capitalize(): value for name, value in told.items()}
        return as_json({"ErrorInformation": told}, status, headers)

    def fail(self, status: int, code: int, text: str) -> Refusal:
        return Refusal(self.error(status, code, text))

    def missing(self, what: str, status: int = 404) -> Refusal:
        return self.fail(status, *errors.MISSING[what])

    def forbidden(self, sentence: str) -> Refusal:
        """The document's state does not allow it."""
        return self.fail(400, errors.STATE, sentence)

    def told(self, name: str, data: object, status: int = 200) -> Response:
        """One resource in its singular name; what is made says where and has 201."""
        headers = {"X-Uid": secrets.token_hex(4), **({"Location": f"{name.lower()}s"} if status == 201 else {})}
        return as_json({name: data}, status, headers, money=as_number)

    def given(self, request: Request, name: str) -> dict[str, Any]:
        """The object of a request, every field known and well typed; nulls are kept: they clear."""
        try:
            body = unblanked(request.json())
        except BadBody as error:
            raise self.fail(400, errors.JSON, "Ogiltig JSON.") from error
        if not isinstance(body, dict) or set(body) != {name} or not isinstance(body[name], dict):
            raise self.fail(400, errors.BODY, f"Kroppen ska vara ett objekt {name}.")
        inner: dict[str, Any] = body[name]
        self.demand(errors.first(checked(inner, WRAPPED[name])))
        return inner

    def demand(self, wrong: errors.Wrong | None) -> None:
        if wrong:
            raise self.fail(400, wrong.code, wrong.sentence)

    def secrets(self) -> tuple[str, ...]:
        own = self.settings
        return (own["client_secret"], own["token"], own["refresh_token"], *self.tokens.all(), *self.codes)

    def writes(self, request: Request) -> bool:
        """GET .../email sends."""
        return super().writes(request) or request.path.rstrip("/").endswith(SENDING)

    def aside(self, request: Request) -> bool:
        return request.path.startswith(OAUTH)

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self, sort: str) -> int:
        return next(self._ids[sort])

    def document(self, kind: str, serial: str) -> Document:
        found = self.documents[kind].get(int(serial)) if is_whole(serial) else None
        if found is None:
            raise self.missing(kind.lower())
        return found

    def now(self) -> datetime:
        return datetime.now(self.zone)

    def all(self) -> list[Document]:
        return [one for kind in (INVOICE, ORDER) for one in self.documents[kind].values()]

    def books(self) -> dict[str, Any]:
        return {
            "documents": [{**_plain(one.shown(self.address)), "Kind": one.kind} for one in self.all()],
            "customers": list(self.customers.values()), "articles": list(self.articles.values()),
            "payments": [_plain(one) for one in self.payments.values()], "emails": self.emails,
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        return closing.patch(self, ident, changes)


def _plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals as text: the back door tells money as it is."""
    return {name: [_plain(row) if isinstance(row, dict) else row for row in value] if isinstance(value, list) else value
            for name, value in shown.items()}  # fmt: skip

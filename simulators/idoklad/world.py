"""One iDoklad agenda: its books, who may come in, the envelope of every answer, and the settings of its oddities."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fields import Check, Faults, checked, is_whole
from simulators.idoklad import closing, tokens
from simulators.idoklad.accepted import moment
from simulators.idoklad.document import Document, Payment
from simulators.idoklad.numbering import Series, first_series
from simulators.idoklad.routes import ROUTES
from simulators.tokens import Tokens
from simulators.world import Door, Routes, World

IDENTITY = "/server/"
# HTTP status -> the code of the envelope when nothing says more (sheet section 9).
TOTALS = ("TotalWithVat", "TotalVat", "TotalWithoutVat")
CODES = {400: 400, 403: 420, 402: 600, 500: 500}


class Idoklad(World):
    """State of one agenda."""

    key: ClassVar[str] = "idoklad"
    doors: ClassVar[Mapping[tuple[str, str], Door]] = {
        ("POST", "expire"): tokens.expire,
        ("POST", "revoke"): tokens.revoke,
    }
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Prague")
    defaults: ClassVar[dict[str, Any]] = {
        # A bearer token accepted beside those handed out; empty for none.
        "token": "", "client_id": "simulator-client", "client_secret": "simulator-secret",
        "application_id": "simulator-application", "refresh_token": "simulator-refresh",
        "token_lifetime": 7200.0,
        "country": "CZ", "rounding": 2, "vat_payer": True, "oss": True, "plan": "ok", "rights": "full",
        # What becomes of a serial number that is taken (sheet section 7): for proformas the SDK's tests show success.
        "taken_number": "refused", "taken_proforma_number": "twin",
        "variable_symbol_filter": False, "refusals_as_200": False, "message_style": "text", "credit_sign": "positive",
        # Decimals of a unit price that are kept: four in the vendor's database, but nobody says so of agendas.
        "price_decimals": 4, "quota": 0, "mails_per_day": 0, "exported_locked": False,
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "country": ("CZ", "SK"), "rounding": (0, 1, 2), "plan": ("ok", "free", "downgrade", "expired"),
        "rights": ("full", "readonly"), "taken_number": ("refused", "renumbered", "twin"),
        "taken_proforma_number": ("refused", "renumbered", "twin"), "message_style": ("text", "list"),
        "credit_sign": ("positive", "negative"), "price_decimals": (2, 4),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[int, Document] = {}
        self.contacts: dict[int, dict[str, Any]] = {}
        self.payments: dict[int, Payment] = {}
        self.series: dict[int, Series] = first_series(self.today().year)
        self.attachments: dict[int, dict[str, Any]] = {}
        self.emails: list[dict[str, Any]] = []
        self.calls = 0
        self.tokens = Tokens()
        self.codes: set[str] = set()
        if self.settings["refresh_token"]:
            self.tokens.refreshing[self.settings["refresh_token"]] = self.settings["client_id"]
        self._ids = {"document": count(7_000_001), "item": count(90_000_001), "contact": count(323_823)}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def admit(self, request: Request) -> None:
        """A live bearer token, then the plan, the monthly quota, and the user's rights."""
        if request.path.startswith(IDENTITY):
            return
        own = self.settings
        given = request.header("authorization").removeprefix("Bearer ")
        known = self.tokens.good(given) or (own["token"] and given == own["token"])
        if not own["token_accepted"] or not known:
            raise Refusal(self.unauthorized())
        if (
            request.header("accept")
            and "json" not in request.header("accept")
            and "*/*" not in request.header("accept")
        ):
            raise Refusal(Response(406))
        self.calls += 1
        if own["plan"] == "expired" or (own["quota"] and self.calls > own["quota"]):
            raise self.fail(402, 600, "The monthly limit of API requests was reached or the plan has expired.")
        if own["plan"] in ("free", "downgrade"):
            raise self.fail(403, 126, "Using the API is not allowed in this plan.")
        if own["rights"] == "readonly" and self.writes(request):
            raise self.fail(403, 420, "Insufficient rights.")

    def unauthorized(self) -> Response:
        return Response(401, headers={"WWW-Authenticate": "Bearer"})

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        if status == 405:
            # Measured by a third party: PATCH on /{id} is answered by the versioning layer (sheet section 3).
            return as_json({"error": {"code": "UnsupportedApiVersion", "message": text}}, status, headers)
        return self.envelope(None, status, CODES.get(status, 0), text, headers)

    def envelope(self, data: object, status: int = 200, code: int = 0, message: object = "",
                 headers: Mapping[str, str] | None = None) -> Response:  # fmt: skip
        body = {"Data": data, "ErrorCode": code, "IsSuccess": status < 300, "Message": message, "StatusCode": status}
        sent = 200 if self.settings["refusals_as_200"] and 400 <= status < 500 else status
        # A float prints the shortest digits that read back the same: exact for any amount below 15 digits.
        return as_json(body, sent, headers, money=float)

    def fail(self, status: int, code: int, message: object) -> Refusal:
        return Refusal(self.envelope(None, status, code, message))

    def demand(self, faults: Faults) -> None:
        """400 with one text, or with a list (setting message_style)."""
        found = [f"{place}: {sentence}" for place, sentence in faults]
        if found:
            raise self.fail(400, 400, found if self.settings["message_style"] == "list" else "; ".join(found))

    def given(self, request: Request, known: Mapping[str, Check]) -> dict[str, Any]:
        """The JSON object of a request, every field known and well typed."""
        if request.content_type != "application/json":
            raise self.fail(415, 0, "Unsupported Media Type")
        body = request.json()
        self.demand(checked(body, known))
        return {name: value for name, value in body.items() if value is not None}

    def page(self, rows: list[Any], asked: Mapping[str, str]) -> Response:
        """{"Items", "TotalItems", "TotalPages"}; 20 a page unless asked, 200 at most."""
        length, number = (self._counted(asked, name, start) for name, start in (("pagesize", 20), ("page", 1)))
        if length > 200:
            raise self.fail(400, 400, "pagesize: must be at most 200")
        start = (number - 1) * length
        return self.envelope({"Items": rows[start : start + length], "TotalItems": len(rows),
                              "TotalPages": -(-len(rows) // length)})  # fmt: skip

    def day(self, value: str) -> date:
        """The day of a date or date-time in the agenda's own zone: midnight UTC in winter is still the same day."""
        instant = datetime.fromisoformat(value)
        return instant.astimezone(self.zone).date() if instant.tzinfo else instant.date()

    def asked_day(self, text: str) -> date:
        """A day of the query string; today when none is asked for."""
        for place, sentence in moment(text, "date") if text else ():
            raise self.fail(400, 400, f"{place}: {sentence}")
        return self.day(text) if text else self.today()

    def secrets(self) -> tuple[str, ...]:
        own = self.settings
        return (own["client_secret"], own["token"], own["refresh_token"], *self.tokens.all(), *self.codes)

    def writes(self, request: Request) -> bool:
        """Recount saves nothing."""
        return super().writes(request) and not request.path.endswith("/Recount")

    def aside(self, request: Request) -> bool:
        return request.path.startswith(IDENTITY)

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def document(self, kind: str, ident: str) -> Document:
        """A live document of one kind; 404 otherwise."""
        document = self.documents.get(int(ident)) if is_whole(ident) else None
        if document is None or document.deleted or document.kind != kind:
            raise self.fail(404, 0, f"{kind} with id {ident} was not found.")
        return document

    def live(self, kind: str = "") -> list[Document]:
        return [one for one in self.documents.values() if not one.deleted and kind in ("", one.kind)]

    def now(self) -> str:
        """As iDoklad writes instants: local, with milliseconds, without a zone."""
        return datetime.now(self.zone).replace(tzinfo=None).isoformat(timespec="milliseconds")

    def books(self) -> dict[str, Any]:
        return {
            "documents": [{**one.shown(), "Kind": one.kind, "deleted": one.deleted} for one in self.documents.values()],
            "contacts": list(self.contacts.values()), "emails": self.emails, "calls": self.calls,
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        document = self.documents[int(ident)]
        if unknown := set(changes) - set(document.fields) - {"deleted", *TOTALS}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        document.deleted = bool(changes.get("deleted", document.deleted))
        document.changed.update({name: Decimal(str(changes[name])) for name in TOTALS if name in changes})
        document.fields.update({name: value for name, value in changes.items() if name in document.fields})
        return document.shown()

    def _counted(self, asked: Mapping[str, str], name: str, start: int) -> int:
        text = asked.get(name, str(start))
        if not is_whole(text) or int(text) < 1:
            raise self.fail(400, 400, f"{name}: must be a number from 1 on")
        return int(text)

"""One Konto account: its books, who may come in, the envelope with status in a 200, its oddities as settings."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from simulators.exchange import BadBody, Refusal, Request, Response, as_json
from simulators.fields import Faults, is_whole
from simulators.konto import closing, orders_door
from simulators.konto.arithmetic import Reckoning
from simulators.konto.document import Document
from simulators.konto.routes import BASE, ROUTES
from simulators.money import number
from simulators.world import Door, Routes, World

CREDENTIALS = {"username", "api_key"}
FIRST_NUMBER = 1001


class Konto(World):
    """State of one account."""

    key: ClassVar[str] = "konto"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Atlantic/Reykjavik")
    doors: ClassVar[Mapping[tuple[str, str], Door]] = {("POST", "generate"): orders_door.generate}
    defaults: ClassVar[dict[str, Any]] = {
        # `token` is the api_key.
        "token": "0123456789abcdef0123456789abcdef", "username": "shop", "vat_no": "12345",
        "percent_S": "24", "percent_AA": "11", "price_mode": "net", "amount_check": "exact",
        "customer_by_guid": False, "claim_subscription": False, "discount_subscription": False,
        "fractional_qty": False, "credit_sign": "positive", "refer_guid": "refused", "guid_style": "text",
        "list_order": "oldest", "dashboard_shows_saved": False, "by_kennitala": True, "drafts": True,
        "monthly_invoices": 0,
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "price_mode": ("net", "gross"), "amount_check": ("exact", "off"), "list_order": ("oldest", "newest"),
        "credit_sign": ("positive", "negative", "any"), "refer_guid": ("refused", "kept"),
        "guid_style": ("text", "object"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.invoices: dict[str, Document] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.files: dict[int, dict[str, Any]] = {}
        self.emails: list[dict[str, Any]] = []
        self._numbers, self._ids = count(FIRST_NUMBER), count(1111)

    # ---- in and out -----------------------------------------------------------------------------------------------

    def admit(self, request: Request) -> None:
        """Both credentials on every call, as fields or in the query string; a wrong one is a 200 with status false."""
        given = self.fields(request)
        if not self.settings["token_accepted"] or given.get("api_key") != self.settings["token"]:
            raise Refusal(self.unauthorized())
        if given.get("username") != self.settings["username"]:
            raise self.no("Invalid username")

    def writes(self, request: Request) -> bool:
        """Two of the look-ups are POSTs (sheet section 2)."""
        return super().writes(request) and f"{BASE}/get-" not in request.path

    def fields(self, request: Request) -> dict[str, str]:
        """Query string and form together; GET may come with a multipart body (sheet section 1)."""
        try:
            return {**request.query, **_form(request)}
        except (BadBody, UnicodeDecodeError) as error:
            raise self.no("Invalid data") from error

    def unauthorized(self) -> Response:
        return self.refuse(200, "Invalid api_key")

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return as_json({"status": False, "message": text, "result": None}, status, headers)

    def no(self, text: str) -> Refusal:
        """The one way Konto says no: 200, status false, a sentence."""
        return Refusal(self.refuse(200, text))

    def yes(self, result: Any, message: str = "") -> Response:
        # A float prints the shortest digits that read back the same: exact for any amount below 15 digits.
        return as_json({"status": True, "message": message, "result": result}, money=float)

    def made(self, guid: str) -> Response:
        """Documented as an integer, really the guid, sometimes inside an object."""
        return self.yes({"guid": guid} if self.settings["guid_style"] == "object" else guid)

    def demand(self, faults: Faults) -> None:
        """Only the first fault is told."""
        for place, sentence in faults:
            raise self.no(sentence if sentence.startswith("Vinsamlegast") else f"{place} {sentence}")

    def asked(self, request: Request, *known: str) -> dict[str, str]:
        """The plain fields of a call; the real system ignores strangers, a stand-in that does so would hide a slip."""
        given = {name: text for name, text in self.fields(request).items() if name not in CREDENTIALS}
        self.demand((name, "is unknown") for name in given if name not in known)
        return given

    def data(self, request: Request, *known: str) -> dict[str, Any]:
        """The field `data` as an object."""
        text = self.asked(request, "data", *known).get("data", "")
        try:
            found = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        except ValueError as error:
            raise self.no("Invalid data") from error
        if not isinstance(found, dict):
            raise self.no("Invalid data")
        return found

    def page(self, rows: Iterable[Any], asked: Mapping[str, str], length: int | None = None) -> list[Any]:
        """Without a limit everything; pages count from 1."""
        for name in ("limit", "page"):
            if asked.get(name) and (not is_whole(asked[name]) or int(asked[name]) < 1):
                raise self.no(f"{name} must be a number from 1 on")
        found, size = list(rows), int(asked.get("limit") or length or 0)
        start = (int(asked.get("page") or 1) - 1) * size
        return found[start : start + size] if size else found

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"],)

    # ---- the books ------------------------------------------------------------------------------------------------

    @property
    def reckoning(self) -> Reckoning:
        own = self.settings
        percents = {"S": Decimal(own["percent_S"]), "AA": Decimal(own["percent_AA"]), "Z": Decimal(0)}
        return Reckoning(percents, own["price_mode"])

    def next_guid(self) -> str:
        return str(uuid4())

    def next_number(self) -> str:
        """One series for everything."""
        return str(next(self._numbers))

    def next_file(self) -> int:
        return next(self._ids)

    def invoice(self, guid: str) -> Document:
        document = self.invoices.get(guid)
        if document is None or document.deleted:
            raise self.no("Invoice not found")
        return document

    def live(self) -> list[Document]:
        return [one for one in self.invoices.values() if not one.deleted]

    def books(self) -> dict[str, Any]:
        return {
            "documents": [{**one.shown(), "deleted": one.deleted} for one in self.invoices.values()],
            "customers": list(self.customers.values()), "items": list(self.items.values()),
            "orders": list(self.orders.values()), "emails": self.emails,
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A change in Konto's own pages: status, amount, or any field that was sent."""
        document = self.invoices[ident]
        own = ("status", "deleted", "number", "refer_guid")
        if unknown := set(changes) - {*own, "amount", "booking", "description", "currency", "issue_date"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            if name in own:
                setattr(document, name, value)
            elif name == "amount":
                document.amount = number(str(value)) or Decimal(0)
            else:
                document.given[name] = value
        return document.shown()


def _form(request: Request) -> dict[str, str]:
    if request.content_type == "multipart/form-data":
        return {name: content.decode() for name, content in request.parts().items() if name != "file"}
    if request.content_type == "application/x-www-form-urlencoded":
        return request.form()
    if request.body:
        raise BadBody("the body must be a form")
    return {}


def _no_constant(name: str) -> None:
    raise ValueError(name)

"""One Billingo account: its books, who may come in, the shapes of its refusals, what is unverified as settings."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from simulators.billingo import closing
from simulators.billingo.document import Document
from simulators.billingo.routes import ROUTES
from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fields import Check, Faults, checked, is_whole
from simulators.money import CENT
from simulators.world import Routes, World

NO_KEY = "Authorization information (Header: X-API-KEY) is missing or invalid."
NOT_PAID = "You do not have subscription for this operation"
PER_PAGE = 25


class Billingo(World):
    """State of one account and of one API key."""

    key: ClassVar[str] = "billingo"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Budapest")
    defaults: ClassVar[dict[str, Any]] = {
        "key_scope": "write", "subscribed": True, "expiration_date": "2030-12-31", "nav_connection": True,
        "nav_status": "done", "rate_headers": False, "retry_after": 0, "vendor_lookup": "newest",
        "vendor_none": "404", "vendor_unique": False, "type_filter": "narrow", "huf_decimals": 2,
        "vat_rounding": "line", "round_shown": False, "negative_lines": True, "modification_items": "difference",
        "second_cancel": "again", "second_conversion": "again", "conversion_link": True,
        "create_invoice_from_paid_proforma": False, "pdf_pending_reads": 1, "query_finds": "all",
        "euro_rate": "400",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "key_scope": ("write", "read"), "vendor_lookup": ("newest", "oldest"), "vendor_none": ("404", "empty"),
        "type_filter": ("narrow", "all"), "huf_decimals": (0, 2), "vat_rounding": ("line", "rate"),
        "modification_items": ("difference", "full"), "second_cancel": ("again", "refuse"),
        "second_conversion": ("again", "refuse"), "query_finds": ("all", "name"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[int, Document] = {}
        self.partners: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.emails: list[dict[str, Any]] = []
        self.series: dict[str, int] = {}
        self.holders: dict[str, list[int]] = {}
        self._ids = count(10_000_001)

    # ---- in and out -----------------------------------------------------------------------------------------------

    def admit(self, request: Request) -> None:
        """The key, then whether the account is paid for, then what the key may."""
        if not self.settings["token_accepted"] or request.header("x-api-key") != self.settings["token"]:
            raise Refusal(self.unauthorized())
        if not self.settings["subscribed"]:
            raise Refusal(self.refuse(402, NOT_PAID))
        if self.settings["key_scope"] == "read" and super().writes(request):
            raise Refusal(self.refuse(403, "This API key does not have write permission."))

    def unauthorized(self) -> Response:
        return self.refuse(401, NO_KEY)

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """A sentence under `error`; a 429 names a time only by setting retry_after, or when a fault says so."""
        told: dict[str, Any] = {"message": text}
        if status >= 500:
            told["trace_id"] = secrets.token_hex(16)
        more = dict(headers or {})
        if status == 429 and self.settings["retry_after"]:
            more.setdefault("Retry-After", str(self.settings["retry_after"]))
        return as_json({"error": told}, status, {**self._rate(status), **more})

    def invalid(self, faults: Sequence[tuple[str, str]], message: str = "Validation errors occured.") -> Refusal:
        errors = [
            {"field": place, "message": f"The {_spoken(place, message)} {sentence}"} for place, sentence in faults
        ]
        return Refusal(as_json({"message": message, "errors": errors}, 422, self._rate(422)))

    def demand(self, faults: Faults) -> None:
        if found := list(faults):
            raise self.invalid(found)

    def body(self, request: Request, known: Mapping[str, Check], message: str = "Validation errors occured.",
             required: Iterable[str] = ()) -> dict[str, Any]:  # fmt: skip
        """The object that was sent, every field known, well typed and, where required, there."""
        given = request.json()
        if not isinstance(given, dict):
            raise Refusal(self.refuse(400, "The body must be a JSON object"))
        lacking = [(name, "field is required.") for name in required if given.get(name) in (None, "")]
        if found := [*lacking, *checked(given, known)]:
            raise self.invalid(found, message)
        return given

    def reply(self, data: object, status: int = 200) -> Response:
        return as_json(data, status, self._rate(status), money=_number)

    def page(self, request: Request, rows: list[Any], known: tuple[str, ...] = ()) -> Response:
        """25 at a time unless asked otherwise, with the totals beside them; a misspelt filter is refused."""
        asked = request.query
        self.demand((name, "is unknown.") for name in asked if name not in (*known, "page", "per_page"))
        number, size = (_whole(self, asked, name, least) for name, least in (("page", 1), ("per_page", PER_PAGE)))
        if size > 100:
            raise self.invalid([("per_page", "may not be greater than 100.")])
        last = max(1, -(-len(rows) // size))
        place = f"{self.address}{request.path}?page="
        return self.reply({
            "data": rows[(number - 1) * size : number * size], "total": len(rows), "per_page": size,
            "current_page": number, "last_page": last,
            "prev_page_url": f"{place}{number - 1}" if number > 1 else None,
            "next_page_url": f"{place}{number + 1}" if number < last else None,
        })  # fmt: skip

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_id(self) -> int:
        return next(self._ids)

    def unit(self, currency: str) -> Decimal:
        return Decimal(1) if currency == "HUF" and not self.settings["huf_decimals"] else CENT

    def document(self, request: Request) -> Document:
        ident = request.params["id"]
        document = self.documents.get(int(ident)) if is_whole(ident) else None
        if document is None or document.deleted:
            raise Refusal(self.refuse(404, "Document not found."))
        return document

    def shown(self, document: Document) -> dict[str, Any]:
        return document.shown(self.today(), {ident: self.documents[ident].number for ident in document.related})

    def keep(self, document: Document) -> Document:
        document.changed = self.today().isoformat()
        self.documents[document.ident] = document
        if document.vendor:
            self.holders.setdefault(document.vendor, []).append(document.ident)
        return document

    def with_vendor(self, vendor: str) -> list[Document]:
        """Documents not deleted with this vendor_id, oldest first."""
        found = (self.documents[ident] for ident in dict.fromkeys(self.holders.get(vendor, [])))
        return [document for document in found if document.vendor == vendor and not document.deleted]

    def books(self) -> dict[str, Any]:
        documents = [{**self.shown(one), "vendor_id": one.vendor, "deleted": one.deleted, "archived": one.archived}
                     for one in self.documents.values()]  # fmt: skip
        return {"documents": documents, "partners": list(self.partners.values()), "emails": self.emails,
                "products": list(self.products.values())}  # fmt: skip

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        return closing.patch(self, self.documents[int(ident)], changes)

    def _rate(self, status: int) -> dict[str, str]:
        """Documented, but not sent by the real system (measured 2026-07-17): setting rate_headers."""
        if not self.settings["rate_headers"] or status == 402:
            return {}
        return {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "60"}


def _spoken(place: str, message: str) -> str:
    """Partners' refusals say `post code` for post_code (measured), documents' do not."""
    return place.replace("_", " ") if message == "Validation Failed" else place


def _number(value: Any) -> int | float:
    """JSON numbers, whole ones without a fraction; exact below 15 digits."""
    return int(value) if value == value.to_integral_value() else float(value)


def _whole(world: Billingo, asked: Mapping[str, str], name: str, least: int) -> int:
    text = asked.get(name) or str(least)
    if not is_whole(text) or int(text) < 1:
        raise world.invalid([(name, "must be an integer.")])
    return int(text)

"""One Kontozz company: its books, its key with a last day, and the envelope as the profile wants it."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fields import Faults, by_place
from simulators.kontozz.accepted import CANCELLED, CORRECTION, INVOICE, PROFORMA
from simulators.kontozz.arithmetic import Amounts, Reckoning
from simulators.kontozz.document import Document
from simulators.kontozz.profile import Profile
from simulators.world import Routes, World

ROUTES = Routes()
CODES = {400: "BAD_REQUEST", 401: "KEY_INVALID", 404: "NOT_FOUND", 405: "NOT_ALLOWED", 429: "TOO_MANY"}
OF_CONTENT = (404, 409, 422)


class Kontozz(World):
    """State of one company."""

    key: ClassVar[str] = "kontozz"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Budapest")
    defaults: ClassVar[dict[str, Any]] = {
        "token": "kz-0123456789abcdef", "company": 7, "key_expires_on": "", "auth": "header",
        "auth_name": "X-API-KEY", "auth_scheme": "", "look_up": True, "paths": {}, "fields": {}, "parameters": {},
        "envelope": {}, "error_status": "http", "duplicates": "accepted", "order_match": "part", "pdf_delay": 0.0,
        "forint_decimals": 2, "vat_rounding": "rate",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "auth": ("header", "query"), "error_status": ("http", "200"), "duplicates": ("accepted", "refused"),
        "order_match": ("part", "prefix", "exact"), "forint_decimals": (0, 2), "vat_rounding": ("rate", "line"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[int, Document] = {}
        self.emails: list[dict[str, Any]] = []
        year = self.today().year
        self.blocks = {block["id"]: block for block in (
            _block(10, INVOICE, year - 1, False), _block(11, INVOICE, year, True), _block(12, PROFORMA, year, True),
        )}  # fmt: skip
        self._idents, self._numbers = count(5001), {ident: count(1) for ident in self.blocks}

    # ---- in and out -----------------------------------------------------------------------------------------------

    def change(self, settings: Mapping[str, Any]) -> None:
        """The profile is built before anything is changed."""
        profile = Profile.of({**self.settings, **settings})
        super().change(settings)
        self.profile = profile

    def own_parameters(self) -> tuple[str, ...]:
        return (self.settings["auth_name"],) if self.settings["auth"] == "query" else ()

    def admit(self, request: Request) -> None:
        own = self.settings
        place = request.query.get(own["auth_name"], "") if own["auth"] == "query" else request.header(own["auth_name"])
        if not own["token_accepted"] or place != f"{own['auth_scheme']} {own['token']}".strip():
            raise Refusal(self.unauthorized())
        if own["key_expires_on"] and self.today().isoformat() > own["key_expires_on"]:
            raise self.no(401, "KEY_EXPIRED", f"The API key ended on {own['key_expires_on']}")

    def unauthorized(self) -> Response:
        return self.refuse(401, "The API key is unknown")

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return self._refusal(status, CODES.get(status, "OTHER"), text, {}, headers)

    def no(self, status: int, code: str, text: str, fields: Mapping[str, list[str]] | None = None) -> Refusal:
        return Refusal(self._refusal(status, code, text, fields or {}))

    def demand(self, faults: Faults) -> None:
        if found := by_place(faults):
            raise self.no(422, "VALIDATION", "; ".join(f"{place} {texts[0]}" for place, texts in found.items()), found)

    def demand_single(self, kind: str, order: str) -> None:
        """Setting duplicates=refused: one document of a type for an order."""
        if self.settings["duplicates"] == "refused" and order:
            for one in self.documents.values():
                if one.type == kind and one.order == order and one.status != CANCELLED:
                    raise self.no(409, "ORDER_EXISTS", f"{one.number} is of the same order")

    def body(self, request: Request) -> dict[str, Any]:
        given = self.profile.heard(request.json())
        if not isinstance(given, dict):
            raise self.no(400, "BAD_REQUEST", "The body must be an object")
        return given

    def yes(self, data: Any, status: int = 200) -> Response:
        names = self.profile.envelope
        inner = data if isinstance(data, dict) and not names["data"] else {names["data"] or "data": data}
        return as_json({names["success"]: True, **inner}, status, money=float)

    def show(self, document: Document, status: int = 200) -> Response:
        return self.yes(self.seen(document), status)

    def listed(self, rows: list[Any], meta: Mapping[str, Any]) -> Response:
        names = self.profile.envelope
        told = {names[name]: value for name, value in meta.items()}
        return as_json({names["success"]: True, names["data"] or "data": rows, names["meta"]: told}, money=float)

    def seen(self, document: Document) -> Any:
        return self.profile.said(document.shown(self.address, self.settings["company"]))

    # ---- the books ------------------------------------------------------------------------------------------------

    def reckoning(self, currency: str, price_mode: str) -> Reckoning:
        whole = currency == "HUF" and self.settings["forint_decimals"] == 0
        return Reckoning(Decimal(1) if whole else Decimal("0.01"), price_mode, self.settings["vat_rounding"])

    def keep(self, kind: str, given: dict[str, Any], sums: dict[str, Amounts], reckoning: Reckoning,
             more: Mapping[str, Any]) -> Document:  # fmt: skip
        """Numbered in its block, at once and for good."""
        block = self.blocks[int(given["block_id"])]
        number = f"{block['name']}-{next(self._numbers[block['id']]):06d}"
        made = Document(next(self._idents), number, kind, given, sums, reckoning, self.stamp(), **more)
        self.documents[made.ident] = made
        return made

    def corrections(self, document: Document) -> list[Document]:
        return [one for one in self.documents.values() if one.type == CORRECTION and one.related == document.ident]

    def books(self) -> dict[str, Any]:
        shown = [one.shown(self.address, self.settings["company"]) for one in self.documents.values()]
        return {"documents": shown, "blocks": list(self.blocks.values()), "emails": self.emails}

    def summary(self) -> dict[str, Any]:
        """A cancelled invoice stays a document, its storno is another; a cancelled proforma is gone."""
        live = [one for one in self.documents.values() if one.type != PROFORMA or one.status != CANCELLED]
        totals: dict[str, Decimal] = {}
        for one in live:
            if one.type == INVOICE:
                currency = str(one.given["currency"])
                totals[currency] = totals.get(currency, Decimal(0)) + one.total.gross
        return {
            "documents": len(live), "ever": len(self.documents), "per_kind": Counter(one.type for one in live),
            "per_oid": Counter(one.order for one in live if one.order),
            "totals": {currency: f"{sums:.2f}" for currency, sums in totals.items()},
            "emails": Counter(str(mail["id"]) for mail in self.emails),
        }  # fmt: skip

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A change at Kontozz's own pages: number, status, or any text and date that was sent."""
        document = self.documents[int(ident)]
        kept = {"order_id", "order_number", "notes", "currency", "issue_date", "due_date", "customer"}
        if unknown := set(changes) - kept - {"number", "status"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            if name in kept:
                document.given[name] = value
            else:
                setattr(document, name, value)
        return document.shown(self.address, self.settings["company"])

    def _refusal(self, status: int, code: str, text: str, fields: Mapping[str, list[str]],
                 headers: Mapping[str, str] | None = None) -> Response:  # fmt: skip
        names = self.profile.envelope
        error = {names["code"]: code, names["message"]: text, "fields": fields}
        shown = 200 if self.settings["error_status"] == "200" and status in OF_CONTENT else status
        return as_json({names["success"]: False, names["error"]: error}, shown, headers)


def _block(ident: int, kind: str, year: int, is_open: bool) -> dict[str, Any]:
    name = f"{'KZ' if kind == INVOICE else 'DB'}{year}"
    return {"id": ident, "name": name, "type": kind, "year": year, "open": is_open}


def dispatch(world: Kontozz, request: Request) -> Response:
    """Whatever the profile has at this path."""
    return world.profile.routes.find(request)(world, request)


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    ROUTES.add(_method, "/{rest*}")(dispatch)

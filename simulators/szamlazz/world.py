"""One Számlázz.hu account: its books, who may come in, sessions, its oddities as settings."""

from collections.abc import Mapping
from itertools import count
from typing import Any, ClassVar
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from simulators.exchange import BadBody, Refusal, Request, Response, as_html
from simulators.money import number
from simulators.szamlazz import closing
from simulators.szamlazz.answers import Refused, refused
from simulators.szamlazz.document import Document
from simulators.szamlazz.entrance import DOWN, Sends, Sessions, check_login, files, parsed
from simulators.szamlazz.routes import DELETE_PROFORMA, FIELDS, PAY, READING, ROUTES, URL, spot
from simulators.szamlazz.sequences import Invalid, read
from simulators.world import Routes, World


class Szamlazz(World):
    """State of one account."""

    key: ClassVar[str] = "szamlazz"
    routes: ClassVar[Routes] = ROUTES
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Budapest")
    defaults: ClassVar[dict[str, Any]] = {
        # `token` is the agent key, sent in small letters.
        "token": "szamlaagent0123456789abcdefghijklmnopqrstu", "username": "shop@example.test", "password": "jelszo",
        "account": "open", "rights": "all", "maintenance": "", "test": True, "prefixes": "TST,WEB",
        "order_numbers_unique": True, "duplicate_code": 152, "echo_identical": True, "vat_family": "any",
        "namespace": True, "buyer_page_raw": False, "email_fails": False, "e_invoices": True, "most_sends": 5,
        "session_seconds": 5400.0, "seller_name": "Bolt Kft.", "seller_tax_number": "12345676-2-41",
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "account": ("open", "unpaid", "several", "in_browser"), "rights": ("all", "read"),
        "maintenance": ("", "header", "code"), "duplicate_code": (152, 71), "vat_family": ("any", "old", "nav"),
    }  # fmt: skip

    def fresh(self) -> None:
        self.documents: dict[str, Document] = {}
        self.partners: dict[str, dict[str, Any]] = {}
        self.emails: list[dict[str, str]] = []
        self.sends, self.sessions = Sends(), Sessions()
        self._idents, self._numbers = count(100_000_001), dict[str, int]()

    # ---- in and out -----------------------------------------------------------------------------------------------

    def arrived(self, request: Request) -> None:
        """Everything goes to one address: the file field says what is asked. What was sent counts before any fault."""
        if request.path != URL:
            return
        field = next((name for name in files(request) if name in FIELDS), "")
        request.path = spot(field) if field else URL
        if field and field not in READING:
            with self.lock:
                self.sends.count(request, int(self.settings["most_sends"]))

    def writes(self, request: Request) -> bool:
        return super().writes(request) and not any(request.path == spot(field) for field in READING)

    def admit(self, request: Request) -> None:
        """What needs no XML to be read; the login stands inside."""
        if self.settings["maintenance"]:
            raise self.no(request, Refused(1)) if self.settings["maintenance"] == "code" else Refusal(DOWN)
        if super().over_limit():
            raise self.no(request, Refused(167))

    def answer(self, request: Request) -> Response:
        """The honest answer, with a session for who has none."""
        response = super().answer(request)
        with self.lock:
            headers = self.sessions.headers(request, self.settings["session_seconds"])
        return Response(response.status, response.body, response.content_type, {**response.headers, **headers})

    def body(self, request: Request, root: str) -> dict[str, Any]:
        """The XML of the request, read by its sequence, its login checked; refused in the system's codes."""
        try:
            given = read(parsed(files(request)[request.path.partition("#")[2]]), root)
        except (Invalid, ParseError, BadBody) as error:
            raise self.no(request, Refused(57, error)) from error
        told = given.get("beallitasok", given)
        try:
            check_login(told, self.settings, self.sends.banned, self.writes(request))
        except Refused as error:
            raise self.no(request, error, told.get("valaszVerzio", 2)) from error
        return given

    def no(self, request: Request, error: Refused, version: int = 2) -> Refusal:
        """A refusal; look-ups and payments say it in the body alone, as measured."""
        silent = any(request.path == spot(field) for field in (*READING, PAY))
        root = "xmlszamladbkdelvalasz" if request.path == spot(DELETE_PROFORMA) else "xmlszamlavalasz"
        return Refusal(refused(self, error, version, not silent, root))

    def unauthorized(self) -> Response:
        return refused(self, Refused(3))

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """A 429 is a gateway's; the system's own limit is code 167 in a 200."""
        if status in (404, 405):
            return as_html(text, status)
        own = refused(self, Refused(167) if status == 429 else Refused(57, text))
        return Response(429 if status == 429 else 200, own.body, own.content_type, {**own.headers, **(headers or {})})

    def over_limit(self) -> bool:
        """Told by code 167 instead."""
        return False

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"], self.settings["password"])

    def page_of(self, made: Document) -> str:
        """The buyer's page; published samples have its ampersand unescaped."""
        return f"https://www.szamlazz.hu/szamla/?page=vevoifiok&partguid=sim{made.ident}"

    # ---- the books ------------------------------------------------------------------------------------------------

    def next_ident(self) -> int:
        return next(self._idents)

    def next_number(self, prefix: str) -> str:
        series = f"{prefix}-{self.today().year}"
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return f"{series}-{self._numbers[series]}"

    def newest(self, request: Request, name: str, wanted: str) -> Document | None:
        """The last document with this number, order or external id that look-ups show."""
        fitting = (one for one in reversed(self.documents.values()) if getattr(one, name) == wanted and one.seen)
        return next((one for one in fitting if not self.hidden_by_lag(one.born, request)), None)

    def live(self, kind: str, order: str) -> Document | None:
        """What holds an order number for a kind: a storno sets it free."""
        fitting = (one for one in reversed(self.documents.values()) if one.kind == kind and one.order == order)
        return next((one for one in fitting if order and one.seen and not one.reversed_by), None)

    def books(self) -> dict[str, Any]:
        return {"documents": [one.as_json() for one in self.documents.values()], "emails": self.emails,
                "partners": list(self.partners.values())}  # fmt: skip

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A change in the system's own pages; `gross` moves the first line, its net alone."""
        document = self.documents[ident]
        plain = ("kind", "external", "refers", "proforma", "reversed_by", "consumed", "deleted", "issued")
        for name, value in changes.items():
            if name == "gross":
                first, off = document.lines[0], (number(str(value)) or 0) - document.sums.gross
                document.lines[0] = first | {part: first[part] + off for part in ("nettoErtek", "bruttoErtek")}
            elif name in ("rendelesSzam", "penznem", "megjegyzes"):
                document.header[name] = value
            elif name in plain:
                setattr(document, name, value)
            else:
                raise ValueError(f"unknown field: {name}")
        return document.as_json()

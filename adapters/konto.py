"""Konto (Iceland), REST API v1. What differs from the vendor's words is said in docs/konto.md.

Sources: https://konto.is/api/v1/document and the vendor's Postman collection 2191492/2sBXqGpLk6 (2026-04-23).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from adapters.base import AccountInfo, Adapter
from adapters.konto_calls import DAY, LAST_PAGE, Calls, guid_of
from adapters.konto_orders import StandingOrders
from adapters.konto_register import Register
from adapters.manifest import Credit, Field, Manifest, Prices, Reference
from adapters.payloads import konto as say
from adapters.payloads import konto_items as line
from adapters.payloads import konto_told as told
from adapters.words import filled, read_amount, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind
from schemas.errors import AdapterError, Ambiguous, Transient

BASE = "https://konto.is/api/v1"
#: https://konto.is/api/v1/document, `currency` of an invoice.
CURRENCIES = frozenset(
    {"ISK", "EUR", "USD", "DKK", "NOK", "SEK", "JPY", "GBP", "AUD", "PLN", "CAD", "CHF", "CNY", "NZD", "MXN", "SGD",
     "HKD", "KRW", "TRY", "RUB", "INR", "VND", "BRL", "ZAR", "UAH", "CZK"}
)  # fmt: skip
MANIFEST = Manifest(
    key="konto",
    label="Konto",
    country="IS",
    docs="https://konto.is/api/v1/document",
    credentials=(
        Field("username", "Notandanafn (username)", pattern=r"\S+", example="bjossi"),
        Field("api_key", "API lykill (api_key)", secret=True, pattern=r"\S{8,}", help="Stillingar > Vefþjónusta"),
        Field("url", "API address", required=False, pattern=r"https?://\S+", example=BASE),
    ),
    options=(
        Field("customer", "Viðskiptavinur", required=False, choices=("per buyer", "default"),
              help="default: every document goes to one customer, the buyer is named in its terms"),
        Field("default_customer_guid", "Sjálfgefinn viðskiptavinur (guid)", required=False, pattern=r"[\w-]{8,}",
              example="5a14796e-13c6-11e7-9914-408d5c6208bc"),
        Field("default_kennitala", "Kennitala án kennitölu", required=False, pattern=r"\d{10}", example="0000000000",
              help="registration_no of buyers who gave none"),
        Field("output", "Sending (output_select)", required=False, choices=("print", "e-mail", "e-invoice"),
              help="what Konto sends at once: nothing, a PDF, or an e-invoice to customers with a trading partner id"),
        Field("vat_rates", "VSK: S, AA", required=False, pattern=r"S \d+(?:\.\d+)?, AA \d+(?:\.\d+)?",
              example=line.VAT_RATES),
        Field("price_mode", "Unit prices", required=False, choices=("net", "gross"), help="without or with VAT"),
        Field("language", "Tungumál", required=False, choices=("is", "en")),
        Field("settlement_days", "Eindagi: days after gjalddagi", required=False, pattern=r"\d{1,3}", example="10"),
        Field("claim", "Krafa í banka", required=False, choices=("yes", "no"), help="for unpaid invoices in ISK"),
        Field("cost_location", "Kostnaðarstaður", required=False, pattern=r".{1,255}"),
        Field("terms", "Skilmálar", required=False, pattern=r"(?s).{1,2000}", help="printed on every document"),
        Field("articles", "Vörur", required=False, choices=("text", "sku", "create"),
              help="sku: lines that are items of Konto's register refer to it; create: others are added to it"),
        Field("attachments", "Viðhengi (file ids)", required=False, pattern=r"\d+(?:,\d+)*", example="1111,1222",
              help="sent with every document; ids as flask account attach tells them"),
        Field("drafts", "Drög", required=False, choices=("yes", "no"), 
              help="yes: only saved, a person sends it in Konto"),
        Field("search_days", "Days looked back", required=False, pattern=r"\d{1,3}", example="1"),
    ),
    kinds=frozenset({Kind.INVOICE, Kind.CREDIT_NOTE}),
    reference=Reference.SEARCHABLE,
    reference_length=100,
    settle_delay=30.0,
    credit=Credit.PARTIAL,
    drafts=True,
    prices=Prices.NET_UNIT,
    paid_on_create=True,
    lists=True,
    attaches=True,
    currencies=CURRENCIES,
    at_once=2,
)  # fmt: skip

#: Names of fields that hold people's data, beyond the usual ones.
PEOPLE = r"name|address|search|registration_no|kennitala|customer_number|invoice_description|terms|vat"
STATES = {"Cancelled": "cancelled", "Saved": "draft"}
SEARCH_DAYS, SECOND_LOOK, READ_BACK = 1, 4, 3
NO_VAT = "Konto has no VSK number of this company (Stillingar > Þínar reikningsupplýsingar): no VAT can be invoiced."


def to_payload(draft: Draft, account: Account, original: Document | None = None) -> dict[str, Any]:
    """The `data` of create-invoice: an invoice, or the credit note of `original`, which only its text names. Pure.

    Raises Permanent where VAT or amounts cannot be said exactly. Source: sheet section 3.1.
    """
    options, invoice = account.options, draft.kind is Kind.INVOICE
    due = max(draft.due_date or draft.issue_date, draft.issue_date)
    claims = invoice and options.get("claim") == "yes" and draft.totals.due > 0 and draft.currency == "ISK"
    return filled({
        "amount": say.amount(draft), "currency": draft.currency, "issue_date": draft.issue_date.isoformat(),
        "due_date": due.isoformat(),
        "settlement_date": (due + timedelta(int(options.get("settlement_days") or 0))).isoformat(),
        "delivery_date": (draft.delivery_date or draft.tax_point or draft.issue_date).isoformat(),
        "type": say.KINDS[draft.kind], **say.marks(draft, options, original), "terms": say.terms(draft, options),
        "cost_provide": options.get("cost_location"), "files": options.get("attachments"),
        "mark_paid": int(invoice and draft.totals.paid > 0 and draft.totals.due <= 0),
        "is_claim": 1 if claims else None, "save": 1 if options.get("drafts") == "yes" else 0,
        "customer": None if options.get("customer") == "default" else say.customer(draft, options),
        "items": line.items(draft, options),
    })  # fmt: skip


def to_document(
    data: Mapping[str, Any], row: Mapping[str, Any] | None = None, options: Mapping[str, str] | None = None
) -> Document:
    """A document as get-invoice tells it, in our words; its `row` of the dashboard adds the sums that Konto worked out
    itself."""
    kind = told.READ[data["type"]]
    sums = row or {}
    gross = abs(Decimal(str(sums.get("invoice_total_including_vat") or data["amount"])))
    vat = read_amount(sums.get("invoice_vat_total"))
    return Document(
        system=MANIFEST.key, system_id=str(data["guid"]), kind=kind, reference=str(data.get("booking") or ""),
        number=str(data.get("number") or ""), currency=str(data["currency"]), gross=gross,
        vat=None if vat is None else abs(vat), net=None if vat is None else gross - abs(vat),
        vat_by_rate=told.vat_of(sums, options or {}) if sums else {},
        issue_date=date.fromisoformat(data["issue_date"]) if data.get("issue_date") else None,
        paid=gross if data["status"] == "Paid" else Decimal(0),
        state=STATES.get(data["status"], "issued"),
        extra={name: str(data[name]) for name in ("status", "refer_guid") if data.get(name)},
    )  # fmt: skip


class Konto(Adapter):
    """Speaks to one company."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given, options = account.credentials, account.options
        self.speaker = self._speaker(given.get("url") or BASE, auth=dict, personal=PEOPLE)
        self.calls = Calls(self.speaker, {"username": given["username"], "api_key": given["api_key"]})
        self.register = Register(self.calls, options, self.turns)
        self.standing = StandingOrders(self.calls, options)

    def _verify(self) -> AccountInfo:
        company = self.calls.hello()
        warnings = () if company.get("vat_no") else (NO_VAT,)
        return AccountInfo(str(company.get("name") or self.account.name), self.speaker.base_url, warnings)

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        if self.account.options.get("drafts") == "yes":
            return self._live(wanted, ((data, None) for data in self._everything()))
        back = timedelta(int(self.account.options.get("search_days") or SEARCH_DAYS))
        rows = self._rows(wanted.issue_date - back, wanted.issue_date + DAY)
        return self._live(wanted, self._with_guids([row for row in rows if told.is_row_of(row, wanted)]))

    def _recall(self, wanted: Draft) -> Found:
        """The list that the dashboard is made of, at both of its ends."""
        return self._live(wanted, ((data, None) for data in self._invoices(SECOND_LOOK)))

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(draft, to_payload(draft, self.account))

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        return self._create(draft, to_payload(draft, self.account, original))

    def _attach(self, name: str, content: bytes, media: str) -> str:
        return self.calls.sent_file(name, content, media)

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        for data, row in self._with_guids(self._rows(first, last)):
            yield self._document(data, row)

    def _create(self, draft: Draft, payload: dict[str, Any]) -> Document:
        """Konto answers with a guid alone; what it made of the document is read then (sheet section 3.1)."""
        payload |= {"customer": self.register.customer(draft), "items": self.register.lines(draft, payload["items"])}
        guid = self.calls.wrote(guid_of, "/create-invoice", payload)
        try:
            data = self.calls.asked(dict, "/get-invoice", guid=guid)
            rows = [
                row for row in self._rows(draft.issue_date, draft.issue_date) if told.row_key(row) == told.key(data)
            ]
            return self._document(data, rows[0] if rows else None)
        except AdapterError as error:
            words = f"Konto made the document {guid}, but it could not be read: {error.detail}"
            raise self.speaker.error(Ambiguous, words, error.exchange, code="READ_BACK_FAILED") from None

    def _live(self, wanted: Draft, found: Iterable[tuple[Mapping[str, Any], Mapping[str, Any] | None]]) -> Found:
        """Those with our reference and kind that are not cancelled."""
        mine = [self._document(data, row) for data, row in found if told.is_of(data, wanted)]
        return sighted([replace(one, reference=wanted.reference) for one in mine if one.state != "cancelled"])

    def _document(self, data: Mapping[str, Any], row: Mapping[str, Any] | None) -> Document:
        try:
            return to_document(data, row, self.account.options)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            words = f"A document of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None

    def _row(self, data: Mapping[str, Any], day: date) -> Mapping[str, Any] | None:
        """Its row of the dashboard, if that day's first pages have it; `document.verify` looks through them all."""
        rows = islice(self._dashboard(day, day), READ_BACK * self.calls.page)
        return next((row for row in rows if told.row_key(row) == told.key(data)), None)

    def _dashboard(self, first: date, last: date) -> Iterator[Mapping[str, Any]]:
        days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        rows = self.calls.pages(self.calls.looked, "/get-dashboard-data", **days)
        return (row for row in rows if row.get("document_type") in told.ROWS)

    def _rows(self, first: date, last: date) -> list[Mapping[str, Any]]:
        """What the dashboard shows of these days, all pages, each document once: it has sums and marks, but no guid."""
        return list({told.row_key(row): row for row in self._dashboard(first, last)}.values())

    def _with_guids(
        self, rows: Iterable[Mapping[str, Any]]
    ) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
        """The same documents as get-invoices has them, found by number from both ends of its list."""
        missing = {told.row_key(row): row for row in rows}
        for data in self._invoices() if missing else ():
            if row := missing.pop(told.key(data), None):
                yield data, row
            if not missing:
                return
        if missing:
            raise self.calls.unread(f"{len(missing)} documents of the dashboard are not in the list of invoices")

    def _invoices(self, most: int = LAST_PAGE) -> Iterator[Mapping[str, Any]]:
        return self.calls.ends("/get-invoices", "/get-count-invoices", most)

    def _everything(self) -> list[Mapping[str, Any]]:
        """The whole list, which alone is sure to show what is only saved; none may come or go while it is read."""
        every = {data["guid"]: data for data in self._invoices()}
        if len(every) != self.calls.asked(int, "/get-count-invoices"):
            raise self.calls.unread("The list of invoices changed while it was read, or is too long")
        return list(every.values())

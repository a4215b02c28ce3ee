"""Konto (Iceland), REST API v1. What differs from the vendor's words is said in docs/konto.md.

Sources: https://konto.is/api/v1/document and the vendor's Postman collection 2191492/2sBXqGpLk6 (2026-04-23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from adapters.payloads import konto_told as told
from adapters.payloads.konto_items import VAT_RATES, items
from adapters.words import filled, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind
from schemas.errors import AdapterError, Ambiguous, Waiting

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
              example=VAT_RATES),
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
Options = Mapping[str, str]
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
        "items": items(draft, options),
    })  # fmt: skip


def to_document(data: Mapping[str, Any], row: told.Row | None = None, options: Options | None = None) -> Document:
    """A document as get-invoice tells it, in our words; its `row` of the dashboard adds the sums that Konto worked out
    itself."""
    sums = told.sums_of(row or {}, options or {})
    gross = abs(Decimal(str(data["amount"])) if sums.gross is None else sums.gross)
    return Document(
        system=MANIFEST.key, system_id=str(data["guid"]), kind=told.READ[data["type"]],
        reference=str(data.get("booking") or ""), number=told.number(data), currency=str(data["currency"]),
        gross=gross, net=None if sums.vat is None else gross - abs(sums.vat),
        vat=None if sums.vat is None else abs(sums.vat), vat_by_rate=sums.vat_by_rate,
        issue_date=told.day(data.get("issue_date")), paid=gross if data["status"] == "Paid" else Decimal(0),
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
        mine = {number: row for number, row in rows.items() if told.is_marked_row(row, wanted.reference)}
        return self._live(wanted, self._with_guids(mine, lambda data: told.is_marked(data, wanted.reference)))

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
        rows = self._rows(first, last)
        for data, row in self._with_guids(rows, lambda data: told.number(data) in rows):
            yield self._document(data, row)

    def _create(self, draft: Draft, payload: dict[str, Any]) -> Document:
        """Konto answers with a guid alone; what it made of the document is read then (sheet section 3.1)."""
        payload |= {"customer": self.register.customer(draft), "items": self.register.lines(draft, payload["items"])}
        guid = self.calls.wrote(guid_of, "/create-invoice", payload)
        try:
            data = self.calls.asked(dict, "/get-invoice", guid=guid)
            return self._document(data, self._row(told.number(data), draft.issue_date))
        except (AdapterError, Waiting) as error:
            words = f"Konto made the document {guid}, but it could not be read: {error.detail}"
            exchange = error.exchange if isinstance(error, AdapterError) else None
            raise self.speaker.error(Ambiguous, words, exchange, code="READ_BACK_FAILED") from None

    def _live(self, wanted: Draft, found: Iterable[tuple[told.Row, told.Row | None]]) -> Found:
        """Those with our reference and kind that are not cancelled."""
        mine = [self._document(data, row) for data, row in found if told.is_marked(data, wanted.reference)]
        live = [one for one in mine if one.kind is wanted.kind and one.state != "cancelled"]
        return sighted([replace(one, reference=wanted.reference) for one in live])

    def _document(self, data: told.Row, row: told.Row | None) -> Document:
        return self.calls.sure(lambda: to_document(data, row, self.account.options))

    def _row(self, number: str, day: date) -> told.Row | None:
        """Its row of the dashboard, if that day's first pages have it; `document.verify` looks through them all."""
        rows = islice(self._dashboard(day, day), READ_BACK * self.calls.page)
        return next((row for row in rows if number and told.number_of(row) == number), None)

    def _dashboard(self, first: date, last: date) -> Iterator[told.Row]:
        days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        return self.calls.pages(self.calls.looked, "/get-dashboard-data", **days)

    def _rows(self, first: date, last: date) -> dict[str, told.Row]:
        """What the dashboard shows of these days, all pages, by number: it has sums and marks, but no guid."""
        return {told.number_of(row): row for row in self._dashboard(first, last)}

    def _with_guids(
        self, rows: Mapping[str, told.Row], fits: Callable[[told.Row], bool]
    ) -> Iterator[tuple[told.Row, told.Row | None]]:
        """The same documents as the list of invoices has them, from both of its ends inwards until all have turned
        up."""
        seen: set[str] = set()
        for data in self._invoices() if rows else ():
            if fits(data) and str(data.get("guid")) not in seen:
                seen.add(str(data.get("guid")))
                yield data, rows.get(told.number(data))
            if len(seen) == len(rows):
                return
        if len(seen) < len(rows):
            raise self.calls.unread(f"{len(rows) - len(seen)} documents of the dashboard are not in the invoices' list")

    def _invoices(self, most: int = LAST_PAGE) -> Iterator[told.Row]:
        return self.calls.ends("/get-invoices", "/get-count-invoices", most)

    def _everything(self) -> list[told.Row]:
        """The whole list, which alone is sure to show what is only saved; none may come or go while it is read."""
        every = {str(data.get("guid")): data for data in self._invoices()}
        if len(every) != self.calls.asked(int, "/get-count-invoices"):
            raise self.calls.unread("The list of invoices changed while it was read, or is too long")
        return list(every.values())

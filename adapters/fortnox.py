"""Fortnox (Sweden), API v3. What differs from the vendor's words is said in docs/fortnox.md.

Sources: https://apps.fortnox.se/apidocs (invoices, orders, customers, articles, payments) and
https://www.fortnox.se/developer (authorization, rate limits, best practices).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from adapters.base import AccountInfo, Adapter, Series
from adapters.manifest import Credit, Manifest, Pdf, Prices, Reference, Token, Trial, Window
from adapters.payloads import fortnox as say
from adapters.payloads import fortnox_told as told
from adapters.payloads.fortnox import INVOICES, ORDERS, Given, Shape, shape_of
from adapters.payloads.fortnox_articles import Articles
from adapters.payloads.fortnox_books import Books, Row, numbered, printable
from adapters.payloads.fortnox_company import verified
from adapters.payloads.fortnox_credits import BY_HAND, CREDITED, demand_creditable
from adapters.payloads.fortnox_customers import customer
from adapters.payloads.fortnox_login import API, login
from adapters.payloads.fortnox_options import CHOICES, CREDENTIALS, OPTIONS
from adapters.payloads.fortnox_payments import settle
from adapters.steps import after_the_document, reading
from adapters.wire import compare
from adapters.words import as_json, filled, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment
from schemas.errors import Permanent, Transient, Unsupported

MANIFEST = Manifest(
    key="fortnox",
    label="Fortnox",
    country="SE",
    docs="https://apps.fortnox.se/apidocs",
    credentials=CREDENTIALS,
    options=OPTIONS,
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=80,
    settle_delay=15.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}), trial=Trial.CANCELLED,
    follows_proforma=True,
    drafts=True,
    prices=Prices.GROSS_UNIT,
    marks_paid=True,
    marks_proformas_paid=False,
    pdf=Pdf.READY,
    mail=True,
    series=True,
    series_option="document",
    lists=True,
    limits=(Window(25, 5),),
    at_once=4, calls=5,
    token=Token.ROTATING_REFRESH,
)  # fmt: skip

PERSONAL = (
    r"name|customername|yourreference|remarks|address\d|zipcode|phone\d?|delivery\w+|emailinvoice|emailaddressto|"
    r"organisationnumber|vatnumber|externalreference"
)


def to_payload(draft: Draft, account: Account, given: Given, credited: str = "") -> dict[str, Any]:
    """What stands in the wrapper of a create or of a change: an invoice, or for a proforma an order. `credited` is the
    number of the invoice that is credited. Pure. Raises Permanent where prices or rates cannot be said exactly.

    Fees of the customer's card are kept out by zeros. Source: sheet sections 3 and 4.
    """
    options, shape = account.options, shape_of(draft.kind, account.options)
    body = {
        "CustomerNumber": given.customer, **say.billed(draft.buyer), **say.delivered(draft.delivery),
        **filled(say.days(draft, shape)), **say.persons(draft), **say.currency(draft, options),
        **say.settings(options), "VATIncluded": True, "Freight": 0, "AdministrationFee": 0,
        "Language": say.language(draft, options), "Remarks": say.remarks(draft, options, credited),
        "ExternalInvoiceReference1": draft.reference, "YourOrderNumber": draft.order_number[: say.ORDER_NUMBER],
        "ExternalInvoiceReference2": say.second_reference(draft, options, credited),
        shape.rows: say.rows(draft, given, shape, options),
    }  # fmt: skip
    said: dict[str, Any] = as_json(printable(body))
    return said


def to_document(data: Row, kind: Kind, shape: Shape = INVOICES) -> Document:
    """A document as Fortnox tells it, in our words; a credit note's negative sums become positive. A row of a
    list tells no VAT."""
    sums, number = told.sums(data), str(data["DocumentNumber"])
    return Document(
        system=MANIFEST.key, system_id=f"{told.ORDER}{number}" if shape is ORDERS else number, kind=kind,
        reference=str(data.get("ExternalInvoiceReference1") or ""), number=number, currency=str(data["Currency"]),
        gross=sums.gross, net=sums.net, vat=sums.vat, vat_by_rate=sums.rates,
        issue_date=date.fromisoformat(str(data[shape.day])), paid=sums.paid if shape is INVOICES else None,
        state="cancelled" if told.yes(data.get("Cancelled")) else "issued",
        extra={name: str(data[name]) for name in ("CustomerNumber", "OCR") if data.get(name)},
    )  # fmt: skip


class Fortnox(Adapter):
    """Speaks to one company's Fortnox."""

    manifest = MANIFEST

    @classmethod
    def manifest_for(cls, options: Mapping[str, str]) -> Manifest:
        """Where invoices are orders, payments are left to those who make the invoices."""
        return replace(MANIFEST, marks_paid=False) if options.get("document") == told.AS_ORDER else MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given = account.credentials
        base = (given.get("url") or API).rstrip("/")
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        self.speaker = self._speaker(base, auth=self._oauth(login(given)), headers=headers, personal=PERSONAL)
        self.books = Books(self.speaker, account.options)
        self.articles = Articles(self.books, f"{base} {given['client_id']} {account.id}", self.turns)

    def _verify(self) -> AccountInfo:
        return verified(self.books, self.account, self.oauth)

    def _series(self) -> tuple[Series, ...]:
        return tuple(Series(ident, name, (Kind.INVOICE,)) for ident, name in CHOICES)

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        # Sheet section 7: the filter matches more than the reference, so it is compared exactly
        found = self._mine(wanted, externalinvoicereference1=wanted.reference)
        return sighted(found or self._born(wanted, original))

    def _recall(self, wanted: Draft) -> Found:
        """Sheet section 7: what changed since the day of issue, whatever the other filter shows."""
        return sighted(self._mine(wanted, lastmodified=f"{wanted.issue_date.isoformat()} 00:00"))

    def _mine(self, wanted: Draft, **asked: str) -> list[Document]:
        """The live documents of the kind with exactly this reference, whatever the options say now: an invoice that was
        made as an order is that order, though a person may have made an invoice of it since."""
        if wanted.kind is Kind.PROFORMA:
            rows = self._rows(wanted, ORDERS, asked)
            return [self._finished(row, wanted, ORDERS) for row in rows if told.way_of(row) != told.AS_ORDER]
        rows = [row for row in self._rows(wanted, INVOICES, asked) if told.kind_of(row) is wanted.kind]
        found = [self._finished(row, wanted) for row in rows if told.way_of(row) != told.AS_ORDER]
        if found or wanted.kind is Kind.CREDIT_NOTE:
            return found
        rows = self._rows(wanted, ORDERS, asked)
        return [self._finished(row, wanted, ORDERS) for row in rows if told.way_of(row) == told.AS_ORDER]

    def _rows(self, wanted: Draft, shape: Shape, asked: Mapping[str, str]) -> list[Row]:
        listed = self.books.listed(shape.path, f"{shape.name}s", sortby="documentnumber", **asked)
        rows = [row for row in listed if row.get("ExternalInvoiceReference1") == wanted.reference
                and not told.yes(row.get("Cancelled"))]  # fmt: skip
        return [self.books.row(numbered(shape.path, row["DocumentNumber"]), shape.name) for row in rows]

    def _born(self, wanted: Draft, original: Document | None) -> list[Document]:
        """What was made of the original and has no reference of ours yet: its answer was lost, or a person made it."""
        if original is None or not self._makes_of(wanted, original):
            return []
        row = self._child(original)
        if not row or told.yes(row.get("Cancelled")) or row.get("ExternalInvoiceReference1") == wanted.reference:
            return []
        if row.get("ExternalInvoiceReference1") not in (None, "", original.reference):
            return []
        return [self._finished(row, wanted, original=original)]

    def _makes_of(self, wanted: Draft, original: Document) -> bool:
        """A full credit note and the invoice of an order are made by Fortnox, out of the original."""
        if wanted.kind is Kind.CREDIT_NOTE:
            return wanted.totals.gross == original.gross and not told.is_order(original.system_id)
        return told.is_order(original.system_id) and shape_of(wanted.kind, self.account.options) is INVOICES

    def _child(self, original: Document) -> Row:
        """The credit note of an invoice, or the invoice of an order; empty where there is none."""
        shape, name = (ORDERS, "InvoiceReference") if told.is_order(original.system_id) else (INVOICES, CREDITED)
        row = self.books.known(numbered(shape.path, told.number_in(original.system_id)), shape.name)
        number = told.child_of(row, name)
        return self.books.row(numbered("/invoices", number), "Invoice") if number else {}

    def _given(self, draft: Draft, customer_number: str = "") -> Given:
        """What the company has for the draft; articles and the customer are made where they are not there."""
        articles = self.articles.of(draft)
        return Given(customer_number or customer(self.books, self.turns, draft), articles, self.articles.units())

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        payload = to_payload(draft, self.account, self._given(draft))
        if original is not None and self._makes_of(draft, original):
            order = self.books.known(numbered("/orders", told.number_in(original.system_id)), "Order")
            if order and not told.yes(order.get("Cancelled")) and not told.child_of(order, "InvoiceReference"):
                return self._made_of(draft, original, "createinvoice")
        return self._created(draft, payload)

    def _created(self, draft: Draft, payload: Row) -> Document:
        shape = shape_of(draft.kind, self.account.options)
        row = self.books.made("POST", shape.path, shape.name, payload)
        with after_the_document(self.speaker, "it is still to be booked"):
            return self._finished(row, draft, shape)

    def _rehearse(self, draft: Draft) -> Document:
        """Not booked, so that it can be cancelled; its number is used up."""
        account = replace(self.account, options={**self.account.options, "document": say.UNBOOKED})
        row = self.books.made("POST", "/invoices", "Invoice", to_payload(draft, account, self._given(draft)))
        return self._document(row, draft, INVOICES)

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        """All of an invoice is credited by Fortnox itself, which links the two, once; parts of it by an invoice of
        negative quantities (sheet section 4)."""
        if told.is_order(original.system_id):
            raise Unsupported("An order in Fortnox cannot be credited: it is no invoice.", system=MANIFEST.key)
        if earlier or draft.totals.gross != issued.totals.gross:
            given = self._given(draft, original.extra.get("CustomerNumber", ""))
            payload = to_payload(draft, self.account, given, original.number)
            return self._created(draft, payload)
        with self.turns(f"credit/{original.system_id}"):
            demand_creditable(
                self.books, original, books=self.account.options.get("document", say.BOOKED) == say.BOOKED
            )
            return self._made_of(draft, original, "credit")

    def _made_of(self, draft: Draft, original: Document, action: str) -> Document:
        """Have Fortnox make a document of the original; then it is given our words and booked."""
        shape = ORDERS if told.is_order(original.system_id) else INVOICES
        path = numbered(shape.path, told.number_in(original.system_id))
        answer = self.books.answer("PUT", f"{path}/{action}", writes=True)
        number = self.speaker.understood(lambda data: told.made_number(data, original.system_id), answer, writes=True)
        with after_the_document(self.speaker, "its reference is still to be set"):
            return self._finished(self.books.row(numbered("/invoices", number), "Invoice"), draft, original=original)

    def _finished(self, row: Row, wanted: Draft, shape: Shape = INVOICES, original: Document | None = None) -> Document:
        """What the document still needs, done by whoever finds it: ours are the words on what Fortnox made of an
        original; then it is booked, unless a person is to do that, or it is not what was asked for: unbooked it can
        still be mended."""
        path, booked = numbered("/invoices", row["DocumentNumber"]), told.yes(row.get("Booked"))
        if original is not None and not booked:
            row = self.books.step("PUT", path, "Invoice", self._own_words(wanted, row, original))
        document = self._document(row, wanted, shape)
        differs = compare(wanted, document)
        if original is not None and booked:
            return self._adopted(document, wanted, differs)
        if shape is ORDERS or booked or differs or told.way_of(row) in (say.UNBOOKED, told.AS_ORDER):
            return document
        return self._document(self.books.step("PUT", f"{path}/bookkeep", "Invoice"), wanted, shape)

    def _own_words(self, wanted: Draft, row: Row, original: Document) -> Row:
        """A credit note keeps the rows and customer that Fortnox gave it; an order's invoice gets all of the draft."""
        if wanted.kind is not Kind.CREDIT_NOTE:
            return to_payload(wanted, self.account, self._given(wanted))
        whole = to_payload(wanted, self.account, Given(str(row.get("CustomerNumber") or "")), original.number)
        names = ("ExternalInvoiceReference1", "ExternalInvoiceReference2", "InvoiceDate", "DueDate", "Remarks",
                 "YourOrderNumber")  # fmt: skip
        return {name: whole[name] for name in names if name in whole}

    def _adopted(self, document: Document, wanted: Draft, differs: tuple[str, ...]) -> Document:
        """A person made and booked it over there: it counts when it is what we would have made."""
        if differs:
            words = f"{document.number} was made by hand and differs: {'; '.join(differs)}."
            raise self.speaker.error(Permanent, words, code="ALREADY_ACCOUNTED", remedy=BY_HAND)
        return replace(document, reference=wanted.reference)

    def _document(self, row: Row, wanted: Draft, shape: Shape) -> Document:
        with reading(self.speaker):
            return to_document(row, wanted.kind, shape)

    def _cancel(self, document: Document) -> None:
        shape, path = self._place(document)
        row = self.books.known(path, shape.name)
        if row and not told.yes(row.get("Cancelled")):
            self.books.made("PUT", f"{path}/cancel", shape.name)

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        if told.is_order(document.system_id):
            self._cannot("mark an order as paid: its invoice is")
        settle(self.books, document.system_id, payment)

    def _send(self, document: Document, email: str) -> None:
        # A GET that sends (sheet section 3), to the address that stands on the document
        shape, path = self._place(document)
        row = self.books.row(path, shape.name)
        if (row.get("EmailInformation") or {}).get("EmailAddressTo") != email:
            self.books.step("PUT", path, shape.name, {"EmailInformation": {"EmailAddressTo": email}})
        self.books.answer("GET", f"{path}/email", writes=True)

    def _pdf(self, document: Document) -> bytes:
        """The preview: a print would mark it as sent."""
        answer = self.speaker.call("GET", f"/3{self._place(document)[1]}/preview", writes=False, raw=True)
        if not answer.body.startswith(b"%PDF"):
            raise self.speaker.error(Transient, "No PDF came", answer.exchange, code="UNREADABLE_ANSWER")
        return answer.body

    def _place(self, document: Document) -> tuple[Shape, str]:
        shape = ORDERS if told.is_order(document.system_id) else INVOICES
        return shape, numbered(shape.path, told.number_in(document.system_id))

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        days = {"fromdate": first.isoformat(), "todate": last.isoformat()}
        for shape in (INVOICES, ORDERS):
            for row in self.books.listed(shape.path, f"{shape.name}s", sortby="documentnumber", **days):
                with reading(self.speaker):
                    yield to_document(row, told.kind_in(row, shape is ORDERS), shape)

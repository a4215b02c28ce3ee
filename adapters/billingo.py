"""Billingo (Hungary), API v3. What differs from the vendor's words is said in docs/billingo.md.

Sources: https://app.swaggerhub.com/apis/Billingo/Billingo/3.0.14 (OpenAPI), its successor 3.0.15, the vendor's plugin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from adapters.base import AccountInfo, Adapter, Official, Series
from adapters.codelists import Row
from adapters.contacts import key_of
from adapters.exchange import RATES
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Trial, Window
from adapters.payloads import billingo as say
from adapters.payloads import billingo_told as told
from adapters.payloads.billingo_calls import Desk
from adapters.quota import by_names
from adapters.wire import compare
from adapters.words import as_json, filled, read_amount, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment, Sight
from schemas.errors import Auth, Permanent, Transient, Waiting

BASE = "https://api.billingo.hu/v3"
MANIFEST = Manifest(
    key="billingo",
    label="Billingo",
    country="HU",
    docs="https://app.swaggerhub.com/apis/Billingo/Billingo/3.0.14",
    credentials=(
        Field("api_key", "API kulcs", secret=True, pattern=r"\S{8,}"),
        Field("url", "API address", required=False, pattern=r"https?://\S+", example=BASE),
    ),
    options=(
        Field("block_id", "Számlatömb", required=False, pattern=r"\d+", example="1001",
              help="document block of invoices, and of proformas unless they have their own"),
        Field("proforma_block_id", "Számlatömb (díjbekérő)", required=False, pattern=r"\d+", example="1002"),
        Field("customer", "Partner", required=False, choices=("per buyer", "default"),
              help="default: every document goes to one partner, whose name and address it then carries"),
        Field("default_partner_id", "Alapértelmezett partner (ID)", required=False, pattern=r"\d+", example="4711"),
        Field("electronic", "E-számla", required=False, choices=("yes", "no")),
        Field("bank_account_id", "Bankszámla (ID)", required=False, pattern=r"\d+", example="801"),
        Field("drafts", "Piszkozat", required=False, choices=("yes", "no"),
              help="yes: invoices are only saved as drafts, which a person issues in Billingo"),
        Field("language", "Nyelv", required=False, choices=say.LANGUAGES),
        Field("zero_vat", "0 % áfakulcs / jogcím", required=False, example="K EU/KBAET, AE F.AFA",
              pattern=r"[A-Z]{1,2} [^\s,/]+(?:/\w+)?(?:, ?[A-Z]{1,2} [^\s,/]+(?:/\w+)?)*",
              help="other codes for a zero VAT category (E, K, AE, G, O)"),
        RATES,
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=100,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}),
    follows_proforma=True,
    drafts=True, trial=Trial.DRAFT,
    prices=Prices.GROSS_UNIT,
    paid_on_create=True,
    marks_paid=True,
    pdf=Pdf.LATER,
    mail=True,
    official="NAV",
    series=True,
    series_option="block_id",
    lists=True,
    currencies=say.CURRENCIES,
    limits=(Window(60, 60),),
    at_once=2,
    calls=3,
)  # fmt: skip

KINDS = {Kind.INVOICE: "invoice", Kind.PROFORMA: "proforma"}
READ = {"invoice": Kind.INVOICE, "advance": Kind.INVOICE, "proforma": Kind.PROFORMA,
        "cancellation": Kind.CREDIT_NOTE, "modification": Kind.CREDIT_NOTE}  # fmt: skip
ALL_PAGES = 500
TAKEN_BACK = "Look at the invoice's corrections in Billingo, then settle this refund by hand."


def to_payload(draft: Draft, account: Account, partner_id: int, block_id: int,
               rate: Decimal | None = None, *, saved: bool = False) -> dict[str, Any]:  # fmt: skip
    """The body of a create, `saved` as a draft; `rate` is forints for one unit of another currency. Pure.

    Raises Permanent where a VAT rate is unknown or the prices cannot be said exactly. Source: sheet section 4.
    """
    options, drafts = account.options, saved or say.only_drafts(draft, account.options)
    electronic, bank = options.get("electronic"), options.get("bank_account_id")
    settings = {**say.settings(draft), **({"selected_type": KINDS[draft.kind]} if drafts else {})}
    body: dict[str, Any] = as_json(filled({
        "vendor_id": say.vendor_id(draft.reference), "partner_id": partner_id, "block_id": block_id,
        "bank_account_id": int(bank) if bank else None, "type": "draft" if drafts else KINDS[draft.kind],
        **say.days(draft), "payment_method": say.method_of(draft.payment),
        "language": say.language(draft, options), "currency": draft.currency, "conversion_rate": rate,
        "electronic": electronic == "yes" if electronic else None, "paid": say.is_paid(draft),
        "items": say.items(draft, options), "comment": say.comment(draft), "settings": settings,
    }))  # fmt: skip
    return body


def to_document(data: Mapping[str, Any]) -> Document:
    """A document as Billingo tells it, in our words; negative sums of corrections become positive. A cancelled invoice
    stays issued: its cancellation is a document of its own."""
    drafted = data["type"] == "draft"
    kind = READ[(data.get("settings") or {}).get("selected_type") or "invoice" if drafted else data["type"]]
    sign = -1 if kind is Kind.CREDIT_NOTE else 1
    gross, summary = read_amount(data["gross_total"], sign) or Decimal(0), data.get("summary") or {}
    partner = data.get("document_partner") or data.get("partner") or {}
    extra = {"partner_id": partner.get("id"), "payment_status": data.get("payment_status"),
             "cancelled": "yes" if data.get("cancelled") else None}  # fmt: skip
    return Document(
        system=MANIFEST.key, system_id=str(data["id"]), kind=kind, reference=say.reference_of(data.get("comment")),
        number=str(data.get("invoice_number") or ""), currency=str(data["currency"]), gross=gross,
        net=read_amount(summary.get("net_amount"), sign), vat=read_amount(summary.get("vat_amount"), sign),
        vat_by_rate=told.vat_by_rate(summary, sign), paid=told.paid_of(data, gross),
        issue_date=date.fromisoformat(str(data["invoice_date"])[:10]) if data.get("invoice_date") else None,
        state="draft" if drafted else "issued", extra={name: str(value) for name, value in extra.items() if value},
    )  # fmt: skip


class Billingo(Adapter):
    """Speaks to one organisation."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        key, base = account.credentials["api_key"], (account.credentials.get("url") or BASE).rstrip("/")
        # Measured by the vendor in 2026: none of these headers is sent (sheet section 1); believed where they are
        left = partial(by_names, window=60, remaining="x-ratelimit-remaining", reset="x-ratelimit-reset")
        self.speaker = self._speaker(
            base, auth=lambda: {"X-API-KEY": key}, special={402: Auth}, left=left, personal=say.PERSONAL,
        )  # fmt: skip
        self.desk = Desk(self.speaker, f"{base} {account.key}")

    def _verify(self) -> AccountInfo:
        """The organisation; then archiving document 0, which cannot exist: a key that may only read is refused."""
        row = self.desk.read(dict, "/organization")
        self.desk.call("PUT", "/documents/0/archive", writes=False, allow=(404, 422))
        notes = tuple(told.warnings(row, self.desk.switched(), self._today()))
        return AccountInfo(str(row.get("tax_code") or self.account.name), warnings=notes)

    def _series(self) -> tuple[Series, ...]:
        rows = self.desk.listed("/document-blocks", type="invoice")
        return tuple(Series(str(row["id"]), f"{row.get('name') or row['id']} ({row.get('prefix')})") for row in rows)

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        if wanted.kind is Kind.CREDIT_NOTE:
            return self._find_credit(wanted, original)
        row = self.desk.row(f"/documents/vendor/{say.vendor_id(wanted.reference)}")
        if not row and original is None and wanted.proforma_ref is None:
            # Whatever can have a vendor_id has it: full text is for what cannot, and for twins
            return Found(Sight.NONE)
        rows = {row["id"]: row for row in (*self._marked(wanted), *self._related(original)) if self._is(row, wanted)}
        if row and row["id"] not in rows and self._is(row, wanted) and self._is_live(row):
            rows[row["id"]] = row
        return sighted([replace(self._told(row), reference=wanted.reference) for row in rows.values()])

    def _marked(self, wanted: Draft) -> Iterator[Row]:
        """Full text finds too much: the mark at the end of the comment is compared whole (sheet section 3)."""
        rows = self.desk.listed("/documents", query=wanted.reference)
        return (row for row in rows if say.reference_of(row.get("comment")) == wanted.reference)

    def _is(self, row: Row, wanted: Draft) -> bool:
        """Of this kind and not another's. What Billingo itself made of a proforma has no mark of ours."""
        if row.get("type") not in (*READ, "draft"):
            return False
        found = self._told(row)
        return found.kind is wanted.kind and found.reference in (wanted.reference, "")

    def _is_live(self, row: Row) -> bool:
        """An archived proforma is still shown to who knows its id, and no longer in lists (sheet section 6)."""
        if row.get("type") != "proforma":
            return True
        day, who = date.fromisoformat(str(row["invoice_date"])[:10]), row.get("document_partner") or row["partner"]
        return any(one["id"] == row["id"] for one in self.desk.days(day, day, partner_id=str(who["id"])))

    def _related(self, original: Document | None) -> Iterator[Row]:
        """What was made of a document: conversions, modifications and cancellations can have no `vendor_id`."""
        now = self.desk.row(f"/documents/{original.system_id}") if original else {}
        for entry in now.get("related_documents") or ():
            row = self.desk.row(f"/documents/{entry['id']}")
            yield from [row] if row else []

    def _find_credit(self, wanted: Draft, original: Document | None) -> Found:
        """By the mark, or as the cancellation of the whole invoice, which need not carry one."""
        whole = original is not None and wanted.totals.gross == original.gross
        rows = {row["id"]: row for row in (*self._marked(wanted), *self._related(original)) if self._is(row, wanted)}
        mine = [row for row in rows.values() if say.reference_of(row.get("comment")) or
                (whole and row["type"] == "cancellation")]  # fmt: skip
        if not mine and original is None:
            return Found(Sight.UNSURE, why="A cancellation is found through its invoice, which is not known here.")
        return sighted([replace(self._told(row), reference=wanted.reference) for row in mine])

    def _recall(self, wanted: Draft) -> Found:
        """A document of these days with our mark, should full text not have it (sheet section 10)."""
        rows = self.desk.days(wanted.issue_date - timedelta(1), wanted.issue_date + timedelta(2), ALL_PAGES)
        mine = [row for row in rows if say.reference_of(row.get("comment")) == wanted.reference]
        return sighted([self._told(row) for row in mine if self._is(row, wanted)])

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        rows = self.desk.days(first, last, ALL_PAGES)
        return (self._told(row) for row in rows if row.get("type") in (*READ, "draft"))

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        if original is not None and self._becomes(draft, original):
            return self._created(f"/documents/{original.system_id}/create-from-proforma",
                                 say.conversion(draft, self.account.options))  # fmt: skip
        return self._made(draft)

    def _rehearse(self, draft: Draft) -> Document:
        return self._made(draft, saved=True)

    def _made(self, draft: Draft, *, saved: bool = False) -> Document:
        block = self.desk.block(draft.kind, self.account.options)
        rate = self.desk.rate(draft, self.account.options)
        to_payload(draft, self.account, 0, block, rate)  # refused before a partner is made
        with self.turns(f"customer/{key_of(draft.buyer)}"):
            partner = self.desk.partner(draft.buyer, self.account.options)
        return self._created("/documents", to_payload(draft, self.account, partner, block, rate, saved=saved))

    def _becomes(self, draft: Draft, proforma: Document) -> bool:
        """Whether the proforma can become this very invoice: the same sums for the same buyer, and not drafted."""
        row = self.desk.row(f"/documents/{proforma.system_id}")
        if not row or say.only_drafts(draft, self.account.options) or not self._is_live(row):
            return False
        made = [self._told(one) for one in self._related(proforma)]
        if any(one.reference in (draft.reference, "") for one in made):
            raise self.speaker.error(Transient, "The proforma has become an invoice just now.", code="UNSURE")
        same = self.account.options.get("customer") == "default" or say.says(
            row.get("document_partner") or row.get("partner") or {}, say.partner(draft.buyer)
        )
        return same and not made and compare(draft, self._told(row)) == ()

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        # Sheet section 6: a second cancel makes a second cancellation, so the invoice is read just before
        path, now = f"/documents/{original.system_id}", self.desk.row(f"/documents/{original.system_id}")
        whole = not earlier and draft.totals.gross == issued.totals.gross
        if now.get("cancelled") or (whole and now.get("correction_type") == "modified"):
            words = f"The invoice {original.number} has been cancelled or modified in Billingo."
            raise self.speaker.error(Permanent, words, code="CORRECTED_THERE", remedy=TAKEN_BACK)
        if whole:
            reason = {"cancellation_reason": "\n".join(filter(None, (draft.reason, say.marked(draft))))}
            return replace(self._created(f"{path}/cancel", reason), reference=draft.reference)
        method = now.get("payment_method") or say.method_of(issued.payment)
        body = say.modification(draft, self.account.options, str(method))
        return self._created(f"{path}/create-modification-document", body)

    def _cancel(self, document: Document) -> None:
        row = self.desk.row(f"/documents/{document.system_id}")
        if row and self._is_live(row):
            self.desk.call("PUT", f"/documents/{document.system_id}/archive", writes=True)

    def _discard(self, document: Document) -> None:
        self.desk.call("DELETE", f"/documents/{document.system_id}", writes=True, allow=(404,))

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        path = f"/documents/{document.system_id}"
        row = self.desk.row(path)
        if row.get("payment_status") == "paid":
            return
        if document.kind is Kind.PROFORMA:
            self.desk.refuse_switched(row)
        day = payment.paid_on or self._today()
        self.desk.settle(path, document.gross, {"date": day.isoformat(), "payment_method": say.method_of(payment)})

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self.account.seller.timezone)).date()

    def _send(self, document: Document, email: str) -> None:
        self.desk.call("POST", f"/documents/{document.system_id}/send", writes=True, json={"emails": [email]})

    def _pdf(self, document: Document) -> bytes:
        answer = self.desk.call("GET", f"/documents/{document.system_id}/download", writes=False, raw=True)
        if answer.status == 202 or not answer.body.startswith(b"%PDF"):
            raise Waiting("The PDF is not ready yet.", until="pdf", seconds=5)
        return answer.body

    def _official(self, document: Document) -> Official:
        return self.desk.read(told.official, f"/documents/{document.system_id}/online-szamla")

    def _created(self, path: str, body: Mapping[str, Any]) -> Document:
        """An answer without an id is none (sheet section 2)."""
        answer = self.desk.call("POST", path, writes=True, json=body)
        return self.speaker.understood(to_document, answer, writes=True)

    def _told(self, row: Row) -> Document:
        return self.desk.understood(to_document, row)

"""Jortt (Netherlands), API v1 to v3. What differs from the vendor's words is said in docs/jortt.md.

Sources: https://developer.jortt.nl and https://api.jortt.nl/swagger_doc (invoices, customers, organizations).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from adapters.base import AccountInfo, Adapter, Series
from adapters.jortt_calls import SCOPE, Office
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Token, Trial, Window
from adapters.oauth import Login
from adapters.payloads import jortt as say
from adapters.payloads import jortt_customers as customers
from adapters.payloads import jortt_told as told
from adapters.words import filled, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind
from schemas.errors import AdapterError, Permanent, Transient, Waiting

LIST = "/v2/invoices"
BASE, LOGIN = "https://api.jortt.nl", "https://app.jortt.nl/oauth-provider/oauth"
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
MANIFEST = Manifest(
    key="jortt",
    label="Jortt",
    country="NL",
    docs="https://developer.jortt.nl",
    credentials=(
        Field("client_id", "Client ID", pattern=r"\S{8,}"),
        Field("client_secret", "Client secret", secret=True, pattern=r"\S{8,}"),
        Field("url", "API address", required=False, pattern=r"https?://\S+", example=BASE),
        Field("login_url", "Log-in address", required=False, pattern=r"https?://\S+", example=LOGIN),
    ),
    options=(
        Field("customer", "Klant", required=False, choices=("per buyer", "default"),
              help="default: every invoice goes to one customer; the buyer's name and address stand above the lines"),
        Field("default_customer_id", "Standaardklant (ID)", required=False, pattern=UUID),
        Field("tradename_id", "Handelsnaam (ID)", required=False, pattern=UUID),
        Field("ledger_account_id", "Grootboekrekening (ID)", required=False, pattern=UUID,
              help="where the turnover is booked; otherwise Jortt's default"),
        Field("label_id", "Label (ID)", required=False, pattern=UUID),
        Field("language", "Taal van de factuur", required=False, choices=say.LANGUAGES,
              help="where the order's own is none of these"),
    ),
    kinds=frozenset({Kind.INVOICE, Kind.CREDIT_NOTE}),
    reference=Reference.SEARCHABLE,
    reference_length=100,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    drafts=True, trial=Trial.DRAFT,
    prices=Prices.GROSS_UNIT,
    paid_on_create=True,
    pdf=Pdf.LATER,
    series=True,
    series_option="tradename_id",
    lists=True,
    currencies=frozenset({"EUR"}),
    limits=(Window(10, 1),),
    at_once=4,
    calls=9,
    token=Token.CLIENT_CREDENTIALS,
)  # fmt: skip

PERSONAL = r"customer_\w+|attn|address_\w+|introduction|remarks|query|phonenumber"
LAST_LISTED = 500
#: How Jortt says that there is no PDF, or no invoice, to fetch.
NOT_YET = (404, 422)
#: Seconds between looks at an invoice that Jortt is sending: it does so by itself, a moment later.
PAUSES = (0.0, 0.1, 0.4, 1.0, 2.0)
NUMBER = "Nothing to do: it is looked up until Jortt has given it a number."
DIFFERS = "Delete the draft in Jortt and look at rounding and VAT there, then replay."
CREDITED = "Look at the credit notes of this invoice in Jortt; what is still owed is credited there by hand."
NO_DEFAULT = "Set default_customer_id, the customer's id in Jortt, or customer=per buyer."


def to_payload(draft: Draft, account: Account, customer_id: str) -> dict[str, Any]:
    """The body of a create, without `send_method`: a draft. Pure. Raises Permanent where the prices cannot be said
    exactly. Source: sheet section 3 (CreateInvoiceV3)."""
    options = account.options
    return filled({
        "customer_id": customer_id, "invoice_date": draft.issue_date.isoformat(),
        "delivery_period": draft.tax_point.isoformat() if draft.tax_point else None,
        "payment_term": max(0, (draft.due_date - draft.issue_date).days) if draft.due_date else None,
        # a misnomer: true says that the amounts have VAT in them
        "net_amounts": True, "payment_method": "already_paid" if say.is_paid(draft) else "pay_later",
        "reference": draft.reference, "tradename_id": options.get("tradename_id") or None,
        "label_ids": [options["label_id"]] if options.get("label_id") else None,
        "introduction": say.introduction(draft, options), "remarks": say.remarks(draft),
        "line_items": say.lines(draft, options),
    })  # fmt: skip


def to_changes(draft: Draft, account: Account) -> dict[str, Any]:
    """What makes the draft of a credit note, which Jortt makes of the whole invoice, the one that is asked for: its
    lines only where a part is credited, and then signed as Jortt signs (`jortt_told.signed`). Pure."""
    lines = say.lines(draft, account.options)
    return filled({"reference": draft.reference, "remarks": say.remarks(draft), "line_items": lines})


def to_document(row: Mapping[str, Any]) -> Document:
    """An invoice as v2 (or v1) tells it, in our words; a credit note's negative sums become positive."""
    gross, net = told.amount(row["invoice_total_incl_vat"]), told.amount(row["invoice_total"])
    sign = -1 if gross < 0 else 1
    due = abs(told.amount(row["invoice_due_amount"]))
    vat = sign * (gross - net)
    return Document(
        system=MANIFEST.key, system_id=str(row["id"]), kind=told.kind_of(row), reference=str(row["reference"] or ""),
        number=str(row["invoice_number"] or ""), currency=str(row["invoice_total_incl_vat"]["currency"]),
        gross=sign * gross, net=sign * net, vat=vat, vat_by_rate=told.vat_by_rate(row, vat),
        issue_date=date.fromisoformat(row["invoice_date"]) if row.get("invoice_date") else None,
        paid=sign * gross if row.get("payment_method") == "already_paid" else sign * gross - due,
        state="issued" if told.is_sent(row) else "draft",
        extra={name: str(row[name]) for name in ("customer_id", "credited_invoice_id") if row.get(name)},
    )  # fmt: skip


class Jortt(Adapter):
    """Speaks to one organisation. A draft is made, compared, then sent: a number is used only for what agrees."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given = account.credentials
        login = f"{(given.get('login_url') or LOGIN).rstrip('/')}/token"
        auth = self._oauth(Login(login, given["client_id"], given["client_secret"], scope=SCOPE))
        # resource.conflict: somebody changed it meanwhile, nothing was done (sheet section 2)
        self.speaker = self._speaker(
            (given.get("url") or BASE).rstrip("/"), auth=auth, headers={"Accept": "application/json"},
            special={409: Transient}, personal=PERSONAL,
        )  # fmt: skip
        self.office, self.rehearsing = Office(self.speaker), False

    def _verify(self) -> AccountInfo:
        row = self.office.read(dict, "/v1/organizations/me")
        return AccountInfo(str(row.get("company_name") or self.account.name), warnings=told.warnings(row, self.account))

    def _series(self) -> tuple[Series, ...]:
        return self.office.read(told.series, "/v1/tradenames")

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        # full text: what comes back is compared exactly (sheet section 5)
        rows = [row for row in self.office.rows(LIST, query=wanted.reference) if told.is_the(row, wanted)]
        return self._brought(rows or self._begun(wanted, original), wanted)

    def _recall(self, wanted: Draft) -> Found:
        """The newest invoices, without the full-text search, which may know them later."""
        return self._brought([row for row in self._since(wanted.issue_date) if told.is_the(row, wanted)], wanted)

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        for row in self.office.rows(LIST, LAST_LISTED):
            document = self._read(row)
            if told.is_sent(row) and document.issue_date and first <= document.issue_date <= last:
                yield document

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        customer = self._customer(draft)
        say.check_rates(draft, self.office.read(told.vats, f"/v2/customers/{customer}/vat-percentages"))
        ident = self.office.made("/v3/invoices", to_payload(draft, self.account, customer))
        with self.office.after_the_draft():
            return self._finished(ident, draft)

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        self._check_credits(draft, original)
        ident = self.office.made(f"/v1/invoices/{original.system_id}/credit", {})
        with self.office.after_the_draft():
            return self._finished(ident, draft)

    def _rehearse(self, draft: Draft) -> Document:
        self.rehearsing = True
        return self._issue(draft, None)

    def _discard(self, document: Document) -> None:
        if told.is_sent(self.office.invoice(document.system_id)):
            self._cannot("take an invoice away that is sent")
        self.office.delete(document.system_id)

    def _pdf(self, document: Document) -> bytes:
        if self.rehearsing:
            self._cannot("give a PDF of a draft")
        # the address holds for ten minutes, at another host, and wants no bearer
        path = f"/v1/invoices/{document.system_id}/download"
        place = urlsplit(told.location(self.office.call("GET", path, writes=False, raw=True, allow=NOT_YET).body))
        if place.netloc:
            files = self._speaker(f"{place.scheme}://{place.netloc}", auth=dict)
            pdf = files.call("GET", f"{place.path}?{place.query}", writes=False, raw=True, allow=(404,)).body
            if pdf.startswith(b"%PDF"):
                return pdf
        raise Waiting("The PDF is not ready yet.", until="pdf", seconds=5)

    # ---- from draft to number ------------------------------------------------------------------------------------

    def _brought(self, rows: Sequence[told.Row], wanted: Draft) -> Found:
        """What these rows mean. A draft of ours is an earlier try that broke off: it is brought to its end, so that no
        second one is made. Drafts beside a sent invoice are none; of doubled ones the older go."""
        if sent := [row for row in rows if told.is_sent(row)]:
            return sighted([self._numbered(row) for row in sent])
        for spare in rows[1:]:
            self.office.delete(str(spare["id"]))
        return sighted([self._finished(str(row["id"]), wanted) for row in rows[:1]])

    def _begun(self, wanted: Draft, original: Document | None) -> list[told.Row]:
        """A credit note of this invoice that was begun and not named yet: only a change takes its reference."""
        if wanted.kind is not Kind.CREDIT_NOTE or original is None:
            return []
        rows = self.office.rows(LIST, invoice_status=told.DRAFT)
        return [row for row in rows if told.is_begun(row, original)][:1]

    def _finished(self, ident: str, wanted: Draft) -> Document:
        """A draft named, compared, sent and numbered. Raises Permanent when it says something else than was asked."""
        with self.turns(f"draft/{ident}"):
            row = self._named(self.office.invoice(ident), wanted)
            if told.is_sent(row):
                return self._numbered(row)
            if differs := told.differs(wanted, self._read(row)):
                self.office.delete(ident)
                words = f"Jortt would make something else of it: {'; '.join(differs)}."
                raise self.speaker.error(Permanent, words, code="DRY_RUN_DIFFERS", remedy=DIFFERS)
            return self._read(row) if self.rehearsing else self._numbered(row, self.office.send(ident))

    def _named(self, row: told.Row, wanted: Draft) -> told.Row:
        """A credit note is made of the whole invoice and without a reference: both are changed in the draft."""
        if wanted.kind is not Kind.CREDIT_NOTE or told.is_sent(row):
            return row
        changes = to_changes(wanted, self.account)
        whole = not told.differs(wanted, self._read(row))
        if whole and row.get("reference") == wanted.reference:
            return row
        lines = changes.pop("line_items")
        self.office.change(str(row["id"]), changes if whole else {**changes, "line_items": self._part(row, lines)})
        return self.office.invoice(str(row["id"]))

    def _part(self, row: told.Row, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        original = self.office.invoice(str(row["credited_invoice_id"]))
        signed = self.office.understood(lambda row: told.signed(lines, original, row), row)
        if signed is None:
            words = "How Jortt signs a credit note's lines is not clear from the draft it made."
            raise self.speaker.error(Permanent, words, code="DRY_RUN_DIFFERS", remedy=DIFFERS)
        return signed

    def _numbered(self, row: told.Row, refused: AdapterError | None = None) -> Document:
        """Sending goes on by itself: asked for until the number is there (sheet section 3). `refused` is what Jortt
        said to sending it, which an earlier try may have begun."""
        for pause in PAUSES:
            if told.is_sent(row) and row.get("invoice_number"):
                return self._read(row)
            time.sleep(pause * self._limits.deadline / 60)
            row = self.office.invoice(str(row["id"]))
        if refused is not None and not told.is_under_way(refused.detail):
            raise refused
        words = f"Jortt is still sending {row.get('reference')}."
        raise Waiting(words, until="settle", seconds=5, code="NUMBER_PENDING", remedy=NUMBER)

    def _check_credits(self, draft: Draft, original: Document) -> None:
        """A credit note made in Jortt itself leaves less to be credited: two for one sum must not be."""
        idents = told.credits_of(self.office.invoice(original.system_id))
        rows = [self.office.invoice(ident) for ident in idents]
        credited = sum(self._read(row).gross for row in rows if told.is_sent(row))
        if credited + draft.totals.gross > original.gross:
            words = f"{original.number} is credited with {credited} {original.currency} in Jortt already."
            raise self.speaker.error(Permanent, words, code="ALREADY_CREDITED", remedy=CREDITED)

    # ---- customers and rows --------------------------------------------------------------------------------------

    def _customer(self, draft: Draft) -> str:
        """The customer of a buyer: the account's default one, a known one, or a new one."""
        options = self.account.options
        if options.get("customer") == "default":
            if not options.get("default_customer_id"):
                words = "No default customer is chosen."
                raise self.speaker.error(Permanent, words, code="NO_DEFAULT_CUSTOMER", remedy=NO_DEFAULT)
            return options["default_customer_id"]
        wanted = say.customer(draft, options, customers.key(draft, options))
        with self.turns(f"customer/{wanted['reference']}"):
            found = self.office.understood(lambda draft: customers.known(draft, wanted, self._search), draft)
            return found or self.office.before_the_draft("/v1/customers", wanted)

    def _search(self, word: str) -> Iterator[told.Row]:
        return self.office.rows("/v1/customers", query=word)

    def _since(self, day: date) -> Iterator[told.Row]:
        """Everything made since the day before; the list is ordered by `created_at`, the newest first as recorded."""
        oldest = (day - timedelta(days=1)).isoformat()
        for row in self.office.rows(LIST, LAST_LISTED):
            if str(row.get("created_at") or oldest)[:10] < oldest:
                return
            yield row

    def _read(self, row: told.Row) -> Document:
        return self.office.understood(to_document, row)

"""Fakturoid (Czech Republic), API v3. What differs from the vendor's words is said in docs/fakturoid.md.

Sources: https://www.fakturoid.cz/api/v3 (authorization, invoices, invoice payments, messages, subjects).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from adapters.base import AccountInfo, Adapter, Series
from adapters.contacts import Known, key_of, the_same
from adapters.exchange import RATES
from adapters.http import Answer, Read
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Token, Trial, Window
from adapters.oauth import Login
from adapters.payloads import fakturoid as say
from adapters.quota import in_one_header
from adapters.words import filled, read_amount, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Party, Payment
from schemas.errors import Ambiguous, Auth, Permanent, RateLimited, Transient, Waiting

BASE = "https://app.fakturoid.cz/api/v3"
MANIFEST = Manifest(
    key="fakturoid",
    label="Fakturoid",
    country="CZ",
    docs="https://www.fakturoid.cz/api/v3",
    credentials=(
        Field("slug", "Slug", pattern=r"[\w-]+", example="applecorp", help="from the address after log-in"),
        Field("client_id", "Client ID", pattern=r"\S{8,}"),
        Field("client_secret", "Client Secret", secret=True, pattern=r"\S{8,}"),
        Field("contact", "Contact e-mail (User-Agent)", pattern=r"[^@\s]+@[^@\s]+", example="you@example.cz"),
        Field("url", "API address", required=False, pattern=r"https?://\S+", example=BASE),
    ),
    options=(
        Field("customer", "Kontakt", required=False, choices=("per buyer", "default"),
              help="default: every document goes to one contact, with the buyer's own name and address on it"),
        Field("default_subject_id", "Výchozí kontakt (ID)", required=False, pattern=r"\d+", example="4711"),
        Field("number_format_id", "Číselná řada", required=False, pattern=r"\d+", example="31"),
        Field("currency", "Měna účtu", required=False, pattern=r"[A-Z]{3}", example="CZK"),
        RATES,
        Field("language", "Jazyk dokladu", required=False, choices=("cz", *say.LANGUAGES)),
        Field("supply", "Goods or services", required=False, choices=("goods", "services"), help="for OSS"),
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=255,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA, Kind.INVOICE}),
    trial=Trial.CANCELLED,
    follows_proforma=True,
    prices=Prices.GROSS_UNIT,
    marks_paid=True,
    pdf=Pdf.LATER,
    mail=True,
    series=True,
    series_option="number_format_id",
    limits=(Window(400, 60),),
    at_once=4,
    calls=3,
    token=Token.CLIENT_CREDENTIALS,
)  # fmt: skip

KINDS = {Kind.INVOICE: "invoice", Kind.PROFORMA: "proforma", Kind.CREDIT_NOTE: "correction"}
READ = {"invoice": Kind.INVOICE, "final_invoice": Kind.INVOICE, "proforma": Kind.PROFORMA,
        "partial_proforma": Kind.PROFORMA, "correction": Kind.CREDIT_NOTE}  # fmt: skip
PAGE, LAST_PAGE = 40, 25
PLAN = "Settle Fakturoid's own bill for this account, then: flask account resume KEY."
READ_ONLY = "Give the key of a user who may make invoices in this account."
WRONG_SLUG = "Correct the slug: it is the word after app.fakturoid.cz/ in the address after log-in."
NO_DEFAULT = "Set default_subject_id, the number of the contact in Fakturoid, or customer=per buyer."


def to_payload(
    draft: Draft, account: Account, subject_id: int, original: Document | None = None, *, corrects: bool = False
) -> dict[str, Any]:
    """The body of a create: an invoice, a proforma, or with `corrects` the correction of `original`. Pure.

    Raises Permanent where an exchange rate is missing or the prices cannot be said exactly. Source: sheet section 3.
    """
    options = account.options
    related = int(original.system_id) if original is not None else None
    series = options.get("number_format_id")
    return filled({
        "document_type": KINDS[draft.kind], "custom_id": draft.reference, "subject_id": subject_id,
        # "final_invoice" alone issues nothing by itself when the proforma is paid (sheet section 3)
        "proforma_followup_document": "final_invoice" if draft.kind is Kind.PROFORMA else None,
        "related_id": None if corrects else related, "correction_id": related if corrects else None,
        "number_format_id": int(series) if series and draft.kind is Kind.INVOICE else None,
        "order_number": draft.order_number, "issued_on": draft.issue_date.isoformat(),
        "taxable_fulfillment_due": (draft.tax_point or draft.issue_date).isoformat(),
        "due": (draft.due_date - draft.issue_date).days if draft.due_date else None,
        **say.client(draft.buyer), **say.currency(draft, options), **say.payment(draft), **say.taxes(draft, options),
        "language": say.language(draft, options), "note": say.note(draft), "round_total": False,
        "lines": [filled(line) for line in say.lines(draft)],
    })  # fmt: skip


def to_document(data: Mapping[str, Any]) -> Document:
    """A document as Fakturoid tells it, in our words; a correction's negative sums become positive."""
    kind = READ[data["document_type"]]
    sign = -1 if kind is Kind.CREDIT_NOTE else 1
    gross = read_amount(data["total"], sign) or Decimal(0)
    rates = {f"{Decimal(str(row['vat_rate'])).normalize():f}": read_amount(row["vat"], sign) or Decimal(0)
             for row in data.get("vat_rates_summary") or ()}  # fmt: skip
    net = read_amount(data.get("subtotal"), sign)
    paid = sum((read_amount(row["amount"]) or Decimal(0) for row in data.get("payments") or ()), Decimal(0))
    return Document(
        system=MANIFEST.key, system_id=str(data["id"]), kind=kind, reference=str(data.get("custom_id") or ""),
        number=str(data.get("number") or ""), currency=str(data["currency"]), gross=gross, net=net,
        vat=None if net is None else gross - net, vat_by_rate=rates,
        issue_date=date.fromisoformat(data["issued_on"]) if data.get("issued_on") else None,
        paid=gross if data.get("status") == "paid" else paid, url=str(data.get("public_html_url") or ""),
        state="cancelled" if data.get("status") == "cancelled" or data.get("cancelled_at") else "issued",
        extra={name: str(data[name]) for name in ("status", "subject_id", "variable_symbol", "related_id")
               if data.get(name)},
    )  # fmt: skip


class Fakturoid(Adapter):
    """Speaks to one account."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given = account.credentials
        base = (given.get("url") or BASE).rstrip("/")
        # https://www.fakturoid.cz/api/v3#user-agent: mandatory, with somebody to write to
        headers = {"User-Agent": f"Billhook ({given['contact']})", "Accept": "application/json"}
        login = Login(f"{base}/oauth/token", given["client_id"], given["client_secret"], json=True, headers=headers)
        self.place = f"/accounts/{given['slug']}"
        self.speaker = self._speaker(
            base, auth=self._oauth(login), headers=headers, special={402: Auth},
            left=partial(in_one_header, window=60, name="x-ratelimit"),
        )  # fmt: skip

    def _verify(self) -> AccountInfo:
        self._allowed()
        account = self._read(dict, "/account.json")
        home, ours = str(account.get("currency") or ""), self.account.options.get("currency") or "CZK"
        told = f"The account's currency is {home}: flask account edit KEY --set currency={home}."
        warnings = (told,) if home and home != ours else ()
        return AccountInfo(str(account.get("name") or self.account.name), str(account.get("html_url") or ""), warnings)

    def _allowed(self) -> None:
        """https://www.fakturoid.cz/api/v3/users: whether this key may make invoices here."""
        answer = self.speaker.call("GET", "/user.json", writes=False)
        rows = self.speaker.understood(lambda data: data["accounts"], answer, writes=False)
        mine = next((row for row in rows if row.get("slug") == self.account.credentials["slug"]), None)
        if mine is None:
            raise self.speaker.refusal(answer, Auth, code="UNKNOWN_SLUG", remedy=WRONG_SLUG)
        if "invoices" not in (mine.get("allowed_scope") or ()) or "read" in str(mine.get("permission")):
            raise self.speaker.refusal(answer, Auth, code="READ_ONLY_ROLE", remedy=READ_ONLY)

    def _series(self) -> tuple[Series, ...]:
        return self._read(_series_of, "/number_formats/invoices.json")

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        live = [document for document in self._with_reference(wanted.reference) if document.state == "issued"]
        return sighted([document for document in live if document.kind is wanted.kind])

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(to_payload(draft, self.account, self._subject(draft.buyer), original))

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        subject = original.extra.get("subject_id") or self._subject(issued.buyer)
        return self._create(to_payload(draft, self.account, int(subject), original, corrects=True))

    def _cancel(self, document: Document) -> None:
        shown = self._call("GET", f"/invoices/{document.system_id}.json", writes=False, allow=(404,))
        if shown.status != 404 and self.speaker.understood(to_document, shown, writes=False).state == "issued":
            self._call("POST", f"/invoices/{document.system_id}/fire.json", writes=True, params={"event": "cancel"})

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        # https://www.fakturoid.cz/api/v3/invoice-payments: without an amount it is the rest
        path = f"/invoices/{document.system_id}"
        now = self._read(to_document, f"{path}.json")
        if now.paid == now.gross:
            return
        body = filled({"paid_on": payment.paid_on.isoformat() if payment.paid_on else None})
        answer = self._call("POST", f"{path}/payments.json", writes=True, json=body, allow=(403,))
        if answer.status == 403 and self._read(to_document, f"{path}.json").extra.get("status") != "paid":
            raise self.speaker.refusal(answer)

    def _send(self, document: Document, email: str) -> None:
        # https://www.fakturoid.cz/api/v3/invoice-messages: plan, complaints and the daily quota refuse with 403
        path = f"/invoices/{document.system_id}/message.json"
        answer = self._call("POST", path, writes=True, json={"email": email, "deliver_now": True}, allow=(403,))
        if answer.status == 403 and "quota_exhausted" in answer.body.decode("utf-8", "replace"):
            raise RateLimited(answer.told, system=MANIFEST.key, retry_after=3600, exchange=answer.exchange)
        if answer.status == 403:
            raise self.speaker.refusal(answer)

    def _pdf(self, document: Document) -> bytes:
        path = f"/invoices/{document.system_id}/download.pdf"
        answer = self._call("GET", path, writes=False, headers={"Accept": "application/pdf"}, raw=True)
        if not answer.body.startswith(b"%PDF"):
            raise Waiting("The PDF is not ready yet.", until="pdf", seconds=5)
        return answer.body

    def _create(self, payload: Mapping[str, Any]) -> Document:
        answer = self._call("POST", "/invoices.json", writes=True, json=payload)
        return self.speaker.understood(to_document, answer, writes=True)

    def _with_reference(self, reference: str) -> Iterator[Document]:
        """Every document with exactly this `custom_id`, page by page to the first short one."""
        for page in range(1, LAST_PAGE + 1):
            rows = self._read(list, "/invoices.json", custom_id=reference, page=str(page))
            mine = (row for row in rows if row.get("custom_id") == reference and row.get("document_type") in READ)
            yield from (self._understood(to_document, row) for row in mine)
            if len(rows) < PAGE:
                return
        raise self.speaker.error(Transient, f"More than {LAST_PAGE} pages carry the reference", code="UNREAD_PAGES")

    def _understood(self, read: Callable[[Any], Read], row: Any) -> Read:
        try:
            return read(row)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            words = f"A document of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None

    def _subject(self, buyer: Party) -> int:
        """The contact of a buyer: the account's default one, a known one, or a new one."""
        options = self.account.options
        if options.get("customer") == "default":
            if not options.get("default_subject_id"):
                raise self.speaker.error(Permanent, "No default contact is chosen.", code="NO_DEFAULT_CUSTOMER",
                                         remedy=NO_DEFAULT)  # fmt: skip
            return int(options["default_subject_id"])
        with self.turns(f"customer/{key_of(buyer)}"):
            found = self._known(buyer)
            return int(found.id) if found else self._new_subject(buyer)

    def _known(self, buyer: Party) -> Known | None:
        """Ours by `custom_id`, exactly; then theirs, by what the full-text search shows and we compare."""
        asked = [("/subjects.json", {"custom_id": key_of(buyer)})]
        words = dict.fromkeys(filter(None, (buyer.vat_id, buyer.registration, buyer.tax_number)))
        asked += [("/subjects/search.json", {"query": word}) for word in words or (buyer.email,) if word]
        for path, params in asked:
            rows = self._read(lambda rows: [(say.known(row), row.get("custom_id")) for row in rows], path, **params)
            mine = next((known for known, custom_id in rows if custom_id == key_of(buyer)), None)
            if found := mine or the_same(buyer, (known for known, _ in rows)):
                return found
        return None

    def _new_subject(self, buyer: Party) -> int:
        """Made once: an unclear end is no document in doubt, and the next try finds it by its `custom_id`."""
        try:
            answer = self._call("POST", "/subjects.json", writes=True, json=say.subject(buyer))
            return self.speaker.understood(lambda data: int(data["id"]), answer, writes=True)
        except Ambiguous as error:
            words = f"Whether the contact was made is not clear: {error.detail}"
            raise self.speaker.error(Transient, words, error.exchange, code="CONTACT_UNCLEAR") from None

    def _call(self, method: str, path: str, **more: Any) -> Answer:
        try:
            return self.speaker.call(method, self.place + path, **more)
        except Auth as error:
            if error.exchange is None or error.exchange.status != 402:
                raise
            raise self.speaker.error(Auth, error.detail, error.exchange, code="PLAN_NOT_PAID", remedy=PLAN) from None

    def _read(self, read: Callable[[Any], Read], path: str, **params: str) -> Read:
        """One GET, and what `read` makes of its data."""
        return self.speaker.understood(read, self._call("GET", path, writes=False, params=params), writes=False)


def _series_of(rows: Any) -> tuple[Series, ...]:
    return tuple(Series(str(row["id"]), str(row.get("preview") or row.get("format") or row["id"])) for row in rows)

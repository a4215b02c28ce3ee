"""SuperFaktura (Slovakia, Czech Republic, Austria). What differs from the vendor's words: docs/superfaktura.md.

Sources: https://github.com/superfaktura/docs (intro.md, invoice.md, value-lists.md, other.md, faq.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from adapters.base import AccountInfo, Adapter, Series
from adapters.http import Answer, Read
from adapters.manifest import DAY, MONTH, Credit, Field, Manifest, Pdf, Prices, Reference, Trial, Window
from adapters.payloads import superfaktura as say
from adapters.quota import by_names
from adapters.words import filled, read_amount, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment, Sight
from schemas.errors import Ambiguous, Auth, Permanent, Transient
from schemas.ports import Left

#: Whose days and months the quotas are; the headers' resets are read so too.
ZONE = "Europe/Bratislava"
MANIFEST = Manifest(
    key="superfaktura",
    label="SuperFaktúra",
    country="SK",
    docs="https://github.com/superfaktura/docs",
    credentials=(
        Field("url", "Adresa", pattern=r"https?://[^/\s?#@]+/?", example="https://moja.superfaktura.sk",
              help="moja.superfaktura.sk, moje.superfaktura.cz or meine.superfaktura.at"),
        Field("email", "E-mail", pattern=r"[^@\s]+@[^@\s]+", example="you@example.sk"),
        Field("apikey", "API kľúč", secret=True, pattern=r"\S{8,}"),
        Field("company_id", "ID firmy", required=False, pattern=r"\d+", example="12345"),
    ),
    options=(
        Field("sequence_id", "Číselník", required=False, pattern=r"\d+", example="17"),
        Field("language", "Jazyk", required=False, choices=tuple(sorted(say.LANGUAGES.values()))),
        Field("bysquare", "PAY by square", required=False, choices=("yes", "no")),
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=255,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}),
    trial=Trial.DRAFT,
    follows_proforma=True,
    prices=Prices.NET_UNIT,
    paid_on_create=True,
    marks_paid=True,
    pdf=Pdf.READY,
    mail=True,
    series=True,
    series_option="sequence_id",
    limits=(Window(1000, DAY, ZONE), Window(30_000, MONTH, ZONE)),
    at_once=2,
)  # fmt: skip

KINDS = {Kind.INVOICE: "regular", Kind.PROFORMA: "proforma", Kind.CREDIT_NOTE: "cancel"}
#: A concept: no tax document (sheet section 4).
CONCEPT = "draft"
READ = {CONCEPT: Kind.INVOICE, **{word: kind for kind, word in KINDS.items()}}
PAGE, LAST_PAGE = 200, 25
NO_RIGHT = "Give the key of a user with the administrator role (Nástroje > API prístup), and check the plan."


def quotas_left(headers: Mapping[str, str]) -> Sequence[Left]:
    """What is left of the company's day and month. Source: sheet section 9."""
    windows = ((DAY, "daily"), (MONTH, "monthly"))
    told = (by_names(headers, w, f"x-ratelimit-{n}remaining", f"x-ratelimit-{n}reset", ZONE) for w, n in windows)
    return [left for found in told for left in found]


def to_payload(draft: Draft, account: Account, original: Document | None = None) -> dict[str, Any]:
    """The body of a create: invoice, proforma, or the credit note of `original`. Pure.

    Raises Permanent when the prices cannot be said exactly. Source: invoice.md "Add invoice", sheet section 3.
    """
    options, related = account.options, original.system_id if original is not None else None
    credit = draft.kind is Kind.CREDIT_NOTE
    invoice = {
        "type": KINDS[draft.kind], "order_no": say.order_no(draft), "internal_comment": draft.reference,
        "variable": say.variable(draft), "created": draft.issue_date.isoformat(),
        "delivery": (draft.tax_point or draft.issue_date).isoformat(),
        "due": draft.due_date.isoformat() if draft.due_date and not credit else None,
        "invoice_currency": draft.currency, "rounding": "item_ext", "comment": say.comment(draft),
        "vat_transfer": 1 if any(line.vat_category == "AE" for line in draft.lines) else None,
        "parent_id": related if credit else None, "proforma_id": None if credit else related,
        "sequence_id": options.get("sequence_id") if draft.kind is Kind.INVOICE else None, **say.paid(draft),
    }  # fmt: skip
    settings = {"language": say.language(draft, options), "bysquare": _flag(options.get("bysquare"))}
    body = {
        "checksum": checksum(draft), "Invoice": filled(invoice), "Client": say.client(draft.buyer),
        "InvoiceItem": say.items(draft), "InvoiceSetting": filled(settings),
        "InvoiceExtra": {"oss": True} if draft.oss else None,
    }  # fmt: skip
    return filled(body)


def checksum(draft: Draft) -> str:
    """The key under which SuperFaktura keeps its answer for three months (other.md, sheet section 6): 32 letters."""
    return hashlib.sha256(f"{draft.kind.value}:{draft.reference}".encode()).hexdigest()[:32]


def to_document(data: Mapping[str, Any]) -> Document:
    """A document as SuperFaktura tells it, in our words; a credit note's negative sums become positive."""
    invoice, summary = data["Invoice"], data["Summary"]
    kind = READ[invoice["type"]]
    sign = -1 if kind is Kind.CREDIT_NOTE else 1
    vat = summary.get("vat_separate")
    return Document(
        system=MANIFEST.key, system_id=str(invoice["id"]), kind=kind,
        reference=str(invoice.get("internal_comment") or ""), number=str(invoice.get("invoice_no_formatted") or ""),
        currency=str(invoice["invoice_currency"]), gross=read_amount(summary["invoice_total"], sign) or Decimal(0),
        net=read_amount(summary.get("vat_base_total"), sign), vat=read_amount(summary.get("vat_total"), sign),
        vat_by_rate={_rate(rate): read_amount(amount, sign) or Decimal(0) for rate, amount in vat.items()}
        if isinstance(vat, dict) else {},
        issue_date=date.fromisoformat(str(invoice["created"])[:10]) if invoice.get("created") else None,
        paid=read_amount(invoice.get("amount_paid") or invoice.get("paid")),
        extra={name: str(invoice[name]) for name in ("token", "client_id", "status") if invoice.get(name)},
    )  # fmt: skip


class SuperFaktura(Adapter):
    """Speaks to one company of one login."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given = account.credentials
        # intro.md "Authentication": every value URL-encoded, `module` names the caller
        named = {"email": given["email"], "apikey": given["apikey"], "module": "Billhook",
                 "company_id": given.get("company_id", "")}  # fmt: skip
        key = "SFAPI " + "&".join(f"{name}={quote(value, safe='')}" for name, value in named.items() if value)
        # `name` is the client's as well as an item's: no exchange keeps either
        personal = r"(?:items_)?name|address|client_data|items_data"
        self.speaker = self._speaker(
            given["url"], auth=lambda: {"Authorization": key}, personal=personal, left=quotas_left
        )

    def _verify(self) -> AccountInfo:
        companies = self._read(lambda data: list(data["data"].values()), "/users/getUserCompaniesData")
        profile = companies[0].get("UserProfile", {}) if companies else {}
        told = "The company pays no VAT: prices are sent with 0 %."
        warnings = (told,) if str(profile.get("tax_payer", "1")) == "0" else ()
        return AccountInfo(str(profile.get("company_name") or self.account.name), self.speaker.base_url, warnings)

    def _series(self) -> tuple[Series, ...]:
        return self._read(_series_of, "/sequences/index.json")

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        return sighted([document for document in self._listed(wanted) if document.reference == wanted.reference])

    def _recall(self, wanted: Draft) -> Found:
        """other.md "Get response by checksum": the answer that was lost, if the request ever arrived."""
        answer = self._called("GET", f"/api_logs/getResponseByChecksum/{checksum(wanted)}", writes=False)
        told = self.speaker.understood(lambda data: data.get("data") if data else None, answer, writes=False)
        if not isinstance(told, dict) or str(told.get("error", "0")) != "0":
            return Found(Sight.NONE)
        kept = self.speaker.understood(lambda _: to_document(told.get("data", told)), answer, writes=False)
        shown = self._called("GET", f"/invoices/view/{kept.system_id}.json", writes=False, allow=(404,))
        return sighted([kept] if shown.status != 404 and kept.reference == wanted.reference else [])

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(to_payload(draft, self.account, original))

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        return self._create(to_payload(draft, self.account, original))

    def _cancel(self, document: Document) -> None:
        path = f"/invoices/view/{document.system_id}.json"
        if self._called("GET", path, writes=False, allow=(404,)).status != 404:
            self._done(self._called("GET", f"/invoices/delete/{document.system_id}", writes=True))

    def _rehearse(self, draft: Draft) -> Document:
        body = to_payload(draft, self.account)
        return self._create({**body, "Invoice": {**body["Invoice"], "type": CONCEPT}})

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        path = f"/invoices/view/{document.system_id}.json"
        if self._is_paid(path):
            return
        asked = {"invoice_id": int(document.system_id), "payment_type": say.MEANS.get(payment.means) or "other",
                 "date": payment.paid_on.isoformat() if payment.paid_on else None}  # fmt: skip
        answer = self._called("POST", "/invoice_payments/add/ajax:1/api:1", writes=True,
                              json={"InvoicePayment": filled(asked)})  # fmt: skip
        if not (_refused(answer) and self._is_paid(path)):
            self._done(answer)

    def _is_paid(self, path: str) -> bool:
        now = self._read(to_document, path)
        return (now.paid or 0) >= now.gross > 0

    def _send(self, document: Document, email: str) -> None:
        body = {"Email": {"invoice_id": int(document.system_id), "to": email}}
        self._done(self._called("POST", "/invoices/send", writes=True, json=body))

    def _pdf(self, document: Document) -> bytes:
        # The token opens the file without a login: it is kept out of what people read (`url` is empty)
        path = f"/slo/invoices/pdf/{document.system_id}/token:{document.extra.get('token', '')}"
        answer = self._called("GET", path, writes=False, raw=True)
        if not answer.body.startswith(b"%PDF"):
            raise self.speaker.error(Transient, "No PDF came", answer.exchange, code="UNREADABLE_ANSWER")
        return answer.body

    def _create(self, payload: Mapping[str, Any]) -> Document:
        answer = self._called("POST", "/invoices/create", writes=True, json=payload)
        self._done(answer)
        return self.speaker.understood(lambda data: to_document(data["data"]), answer, writes=True)

    def _listed(self, wanted: Draft) -> Iterator[Document]:
        """Every document of the order and kind. Without `created:0` only this year's would be shown (section 6)."""
        asked = f"order_no:{quote(say.order_no(wanted))}/type:{KINDS[wanted.kind]}/created:0/listinfo:1"
        for page in range(1, LAST_PAGE + 1):
            rows = self._read(_documents_of, f"/invoices/index.json/{asked}/per_page:{PAGE}/page:{page}")
            yield from rows
            if len(rows) < PAGE:
                return
        raise self.speaker.error(Transient, f"More than {LAST_PAGE} pages of one order", code="UNREAD_PAGES")

    def _called(self, method: str, path: str, **more: Any) -> Answer:
        try:
            return self.speaker.call(method, path, **more)
        except Auth as error:
            raise self.speaker.error(Auth, error.detail, error.exchange, remedy=NO_RIGHT) from None

    def _read(self, read: Callable[[Any], Read], path: str) -> Read:
        """One GET, and what `read` makes of its data; over the day's quota no useful answer comes at all."""
        answer = self._called("GET", path, writes=False)
        if _refused(answer):
            raise self.speaker.refusal(answer)
        return self.speaker.understood(read, answer, writes=False)

    def _done(self, answer: Answer) -> None:
        """A 200 may hold a refusal: `error` decides, and a body without it is no answer (section 9)."""
        if _refused(answer):
            raise self.speaker.refusal(answer, Permanent)
        if not isinstance(answer.data, dict) or "error" not in answer.data:
            words = f"HTTP {answer.status} with data of an unknown shape"
            raise self.speaker.error(Ambiguous, words, answer.exchange, code="UNREADABLE_ANSWER")


def _refused(answer: Answer) -> bool:
    return isinstance(answer.data, dict) and str(answer.data.get("error", "0")) != "0"


def _documents_of(data: Any) -> list[Document]:
    return [to_document(row) for row in data["items"]]


def _series_of(data: Any) -> tuple[Series, ...]:
    kinds = {word: kind for kind, word in KINDS.items()}
    return tuple(
        Series(str(row["id"]), str(row.get("name") or row["id"]), (kinds[word],))
        for word, rows in data.items() if word in kinds for row in rows
    )  # fmt: skip


def _rate(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _flag(text: str | None) -> bool | None:
    return None if not text else text == "yes"

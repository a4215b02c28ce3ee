"""Fakturownia (Poland) and its sister brands InvoiceOcean, VosFactures, BitFactura: one API under many names.

Sources: https://github.com/fakturownia/API (README.md, KSeF.md); what differs from them is said in docs/fakturownia.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from adapters.base import AccountInfo, Adapter, Correction, Official, OfficialState, Series, corrections
from adapters.http import Answer, Read, sentence_of
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Trial, Window
from adapters.payloads.fakturownia import (
    buyer_of,
    corrected,
    described,
    language,
    of_correction,
    paid,
    position,
    rounded,
    zero_vat,
)
from adapters.words import filled, read_amount, sighted, vat_by_rate
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment, Sight
from schemas.errors import Ambiguous, Auth, Permanent, Transient, Waiting

MANIFEST = Manifest(
    key="fakturownia",
    label="Fakturownia",
    country="PL",
    docs="https://github.com/fakturownia/API",
    credentials=(
        Field("url", "Adres konta", pattern=r"https?://[^/\s?#@]+/?", example="https://example.fakturownia.pl"),
        Field("api_token", "Kod autoryzacyjny API", secret=True, pattern=r"\S{8,}", example="random/prefix"),
    ),
    options=(
        Field("department_id", "Dział", required=False, pattern=r"\d+", example="376237"),
        Field("ksef", "KSeF", required=False, choices=("yes", "no"), help="yes: documents for firms go to KSeF"),
        Field("exempt_tax_kind", "Podstawa zwolnienia (zw)", required=False),
        Field("np_tax_kind", "Podstawa stawki NP", required=False,
              choices=("export_service", "export_service_eu", "not_specified")),
        Field("supply", "Goods or services", required=False, choices=("goods", "services")),
        Field("language", "Język dokumentu", required=False, pattern=r"[a-zA-Z/-]{2,11}", example="pl/en"),
    ),
    kinds=frozenset(Kind),
    reference=Reference.UNIQUE,
    reference_length=255,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA, Kind.INVOICE}),
    trial=Trial.CANCELLED,
    follows_proforma=True,
    prices=Prices.TOTALS,
    paid_on_create=True,
    marks_paid=True,
    pdf=Pdf.LATER,
    mail=True,
    official="KSeF",
    mails_after_official=True,
    series=True,
    series_option="department_id",
    lists=True,
    limits=(Window(60, 60), Window(1000, 3600)),
    at_once=2,
)  # fmt: skip

KINDS = {Kind.INVOICE: "vat", Kind.PROFORMA: "proforma", Kind.CREDIT_NOTE: "correction"}
#: KSeF.md "Możliwe statusy"; a `demo_` in front means the trial hub. Anything unknown waits.
OFFICIAL = {
    "ok": OfficialState.ACCEPTED, "send_error": OfficialState.REFUSED, "duplicate_error": OfficialState.REFUSED,
    "offline_error": OfficialState.REFUSED, "blocked_403_error": OfficialState.REFUSED,
    "not_applicable": OfficialState.NONE, "not_connected": OfficialState.NONE,
}  # fmt: skip
GOV_FIELDS = "id,gov_status,gov_id,gov_error_messages,gov_verification_link"
TAKEN = re.compile(r"zajęt|istnieje|użyt|taken|exist|unique|already", re.IGNORECASE)
READ_ONLY = "Give the API code of a user whose role may issue documents: this one answered without making anything."
PAGE, SMALLEST_PAGE, LAST_PAGE, LAST_LISTED = 100, 25, 50, 1000


def to_payload(
    draft: Draft, account: Account, original: Document | None = None, changes: Sequence[Correction] = ()
) -> dict[str, Any]:
    """The body of a create: an invoice, a proforma, or with `changes` the correction of `original`. Pure.

    Raises Permanent where a legal basis for zero VAT is missing. Source: README "Specyfikacja", sheet sections 3 to 5.
    """
    options = account.options
    invoice = {
        "kind": KINDS[draft.kind], "oid": draft.reference, "oid_unique": "yes", "internal_note": draft.order_number,
        "issue_date": draft.issue_date.isoformat(), "sell_date": (draft.tax_point or draft.issue_date).isoformat(),
        "currency": draft.currency, "lang": language(draft.language[:2]) or options.get("language"),
        "description": described(draft), "department_id": options.get("department_id"),
        "calculating_strategy": {"position": "keep_gross", "sum": "keep_gross", "invoice_form_price_kind": draft.basis},
        "use_oss": draft.oss or None, **buyer_of(draft.buyer), **zero_vat(draft, options),
    }  # fmt: skip
    if draft.kind is Kind.CREDIT_NOTE and original is not None:
        invoice |= of_correction(draft, original)
        invoice["positions"] = [corrected(change, draft, options) for change in changes]
    else:
        invoice |= {"from_invoice_id": original and original.system_id, **paid(draft), **rounded(draft)}
        invoice["positions"] = [position(line, draft, options) for line in draft.lines]
    return {"invoice": filled(invoice)}


def to_document(data: Mapping[str, Any]) -> Document:
    """A document as Fakturownia tells it, in our words; a correction's negative sums become positive."""
    kind = {word: kind for kind, word in KINDS.items()}[data["kind"]]
    sign = -1 if kind is Kind.CREDIT_NOTE else 1
    vat = read_amount(data.get("price_tax"), sign)
    lines = [(row.get("tax"), read_amount(row.get("total_price_tax"), sign)) for row in data.get("positions") or ()]
    return Document(
        system=MANIFEST.key, system_id=str(data["id"]), kind=kind, reference=str(data.get("oid") or ""),
        number=str(data.get("number") or ""), currency=str(data.get("currency") or "PLN"),
        gross=read_amount(data["price_gross"], sign) or Decimal(0), net=read_amount(data.get("price_net"), sign),
        vat=vat, vat_by_rate=vat_by_rate(lines, vat),
        issue_date=date.fromisoformat(data["issue_date"]) if data.get("issue_date") else None,
        paid=read_amount(data.get("paid"), 1), url=str(data.get("view_url") or ""),
        state="issued" if _is_live(data) else "cancelled",
        extra={name: str(data[name]) for name in ("status", "client_id", "department_id", "gov_status", "gov_id")
               if data.get(name)},
    )  # fmt: skip


class Fakturownia(Adapter):
    """Speaks to one account."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        token = account.credentials["api_token"]
        self.speaker = self._speaker(
            account.credentials["url"],
            auth=lambda: {"Authorization": f"Bearer {token}"},
            headers={"Accept": "application/json"},
        )

    def _verify(self) -> AccountInfo:
        """Reads, then tries to change document 0, which cannot exist: a read-only role shows by answering 200."""
        departments = self._series()
        self._read(list, "/invoices.json", per_page="1", page="1")
        probe = self.speaker.call("PUT", "/invoices/0.json", writes=False, json={"invoice": {}}, allow=(404, 422))
        if probe.status == 200:
            raise self.speaker.refusal(probe, Auth, code="READ_ONLY_ROLE", remedy=READ_ONLY)
        return AccountInfo(name=departments[0].name if departments else self.account.name, url=self.speaker.base_url)

    def _series(self) -> tuple[Series, ...]:
        # https://github.com/fakturownia/API#departments: a department carries numbering and logo
        return self._read(_series_of, "/departments.json")

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        return sighted([document for document in self._with_oid(wanted) if document.state == "issued"])

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(draft, to_payload(draft, self.account, original))

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        try:
            changes = corrections(draft, issued, earlier)
        except ValueError as error:
            raise self.speaker.error(Permanent, str(error), code="CREDIT_EXCEEDS_INVOICE") from None
        payload = to_payload(draft, self.account, original, changes)
        payload["invoice"] |= buyer_of(issued.buyer)  # KSeF: a correction must not change the buyer
        return self._create(draft, payload)

    def _cancel(self, document: Document) -> None:
        # https://github.com/fakturownia/API#f16 (Anulowanie faktury)
        shown = self.speaker.call("GET", f"/invoices/{document.system_id}.json", writes=False, allow=(404,))
        if shown.status == 404 or not self.speaker.understood(_is_live, shown, writes=False):
            return
        body = {"cancel_invoice_id": int(document.system_id)}
        self._confirmed(self.speaker.call("POST", "/invoices/cancel.json", writes=True, json=body))

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        # Sheet section 7; a proforma refuses the status, its `paid` is set instead
        path = f"/invoices/{document.system_id}"
        now = self._read(to_document, f"{path}.json")
        if now.extra.get("status") == "paid" or (now.paid or 0) >= now.gross > 0:
            return
        if document.kind is Kind.PROFORMA:
            body = {"invoice": {"paid": str(now.gross)}}
            self._confirmed(self.speaker.call("PUT", f"{path}.json", writes=True, json=body))
        else:
            status = {"status": "paid"}
            self._confirmed(self.speaker.call("POST", f"{path}/change_status.json", writes=True, params=status))

    def _send(self, document: Document, email: str) -> None:
        # https://github.com/fakturownia/API#f6; the address goes into the body, so that no log of URLs holds it
        path = f"/invoices/{document.system_id}/send_by_email.json"
        answer = self.speaker.call("POST", path, writes=True, json={"email_to": email, "email_pdf": "true"})
        if _refused(answer) and "ksef" in sentence_of(answer.data).lower():
            raise Waiting("KSeF has given no number yet, and before it nothing is mailed.",
                          until="official_number", seconds=300)  # fmt: skip
        self._confirmed(answer)

    def _pdf(self, document: Document) -> bytes:
        # Sheet section 7: 422 for some seconds, or a page until KSeF's number arrives
        path = f"/invoices/{document.system_id}.pdf"
        headers = {"Accept": "application/pdf"}
        answer = self.speaker.call("GET", path, writes=False, headers=headers, allow=(422,), raw=True)
        if not answer.body.startswith(b"%PDF"):
            raise Waiting("The PDF is not ready yet.", until="pdf", seconds=15)
        return answer.body

    def _official(self, document: Document) -> Official:
        # https://github.com/fakturownia/API/blob/master/KSeF.md, "Sprawdzanie statusu wysyłki"
        fields = {"fields[invoice]": GOV_FIELDS}
        unsaid = OfficialState.WAITING if self.account.options.get("ksef") == "yes" else OfficialState.NONE
        read = partial(_official_of, unsaid=unsaid)
        return self._read(read, f"/invoices/{document.system_id}.json", **fields)

    def _create(self, draft: Draft, payload: Mapping[str, Any]) -> Document:
        """One POST; a taken oid is looked up and adopted, an answer without a document is a read-only role."""
        # https://github.com/fakturownia/API#f9 (Dodanie nowej faktury)
        answer = self.speaker.call("POST", "/invoices.json", writes=True, json=payload, allow=(422,))
        if answer.status == 422:
            return self._adopted(draft, answer)
        if not isinstance(answer.data, dict) or not answer.data.get("id"):
            raise self.speaker.refusal(answer, Auth, code="READ_ONLY_ROLE", remedy=READ_ONLY)
        return self.speaker.understood(to_document, answer, writes=True)

    def _adopted(self, draft: Draft, refusal: Answer) -> Document:
        """The live document that holds our oid; raises what the refusal means otherwise."""
        if not _names_oid(refusal.data):
            raise self.speaker.refusal(refusal)
        held = list(self._with_oid(draft))
        found = sighted([document for document in held if document.state == "issued"])
        if found.sight is Sight.ONE:
            return found.document
        if found.sight is Sight.NONE and (held or not TAKEN.search(refusal.told)):
            remedy = "A cancelled document may hold this reference: look at it there, then issue this one by hand."
            raise self.speaker.refusal(refusal, Permanent, code="REFERENCE_TAKEN", remedy=remedy)
        raise self.speaker.refusal(refusal, Ambiguous, code="REFERENCE_TAKEN")

    def _with_oid(self, wanted: Draft) -> Iterator[Document]:
        """Every document with exactly this oid and kind: the filter may match parts (sheet section 6)."""
        mine = wanted.reference, KINDS[wanted.kind]
        return self._pages(lambda row: (row["oid"], row["kind"]) == mine, LAST_PAGE, oid=mine[0], period="all")

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        # https://github.com/fakturownia/API (Lista faktur z danego okresu); by issue date
        days = {"date_from": first.isoformat(), "date_to": last.isoformat()}
        return self._pages(lambda row: row["kind"] in KINDS.values(), LAST_LISTED, period="more", **days)

    def _pages(self, wanted: Callable[[Mapping[str, Any]], bool], most: int, **asked: str) -> Iterator[Document]:
        """The wanted documents of a list, read to its end: the page size differs between accounts, so only a page
        shorter than any of them is the last.
        """

        def page_of(rows: Any) -> tuple[int, list[Document]]:
            return len(rows), [to_document(row) for row in rows if wanted(row)]

        asked |= {"include_positions": "true", "per_page": str(PAGE)}
        for page in range(1, most + 1):
            length, documents = self._read(page_of, "/invoices.json", **asked, page=str(page))
            yield from documents
            if length < SMALLEST_PAGE:
                return
        raise self.speaker.error(Transient, f"The list has more than {most} pages", code="UNREAD_PAGES")

    def _read(self, read: Callable[[Any], Read], path: str, **params: str) -> Read:
        """One GET, and what `read` makes of its data."""
        answer = self.speaker.call("GET", path, writes=False, params=params)
        return self.speaker.understood(read, answer, writes=False)

    def _confirmed(self, answer: Answer) -> None:
        """Action routes refuse with a 200: the body decides (sheet section 8)."""
        if _refused(answer):
            raise self.speaker.refusal(answer)


def _is_live(data: Mapping[str, Any]) -> bool:
    return not data.get("cancelled") and not data.get("deleted")


def _series_of(rows: Any) -> tuple[Series, ...]:
    return tuple(Series(str(row["id"]), str(row.get("name") or row["id"])) for row in rows)


def _official_of(data: Any, unsaid: OfficialState) -> Official:
    status = str(data.get("gov_status") or "").removeprefix("demo_")
    state = OFFICIAL.get(status, OfficialState.WAITING) if status else unsaid
    messages = tuple(map(str, data.get("gov_error_messages") or ()))
    return Official(state, str(data.get("gov_id") or ""), messages, str(data.get("gov_verification_link") or ""))


def _refused(answer: Answer) -> bool:
    return isinstance(answer.data, dict) and "error" in (answer.data.get("code"), answer.data.get("status"))


def _names_oid(data: Any) -> bool:
    told = data.get("message") or data.get("error") if isinstance(data, dict) else None
    return "oid" in told if isinstance(told, dict) else bool(re.search(r"\boid\b", str(told or "")))

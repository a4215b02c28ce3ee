"""iDoklad (Czech Republic, Slovakia), API v3. What differs from the vendor's words is said in docs/idoklad.md.

Sources: https://api.idoklad.cz/Help/v3 and the vendor's own client https://github.com/Solitea/IdokladSdk.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.answer import Answer
from adapters.base import AccountInfo, Adapter, Series
from adapters.codelists import CodeLists, Row
from adapters.contacts import key_of
from adapters.exchange import RATES
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Token, Trial, Window
from adapters.payloads import idoklad as say
from adapters.payloads import idoklad_partners as partners
from adapters.payloads import idoklad_told as told
from adapters.payloads.idoklad_codes import country_id, currencies
from adapters.payloads.idoklad_codes import given as given_of
from adapters.payloads.idoklad_envelope import AGENDA, DRY_RUN, SERIES, Agenda, code_of, refusal
from adapters.payloads.idoklad_login import CODE, IDENTITY, TONGUES, login
from adapters.styles import STYLES, Style
from adapters.wire import compare
from adapters.words import as_json, filled, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Party, Payment
from schemas.errors import Auth, Permanent, RateLimited, Transient, Unsupported

BASE = "https://api.idoklad.cz/v3"
MANIFEST = Manifest(
    key="idoklad",
    label="iDoklad",
    country="CZ",
    docs="https://api.idoklad.cz/Help/v3",
    credentials=(
        Field("client_id", "Client ID", pattern=r"\S{8,}"),
        Field("client_secret", "Client Secret", secret=True, pattern=r"\S{8,}"),
        Field("application_id", "Application ID", required=False, pattern=r"\S{8,}",
              help="from the developer portal; not needed with a refresh token"),
        Field("grant", "Grant", required=False, choices=("client credentials", CODE),
              help=f"{CODE}: a person allows it in the browser (flask account connect)"),
        Field("refresh_token", "Refresh Token", secret=True, required=False, pattern=r"\S{8,}"),
        Field("url", "API address", required=False, pattern=r"https?://\S+", example=BASE),
        Field("identity_url", "Identity address", required=False, pattern=r"https?://\S+", example=IDENTITY),
    ),
    options=(
        Field("customer", "Kontakt", required=False, choices=("per buyer", "default"),
              help="default: every document goes to one contact, with the buyer's own name and address on it"),
        Field("default_customer_id", "Výchozí kontakt (ID)", required=False, pattern=r"\d+", example="323823"),
        Field("numeric_sequence_id", "Číselná řada faktur", required=False, pattern=r"\d+", example="607899"),
        Field("proforma_sequence_id", "Číselná řada zálohových faktur", required=False, pattern=r"\d+"),
        Field("credit_sequence_id", "Číselná řada dobropisů", required=False, pattern=r"\d+"),
        Field("payment_codes", "Způsoby úhrady", required=False, pattern=r"[\w-]+=\w+(, ?[\w-]+=\w+)*",
              example="stripe=P, cod=D", help="the shop's way to pay = the code of iDoklad's"),
        Field("reverse_charge_code", "Kód předmětu plnění", required=False, pattern=r"\w+", example="4",
              help="for reverse charge at home"),
        RATES,
        Field("agenda_id", "Agenda (ID)", required=False, pattern=r"\d+", example="301001",
              help="verify refuses a login that leads to another one"),
        Field("language", "Jazyk dokladu", required=False, choices=tuple(say.LANGUAGES)),
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=120,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}), trial=Trial.DELETED,
    follows_proforma=True,
    prices=Prices.GROSS_UNIT,
    paid_on_create=True,
    marks_paid=True,
    pdf=Pdf.READY,
    mail=True,
    series=True,
    series_option="numeric_sequence_id",
    lists=True,
    limits=(Window(200, 60),),
    at_once=4, calls=6,
    token=Token.CLIENT_CREDENTIALS,
)  # fmt: skip

NAMES = {Kind.INVOICE: "IssuedInvoice", Kind.PROFORMA: "ProformaInvoice", Kind.CREDIT_NOTE: "CreditNote"}
SEQUENCES = {Kind.INVOICE: "numeric_sequence_id", Kind.PROFORMA: "proforma_sequence_id",
             Kind.CREDIT_NOTE: "credit_sequence_id"}  # fmt: skip
ALREADY_PAID, MAILS_USED_UP = 110, 122
PERSONAL = r"companyname|nickname|surname|postalcode|note|filter|otherrecipients|(?:vat)?identificationnumber\w*"
LAST_LISTED = 500


def to_payload(draft: Draft, account: Account, given: say.Given, style: Style = STYLES["idoklad"][0]) -> dict[str, Any]:
    """The body of a create. Pure. Raises Permanent where the prices cannot be said exactly. Source: sheet section 4."""
    options, kind = account.options, draft.kind
    proforma, credit = kind is Kind.PROFORMA, kind is Kind.CREDIT_NOTE
    body = {
        **say.taken(draft, given.prefilled), **say.days(draft, given), **say.currency(draft, given, options),
        "Description": say.described(draft, options, unfinished=given.own_address),
        "OrderNumber": draft.order_number[: say.ORDER_NUMBER], "Note": say.note(draft, given),
        "PartnerId": given.partner_id, "PaymentOptionId": given.payment_id,
        "ReportLanguage": say.language(draft, options), "HasVatRegimeOss": None if proforma else draft.oss,
        "VatReverseChargeCodeId": None if proforma else given.reverse_charge_id,
        "DiscountPercentage": None if proforma else 0,
        "CreditNoteReason": say.reason(draft, options) if credit else None,
        "VatRatePeriods": given.prefilled.get("VatRatePeriods") if credit else None,
        "Items": say.items(draft, given, style) + say.reductions(draft, given.prefilled),
    }  # fmt: skip
    said: dict[str, Any] = as_json(filled(body))
    return said


def to_document(data: Row, kind: Kind, currencies: Mapping[int, str], rounding: Decimal = told.ZERO) -> Document:
    """A document as iDoklad tells it, in our words: sums before a proforma was taken off and before the cash rounding
    that was asked for; a credit note's are positive."""
    sums = told.sums(data, rounding)
    return Document(
        system=MANIFEST.key, system_id=str(data["Id"]), kind=kind, reference=told.reference_of(data),
        number=str(data.get("DocumentNumber") or ""), currency=currencies[data["CurrencyId"]], gross=sums.gross,
        net=sums.gross - sums.vat, vat=sums.vat, vat_by_rate=sums.vat_by_rate,
        issue_date=date.fromisoformat(str(data["DateOfIssue"])[:10]),
        paid=sums.gross if told.is_paid(data) else abs(Decimal(str(data["Prices"].get("TotalPaid") or 0))),
        extra={"partner_id": str(data.get("PartnerId")), "variable_symbol": str(data.get("VariableSymbol") or "")},
    )  # fmt: skip


class Idoklad(Adapter):
    """Speaks to the agenda of one user."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        given = account.credentials
        headers = {"Accept": "application/json", "Accept-Language": TONGUES.get(account.seller.country, "en-US")}
        base = (given.get("url") or BASE).rstrip("/")
        self.speaker = self._speaker(base, auth=self._oauth(login(given)), headers=headers, personal=PERSONAL)
        self.agenda = Agenda(self.speaker)
        self.codes = CodeLists(f"{base} {given['client_id']}", self.agenda.listed)

    def _verify(self) -> AccountInfo:
        """The agenda; then a change of document 0, which cannot exist: who may issue nothing is refused by right."""
        row = self.agenda.row("/Account/CurrentAgenda")
        if self.account.options.get("agenda_id", str(row.get("Id"))) != str(row.get("Id")):
            words = f"The login leads to the agenda {row.get('Id')}, {row.get('Name')}."
            raise self.speaker.error(Auth, words, code="OTHER_AGENDA", remedy=AGENDA)
        probe = self.agenda.answer("PATCH", "/IssuedInvoices", writes=False, json={"Id": 0})
        error = refusal(self.speaker, probe, writes=False)
        if not isinstance(error, Permanent):
            raise error
        return AccountInfo(str(row.get("Name") or self.account.name), warnings=told.warnings(row, self.account))

    def _series(self) -> tuple[Series, ...]:
        with self.agenda.reading():
            return tuple(told.series(self.agenda.listed("/NumericSequences")))

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        # Sheet section 7, way A: filter by our mark, then compare it exactly
        mark = partners.in_base64(told.marked(wanted.reference)[1:-1])
        rows = self.agenda.listed(f"/{NAMES[wanted.kind]}s?filter=(Description~ct:base64~{mark})")
        mine = [row for row in rows if told.reference_of(row) == wanted.reference]
        return sighted([self._document(self._finished(row, wanted), wanted) for row in mine])

    def _recall(self, wanted: Draft) -> Found:
        """Sheet section 7, way B: a document with the order's number and sums whose mark was edited away."""
        rows = self.agenda.listed(f"/{NAMES[wanted.kind]}s?filter=(DateOfIssue~gte~{wanted.issue_date.isoformat()})")
        number = wanted.order_number[: say.ORDER_NUMBER]
        mine = [row for row in rows if row.get("OrderNumber") == number and not told.reference_of(row)]
        found = [replace(self._document(row, wanted), reference=wanted.reference) for row in mine]
        return sighted([document for document in found if not compare(wanted, document)])

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        days = f"(DateOfIssue~gte~{first.isoformat()})~and~(DateOfIssue~lte~{last.isoformat()})"
        for kind, name in NAMES.items():
            for row in self.agenda.listed(f"/{name}s?filter={days}", LAST_LISTED):
                yield self._document(row, kind)

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        if draft.kind is Kind.PROFORMA and draft.oss:
            raise Unsupported("iDoklad's proformas know the home country's VAT rates only.", system=MANIFEST.key)
        with self.agenda.reading():
            partner = self._partner(draft.buyer)
            prefilled = self._prefilled(draft, original)
        return self._made(draft, prefilled, partner)

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        with self.agenda.reading():
            prefilled = self.agenda.row(f"/CreditNotes/Default/{original.system_id}")
            ident = prefilled["PartnerId"]
            partner = {**self.agenda.row(f"/Contacts/{ident}", gone=True), "Id": ident}
        return self._made(draft, prefilled, partner)

    def _prefilled(self, draft: Draft, proforma: Document | None) -> Row:
        """Sheet section 4: an invoice takes the place of a paid proforma; where the order is paid and the proforma is
        not yet, it is paid first. Otherwise, and when the proforma is gone, the invoice stands alone."""
        path = f"/ProformaInvoices/{proforma.system_id}" if proforma else ""
        row = self.agenda.row(path, gone=True) if path else {}
        if not row or not (told.is_paid(row) or say.settles(draft)):
            return self.agenda.row(f"/{NAMES[draft.kind]}s/Default")
        if proforma and not told.is_paid(row):
            with self.agenda.before_the_document():
                self._mark_paid(proforma, draft.payment)
        return self.agenda.row(f"{path}/Account")

    def _made(self, draft: Draft, prefilled: Row, partner: Row) -> Document:
        """Rehearse, then number and create alone in the series: a preview reserves nothing (sheet sections 3, 7)."""
        name, options = NAMES[draft.kind], self.account.options
        with self.agenda.reading():
            payload = self._rehearsed(draft, given_of(draft, prefilled, partner, self.codes, options))
            series = options.get(SEQUENCES[draft.kind]) or str(prefilled["NumericSequenceId"])
        with self.turns(f"series/{series}"):
            number = self._next_number(draft, series)
            answer = self.agenda.answer("POST", f"/{name}s", writes=True, json={**payload, **number})
        row = self.agenda.data(answer, writes=True)
        document = self._document(row, draft, answer)
        with self.agenda.after_the_document():
            return self._document(self._finished(row, draft), draft) if told.is_unfinished(row) else document

    def _rehearsed(self, draft: Draft, given: say.Given) -> Mapping[str, Any]:
        """The body whose recount gives the draft back: nothing is issued that would come out otherwise."""
        differs: tuple[str, ...] = ()
        body: Mapping[str, Any] = {}
        for style in STYLES[MANIFEST.key]:
            before, body = body, to_payload(draft, self.account, given, style)
            if body == before:
                break
            row = self.agenda.recounted(f"/{NAMES[draft.kind]}s/Recount", say.recount(body, given))
            differs = told.differs(draft, row)
            if not differs:
                return body
        words = f"iDoklad would make something else of it: {'; '.join(differs)}."
        raise self.speaker.error(Permanent, words, code="DRY_RUN_DIFFERS", remedy=DRY_RUN)

    def _next_number(self, draft: Draft, series: str) -> Mapping[str, Any]:
        asked = {"date": draft.issue_date.isoformat(), "numericSequenceId": series}
        try:
            preview = self.agenda.get(f"/NumericSequences/DocumentNumbers/{NAMES[draft.kind]}", **asked)
        except Permanent as error:
            words = f"{SEQUENCES[draft.kind]} {series}: {error.detail}"
            raise self.speaker.error(Permanent, words, error.exchange, remedy=SERIES) from None
        with self.agenda.reading():
            names = ("NumericSequenceId", "DocumentSerialNumber", "VariableSymbol")
            return {name: preview["Unique"][name] for name in names}

    def _finished(self, row: Row, draft: Draft) -> Row:
        """Only a change takes the order's own name and address (sheet section 6); until it is done the mark says so,
        and whoever finds the document does it."""
        if not told.is_unfinished(row):
            return row
        address = partners.address(draft.buyer, country_id(self.codes, draft.buyer.country))
        body = {"Id": row["Id"], "Description": say.described(draft, self.account.options), "PartnerAddress": address}
        return self.agenda.step("PATCH", f"/{NAMES[draft.kind]}s", body)

    def _document(self, row: Row, wanted: Draft | Kind, written: Answer | None = None) -> Document:
        kind, rounding = (wanted, told.ZERO) if isinstance(wanted, Kind) else (wanted.kind, wanted.totals.rounding)
        with self.agenda.reading(written):
            return to_document(row, kind, currencies(self.codes), rounding)

    def _cancel(self, document: Document) -> None:
        path = f"/{NAMES[document.kind]}s/{document.system_id}"
        if self.agenda.row(path, gone=True):
            self.agenda.done("DELETE", path)

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        if told.is_paid(self.agenda.row(f"/{NAMES[document.kind]}s/{document.system_id}")):
            return
        day = {"dateOfPayment": payment.paid_on.isoformat()} if payment.paid_on else {}
        path = f"/IssuedDocumentPayments/FullyPay/{document.system_id}"
        answer = self.agenda.answer("PUT", path, writes=True, params=day)
        if code_of(answer) != ALREADY_PAID:
            self.agenda.data(answer, writes=True)

    def _send(self, document: Document, email: str) -> None:
        body = {"DocumentId": int(document.system_id), "SendToPartner": False, "SendToSelf": False,
                "SendToAccountant": False, "OtherRecipients": [email], "SendAttachment": True}  # fmt: skip
        answer = self.agenda.answer("POST", f"/Mails/{NAMES[document.kind]}/Send", writes=True, json=body, allow=(429,))
        if code_of(answer) == MAILS_USED_UP:
            raise RateLimited(answer.told, system=MANIFEST.key, retry_after=3600, exchange=answer.exchange)
        if self.agenda.data(answer, writes=True).get("NotSent"):
            raise self.speaker.refusal(answer)

    def _pdf(self, document: Document) -> bytes:
        text = self.agenda.get(f"/Reports/{NAMES[document.kind]}/{document.system_id}/Pdf")
        with self.agenda.reading():
            pdf = base64.b64decode(text, validate=True)
        if not pdf.startswith(b"%PDF"):
            raise self.speaker.error(Transient, "No PDF came", code="UNREADABLE_ANSWER")
        return pdf

    def _partner(self, buyer: Party) -> Row:
        """The contact of a buyer: the account's default one, a known one, or a new one."""
        if self.account.options.get("customer") == "default":
            return partners.chosen(self.agenda, self.account.options)
        with self.turns(f"customer/{key_of(buyer)}"):
            found = partners.known(self.agenda, buyer)
            made = partners.contact(buyer, 0 if found else country_id(self.codes, buyer.country))
            return found or self.agenda.step("POST", "/Contacts", made)

"""Számlázz.hu (Hungary), Számla Agent: XML files sent to one address. Sources: https://docs.szamlazz.hu, the vendor's
XSDs, and behaviour measured by others that the fact sheet names. What it does otherwise than others: docs/szamlazz.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405
from zoneinfo import ZoneInfo

from adapters.base import AccountInfo, Adapter
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference
from adapters.payloads import szamlazz as say
from adapters.payloads import szamlazz_told as told
from adapters.payloads.szamlazz_items import items
from adapters.szamlazz_calls import CREATE, DELETE, PAYMENT, PEOPLE, SESSIONS, STORNO, Calls, owner_of
from adapters.words import sighted
from adapters.xmltree import text
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment, Sight
from schemas.errors import Ambiguous, Permanent, Transient

BASE = "https://www.szamlazz.hu/szamla"
#: The vendor's own client (kboss/szamlaagent, Currency) names these, and some without decimals: there a shop's whole
#: VAT could differ from what the server works out to two decimals (sheet section 4).
_CURRENCIES = (
    "HUF EUR CHF USD AED AUD BGN BRL CAD CNY CZK DKK GBP HKD IDR ILS INR MXN MYR NOK NZD PHP PLN RON RSD RUB SEK SGD"
    " THB TRY UAH ZAR"
)
_CODE = r"(?:Z|E|K|AE|G|O) [^\s,]+"
MANIFEST = Manifest(
    key="szamlazz",
    label="Számlázz.hu",
    country="HU",
    docs="https://docs.szamlazz.hu",
    credentials=(
        Field("agent_key", "Számla Agent kulcs", secret=True, pattern=r"\S{8,}",
              help="at the bottom of the dashboard (Vezérlőpult)"),
        Field("url", "Számla Agent address", required=False, pattern=r"https?://\S+", example=BASE),
    ),
    options=(
        Field("e_invoice", "E-számla", required=False, choices=("yes", "no"), help="otherwise yes; no: on paper"),
        Field("mail", "E-mail értesítő", required=False, choices=("yes", "no"),
              help="yes: Számlázz.hu mails every document to the buyer as it is issued; it cannot later"),
        Field("mail_reply_to", "E-mail válaszcím", required=False, pattern=r"[^@\s]+@[^@\s]+"),
        Field("mail_subject", "E-mail tárgya", required=False),
        Field("mail_text", "E-mail szövege", required=False, pattern=r"(?s).+"),
        Field("vat_codes", "Áfakulcsok", required=False, choices=("nav", "labels"),
              help="what zero VAT is called: nav (KBAET, EAM, EUFAD37, ATK) or the older labels (EUT, EUKT, EU, TAHK)"),
        Field("own_vat_codes", "Saját áfakulcsok", required=False, pattern=rf"{_CODE}(?:, ?{_CODE})*",
              example="K EU, G EUK", help="by EN 16931 category, before the family's"),
        Field("order_number", "Rendelésszám", required=False, choices=("number", "reference"),
              help="reference: Billhook's own mark, for several shops in one account"),
        Field("prefix", "Számlaszám előtag", required=False, pattern=r"\w{1,20}", help="must exist at Számlázz.hu"),
        Field("exchange_bank", "Árfolyam bank", required=False, example="MNB",
              help="whose rate foreign currencies take; MNB's is looked up by Számlázz.hu"),
        Field("language", "Számla nyelve", required=False, choices=tuple(sorted(say.SPOKEN)),
              help="for orders in a language that Számlázz.hu does not speak"),
        Field("template", "Számlakép", required=False,
              choices=("SzlaMost", "SzlaAlap", "SzlaNoEnv", "Szla8cm", "SzlaTomb")),
        Field("logo", "Logó", required=False), Field("note", "Megjegyzés", required=False, pattern=r"(?s).{1,2000}"),
        Field("bank", "Bank", required=False), Field("bank_account", "Bankszámlaszám", required=False),
        Field("signer", "Aláíró neve", required=False),
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    reference_length=110,
    newest_only=True,
    settle_delay=100.0,
    most_sends=5,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}),
    follows_proforma=True,
    prices=Prices.TOTALS,
    paid_on_create=True,
    marks_paid=True,
    pdf=Pdf.READY,
    series_option="prefix",
    currencies=frozenset(_CURRENCIES.split()),
    at_once=2,
)  # fmt: skip
TRUE, FALSE = "true", "false"
NOWHERE = "BILLHOOK-0"
MOST_ENTRIES = 5
PROFORMA_GONE, OTHER_DOCUMENT = "335", "ORDER_NUMBER_TAKEN"
LOOK = (
    "Look at Számlázz.hu which document has this order number. If it is this order's, say so with flask document "
    "settle; if another shop's, set order_number=reference for the account. Then replay this event."
)


def to_payload(draft: Draft, account: Account, original: Document | None = None) -> dict[str, Any]:
    """`xmlszamla` without its key, in the order of the schema: invoice, proforma, or the corrective invoice of
    `original`. Pure. Raises Permanent NO_EXACT_ENCODING. Source: sheet section 2."""
    options = account.options
    return {
        "beallitasok": {"eszamla": _electronic(account), "szamlaLetoltes": FALSE, "valaszVerzio": "2",
                        "szamlaKulsoAzon": draft.reference},
        "fejlec": say.head(draft, options, original), "elado": say.seller(options), "vevo": say.buyer(draft, options),
        "tetelek": {"tetel": items(draft, options)},
    }  # fmt: skip


def to_storno(draft: Draft, account: Account, original: Document) -> dict[str, Any]:
    """`xmlszamlast` without its key. Pure. Source: sheet section 6."""
    options, note = account.options, say.comment(draft, account.options)
    mails = options.get("mail") == "yes" and draft.buyer.email
    given = {name: value for name, value in say.seller(options).items() if name.startswith("email")}
    return {
        "beallitasok": {"eszamla": _electronic(account), "szamlaLetoltes": FALSE, "valaszVerzio": "2",
                        "szamlaKulsoAzon": draft.reference},
        "fejlec": {"szamlaszam": original.number, **({"megjegyzes": note} if note else {}), "tipus": "SS"},
        **({"elado": given} if mails and given else {}), **({"vevo": {"email": draft.buyer.email}} if mails else {}),
    }  # fmt: skip


def to_document(szamla: Element, reference: str = "") -> Document | None:
    """A document as a query tells it, in our words."""
    return told.to_document(szamla, reference)


def _electronic(account: Account) -> str:
    return FALSE if account.options.get("e_invoice") == "no" else TRUE


class Szamlazz(Adapter):
    """Speaks to one company."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        url, key = account.credentials.get("url") or BASE, account.credentials["agent_key"]
        owner = owner_of(url, key)
        self.speaker = self._speaker(url, auth=lambda: SESSIONS.header(owner), personal=PEOPLE)
        self.calls = Calls(self.speaker, key, owner)

    def _verify(self) -> AccountInfo:
        """There is no ping: a question for a number that nobody has answers with “unknown” to a good key alone."""
        self.calls.found(szamlaszam=NOWHERE)
        return AccountInfo(self.account.name, self.speaker.base_url)

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        document = self._asked(wanted.reference, szamlaKulsoAzon=wanted.reference)
        if document is None and wanted.kind is Kind.PROFORMA:
            document = self._settled(wanted)
        live = document is not None and document.kind is wanted.kind and document.state != "cancelled"
        return sighted([document] if document is not None and live else [])

    def _recall(self, wanted: Draft) -> Found:
        """The last document of the order number, if it is surely this one; two refunds may look alike, so no credit."""
        szamla = None if wanted.kind is Kind.CREDIT_NOTE else self._last(wanted)
        document = self._read(szamla, wanted.reference)
        return sighted([document] if document is not None and _is(wanted, document, szamla) else [])

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(draft, to_payload(draft, self.account, original))

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        """All of an invoice is a storno, a part a corrective invoice; after a corrective no storno can be (221)."""
        if earlier or draft.totals.gross != issued.totals.gross:
            return self._create(draft, to_payload(draft, self.account, original))
        reply = self._sent(f"storno/{draft.reference}", STORNO, to_storno(draft, self.account, original))
        if reply.number == original.number or (reply.gross or Decimal(0)) >= 0:
            words = f"Számlázz.hu answered “done” with {reply.number}, but nothing was reversed."
            raise self.speaker.error(Permanent, words, code="NOT_REVERSED", remedy=f"Credit {original.number} by hand.")
        return self._made(draft, reply)

    def _cancel(self, document: Document) -> None:
        if self.calls.found(szamlaszam=document.number) is None:
            return
        try:
            self._sent(
                f"delete/{document.number}", DELETE, {"beallitasok": {}, "fejlec": {"szamlaszam": document.number}}
            )
        except Permanent as error:
            if not error.detail.startswith(f"{PROFORMA_GONE}:"):
                raise

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        """All entries anew with what was missing, so that twice is once (`additiv` false)."""
        szamla = self.calls.found(szamlaszam=document.number)
        if szamla is None:
            raise self.speaker.error(Permanent, f"Számlázz.hu has no {document.number}.", code="GONE")
        missing = document.gross - told.paid(szamla)
        if missing <= 0:
            return
        day = payment.paid_on or datetime.now(ZoneInfo(self.account.seller.timezone)).date()
        entry = {"datum": day.isoformat(), "jogcim": say.MEANS.get(payment.means) or payment.title or say.OTHER}
        kept = told.entries(szamla)
        listed = [*kept, {**entry, "osszeg": say.plain(missing)}]
        if len(listed) > MOST_ENTRIES:
            listed = [{**entry, "osszeg": say.plain(document.gross)}]
        tree = {
            "beallitasok": {"szamlaszam": document.number, "additiv": FALSE, "valaszVerzio": "2"},
            "kifizetes": listed,
        }
        self._sent(f"paid/{document.number}", PAYMENT, tree)

    def _pdf(self, document: Document) -> bytes:
        reply = self.calls.pdf(document.number)
        try:
            content = base64.b64decode("" if reply.root is None else text(reply.root, "pdf"), validate=False)
        except (binascii.Error, ValueError):
            content = b""
        if not content.startswith(b"%PDF"):
            raise self.speaker.error(Transient, "No PDF came", code="UNREADABLE_ANSWER")
        return content

    def _create(self, draft: Draft, payload: dict[str, Any]) -> Document:
        try:
            return self._made(draft, self._sent(f"create/{draft.reference}", CREATE, payload))
        except Permanent as error:
            if error.code != OTHER_DOCUMENT:
                raise
            return self._adopted(draft, error)

    def _adopted(self, draft: Draft, refused: Permanent) -> Document:
        """The order number is taken (71, 152): by this very document, or by one that a person must look at."""
        found = self.find(draft, doubt=True)
        if found.sight is Sight.ONE:
            return found.document
        if found.sight is Sight.UNSURE:
            raise self.speaker.error(Ambiguous, refused.detail, refused.exchange, code=OTHER_DOCUMENT)
        raise self.speaker.error(Permanent, refused.detail, refused.exchange, code=OTHER_DOCUMENT, remedy=LOOK)

    def _sent(self, request: str, operation: tuple[str, str], tree: dict[str, Any]) -> told.Reply:
        """A write, counted: the vendor allows five sends of one request, ever, and then wants a person."""
        keyed = {**tree, "beallitasok": {**self.calls.login, **tree["beallitasok"]}}
        with self.leaving.of(request):
            return self.calls.wrote(operation, keyed)

    def _made(self, draft: Draft, reply: told.Reply) -> Document:
        """What the short answer tells; VAT per rate is looked at when `document.verify` asks."""
        sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
        if not reply.number or reply.gross is None:
            words = "Számlázz.hu said yes without a number or a total."
            raise self.speaker.error(Ambiguous, words, code="UNREADABLE_ANSWER")
        paid = None if reply.owed is None else sign * (reply.gross - reply.owed)
        return Document(
            system=MANIFEST.key, system_id=reply.number, kind=draft.kind, reference=draft.reference,
            number=reply.number, currency=draft.currency, gross=sign * reply.gross,
            net=None if reply.net is None else sign * reply.net, issue_date=draft.issue_date, paid=paid,
            extra={"warning": reply.sentence} if reply.code else {},
        )  # fmt: skip

    def _asked(self, reference: str, **which: str) -> Document | None:
        return self._read(self.calls.found(**which), reference)

    def _last(self, wanted: Draft) -> Element | None:
        """The last document of any kind with the order number."""
        return self.calls.found(rendelesSzam=say.order_number(wanted, self.account.options))

    def _settled(self, wanted: Draft) -> Document | None:
        """A proforma that an invoice followed shows no more; the invoice names it (sheet section 6)."""
        invoice = self._asked(wanted.reference, rendelesSzam=say.order_number(wanted, self.account.options))
        proforma = "" if invoice is None else invoice.extra.get("hivdijbekszam", "")
        if invoice is None or not proforma:
            return None
        return replace(invoice, kind=Kind.PROFORMA, number=proforma, system_id=proforma, state="settled")

    def _read(self, szamla: Element | None, reference: str) -> Document | None:
        """A query's document; one that cannot be read tells nothing."""
        return None if szamla is None else self._sure(lambda: to_document(szamla, reference))

    def _sure(self, read: Callable[[], Document | None]) -> Document | None:
        try:
            return read()
        except (ValueError, ArithmeticError) as error:
            words = f"A document of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None


def _is(wanted: Draft, document: Document, szamla: Element | None) -> bool:
    """Kind, total and buyer agree (sheet section 5)."""
    same = document.kind is wanted.kind and document.gross == wanted.totals.gross and document.state != "cancelled"
    name = "" if szamla is None else text(szamla, "vevo/nev")
    return same and name == " ".join(wanted.buyer.name.split())

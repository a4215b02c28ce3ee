"""Kontozz (Hungary), by the profile that its merchant fills in. What that means is said in docs/kontozz.md.

The vendor's API page (https://kontozz.hu/docs) is not public: nothing of paths, fields and errors is known for sure.
Sources of what is known: https://en.kontozz.hu (API keys, invoice books), the WordPress plugin "Syneo Kontozz Sync".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from adapters.base import AccountInfo, Adapter, Series
from adapters.http import Answer
from adapters.kontozz_calls import Calls
from adapters.manifest import Credit, Field, Manifest, Pdf, Prices, Reference, Token, Trial, Window
from adapters.payloads import kontozz_told as told
from adapters.payloads.kontozz_profile import Profile, problem, read_profile
from adapters.payloads.kontozz_text import at, filled_in, text_of
from adapters.payloads.kontozz_told import given
from adapters.payloads.kontozz_values import SYSTEM, said_in
from adapters.styles import Price
from adapters.words import as_json, sighted
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Sight
from schemas.errors import AdapterError, Ambiguous, Permanent, Transient, Unreadable, Waiting

MANIFEST = Manifest(
    key=SYSTEM,
    label="Kontozz",
    country="HU",
    docs="https://kontozz.hu/docs",
    credentials=(
        Field("url", "API address", pattern=r"https?://\S+", example="https://kontozz.hu"),
        Field("api_key", "API kulcs", secret=True, pattern=r"\S{8,}", help="Integrációk > API kulcsok > Új hozzáadása"),
    ),
    options=(
        Field("company_id", "Cég azonosító", required=False, pattern=r"[\w-]{1,64}", example="7",
              help="the one company that the key belongs to"),
        Field("invoice_book", "Számlatömb", required=False, pattern=r"[\w-]{1,64}", example="11",
              help="of invoices; the profile's [books] names those of other kinds and years"),
        Field("profile", "Profile (TOML)", required=False, pattern=r"(?s).{1,60000}", check=problem,
              help="how the API is spoken to: docs/kontozz.md; the account is off without it"),
        Field("own_sync_off", "Unas / WooCommerce kapcsolat kikapcsolva", required=False, choices=("yes",),
              help="yes: Kontozz's own shop synchronisation is off for this company; the account is off without it"),
    ),
    kinds=frozenset(Kind),
    reference=Reference.SEARCHABLE,
    settle_delay=10.0,
    credit=Credit.PARTIAL,
    cancels=frozenset({Kind.PROFORMA}),
    follows_proforma=True,
    prices=Prices.GROSS_UNIT,
    paid_on_create=True,
    pdf=Pdf.LATER,
    mail=True,
    series=True,
    series_option="invoice_book",
    limits=(Window(60, 60),),
    at_once=1,
    token=Token.EXPIRING_KEY,
    by_profile=True,
)  # fmt: skip

LAST_PAGE = 50
PRICES = {Price.NET: Prices.NET_UNIT, Price.GROSS: Prices.GROSS_UNIT, Price.TOTALS: Prices.TOTALS}
UNVERIFIED = "How Kontozz is spoken to is this account's own profile, which nothing proves: compare the first papers."


def narrowed(options: Mapping[str, str]) -> Manifest:
    """What an account can do by its profile; the most there is while it has none, since it is off then."""
    try:
        profile = read_profile(options.get("profile", ""))
    except Unreadable:
        return MANIFEST
    calls, credit = profile.calls, profile.calls.get("credit_note")
    parts = credit is not None and "items" in credit.places
    return replace(
        MANIFEST,
        kinds=frozenset(kind for kind in Kind if kind.value in calls),
        reference=Reference.SEARCHABLE if "find" in calls else Reference.NONE,
        reference_length=profile.reference_length,
        credit=Credit.NONE if credit is None else Credit.PARTIAL if parts else Credit.FULL,
        trial=Trial.STAYS if credit is None else Trial.CREDITED,
        cancels=MANIFEST.cancels if "cancel" in calls else frozenset(),
        follows_proforma="proforma" in calls and "original.id" in calls["invoice"].places,
        prices=PRICES[profile.style.price],
        paid_on_create="paid" in calls["invoice"].places,
        pdf=Pdf.LATER if "pdf" in calls else Pdf.NONE,
        mail="email" in calls,
        series="series" in calls,
        currencies=profile.currencies,
        limits=(Window(profile.per_minute, 60),),
        at_once=profile.at_once,
    )


def to_payload(draft: Draft, account: Account, original: Document | None = None) -> dict[str, Any]:
    """The body of an invoice, a proforma, or the credit note of `original`, in the profile's shape. Pure.

    Raises Permanent where VAT or prices cannot be said exactly.
    """
    profile = read_profile(account.options["profile"])
    values = values_of(draft, account, original)
    told = filled_in(profile.calls[draft.kind.value].body or {}, values)
    body: dict[str, Any] = as_json(told)
    return body


def values_of(draft: Draft, account: Account, original: Document | None = None) -> dict[str, Any]:
    options = account.options
    profile = read_profile(options["profile"])
    return said_in(draft, profile, options.get("company_id", ""), options.get("invoice_book", ""), original)


def to_document(data: Mapping[str, Any], profile: Profile, kind: Kind | None = None) -> Document:
    """A document as the profile says where it stands; `kind` where Kontozz does not tell it. Pure."""
    return told.document(data, profile, kind)


class Kontozz(Adapter):
    """Speaks to one company, as its profile says."""

    manifest = MANIFEST

    @classmethod
    def manifest_for(cls, options: Mapping[str, str]) -> Manifest:
        return narrowed(options)

    def __init__(self, account: Account, **ports: Any) -> None:
        text = account.options.get("profile", "")
        profile = None if problem(text) else read_profile(text)
        if profile is not None and not ports.get("limits"):
            ports["deadline"] = min(profile.timeout, ports.get("deadline") or profile.timeout)
        super().__init__(account, **ports)
        self.calls = Calls(account, profile)
        personal = profile.personal if profile else ""
        self.speaker = self._speaker(account.credentials["url"], auth=self.calls.key, personal=personal)
        self.calls.speaker = self.speaker

    @property
    def profile(self) -> Profile:
        return self.calls.profile

    def _verify(self) -> AccountInfo:
        ping = self.profile.calls["ping"]
        answer = self.calls.made(ping, {}, writes=False)
        name = text_of(at(answer.data, ping.more["name"])) if ping.more["name"] else ""
        return AccountInfo(name or self.account.name, self.speaker.base_url, (UNVERIFIED,))

    def _series(self) -> tuple[Series, ...]:
        call = self.profile.calls["series"]
        answer = self.calls.made(call, {}, writes=False)
        return self.speaker.understood(lambda data: told.series(data, call), answer, writes=False)

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        """Every page; our reference and kind compared exactly. A proforma that was cancelled is none; an invoice is
        one for ever, since Kontozz only sets another document against it. Without a look-up nobody knows: the desk
        asks a person, and never this (workers/unasked.py)."""
        if "find" not in self.profile.calls:
            return Found(Sight.UNSURE, why="The profile has no look-up.")
        mine = [one for one in self._rows(wanted) if one.kind is wanted.kind]
        return sighted([one for one in mine if not (one.kind is Kind.PROFORMA and one.state == "cancelled")])

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        return self._create(draft, original)

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        return self._create(draft, original)

    def _cancel(self, document: Document) -> None:
        call = self.profile.calls["cancel"]
        if self._read(document).state != "cancelled":
            self.calls.made(call, _addressed(document), writes=True, fine=call.more["done"])

    def _send(self, document: Document, email: str) -> None:
        self.calls.made(self.profile.calls["email"], {**_addressed(document), "email": email}, writes=True)

    def _pdf(self, document: Document) -> bytes:
        call = self.profile.calls["pdf"]
        answer = self.calls.made(call, _addressed(document), writes=False, raw=True)
        if not answer.body.startswith(b"%PDF"):
            raise Waiting("The PDF is not ready yet.", until="pdf", seconds=60)
        return answer.body

    def _create(self, draft: Draft, original: Document | None) -> Document:
        call = self.profile.calls[draft.kind.value]
        values, body = values_of(draft, self.account, original), to_payload(draft, self.account, original)
        try:
            answer = self.calls.made(call, values, writes=True, body=body)
        except Permanent as error:
            if error.code != "REFERENCE_TAKEN":
                raise
            return self._taken(draft, original, error)
        return self._made(answer, draft)

    def _made(self, answer: Answer, draft: Draft) -> Document:
        """What was made; read once more where the answer does not tell the total."""
        places = self.profile.document
        row = at(answer.data, places["inside"])
        if at(row, places["total"]) is not None or "get" not in self.profile.calls:
            made = self.speaker.understood(lambda _: to_document(row, self.profile, draft.kind), answer, writes=True)
            return replace(made, reference=made.reference or draft.reference)
        ident = self.speaker.understood(lambda _: given(row, places["id"]), answer, writes=True)
        try:
            return self._read(Document(SYSTEM, ident, draft.kind, draft.reference, "", draft.currency, Decimal(0)))
        except (AdapterError, Waiting) as error:
            words = f"Kontozz made the document {ident}, but it could not be read: {error.detail}"
            raise self.speaker.error(Ambiguous, words, answer.exchange, code="READ_BACK_FAILED") from None

    def _taken(self, draft: Draft, original: Document | None, error: Permanent) -> Document:
        """Kontozz has a document of this reference: that one, where it can be found; else nobody knows."""
        found = self.find(draft, original)
        if found.sight is Sight.ONE:
            return found.document
        raise self.speaker.error(Ambiguous, error.detail, error.exchange, code="REFERENCE_TAKEN")

    def _read(self, document: Document) -> Document:
        answer = self.calls.made(self.profile.calls["get"], _addressed(document), writes=False)
        row = at(answer.data, self.profile.document["inside"])
        read = self.speaker.understood(lambda _: to_document(row, self.profile, document.kind), answer, writes=False)
        return replace(read, reference=read.reference or document.reference)

    def _rows(self, wanted: Draft) -> Iterator[Document]:
        """The documents of our reference, from all pages: as long as a next one is named, or, where the profile tells
        how many rows a page has, while they are full."""
        call = self.profile.calls["find"]
        for page in range(1, LAST_PAGE + 1):
            values = {"reference": wanted.reference, "order_number": wanted.order_number, "page": page}
            answer = self.calls.made(call, values, writes=False)
            rows, mine = self.speaker.understood(partial(self._page, wanted), answer, writes=False)
            yield from mine
            if not (at(answer.data, call.more["next"]) if call.more["next"] else 0 < call.more["size"] <= rows):
                return
        raise self.speaker.error(Transient, f"More than {LAST_PAGE} pages of one order", code="UNREAD_PAGES")

    def _page(self, wanted: Draft, data: Any) -> tuple[int, list[Document]]:
        rows = told.rows(data, self.profile)
        mine = [row for row in rows if told.reference(row, self.profile) == wanted.reference]
        return len(rows), [to_document(row, self.profile, wanted.kind) for row in mine]


def _addressed(document: Document) -> dict[str, Any]:
    return {"id": document.system_id, "number": document.number, "original.id": document.system_id,
            "original.number": document.number, "reference": document.reference}  # fmt: skip

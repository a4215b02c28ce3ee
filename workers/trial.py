"""A test document in an account: made of a test order by the desk's own rules, compared, and taken away again."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.base import Adapter
from adapters.manifest import Pdf, Trial
from adapters.wire import compare
from schemas.connection import Account, Policy
from schemas.document import Address, Document, Draft, Issued, Kind, Party, Seller, Sight
from schemas.errors import AdapterError, Ambiguous, Permanent, Waiting
from schemas.mapping import mapping_of
from schemas.order import Element, Order
from schemas.rates import COUNTRIES, canonical
from workers.decide import decide
from workers.money.rules import CREDIT_REQUESTED, INVOICE_REQUESTED, Decision, Rules, Trigger

#: Stands where a shop's key does in a reference; no shop can have it, since every shop's key ends in letters of chance.
MARK = "billhook-test"
#: What a seller's prices are in at home; everywhere else euro.
CURRENCIES = {"CH": "CHF", "CZ": "CZK", "DK": "DKK", "GB": "GBP", "HU": "HUF", "IS": "ISK", "NO": "NOK", "PL": "PLN",
              "RO": "RON", "SE": "SEK"}  # fmt: skip
#: Postal codes in the shape of their country; a system may look at that.
POSTCODES = {"CZ": "110 00", "GB": "SW1A 1AA", "HU": "1011", "IS": "101", "NL": "1011 AB", "PL": "00-001",
             "SE": "111 22", "SK": "811 01"}  # fmt: skip
#: So long a PDF that is being made is waited for (seconds), and so many of the last documents are shown.
PDF_PATIENCE, LAST, LOOK_BACK = 30.0, 10, timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Tried:
    """A test document beside what was asked for; `differs` is empty when the two agree, `pdf` None with its reason."""

    draft: Draft
    document: Document
    differs: tuple[str, ...]
    pdf: bytes | None
    why_no_pdf: str = ""


def order_of(seller: Seller, now: datetime) -> Order:
    """A paid order of one thing at the seller's standard rate, in its home currency; no VAT for who charges none."""
    standard = Decimal(str(COUNTRIES.get(canonical(seller.country), {}).get("std") or 0))
    rate = standard if seller.vat_status == "payer" else Decimal(0)
    thing = Element(
        "line_item:1", "Billhook test", Decimal(1), Decimal(100), rate, tax_said=rate, rate=rate,
        vat_text=f"{rate}%", net_said=False,
    )  # fmt: skip
    address = Address("Test 1", "", "Test", POSTCODES.get(seller.country, "10000"), "", seller.country)
    return Order(
        id="test", number="TEST", status="completed", currency=CURRENCIES.get(seller.country, "EUR"), total=100 + rate,
        basis="gross", buyer=Party("Billhook Test", address, first_name="Billhook", last_name="Test"),
        platform="generic", placed_at=now, modified_at=now, paid_at=now, completed_at=now, paid=True, lines=(thing,),
    )  # fmt: skip


def draft_of(account: Account, order: Order, now: datetime) -> Draft:
    """What the desk would ask the account to issue for this order, under a reference of its own. Raises Permanent with
    the desk's reason where it would issue nothing."""
    unique = replace(order, id=f"{now:%Y%m%d%H%M%S}", refunds=())
    return _decided(decide(unique, (), _rules(account, now), Trigger(INVOICE_REQUESTED)), account)


def issue(adapter: Adapter, draft: Draft) -> Document:
    """Have it made; an answer that was lost is looked for before anything else is said."""
    try:
        return adapter.rehearse(draft)
    except Ambiguous as error:
        found = adapter.find(draft, doubt=True)
        if found.sight is not Sight.ONE:
            raise Permanent(
                f"Nobody knows whether the test document was made: {error.detail}", system=adapter.manifest.key,
                code="TRIAL_UNCLEAR", exchange=error.exchange,
                remedy=f"Look for {draft.reference} in {adapter.manifest.label} and take it away there.",
            ) from None  # fmt: skip
        return found.document


def beside(adapter: Adapter, draft: Draft, document: Document) -> Tried:
    """The document compared with its draft, and its PDF, waited for a while where it is made later."""
    if adapter.manifest.pdf is Pdf.NONE:
        return Tried(draft, document, compare(draft, document), None, f"{adapter.manifest.label} gives no PDF.")
    end = time.monotonic() + PDF_PATIENCE
    while True:
        try:
            return Tried(draft, document, compare(draft, document), adapter.pdf(document))
        except (Waiting, AdapterError) as error:
            if not isinstance(error, Waiting) or time.monotonic() > end:
                return Tried(draft, document, compare(draft, document), None, error.detail)
            time.sleep(min(2.0, error.seconds or 1.0))


def remove(adapter: Adapter, account: Account, order: Order, tried: tuple[Draft, Document], now: datetime) -> str:
    """Take it away as the system does; gives what was done, in words. Raises what the system says otherwise."""
    draft, document = tried
    how = adapter.manifest.trial
    if how is Trial.STAYS:
        return f"It stays: take {document.number or document.reference} away in {adapter.manifest.label} yourself."
    if how is not Trial.CREDITED:
        adapter.discard(document)
        return "It is cancelled." if how is Trial.CANCELLED else "It is deleted."
    invoice = Issued(Kind.INVOICE, draft.reference, "issued", draft, document, order.modified_at)
    called_off = replace(order, id=draft.order_id, status="cancelled", refunds=())
    note = _decided(decide(called_off, (invoice,), _rules(account, now), Trigger(CREDIT_REQUESTED)), account)
    made = adapter.credit(note, document, draft)
    return f"It is credited in full by {made.number or made.system_id}."


def last_documents(adapter: Adapter, today: date) -> list[Document]:
    """The newest documents over there, newest first; only where the system lists them."""
    if not adapter.manifest.lists:
        return []
    found = list(adapter.listed(today - LOOK_BACK, today))
    return sorted(found, key=lambda d: (d.issue_date or date.min, d.number), reverse=True)[:LAST]


def _rules(account: Account, now: datetime) -> Rules:
    seller = account.seller
    today = now.astimezone(ZoneInfo(seller.timezone)).date()
    return Rules(MARK, seller, Policy({"*": {"*": "invoice"}}), None, today, mapping_of(account.options))


def _decided(decision: Decision, account: Account) -> Draft:
    if decision.draft is None:
        raise Permanent(decision.detail or decision.reason, system=account.system, code=decision.reason,
                        remedy=decision.remedy)  # fmt: skip
    return decision.draft

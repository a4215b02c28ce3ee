"""Making and changing a document: what the customer's card brings, rows, dates, rate, and what it comes to."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fortnox import errors
from simulators.fortnox.arithmetic import CHARGE_RATE, NOTHING, ocr, sums, two_decimals
from simulators.fortnox.document import BLANK, INVOICE, ORDER, ROWS, Document
from simulators.fortnox.registers import rate_of
from simulators.fortnox.rows import VAT_FREE, rows_of

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

FROM_CARD = {"CustomerName": "Name", **{name: name for name in (
    "Address1", "Address2", "City", "Country", "DeliveryAddress1", "DeliveryAddress2", "DeliveryCity",
    "DeliveryCountry", "DeliveryName", "DeliveryZipCode", "OrganisationNumber", "Phone1", "Phone2", "YourReference",
    "ZipCode", "TermsOfDelivery", "WayOfDelivery")}}  # fmt: skip
NESTED = ("EmailInformation", "EDIInformation")
CHARGES = ("Freight", "AdministrationFee")
DAY = {INVOICE: "InvoiceDate", ORDER: "OrderDate"}
# Longer is cut without a word (measured).
CUT = {(INVOICE, "DeliveryAddress1"): 60, (ORDER, "DeliveryAddress1"): 60, (ORDER, "YourOrderNumber"): 30}


def make(world: "Fortnox", kind: str, given: Mapping[str, Any]) -> Document:
    """Keep a new document under the next number of its series, or under the one that was asked for."""
    if not given.get("CustomerNumber"):
        raise world.fail(400, errors.TEXT, "CustomerNumber: Kundnummer saknas.")
    card = world.customers.get(given["CustomerNumber"])
    if card is None:
        raise world.missing("customer", 400)
    fields = {**_copied(BLANK[kind]), **from_card(card), **_defaults(world, kind, card, given)}
    lay_over(fields, kind, given)
    finish(world, kind, fields, given)
    rows = rows_of(world, kind, given.get(ROWS[kind]) or [], card["VATType"])
    document = Document(kind, _serial(world, kind, given), fields, world.now(), rows)
    if kind == INVOICE:
        fields["OCR"] = given.get("OCR") or ocr(document.serial)
        fields["AccountingMethod"] = world.settings["accounting_method"]
    keep(world, document)
    return document


def change(world: "Fortnox", document: Document, given: Mapping[str, Any]) -> None:
    """Null clears, "" leaves as it was (recorded); rows are replaced as a whole."""
    fields = dict(document.fields)
    card = world.customers.get(given.get("CustomerNumber") or fields["CustomerNumber"])
    if card is None:
        raise world.missing("customer", 400)
    kept = {name: value for name, value in given.items() if value != "" and name != "DocumentNumber"}
    if kept.get("CustomerNumber", fields["CustomerNumber"]) != fields["CustomerNumber"]:
        fields.update(from_card(card))
    lay_over(fields, document.kind, kept)
    finish(world, document.kind, fields, kept)
    if given.get(ROWS[document.kind]) is not None:
        document.rows = rows_of(world, document.kind, given[ROWS[document.kind]], card["VATType"], document.is_credit)
    document.fields, document.modified = fields, world.now()
    keep(world, document)


def keep(world: "Fortnox", document: Document) -> None:
    """Add up, and put into the books and the index."""
    fields, card = document.fields, world.customers[document.fields["CustomerNumber"]]
    document.charge_rate = NOTHING if card["VATType"] in VAT_FREE else CHARGE_RATE
    whole = world.settings["rounding"] and fields["Currency"] == "SEK"
    charges = sum((fields[name] for name in CHARGES), NOTHING)
    document.sums = sums(document.rows, charges, document.charge_rate, fields["VATIncluded"], whole)
    world.documents[document.kind][document.serial] = document
    if document.reference:
        world.references[document.kind].add(document.reference, document.serial)


def from_card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {name: card[source] or "" for name, source in FROM_CARD.items()}


def lay_over(fields: dict[str, Any], kind: str, given: Mapping[str, Any]) -> None:
    """What was sent over what stands; null clears a text, and leaves what is no text."""
    for name, value in given.items():
        if name in (ROWS[kind], "DocumentNumber"):
            continue
        if name in NESTED:
            fields[name] = {**fields[name], **(value or {})}
        elif value is None:
            fields[name] = "" if isinstance(fields.get(name), str) else fields.get(name)
        elif value != "" or name not in FROM_CARD:
            fields[name] = two_decimals(value) if name in CHARGES else value
    for (of, name), longest in CUT.items():
        if of == kind:
            fields[name] = fields[name][:longest]


def finish(world: "Fortnox", kind: str, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """What hangs on other fields: the due day on the terms, the rate on the currency."""
    if fields["Currency"] not in world.settings["currencies"]:
        raise world.fail(400, errors.TEXT, f"Currency: Valutan {fields['Currency']} finns inte.")
    terms = fields["TermsOfPayment"]
    if terms not in world.terms:
        raise world.missing("terms", 400)
    if "Currency" in given or "CurrencyRate" not in fields:
        fields["CurrencyRate"] = Decimal(given.get("CurrencyRate") or rate_of(fields["Currency"]))
    day = date.fromisoformat(fields[DAY[kind]])
    if not given.get("OutboundDate") and DAY[kind] in given:
        fields["OutboundDate"] = day.isoformat()
    if kind == INVOICE and not given.get("DueDate") and {"InvoiceDate", "TermsOfPayment"} & set(given):
        fields["DueDate"] = (day + timedelta(int(terms) if terms.isdigit() else 30)).isoformat()


def _defaults(world: "Fortnox", kind: str, card: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    today = world.today()
    terms = card["TermsOfPayment"] or world.settings["default_terms"]
    days = int(terms) if terms.isdigit() else 30
    due = {"DueDate": (today + timedelta(days)).isoformat()} if kind == INVOICE else {}
    blank = BLANK[kind]["EmailInformation"]
    email = {**blank, "EmailAddressTo": card["EmailInvoice"] or card["Email"] or ""}
    return {DAY[kind]: today.isoformat(), "OutboundDate": today.isoformat(), **due, "TermsOfPayment": terms,
            "Currency": card["Currency"] or "SEK", "EmailInformation": email}  # fmt: skip


def _serial(world: "Fortnox", kind: str, given: Mapping[str, Any]) -> int:
    wanted = given.get("DocumentNumber")
    if wanted:
        if not wanted.isdigit() or int(wanted) in world.documents[kind]:
            raise world.forbidden(f"Dokumentnumret {wanted} används redan.")
        return int(wanted)
    serial = world.next_id(kind)
    while serial in world.documents[kind]:
        serial = world.next_id(kind)
    return serial


def _copied(blank: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, (dict, list)) else value for name, value in blank.items()}

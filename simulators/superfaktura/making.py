"""Making and changing a document: buyer, number, dates, items and sums, payment."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fields import on
from simulators.money import HUNDRED, cents, number
from simulators.superfaktura import parties
from simulators.superfaktura.arithmetic import ZERO, by_rate, price, step
from simulators.superfaktura.document import BLANK, SETTING, Document, Item

if TYPE_CHECKING:
    from simulators.superfaktura.world import SuperFaktura

# Given under "Invoice", but no field of the answer, or one that is computed.
NOT_KEPT = ("id", "already_paid", "add_rounding_item", "discount_total", "mark_sent", "mark_sent_subject",
            "mark_sent_message", "bank_accounts", "logo_id")  # fmt: skip
ROUND_TO = {"EUR": Decimal("0.05"), "CZK": Decimal(1)}
# The system looks rates up by itself; these stand for the day's.
RATES = {("EUR", "CZK"): Decimal("24.5"), ("CZK", "EUR"): Decimal("0.0408")}
TERM = 14
Given = Mapping[str, Any]


def make(world: "SuperFaktura", given: dict[str, Any]) -> Document:
    """A new document out of a request that has passed every rule; nothing is refused from here on."""
    invoice = dict(given.get("Invoice") or {})
    wanted = {**(given.get("Client") or {}), **({"id": invoice["client_id"]} if invoice.get("client_id") else {})}
    client_id, client = parties.buyer(world, wanted)
    seller = parties.seller(world, given.get("MyData") or {}, invoice.get("bank_accounts"))
    document = Document(dict(BLANK), client, seller, dict(SETTING), {})
    document.fields.update(id=str(world.next_id("invoices")), client_id=client_id, token=secrets.token_hex(4))
    _take(world, document, given)
    _count(world, document, invoice)
    document.tags = [world.tags[str(tag)] for tag in (given.get("Tag") or {}).get("Tag") or []]
    _take_over(world, document)
    if on(invoice.get("already_paid")):
        pay(world, document, document.total - document.paid, {"date": invoice.get("paydate"),
            "payment_type": invoice.get("payment_type")})  # fmt: skip
    return document


def change(world: "SuperFaktura", document: Document, given: dict[str, Any]) -> None:
    """Edit: fields change, items with an id change, items without one are added (measured, section 2)."""
    if given.get("Client"):
        client = {**document.client, **given["Client"]}
        document.fields["client_id"], document.client = parties.buyer(world, client)
    _take(world, document, given)


def pay(world: "SuperFaktura", document: Document, amount: Decimal, given: Given) -> dict[str, Any]:
    day = str(given.get("date") or given.get("created") or world.today().isoformat())[:10]
    payment = {
        "id": str(world.next_id("payments")), "invoice_id": document.ident, "amount": amount, "created": day,
        "payment_type": given.get("payment_type") or "transfer", "currency": document.fields["invoice_currency"],
        "document_no": given.get("document_no"), "cash_register_id": given.get("cash_register_id"),
    }  # fmt: skip
    document.payments.append(payment)
    document.fields.update(paydate=f"{day} 00:00:00", modified=world.clock())
    if document.setting.get("callback_payment"):
        joint = "&" if "?" in document.setting["callback_payment"] else "?"
        world.callbacks.append(f"{document.setting['callback_payment']}{joint}invoice_id={document.ident}")
    return payment


def total(world: "SuperFaktura", document: Document, nominal: Decimal | None = None) -> None:
    """Sums by the document's own way of rounding; a nominal discount counts only without one in percent."""
    rounding, items = document.fields["rounding"], [item.priced for item in document.items]
    full = by_rate(items, rounding)
    gross = sum((amounts.gross for amounts in full.values()), ZERO)
    percent = number(document.fields["discount"]) or ZERO
    if not percent and nominal and gross:
        percent = nominal * HUNDRED / gross
    document.summary = by_rate(items, rounding, percent)
    document.discount = gross - document.total


def _take(world: "SuperFaktura", document: Document, given: Given) -> None:
    invoice, fields = given.get("Invoice") or {}, document.fields
    fields.update({name: _kept(name, value) for name, value in invoice.items() if name not in NOT_KEPT})
    document.setting.update(given.get("InvoiceSetting") or {})
    document.extra.update({name: str(value) for name, value in (given.get("InvoiceExtra") or {}).items()})
    _defaults(world, document)
    _items(world, document, given.get("InvoiceItem") or [])
    total(world, document, number(invoice.get("discount_total")))
    if on(invoice.get("add_rounding_item")):
        _round(world, document)
    document.sent = document.sent or on(invoice.get("mark_sent"))


def _kept(name: str, value: Any) -> Any:
    """Scalars come back as strings; a date as date and time."""
    if value is None:
        return BLANK.get(name)
    if name in ("created", "delivery", "paydate"):
        return None if str(value) == "-1" else f"{value} 00:00:00" if len(str(value)) == 10 else value
    if name == "deposit":
        return f"{number(value) or ZERO:.2f}"
    return str(int(on(value))) if name in ("tax_document", "vat_transfer") else str(value)


def _defaults(world: "SuperFaktura", document: Document) -> None:
    fields, home = document.fields, world.currency
    fields["type"] = fields["type"] or "regular"
    fields["created"] = fields["created"] or world.clock()
    day = date.fromisoformat(fields["created"][:10])
    fields["due"] = fields["due"] or (day + timedelta(TERM)).isoformat()
    fields["accounting_date"] = fields["taxdate"] = day.isoformat()
    fields["rounding"] = fields["rounding"] or world.settings["rounding"]
    fields["home_currency"], fields["modified"] = home, world.clock()
    fields["invoice_currency"] = currency = fields["invoice_currency"] or home
    fields["exchange_rate"] = 1 if currency == home else f"{RATES.get((home, currency), Decimal(1)):.14f}"
    fields["lang"] = document.setting.get("language")


def _items(world: "SuperFaktura", document: Document, given: list[dict[str, Any]]) -> None:
    entries = {item.ident: item.given for item in document.items}
    for item in given:
        ident = str(item.get("id") or world.next_id("items"))
        entries[ident] = {**entries.get(ident, {}), **item}
    document.items = [_item(world, document, ident, entry) for ident, entry in entries.items()]


def _item(world: "SuperFaktura", document: Document, ident: str, given: dict[str, Any]) -> Item:
    """Prices come without VAT; who pays none, and reverse charge, have rate 0 (section 3)."""
    free = not world.settings["tax_payer"] or document.fields["vat_transfer"] == "1"
    rate = ZERO if free else number(given.get("tax")) or ZERO
    unit, quantity = number(given.get("unit_price")) or ZERO, number(given.get("quantity", 1))
    left = (HUNDRED - (number(given.get("discount")) or ZERO)) / HUNDRED
    rounding, count = document.fields["rounding"], Decimal(1) if quantity is None else quantity
    return Item(ident, dict(given), price(unit * left, count, rate, rounding), price(unit, count, rate, rounding))


def _round(world: "SuperFaktura", document: Document) -> None:
    """add_rounding_item: EUR to five cents, CZK to whole crowns, as an item of its own without VAT."""
    missing = step(document.total, ROUND_TO.get(document.fields["invoice_currency"], Decimal("0.01")))
    if missing:
        _items(world, document, [{"name": "Zaokrúhlenie", "unit_price": cents(missing), "tax": 0, "quantity": 1}])
        total(world, document)


def _count(world: "SuperFaktura", document: Document, invoice: Given) -> None:
    """The next number of the year's sequence, unless one was given; a draft has none."""
    fields, year = document.fields, document.fields["created"][:4]
    sequences = world.sequences(document.kind)
    ident = str(invoice.get("sequence_id") or next(iter(sequences), ""))
    if document.kind != "draft":
        world.series[ident, year] += 1
        counter = world.series[ident, year]
        raw = sequences[ident].replace("RRRR", year).replace("CCC", f"{counter:03d}")
        fields.update(invoice_no=str(counter), mask=sequences[ident], invoice_no_formatted_length=str(len(raw)),
                      invoice_no_formatted=fields["invoice_no_formatted"] or raw,
                      invoice_no_formatted_raw="".join(letter for letter in raw if letter.isdigit()))  # fmt: skip
    fields["sequence_id"] = ident or None
    fields["variable"] = fields["variable"] or fields["invoice_no_formatted_raw"]
    fields["variable_raw"] = fields["variable"]
    fields["name"] = fields["name"] or f"{document.kind} {fields['invoice_no_formatted'] or ''}".strip()


def _take_over(world: "SuperFaktura", document: Document) -> None:
    """An invoice made from proformas counts what was paid on them; a credit note hangs on its invoice."""
    for ident in filter(None, str(document.fields["proforma_id"] or "").split(",")):
        proforma = world.invoices[ident]
        document.taken_over += proforma.paid
        world.relate(document, proforma)
    if document.fields["parent_id"]:
        world.relate(document, world.invoices[document.fields["parent_id"]])

"""Making and changing a document: number, dates, client, lines and totals, links to others."""

import base64
import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fakturoid.accepted import CLIENT, DELIVERY
from simulators.fakturoid.arithmetic import ZERO, by_rate, split, units
from simulators.fakturoid.document import BLANK, Document, Line, plain
from simulators.fakturoid.rules import FORMATS, SERIES
from simulators.fields import Faults, on
from simulators.money import cents, number

if TYPE_CHECKING:
    from simulators.fakturoid.world import Fakturoid

SELLER = {"your_name": "Simulator s.r.o.", "your_street": "Dlouhá 1", "your_city": "Praha", "your_zip": "11000",
          "your_country": "CZ", "your_registration_no": "87654321", "your_vat_no": "CZ87654321"}  # fmt: skip
BANK = {"bank_account": "123456/0000", "iban": "CZ2220100000002401457211", "swift_bic": ""}
Given = Mapping[str, Any]


def make(world: "Fakturoid", given: dict[str, Any]) -> Document:
    """A new document out of a request that has passed every rule; nothing is refused from here on."""
    document = Document({**BLANK, **SELLER, **BANK, "tags": [], "eet_records": []})
    document.take(given)
    document.round_total = on(given.get("round_total"))
    _identity(world, document)
    _client(world, document, given)
    _defaults(world, document)
    _attach(world, document, given)
    merge_lines(world, document, given.get("lines") or [])
    _addresses(world, document)
    return document


def change(world: "Fakturoid", document: Document, given: dict[str, Any]) -> None:
    """PATCH: what was sent changes, all totals anew."""
    document.take(given)
    document.round_total = on(given.get("round_total", document.round_total))
    if "subject_id" in given:
        _client(world, document, given)
    _defaults(world, document)
    _attach(world, document, given)
    merge_lines(world, document, given.get("lines") or [])
    document.pdf_reads = 0


def merge_lines(world: "Fakturoid", document: Document, given: list[dict[str, Any]]) -> None:
    """A line with an id changes, with _destroy goes; one without an id is added, again too (section 3)."""
    entries = {line.ident: line.given for line in document.lines}
    for item in given:
        ident = int(item["id"]) if item.get("id") is not None else world.next_id("lines")
        if on(item.get("_destroy")):
            entries.pop(ident, None)
        else:
            entries[ident] = {**entries.get(ident, {}), **item}
    document.lines = [_line(world, document, ident, entry) for ident, entry in entries.items()]
    total(world, document)


def line_faults(document: Document, given: list[dict[str, Any]]) -> Faults:
    known = {line.ident for line in document.lines}
    for index, item in enumerate(given):
        if item.get("id") is not None and int(item["id"]) not in known:
            yield f"lines[{index}].id", "does not exist"


def total(world: "Fakturoid", document: Document) -> None:
    """Sums per rate, then the document's; advances are taken off what remains, payments are not (recorded so)."""
    fields = document.fields
    pairs = [(line.rate, line.priced) for line in document.lines]
    document.summary = by_rate(pairs, _mode(document), world.settings["vat_rounding"])
    net = sum((amounts.net for amounts in document.summary.values()), ZERO)
    exact = sum((amounts.gross for amounts in document.summary.values()), ZERO)
    gross = cents(exact, Decimal(1)) if document.round_total else exact
    rest = gross - sum((advance["price"] + advance["vat"] for advance in document.advances), ZERO)
    rate = fields["exchange_rate"]
    fields.update(subtotal=net, total=gross, rounding_adjustment=gross - exact, native_subtotal=cents(net * rate),
                  native_total=cents(gross * rate), remaining_amount=rest, remaining_native_amount=cents(rest * rate),
                  updated_at=world.stamp())  # fmt: skip


def _mode(document: Document) -> str:
    return str(document.fields["vat_price_mode"])


def _line(world: "Fakturoid", document: Document, ident: int, given: Given) -> Line:
    """The price is the price, whatever the mode, for who pays no VAT and under reverse charge (section 4)."""
    fields = document.fields
    told = ZERO if world.settings["vat_mode"] == "non_vat_payer" else number(given.get("vat_rate")) or ZERO
    rate = ZERO if fields["transferred_tax_liability"] else told
    count, price = number(given.get("quantity", 1)) or ZERO, number(given.get("unit_price")) or ZERO
    priced = cents(count * price)
    amounts, (net_unit, gross_unit) = split(priced, rate, _mode(document)), units(price, rate, _mode(document))
    native = amounts.times(fields["exchange_rate"])
    shown = {
        "id": ident, "name": given["name"], "quantity": count, "unit_name": given.get("unit_name") or "",
        "unit_price": net_unit, "vat_rate": plain(told), "unit_price_without_vat": net_unit,
        "unit_price_with_vat": gross_unit, "total_price_without_vat": amounts.net, "total_vat": amounts.vat,
        "native_total_price_without_vat": native.net, "native_total_vat": native.vat if rate else 0, "inventory": None,
    }  # fmt: skip
    return Line(ident, dict(given), rate, priced, shown)


def _identity(world: "Fakturoid", document: Document) -> None:
    """Number of the year's series, unless one was given; its digits are the variable symbol, unless one was given."""
    fields = document.fields
    fields.update(id=world.next_id("invoices"), token=secrets.token_urlsafe(8)[:10], created_at=world.stamp(),
                  issued_on=fields["issued_on"] or world.today().isoformat())  # fmt: skip
    fields["number_format_id"] = fields["number_format_id"] or SERIES.get(document.kind, min(FORMATS))
    year, mask = fields["issued_on"][:4], FORMATS[fields["number_format_id"]]
    taken = {other.fields["number"] for other in world.invoices.values()} if fields["number"] else set()
    while not fields["number"] or fields["number"] in taken:
        world.series[fields["number_format_id"], year] += 1
        fields["number"] = mask.format(year=year, count=world.series[fields["number_format_id"], year])


def _client(world: "Fakturoid", document: Document, given: Given) -> None:
    """The contact's data under what was sent for this document alone."""
    subject, fields = world.subjects.get(int(given.get("subject_id") or 0), {}), document.fields
    for name in (*CLIENT, "country"):
        fields[f"client_{name}"] = given.get(f"client_{name}", subject.get(name))
    if given.get("client_has_delivery_address") is None:
        fields["client_has_delivery_address"] = bool(subject.get("has_delivery_address"))
    if fields["client_has_delivery_address"]:
        for name in (*DELIVERY, "country"):
            place = f"delivery_{name}"
            fields[f"client_{place}"] = given.get(f"client_{place}", subject.get(place))
    fields["subject_custom_id"] = subject.get("custom_id")
    fields["variable_symbol"] = fields["variable_symbol"] or subject.get("variable_symbol") or None
    fields["subject_url"] = world.url(f"subjects/{fields['subject_id']}.json")


def _defaults(world: "Fakturoid", document: Document) -> None:
    """What was not given comes from the account (section 3)."""
    fields, home = document.fields, world.settings["currency"]
    digits = "".join(letter for letter in fields["number"] if letter.isdigit())
    fields["variable_symbol"] = fields["variable_symbol"] or digits[:10]
    fields["taxable_fulfillment_due"] = fields["taxable_fulfillment_due"] or fields["issued_on"]
    fields["due"] = world.settings["due"] if fields["due"] is None else fields["due"]
    fields["due_on"] = (date.fromisoformat(fields["issued_on"]) + timedelta(fields["due"])).isoformat()
    fields["currency"] = fields["currency"] or home
    fields["exchange_rate"] = fields["exchange_rate"] if fields["currency"] != home else Decimal(1)
    fields["language"] = fields["language"] or "cz"
    fields["payment_method"] = fields["payment_method"] or "bank"
    if fields["payment_method"] != "custom":
        fields["custom_payment_method"] = None
    fields["vat_price_mode"] = fields["vat_price_mode"] or world.settings["vat_price_mode"]
    if document.kind == "proforma":
        fields["proforma_followup_document"] = fields["proforma_followup_document"] or "final_invoice_paid"


def _attach(world: "Fakturoid", document: Document, given: Given) -> None:
    for file in given.get("attachments") or []:
        head, _, packed = file["data_url"].partition(";base64,")
        kind, ident = head.removeprefix("data:"), world.next_id("attachments")
        name = file.get("filename") or f"attachment.{kind.rpartition('/')[2]}"
        address = world.url(f"invoices/{document.ident}/attachments/{ident}/download")
        document.attachments.append({"id": ident, "filename": name, "content_type": kind, "download_url": address})
        document.files[ident] = base64.b64decode(packed)


def _addresses(world: "Fakturoid", document: Document) -> None:
    fields, slug = document.fields, world.settings["slug"]
    base, ident = f"{world.base}/{slug}", document.ident
    fields.update(html_url=f"{base}/invoices/{ident}", url=world.url(f"invoices/{ident}.json"),
                  public_html_url=f"{base}/p/{fields['token']}/{fields['number']}",
                  pdf_url=world.url(f"invoices/{ident}/download.pdf"))  # fmt: skip

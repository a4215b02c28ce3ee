"""What hangs together: corrections and their invoices, proformas and what follows their payment."""

from typing import TYPE_CHECKING, Any

from simulators.fakturoid.document import Document
from simulators.fakturoid.making import make, total
from simulators.money import cents

if TYPE_CHECKING:
    from simulators.fakturoid.world import Fakturoid

# What an automatic document takes over from its proforma; custom_id is not among it (section 3).
TAKEN_OVER = (
    "subject_id", "client_name", "client_street", "client_city", "client_zip", "client_country",
    "client_registration_no", "client_vat_no", "client_local_vat_no", "order_number", "note", "footer_note",
    "payment_method", "custom_payment_method", "currency", "exchange_rate", "language", "transferred_tax_liability",
    "supply_code", "oss", "vat_price_mode", "variable_symbol", "due",
)  # fmt: skip


def link(world: "Fakturoid", document: Document, given: dict[str, Any]) -> None:
    """Both ends point at each other; a paid proforma and tax documents are taken off what remains."""
    fields = document.fields
    if document.kind == "correction":
        world.invoices[fields["correction_id"]].fields["correction_id"] = document.ident
    for ident in given.get("tax_document_ids") or []:
        received = world.invoices[int(ident)]
        received.fields["related_id"] = document.ident
        document.advances += _advances(received)
    if fields["related_id"]:
        proforma = world.invoices[fields["related_id"]]
        proforma.fields["related_id"] = document.ident
        if world.settings["related_type"] == "final_invoice":
            fields["document_type"] = "final_invoice"
        _settle(world, document, proforma)
    elif document.advances:
        total(world, document)
        if fields["remaining_amount"] <= 0:
            fields["paid_on"] = fields["issued_on"]


def follow(world: "Fakturoid", proforma: Document, kind: str, payment: dict[str, Any]) -> None:
    """What Fakturoid issues by itself when a proforma is paid: an invoice already paid, a tax document, or nothing."""
    if kind == "tax_document":
        received(world, proforma, payment)
    elif kind == "final_invoice_paid" and not proforma.fields["related_id"]:
        lines = [{name: value for name, value in line.given.items() if name != "id"} for line in proforma.lines]
        invoice = _born(world, proforma, "final_invoice", lines)
        invoice.fields.update(related_id=proforma.ident, show_already_paid_note_in_pdf=True)
        proforma.fields["related_id"] = invoice.ident
        _settle(world, invoice, proforma)


def received(world: "Fakturoid", proforma: Document, payment: dict[str, Any]) -> Document:
    """A tax document over the amount of a payment, spread over the proforma's rates."""
    gross, lines, left = proforma.fields["total"], [], payment["amount"]
    for index, (rate, amounts) in enumerate(proforma.summary.items(), 1):
        last = index == len(proforma.summary)
        part = left if last or not gross else cents(payment["amount"] * amounts.gross / gross)
        left -= part
        lines.append({"name": f"Payment of {proforma.fields['number']}", "unit_price": part, "vat_rate": rate})
    document = _born(world, proforma, "tax_document", lines, vat_price_mode="from_total_with_vat")
    document.fields.update(paid_on=payment["paid_on"])
    payment["tax_document_id"] = document.ident
    return document


def holds(world: "Fakturoid", document: Document) -> bool:
    """Whether others stand on this document, so that it cannot be deleted (vendor's list)."""
    fields = document.fields
    if document.kind in ("proforma", "tax_document"):
        return bool(fields["related_id"]) or any(payment["tax_document_id"] for payment in document.payments)
    return document.kind != "correction" and bool(fields["correction_id"])


def unlink(world: "Fakturoid", document: Document) -> None:
    """Whoever pointed at a deleted document points nowhere."""
    for other in world.invoices.values():
        for name in ("related_id", "correction_id"):
            if other.fields[name] == document.ident:
                other.fields[name] = None


def _born(world: "Fakturoid", proforma: Document, kind: str, lines: list[dict[str, Any]], **more: Any) -> Document:
    given = {name: proforma.fields[name] for name in TAKEN_OVER}
    document = make(world, {**given, "document_type": kind, "lines": lines, **more})
    world.keep(document)
    return document


def _settle(world: "Fakturoid", invoice: Document, proforma: Document) -> None:
    """The invoice of a paid proforma: what was paid is taken off, and at nothing left it is paid."""
    fields = invoice.fields
    total(world, invoice)
    if not proforma.fields["paid_on"]:
        return
    fields["remaining_amount"] -= proforma.paid
    fields["remaining_native_amount"] = cents(fields["remaining_amount"] * fields["exchange_rate"])
    if fields["remaining_amount"] <= 0:
        fields["paid_on"] = proforma.fields["paid_on"]


def _advances(document: Document) -> list[dict[str, Any]]:
    fields = document.fields
    return [{"id": document.ident, "number": fields["number"], "variable_symbol": fields["variable_symbol"],
             "paid_on": fields["paid_on"], "vat_rate": rate, "price": amounts.net, "vat": amounts.vat}
            for rate, amounts in document.summary.items()]  # fmt: skip

"""What is done with an invoice: book, cancel, credit, mark as printed elsewhere (sheet sections 3 and 4)."""

from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fortnox.arithmetic import ocr, plain, row_total
from simulators.fortnox.document import INVOICE, NONE, Document
from simulators.fortnox.invoices import refuse_fixed, shown
from simulators.fortnox.making import keep
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox


@route("PUT", "/invoices/{number}/bookkeep")
def bookkeep(world: Fortnox, request: Request) -> Response:
    """Makes the voucher and locks the amounts; a cash invoice is paid with that."""
    document = world.document(INVOICE, request.params["number"])
    if document.fields["Booked"] and world.settings["book_twice"] == "again":
        return shown(world, document)
    refuse_fixed(world, document)
    document.fields.update(Booked=True, VoucherNumber=world.next_id("voucher"), VoucherSeries="B", VoucherYear=1)
    if document.fields["InvoiceType"] == "CASHINVOICE":
        settle(document, document.sums.to_pay, document.fields["InvoiceDate"])
    elif not document.balance:
        document.fields["FinalPayDate"] = document.fields["InvoiceDate"]
    document.modified = world.now()
    return shown(world, document)


@route("PUT", "/invoices/{number}/cancel")
def cancel(world: Fortnox, request: Request) -> Response:
    """Only while unbooked; a booked one can but be credited."""
    document = world.document(INVOICE, request.params["number"])
    refuse_fixed(world, document)
    document.fields["Cancelled"] = True
    document.modified = world.now()
    return shown(world, document)


@route("PUT", "/invoices/{number}/credit")
def credit(world: Fortnox, request: Request) -> Response:
    """Answers with the ORIGINAL; the new number stands in its CreditInvoiceReference."""
    original = world.document(INVOICE, request.params["number"])
    if not original.live or original.is_credit:
        raise world.forbidden("Fakturan kan inte krediteras.")
    if not original.fields["Booked"] and original.fields["AccountingMethod"] == "ACCRUAL":
        raise world.forbidden("Fakturan måste vara bokförd för att krediteras.")
    if original.fields["CreditInvoiceReference"] != NONE and world.settings["credit_twice"] == "refused":
        raise world.forbidden("Fakturan är redan krediterad.")
    note = _note(world, original)
    original.fields["CreditInvoiceReference"] = str(note.serial)
    original.modified = world.now()
    return shown(world, original)


@route("PUT", "/invoices/{number}/externalprint")
def external_print(world: Fortnox, request: Request) -> Response:
    document = world.document(INVOICE, request.params["number"])
    document.fields["Sent"] = True
    return shown(world, document)


@route("PUT", "/invoices/{number}/warehouseready")
def warehouse_ready(world: Fortnox, request: Request) -> Response:
    document = world.document(INVOICE, request.params["number"])
    document.fields["WarehouseReady"] = True
    return shown(world, document)


def settle(document: Document, amount: Decimal, day: str) -> None:
    """Money that counts; the last of it sets the day of final payment."""
    document.paid += amount
    document.fields["FinalPayDate"] = None if document.balance else day


def _note(world: Fortnox, original: Document) -> Document:
    """A full credit note, unbooked and of today, in the invoices' own series."""
    serial = world.next_id(INVOICE)
    while serial in world.documents[INVOICE]:
        serial = world.next_id(INVOICE)
    today = world.today().isoformat()
    fields: dict[str, Any] = {
        **original.fields, "Booked": False, "Credit": "true", "CreditInvoiceReference": str(original.serial),
        "InvoiceDate": today, "DueDate": today, "OutboundDate": today, "FinalPayDate": None, "OCR": ocr(serial),
        "Sent": False, "VoucherNumber": None, "VoucherSeries": None, "VoucherYear": None,
        "EmailInformation": dict(original.fields["EmailInformation"]),
        **{name: -original.fields[name] for name in ("Freight", "AdministrationFee")},
    }  # fmt: skip
    if not world.settings["credit_copies_reference"]:
        fields |= {"ExternalInvoiceReference1": "", "ExternalInvoiceReference2": ""}
    note = Document(INVOICE, serial, fields, world.now(), [_turned(world, row) for row in original.rows])
    keep(world, note)
    return note


def _turned(world: Fortnox, row: dict[str, Any]) -> dict[str, Any]:
    """A row taken back: the quantity and an absolute discount change their sign."""
    back = {**row, "DeliveredQuantity": plain(-Decimal(row["DeliveredQuantity"])), "RowId": world.next_id("row")}
    if row["DiscountType"] == "AMOUNT":
        back["Discount"] = -row["Discount"]
    return {**back, "Total": row_total(back)}

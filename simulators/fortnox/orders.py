"""Orders, Fortnox's nearest thing to a proforma: totals by what is delivered, one invoice out of each."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.fortnox import errors
from simulators.fortnox.document import INVOICE, NONE, ORDER, Document
from simulators.fortnox.invoices import shown
from simulators.fortnox.lookup import check_state, listed
from simulators.fortnox.making import change, make
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox

CARRIED = ("Address1", "Address2", "AdministrationFee", "City", "Comments", "CostCenter", "Country", "Currency",
           "CurrencyRate", "CustomerName", "CustomerNumber", "DeliveryAddress1", "DeliveryAddress2", "DeliveryCity",
           "DeliveryCountry", "DeliveryName", "DeliveryZipCode", "ExternalInvoiceReference1",
           "ExternalInvoiceReference2", "Freight", "Language", "OurReference", "Phone1", "Phone2", "Project", "Remarks",
           "TermsOfPayment", "VATIncluded", "YourOrderNumber", "YourReference", "ZipCode")  # fmt: skip
ROW = ("AccountNumber", "ArticleNumber", "CostCenter", "DeliveredQuantity", "Description", "Discount", "DiscountType",
       "Price", "Project", "Unit", "VAT")  # fmt: skip


@route("GET", "/orders")
def index(world: Fortnox, request: Request) -> Response:
    check_state(world, ORDER, request.query)
    return listed(world, request, ORDER)


@route("POST", "/orders")
def create(world: Fortnox, request: Request) -> Response:
    return shown(world, make(world, ORDER, world.given(request, ORDER)), 201)


@route("GET", "/orders/{number}")
def show(world: Fortnox, request: Request) -> Response:
    return shown(world, world.document(ORDER, request.params["number"]))


@route("PUT", "/orders/{number}")
def update(world: Fortnox, request: Request) -> Response:
    document, given = world.document(ORDER, request.params["number"]), world.given(request, ORDER)
    _refuse_closed(world, document)
    change(world, document, given)
    return shown(world, document)


@route("PUT", "/orders/{number}/cancel")
def cancel(world: Fortnox, request: Request) -> Response:
    document = world.document(ORDER, request.params["number"])
    _refuse_closed(world, document)
    document.fields["Cancelled"] = True
    document.modified = world.now()
    return shown(world, document)


@route("PUT", "/orders/{number}/createinvoice")
def create_invoice(world: Fortnox, request: Request) -> Response:
    """Answers with the invoice, which carries the order's references."""
    document = world.document(ORDER, request.params["number"])
    _refuse_closed(world, document)
    if not any(row["DeliveredQuantity"] != "0" for row in document.rows):
        raise world.fail(400, errors.STATE, "Ordern har inget att fakturera.")
    rows = [{name: row[name] for name in ROW} for row in document.rows]
    fields: dict[str, Any] = {name: document.fields[name] for name in CARRIED if document.fields[name] != ""}
    invoice = make(world, INVOICE, {**fields, "InvoiceRows": rows})
    invoice.fields["OrderReference"] = str(document.serial)
    invoice.fields["EmailInformation"]["EmailAddressTo"] = document.fields["EmailInformation"]["EmailAddressTo"]
    document.fields["InvoiceReference"] = str(invoice.serial)
    document.modified = world.now()
    return shown(world, invoice)


@route("PUT", "/orders/{number}/externalprint")
def external_print(world: Fortnox, request: Request) -> Response:
    document = world.document(ORDER, request.params["number"])
    document.fields["Sent"] = True
    return shown(world, document)


def _refuse_closed(world: Fortnox, document: Document) -> None:
    if not document.live:
        raise world.forbidden("Ordern är makulerad.")
    if document.fields["InvoiceReference"] != NONE:
        raise world.forbidden("Ordern är redan fakturerad.")

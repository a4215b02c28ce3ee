"""Payments of invoices: written down first, counted when booked; the same one twice is two (sheet section 4)."""

from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import is_whole
from simulators.fortnox import errors
from simulators.fortnox.actions import settle
from simulators.fortnox.document import INVOICE
from simulators.fortnox.lookup import COMMON, paged, refuse_unknown
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox

LISTED = ("@url", "Amount", "Booked", "Currency", "CurrencyRate", "CurrencyUnit", "InvoiceNumber", "Number",
          "PaymentDate", "Source")  # fmt: skip


@route("GET", "/invoicepayments")
def index(world: Fortnox, request: Request) -> Response:
    asked = request.query
    refuse_unknown(world, asked, (*COMMON, "invoicenumber"))
    wanted = asked.get("invoicenumber", "")
    found = [one for one in world.payments.values() if wanted in ("", str(one["InvoiceNumber"]))]
    rows = [{**{name: one[name] for name in LISTED}, "WriteOffExist": False} for one in found]
    return paged(world, request, "InvoicePayments", rows)


@route("POST", "/invoicepayments")
def create(world: Fortnox, request: Request) -> Response:
    given = world.given(request, "InvoicePayment")
    if not given.get("InvoiceNumber"):
        raise world.fail(400, errors.NUMBER, "InvoiceNumber: Fakturanummer saknas.")
    invoice = world.documents[INVOICE].get(given["InvoiceNumber"])
    if invoice is None:
        raise world.missing("invoice", 400)
    if not invoice.live or not invoice.fields["Booked"]:
        raise world.forbidden("Fakturan är inte bokförd.")
    mode = given.get("ModeOfPayment") or "BG"
    if mode not in world.modes:
        raise world.fail(400, errors.TEXT, f"ModeOfPayment: {mode} finns inte.")
    number = world.next_id("payment")
    fields = invoice.fields
    world.payments[number] = {
        "@url": f"{world.address}/3/invoicepayments/{number}", "Amount": invoice.balance, "AmountCurrency":
        invoice.balance, "Booked": False, "Currency": fields["Currency"], "CurrencyRate": fields["CurrencyRate"],
        "CurrencyUnit": 1, "ExternalInvoiceReference1": "", "ExternalInvoiceReference2": "",
        "InvoiceCustomerName": fields["CustomerName"], "InvoiceCustomerNumber": fields["CustomerNumber"],
        "InvoiceDueDate": fields["DueDate"], "InvoiceOCR": fields["OCR"], "InvoiceTotal": f"{invoice.total}",
        "ModeOfPaymentAccount": int(world.modes[mode]["AccountNumber"]), "PaymentDate": world.today().isoformat(),
        "Source": "direct", "VoucherNumber": None, "VoucherSeries": None, "VoucherYear": None, "WriteOffs": [],
        **{name: value for name, value in given.items() if value is not None}, "ModeOfPayment": mode,
        "Number": str(number),
    }  # fmt: skip
    return world.told("InvoicePayment", world.payments[number], 201)


@route("GET", "/invoicepayments/{number}")
def show(world: Fortnox, request: Request) -> Response:
    return world.told("InvoicePayment", _payment(world, request))


@route("PUT", "/invoicepayments/{number}/bookkeep")
def bookkeep(world: Fortnox, request: Request) -> Response:
    """Only now the invoice's balance falls."""
    payment = _payment(world, request)
    if payment["Booked"]:
        raise world.forbidden("Betalningen är redan bokförd.")
    payment.update(Booked=True, VoucherNumber=world.next_id("voucher"), VoucherSeries="C", VoucherYear=1)
    amount = payment["AmountCurrency"] if payment["Currency"] != "SEK" else payment["Amount"]
    settle(world.documents[INVOICE][payment["InvoiceNumber"]], Decimal(amount), payment["PaymentDate"])
    return world.told("InvoicePayment", payment)


@route("DELETE", "/invoicepayments/{number}")
def destroy(world: Fortnox, request: Request) -> Response:
    payment = _payment(world, request)
    if payment["Booked"]:
        raise world.forbidden("Betalningen är bokförd.")
    del world.payments[int(payment["Number"])]
    return Response(204)


def _payment(world: Fortnox, request: Request) -> dict[str, Any]:
    number = request.params["number"]
    if not is_whole(number) or int(number) not in world.payments:
        raise world.fail(404, errors.STATE, "Kan inte hitta betalningen.")
    return world.payments[int(number)]

"""/invoice_payments/…: money in; a document already paid says so with a 200 (section 7)."""

from decimal import Decimal

from simulators.exchange import Request, Response
from simulators.fields import checked
from simulators.money import cents, number
from simulators.superfaktura.accepted import CURRENCIES, PAYABLE, PAYMENT
from simulators.superfaktura.document import Document
from simulators.superfaktura.making import pay
from simulators.superfaktura.routes import ROUTES
from simulators.superfaktura.world import SuperFaktura

SIGNS = {"EUR": "€", "CZK": "Kč", "USD": "$"}


@ROUTES.add("POST", "/invoice_payments/add/{rest*}")
def add(world: SuperFaktura, request: Request) -> Response:
    """Without an amount the document's whole total is paid."""
    given = world.payload(request, world.message(1, "Payment not found"), "InvoicePayment").get("InvoicePayment")
    document = world.invoice(given.get("invoice_id")) if isinstance(given, dict) else None
    if document is None or not isinstance(given, dict):
        raise world.message(1, "Payment not found")
    world.demand(checked(given, PAYMENT), {"InvoicePayment": given})
    if document.kind not in PAYABLE:
        raise world.message(1, "Invalid document type")
    if given.get("currency") not in (None, *CURRENCIES):
        raise world.failure(1, "Incorrect currency")
    if document.status(world.today()) == "3":
        raise world.message(1, "Faktúra je už plne uhradená", error_messages=[])
    amount = document.total if given.get("amount") is None else cents(number(given["amount"]) or Decimal(0))
    payment = pay(world, document, amount, given)
    return world.reply(_told(world, document) | {
        "payment_id": payment["id"], "created": payment["created"], "invoice_type": document.kind,
        "flash_message": {"text": "Úhrada bola uložená", "type": "success"}})  # fmt: skip


@ROUTES.add("GET", "/invoice_payments/delete/{id}")
def delete(world: SuperFaktura, request: Request) -> Response:
    ident = request.params["id"]
    if not ident.isdigit():
        raise world.message(1, "Invalid id for invoice payment")
    for document in world.invoices.values():
        for payment in document.payments:
            if payment["id"] == ident:
                document.payments.remove(payment)
                return world.reply({"error": 0, "invoice_id": document.ident, "paid": f"{document.paid:.2f}",
                                    "status": int(document.status(world.today())),
                                    "to_pay": document.total - document.paid})  # fmt: skip
    raise world.message(1, "Platba sa nenašla")


def _told(world: SuperFaktura, document: Document) -> dict[str, object]:
    """Numbers here, not strings; the currency is its sign."""
    fields, status = document.fields, int(document.status(world.today()))
    left = document.total - document.paid
    rate = number(fields["exchange_rate"]) or Decimal(1)
    return {"error": 0, "invoice_id": int(document.ident), "status": status, "paid": document.paid, "to_pay": left,
            "to_pay_home_cur": cents(left / rate), "overdue": status == 99, "exchange_rate": rate,
            "country_exchange_rate": 1, "currency": SIGNS.get(fields["invoice_currency"], fields["invoice_currency"]),
            "invoice_currency": SIGNS.get(fields["invoice_currency"], fields["invoice_currency"]),
            "home_currency": SIGNS.get(world.currency, world.currency),
            "parent_id": fields["parent_id"]}  # fmt: skip

"""Money for documents: FullyPay, FullyUnpay, single payments (sheet section 8)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request, Response
from simulators.fields import is_whole, missing
from simulators.idoklad.accepted import boolean, decimal, key, moment
from simulators.idoklad.document import PAID, TYPE_NUMBERS, Document, Payment
from simulators.idoklad.filters import BadFilter, condition, days, ids
from simulators.idoklad.routes import ROUTES

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad

PAYMENT = {"InvoiceId": key, "PaymentAmount": decimal(), "PaymentOptionId": key, "DateOfPayment": moment,
           "SendPaymentConfirmation": boolean, "CreateIssuedTaxDocument": boolean, "DateOfVatApplication": moment,
           "SalesPosEquipmentId": key}  # fmt: skip

COLUMNS = {**{name: ids(name) for name in ("Id", "InvoiceId", "PaymentOptionId", "CurrencyId", "DocumentType")},
           "DateOfPayment": days("DateOfPayment")}  # fmt: skip


def pay(world: "Idoklad", document: Document, amount: Decimal, day: str, option: int = 0) -> Payment:
    """Keep a payment; a zero document needs none."""
    payment = Payment(world.next_id("payment"), document.ident, amount, day,
                      option or document.fields["PaymentOptionId"], created=world.now())  # fmt: skip
    world.payments[payment.ident] = payment
    document.payments.append(payment)
    return payment


def unpay(world: "Idoklad", document: Document) -> None:
    for payment in document.payments:
        world.payments.pop(payment.ident, None)
    document.payments.clear()


@ROUTES.add("PUT", "/v3/IssuedDocumentPayments/FullyPay/{id}")
def fully_pay(world: "Idoklad", request: Request) -> Response:
    """Pays what is missing; a second time is refused with 110."""
    document = any_document(world, request.params["id"])
    _refuse_paid(world, document)
    day = world.asked_day(request.query.get("dateOfPayment", ""))
    pay(world, document, document.gross - document.paid, day.isoformat())
    touch(world, document)
    return world.envelope(True)


@ROUTES.add("PUT", "/v3/IssuedDocumentPayments/FullyUnpay/{id}")
def fully_unpay(world: "Idoklad", request: Request) -> Response:
    document = any_document(world, request.params["id"])
    unpay(world, document)
    touch(world, document)
    return world.envelope(True)


@ROUTES.add("GET", "/v3/IssuedDocumentPayments/Default/{id}")
def default(world: "Idoklad", request: Request) -> Response:
    document = any_document(world, request.params["id"])
    return world.envelope({
        "CreateIssuedTaxDocument": False, "DateOfPayment": world.today().isoformat(), "InvoiceId": document.ident,
        "PaymentAmount": document.gross - document.paid, "PaymentOptionId": document.fields["PaymentOptionId"],
        "SalesPosEquipmentId": None, "SendPaymentConfirmation": True,
    })  # fmt: skip


@ROUTES.add("POST", "/v3/IssuedDocumentPayments")
def create(world: "Idoklad", request: Request) -> Response:
    """SendPaymentConfirmation is not false by itself: left out, the partner gets a mail."""
    given = world.given(request, PAYMENT)
    world.demand(missing(given, ("InvoiceId", "PaymentAmount", "PaymentOptionId", "DateOfPayment"),
                         "The field is required."))  # fmt: skip
    document = any_document(world, str(given["InvoiceId"]))
    _refuse_paid(world, document)
    payment = pay(world, document, Decimal(given["PaymentAmount"]), world.day(given["DateOfPayment"]).isoformat(),
                  given["PaymentOptionId"])  # fmt: skip
    payment.sent = given.get("SendPaymentConfirmation", True)
    if payment.sent:
        world.emails.append({"DocumentId": document.ident, "About": "payment"})
    touch(world, document)
    return world.envelope(_shown(document, payment))


@ROUTES.add("GET", "/v3/IssuedDocumentPayments")
def index(world: "Idoklad", request: Request) -> Response:
    asked = request.query
    try:
        wanted = condition(asked.get("filter", ""), COLUMNS, asked.get("filtertype", "and"))
    except BadFilter as error:
        raise world.fail(400, 400, f"filter: {error}") from error
    rows = [_shown(world.documents[one.document_id], one) for one in world.payments.values()]
    return world.page([row for row in rows if wanted(row)], asked)


@ROUTES.add("GET", "/v3/IssuedDocumentPayments/{id}")
def show(world: "Idoklad", request: Request) -> Response:
    payment = _payment(world, request.params["id"])
    return world.envelope(_shown(world.documents[payment.document_id], payment))


@ROUTES.add("DELETE", "/v3/IssuedDocumentPayments/{id}")
def destroy(world: "Idoklad", request: Request) -> Response:
    payment = _payment(world, request.params["id"])
    document = world.documents[payment.document_id]
    document.payments.remove(payment)
    del world.payments[payment.ident]
    touch(world, document)
    return world.envelope(True)


def any_document(world: "Idoklad", ident: str) -> Document:
    """Payments speak of a document's id without its kind."""
    document = world.documents.get(int(ident)) if is_whole(ident) else None
    if document is None or document.deleted:
        raise world.fail(404, 0, f"Document with id {ident} was not found.")
    return document


def touch(world: "Idoklad", document: Document) -> None:
    """The document has changed; an exported one shows it."""
    document.fields["Metadata"] |= {"DateLastChange": world.now()}
    if document.fields["Exported"] == 1:
        document.fields["Exported"] = 2


def _refuse_paid(world: "Idoklad", document: Document) -> None:
    if document.payment_status == PAID:
        raise world.fail(400, 110, "The document has already been paid.")


def _payment(world: "Idoklad", ident: str) -> Payment:
    payment = world.payments.get(int(ident)) if is_whole(ident) else None
    if payment is None:
        raise world.fail(404, 0, f"IssuedDocumentPayment with id {ident} was not found.")
    return payment


def _shown(document: Document, payment: Payment) -> dict[str, Any]:
    fields = document.fields
    return {
        "CurrencyId": fields["CurrencyId"], "DateOfPayment": payment.day, "DateOfVatApplication": payment.day,
        "DocumentType": TYPE_NUMBERS[document.kind], "ExchangeRate": document.exchange.rate,
        "ExchangeRateAmount": document.exchange.units, "Exported": 0, "Id": payment.ident,
        "InvoiceDocumentNumber": fields["DocumentNumber"], "InvoiceId": document.ident,
        "IsConfirmationSent": payment.sent, "IsEet": False, "IssuedTaxDocumentId": None, "BankStatementId": None,
        "CashVoucherId": None, "Metadata": {"DateCreated": payment.created, "DateLastChange": payment.created},
        "Partner": fields["PartnerAddress"]["NickName"], "PaymentOptionId": payment.option,
        "Prices": {"PaymentAmount": payment.amount, "PaymentAmountHc": document.exchange.home(payment.amount)},
    }  # fmt: skip

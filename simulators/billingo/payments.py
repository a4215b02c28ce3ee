"""/documents/{id}/payments: the whole history at once; the same content sent again changes nothing."""

from simulators.billingo.accepted import PAYMENT, PAYMENT_NEEDS
from simulators.billingo.company import block_options
from simulators.billingo.corrections import invoice_of
from simulators.billingo.document import Document
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.fields import Faults, checked

PLACE = f"{API}/documents/{{id}}/payments"


@ROUTES.add("GET", PLACE)
def index(world: Billingo, request: Request) -> Response:
    return world.reply(world.document(request).payments)


@ROUTES.add("PUT", PLACE)
def replace(world: Billingo, request: Request) -> Response:
    """A proforma paid in full may issue its invoice by itself: the block says so."""
    document, given = _payable(world, request), request.json()
    if not isinstance(given, list):
        raise Refusal(world.refuse(400, "The body must be a JSON array"))
    world.demand(_faults(given))
    blank = {"voucher_number": None, "conversion_rate": None}
    document.payments, document.settled = [{**blank, **payment} for payment in given], False
    document.changed = world.today().isoformat()
    _follow(world, document)
    return world.reply(document.payments)


@ROUTES.add("DELETE", PLACE)
def clear(world: Billingo, request: Request) -> Response:
    document = _payable(world, request)
    document.payments, document.settled = [], False
    return world.reply([])


def _payable(world: Billingo, request: Request) -> Document:
    document = world.document(request)
    if document.kind == "draft" or document.cancelled:
        raise Refusal(world.refuse(400, "Payments of this document cannot be changed."))
    return document


def _faults(payments: list[object]) -> Faults:
    for index, payment in enumerate(payments):
        lacking = [name for name in PAYMENT_NEEDS if isinstance(payment, dict) and payment.get(name) in (None, "")]
        yield from ((f"{index}.{name}", "field is required.") for name in lacking)
        yield from checked(payment, PAYMENT, f"{index}")


def _follow(world: Billingo, document: Document) -> None:
    wanted = block_options(world)["create_invoice_from_paid_proforma"]
    if document.kind == "proforma" and wanted and not document.related and document.status(world.today()) == "paid":
        invoice_of(world, document, "invoice", {})

"""Invoices: list, make, read, change while unbooked."""

from simulators.exchange import Request, Response
from simulators.fortnox.document import INVOICE, Document
from simulators.fortnox.lookup import check_state, listed
from simulators.fortnox.making import change, make
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox


@route("GET", "/invoices")
def index(world: Fortnox, request: Request) -> Response:
    check_state(world, INVOICE, request.query)
    return listed(world, request, INVOICE)


@route("POST", "/invoices")
def create(world: Fortnox, request: Request) -> Response:
    """Nothing here knows that it was asked for the same invoice before: two are made."""
    return shown(world, make(world, INVOICE, world.given(request, INVOICE)), 201)


@route("GET", "/invoices/{number}")
def show(world: Fortnox, request: Request) -> Response:
    return shown(world, world.document(INVOICE, request.params["number"]))


@route("PUT", "/invoices/{number}")
def update(world: Fortnox, request: Request) -> Response:
    document = world.document(INVOICE, request.params["number"])
    given = world.given(request, INVOICE)
    refuse_fixed(world, document)
    change(world, document, given)
    return shown(world, document)


def refuse_fixed(world: Fortnox, document: Document) -> None:
    if document.fields["Booked"]:
        raise world.forbidden("Fakturan är bokförd och kan inte ändras.")
    if not document.live:
        raise world.forbidden("Fakturan är makulerad.")


def shown(world: Fortnox, document: Document, status: int = 200) -> Response:
    return world.told(document.kind, document.shown(world.address), status)

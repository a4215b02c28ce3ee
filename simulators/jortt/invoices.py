"""/invoices: made, shown, changed while a draft, thrown away, copied, credited."""

from typing import Any

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.jortt import errors, making, sending
from simulators.jortt.accepted import CREATE_V1, CREATE_V2, CREDIT, EDIT_V1, EDIT_V2
from simulators.jortt.customers import NO_DIRECT_DEBIT
from simulators.jortt.document import BLANK, Document
from simulators.jortt.routes import ROUTES
from simulators.jortt.world import Jortt


@ROUTES.add("POST", "/v1/invoices")
def create_v1(world: Jortt, request: Request) -> Response:
    return _create(world, world.given(request, CREATE_V1), 1)


@ROUTES.add("POST", "/v2/invoices")
def create_v2(world: Jortt, request: Request) -> Response:
    return _create(world, world.given(request, CREATE_V2), 2)


@ROUTES.add("POST", "/v3/invoices")
def create_v3(world: Jortt, request: Request) -> Response:
    """The only version that adds up VAT over the whole invoice."""
    return _create(world, world.given(request, CREATE_V2), 3)


@ROUTES.add("GET", "/v1/invoices/{id}")
def show_v1(world: Jortt, request: Request) -> Response:
    return as_json({"data": sending.shown(world, world.document(request), 1)})


@ROUTES.add("GET", "/v2/invoices/{id}")
def show_v2(world: Jortt, request: Request) -> Response:
    return as_json({"data": sending.shown(world, world.document(request), 2)})


@ROUTES.add("PUT", "/v1/invoices/{id}")
def edit_v1(world: Jortt, request: Request) -> Response:
    """Overwrites all: what is not given is gone (sheet section 3)."""
    given = world.given(request, EDIT_V1)
    errors.demand(making.create_faults(given, 1))
    return _edit(world, request, {**_cleared(), **given}, 1)


@ROUTES.add("PUT", "/v2/invoices/{id}")
def edit_v2(world: Jortt, request: Request) -> Response:
    """Changes what is given, and nothing else."""
    return _edit(world, request, world.given(request, EDIT_V2), 2)


@ROUTES.add("DELETE", "/v1/invoices/{id}")
def destroy(world: Jortt, request: Request) -> Response:
    document = _draft(world, request)
    document.deleted = True
    for other in world.documents.values():
        other.credits = [ident for ident in other.credits if ident != document.ident]
    return Response(204)


@ROUTES.add("POST", "/v1/invoices/{id}/copy")
def copy(world: Jortt, request: Request) -> Response:
    original = world.document(request)
    twin = making.credit(world, original)
    original.credits.remove(twin.ident)
    twin.fields.update(credited_invoice_id=None, reference=original.fields["reference"])
    twin.lines = list(original.lines)
    twin.add_up()
    return as_json({"data": {"id": twin.ident}}, 201)


@ROUTES.add("POST", "/v1/invoices/{id}/credit")
def credit(world: Jortt, request: Request) -> Response:
    """Takes back the whole of a sent invoice; each call makes another credit invoice."""
    original, given = world.document(request), world.given(request, CREDIT)
    if original.kind != "invoice":
        raise errors.impossible("Invoice::NotCreditable", "Only a sent invoice can be credited.")
    return _made(world, making.credit(world, original), given)


@ROUTES.add("GET", "/v1/invoices/{id}/next_possible_invoice_number")
def next_number(world: Jortt, request: Request) -> Response:
    """Says what would come next; it is not kept for anybody."""
    told = sending.next_number(world, world.document(request))
    return as_json({"data": {"next_possible_invoice_number": told}})


def _create(world: Jortt, given: dict[str, Any], version: int) -> Response:
    errors.demand(making.create_faults(given, version))
    _possible(world, given, version, given["customer_id"])
    return _made(world, making.make(world, given, version), given)


def _made(world: Jortt, document: Document, given: dict[str, Any]) -> Response:
    """With a send_method put on its way as well; what cannot be sent is not made."""
    if "send_method" in given:
        try:
            sending.schedule(world, document, given)
        except Refusal:
            _unmake(world, document)
            raise
    return as_json({"data": {"id": document.ident}}, 201)


def _unmake(world: Jortt, document: Document) -> None:
    del world.documents[document.ident]
    for other in world.documents.values():
        other.credits = [ident for ident in other.credits if ident != document.ident]


def _edit(world: Jortt, request: Request, given: dict[str, Any], version: int) -> Response:
    """200 and no body; with a send_method it is put on its way as well."""
    document = _draft(world, request)
    errors.demand(making.change_faults(given, version))
    _possible(world, given, version, given.get("customer_id") or document.fields["customer_id"])
    world.change_possible()
    making.change(world, document, given, version)
    if given.get("send_method"):
        sending.schedule(world, document, given)
    return Response(200)


def _possible(world: Jortt, given: dict[str, Any], version: int, customer: str) -> None:
    lines = [making.line(world, entry, version) for entry in given.get("line_items") or []]
    errors.demand(making.known_faults(world, lines, customer))
    if int((given.get("invoice_date") or "9999")[:4]) <= world.settings["closed_year"]:
        raise errors.refused("operation.year_closed", closed_year=world.settings["closed_year"])
    if given.get("payment_method") == "direct_debit":
        raise errors.impossible(*NO_DIRECT_DEBIT)


def _draft(world: Jortt, request: Request) -> Document:
    """A draft that is not on its way out."""
    document = world.document(request)
    if document.wanted:
        raise errors.refused("resource.conflict")
    if document.sent:
        raise errors.impossible("Invoice::Finalized", "The invoice has been sent and cannot be changed.")
    return document


def _cleared() -> dict[str, Any]:
    names = ("tradename_id", "introduction", "remarks", "reference", "net_amounts", "payment_method")
    return {**{name: BLANK[name] for name in names}, "discounts": [], "label_ids": []}

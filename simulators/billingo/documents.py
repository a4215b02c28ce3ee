"""POST /documents and its sisters: make, read, finish a draft, delete it. An equal request makes another one."""

from typing import Any

from simulators.billingo.accepted import DOCUMENT, DOCUMENT_NEEDS
from simulators.billingo.making import complete, make
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.rules import document_faults
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response


@ROUTES.add("POST", f"{API}/documents")
def create(world: Billingo, request: Request) -> Response:
    given = _given(world, request)
    world.demand(document_faults(world, given))
    return world.reply(world.shown(make(world, given["type"], given)), 201)


@ROUTES.add("GET", f"{API}/documents/{{id}}")
def show(world: Billingo, request: Request) -> Response:
    return world.reply(world.shown(world.document(request)))


@ROUTES.add("PUT", f"{API}/documents/{{id}}")
def finish(world: Billingo, request: Request) -> Response:
    """A draft becomes final by a full replacement; an empty body is refused (measured by the vendor)."""
    document = world.document(request)
    if document.kind != "draft":
        raise Refusal(world.refuse(403, "Only drafts can be modified."))
    given = _given(world, request)
    world.demand(document_faults(world, given, document))
    document.given, document.kind = {"vendor_id": document.vendor, **given}, given["type"]
    document.partner = world.partners[given["partner_id"]]
    document.invoice_date = world.today().isoformat()
    complete(world, document)
    return world.reply(world.shown(world.keep(document)))


@ROUTES.add("DELETE", f"{API}/documents/{{id}}")
def destroy(world: Billingo, request: Request) -> Response:
    """Drafts only."""
    document = world.document(request)
    if document.kind != "draft":
        raise Refusal(world.refuse(403, "Only drafts can be deleted."))
    document.deleted = True
    return Response(204)


def _given(world: Billingo, request: Request) -> dict[str, Any]:
    return world.body(request, DOCUMENT, required=DOCUMENT_NEEDS)

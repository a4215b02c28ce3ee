"""What follows a document: cancellation, modification, the invoice of a proforma, the archive, a copy."""

from decimal import Decimal
from typing import Any

from simulators.billingo.accepted import CANCELLATION, CONVERSION, MODIFICATION
from simulators.billingo.document import Document
from simulators.billingo.making import filled, make, relate
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.rules import item_faults
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.money import number

PLACE = f"{API}/documents/{{id}}"
# What a following document takes over; the vendor_id can not be set there.
TAKEN_OVER = ("partner_id", "block_id", "bank_account_id", "fulfillment_date", "due_date", "payment_method", "language",
              "currency", "conversion_rate", "electronic", "items", "discount")  # fmt: skip


@ROUTES.add("POST", f"{PLACE}/cancel")
def cancel(world: Billingo, request: Request) -> Response:
    """200 and the cancellation; a second call makes another one (setting second_cancel). The reason is its comment."""
    document, given = world.document(request), world.body(request, CANCELLATION)
    if document.kind not in ("invoice", "advance", "modification"):
        raise Refusal(world.refuse(400, "This document cannot be cancelled."))
    if document.cancelled and world.settings["second_cancel"] == "refuse":
        raise Refusal(world.refuse(400, "This document is already cancelled."))
    items = [{**filled(world, item), "quantity": -_count(item)} for item in document.given.get("items") or []]
    taken = {**_taken(document), "items": items, "comment": given.get("cancellation_reason") or ""}
    made = make(world, "cancellation", {**taken, "paid": False})
    document.cancelled = True
    relate(document, made)
    recipients = [part.strip() for part in (given.get("cancellation_recipients") or "").split(",") if part.strip()]
    if recipients:
        world.emails.append({"document_id": made.ident, "vendor_id": "", "to": recipients, "at": world.stamp()})
    return world.reply(world.shown(made))


@ROUTES.add("POST", f"{PLACE}/create-modification-document")
def modify(world: Billingo, request: Request) -> Response:
    """Whether its items are differences or the full new content is unverified: setting modification_items."""
    document, given = world.document(request), world.body(request, MODIFICATION)
    if document.kind not in ("invoice", "modification") or document.cancelled:
        raise Refusal(world.refuse(400, "This document cannot be modified."))
    items = given.get("items") or []
    world.demand(item_faults(world, items, world.settings["modification_items"] == "difference"))
    more = {name: given[name] for name in ("due_date", "comment", "payment_method") if given.get(name)}
    made = make(world, "modification", {**_taken(document), "items": items, **more, "discount": None})
    document.modified = True
    relate(document, made)
    return world.reply(world.shown(made), 201)


@ROUTES.add("POST", f"{PLACE}/create-from-proforma")
def convert(world: Billingo, request: Request) -> Response:
    """The invoice has no vendor_id; nothing stops a second one (setting second_conversion)."""
    document, given = world.document(request), world.body(request, CONVERSION)
    if document.kind != "proforma" or document.archived:
        raise Refusal(world.refuse(400, "This document is not a proforma."))
    if document.related and world.settings["second_conversion"] == "refuse":
        raise Refusal(world.refuse(400, "An invoice was already created from this proforma."))
    more = {name: given[name] for name in ("fulfillment_date", "due_date", "comment") if given.get(name)}
    if given.get("document_format"):
        more["electronic"] = given["document_format"] == "electronic"
    return world.reply(world.shown(invoice_of(world, document, given.get("document_type") or "invoice", more)), 201)


@ROUTES.add("PUT", f"{PLACE}/archive")
def archive(world: Billingo, request: Request) -> Response:
    """Proformas only: they know no cancellation."""
    document = world.document(request)
    if document.kind != "proforma":
        raise Refusal(world.refuse(400, "Only proformas can be archived."))
    document.archived = True
    return Response(204)


@ROUTES.add("POST", f"{PLACE}/copy")
def copy(world: Billingo, request: Request) -> Response:
    """Another document of the same kind and content."""
    document = world.document(request)
    taken = {**_taken(document), "comment": document.comment}
    return world.reply(world.shown(make(world, document.kind, taken)))


def invoice_of(world: Billingo, proforma: Document, kind: str, more: dict[str, Any]) -> Document:
    """The invoice a proforma becomes, paid where the proforma is."""
    paid = proforma.status(world.today()) == "paid"
    settings = proforma.given.get("settings")
    taken = {"comment": proforma.comment, "settings": settings, **_taken(proforma), **more, "paid": paid}
    made = make(world, kind, taken)
    if world.settings["conversion_link"]:
        relate(proforma, made)
    return made


def _taken(document: Document) -> dict[str, Any]:
    return {name: document.given[name] for name in TAKEN_OVER if name in document.given}


def _count(item: dict[str, Any]) -> Decimal:
    return number(item["quantity"]) or Decimal(0)

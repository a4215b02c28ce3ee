"""/invoices.json and /invoices/{id}.json: make, read, change, delete."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturownia import ksef, lookup
from simulators.fakturownia.accepted import INVOICE, INVOICE_COMPANIONS
from simulators.fakturownia.document import LISTS, Document
from simulators.fakturownia.making import make, merge_lines, merged, pay_as_given, set_term
from simulators.fakturownia.routes import ROUTES
from simulators.fakturownia.rules import create_faults, update_faults
from simulators.fakturownia.world import Fakturownia
from simulators.fields import on

# What a copy does not take over from its source.
OWN = {"id", "number", "oid", "status", "paid", "paid_date", "kind", "payment_to", "pattern_nr_m", "invoice_id"}


@ROUTES.add("POST", "/invoices.json")
def create(world: Fakturownia, request: Request) -> Response:
    given = world.envelope(request, "invoice", INVOICE, INVOICE_COMPANIONS)
    given = _copied(world, given)
    world.demand(create_faults(world, given))
    document = make(world, given, f"http://{request.header('host')}")
    ksef.enter(world, document, forced=on(request.json().get("gov_save_and_send")))
    world.keep(document)
    return world.reply(document.shown(positions=world.settings["positions_in_create"]), 201)


@ROUTES.add("GET", "/invoices/{id}.json")
def show(world: Fakturownia, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    full = request.query.get("correction_positions") == "full"
    return world.reply(lookup.narrowed(document.shown(positions=True, wide=True, full_corrections=full), request))


@ROUTES.add("PUT", "/invoices/{id}.json")
def update(world: Fakturownia, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    given = world.envelope(request, "invoice", INVOICE, INVOICE_COMPANIONS)
    world.demand(update_faults(world, document, given))
    _change(world, document, given)
    return world.reply(document.shown(wide=True))


@ROUTES.add("DELETE", "/invoices/{id}.json")
def destroy(world: Fakturownia, request: Request) -> Response:
    """Refused for documents with a KSeF number (section 2)."""
    document = world.invoice(request.params["id"])
    if document.fields["gov_id"]:
        raise Refusal(world.refuse(422, "The document has a KSeF number and cannot be deleted"))
    document.deleted = True
    return world.reply({"code": "success", "message": "deleted"})


def _copied(world: Fakturownia, given: dict[str, Any]) -> dict[str, Any]:
    """copy_invoice_from: the whole document as it was sent, dates too, under what is sent now (section 4)."""
    if given.get("copy_invoice_from") is None:
        return given
    source = world.invoice(str(given["copy_invoice_from"]))
    fields = {name: value for name, value in source.fields.items() if name in INVOICE and name not in OWN}
    lists = {name: [_fresh(entry) for entry in source.lists[name]] for name in LISTS}
    lines = [_fresh(line.given) for line in source.lines]
    return {**fields, **lists, "positions": lines, "from_invoice_id": source.ident, **given}


def _fresh(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "id"}


def _change(world: Fakturownia, document: Document, given: dict[str, Any]) -> None:
    lists = {name: merged(world, document.lists[name], given[name], name) for name in LISTS if given.get(name)}
    before, document.fields = document.fields, dict(document.fields)
    try:
        document.take(given)
        merge_lines(world, document, given.get("positions") or [])
    except Refusal:
        document.fields = before
        raise
    document.lists.update(lists)
    set_term(document.fields)
    pay_as_given(world, document, given)
    document.fields["updated_at"] = world.stamp()
    if "oid" in given:
        world.point_at(document)

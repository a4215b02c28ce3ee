"""/invoices/…: make, change, read, delete, and the answer that was lost."""

import json
import time
from datetime import timedelta
from typing import Any

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.superfaktura.document import Document
from simulators.superfaktura.making import change, make, total
from simulators.superfaktura.routes import ROUTES, named
from simulators.superfaktura.rules import NO_CLIENT, refuse_create, refuse_edit
from simulators.superfaktura.world import SuperFaktura

KEPT_DAYS = 92
MOST_AT_ONCE = 100


@ROUTES.add("POST", "/invoices/create")
def create(world: SuperFaktura, request: Request) -> Response:
    """Every answer, a refusal too, is kept under the checksum that came with the request (faq.md; section 6)."""
    given = world.payload(request, world.failure(4, NO_CLIENT))
    checksum = str(given.get("checksum") or "")
    if checksum and (again := _repeated(world, checksum)):
        return again
    try:
        answer = _created(world, given)
    except Refusal as refusal:
        answer = refusal.response
    if 0 < len(checksum) <= 32:
        world.checksums[checksum] = {"body": answer.body, "born": time.monotonic(), "day": world.today()}
    return answer


@ROUTES.add("GET", "/api_logs/getResponseByChecksum/{checksum}")
def replay(world: SuperFaktura, request: Request) -> Response:
    """The answer as it was, or []: never made, three months old, or not written down yet (setting checksum_lag)."""
    kept = world.checksums.get(request.params["checksum"])
    if kept is None or world.today() - kept["day"] > timedelta(KEPT_DAYS):
        return world.reply([])
    if time.monotonic() - kept["born"] < max(world.settings["checksum_lag"], request.lag):
        return world.reply([])
    return Response(200, kept["body"])


@ROUTES.add("POST", "/invoices/edit")
def edit(world: SuperFaktura, request: Request) -> Response:
    """Not found is a 200 here (measured, section 9)."""
    given = world.payload(request, world.message(1, "Bad data format."))
    ident = (given.get("Invoice") or {}).get("id") if isinstance(given.get("Invoice"), dict) else None
    if not str(ident or "").isdigit():
        raise world.message(1, "Bad data format.")
    document = world.invoice(ident)
    if document is None:
        raise world.message(2, "Invoice ID not found.")
    refuse_edit(world, document, given)
    change(world, document, given)
    world.keep(document)
    return world.reply({"status": True, "data": world.shown(document)})


@ROUTES.add("GET", "/invoices/view/{id}.json")
def view(world: SuperFaktura, request: Request) -> Response:
    """The document itself, without `error` and without the contact's own data."""
    return world.reply(world.found(request.params["id"]).shown(world.today()))


@ROUTES.add("GET", "/invoices/getInvoiceDetails/{ids}")
def details(world: SuperFaktura, request: Request) -> Response:
    idents = request.params["ids"].split(",")
    if len(idents) > MOST_AT_ONCE:
        raise world.message(1, "Too many IDs")
    found = {ident: world.invoice(ident) for ident in idents}
    return world.reply({ident: world.shown(document) for ident, document in found.items() if document})


def delete(world: SuperFaktura, request: Request) -> Response:
    document = world.found(request.params["id"])
    document.deleted = True
    return world.reply({"error": 0, "message": "Invoice deleted"})


for method in ("GET", "DELETE"):
    ROUTES.add(method, "/invoices/delete/{id}")(delete)


@ROUTES.add("GET", "/invoice_items/delete/{items}/{rest*}")
def delete_items(world: SuperFaktura, request: Request) -> Response:
    idents, document = set(request.params["items"].split(",")), world.invoice(named(request).get("invoice_id"))
    if document is None:
        raise world.failure(3, "Bad data format.")
    if not idents <= {item.ident for item in document.items}:
        raise world.message(1, "Chyba pri mazaní položky")
    document.items = [item for item in document.items if item.ident not in idents]
    total(world, document)
    data = {"Invoice": document.row(world.today()), "InvoiceItem": [document.item(item) for item in document.items]}
    return world.reply({"error": 0, "error_message": "", "data": data})


@ROUTES.add("GET", "/invoices/will_not_be_paid/{id}")
def will_not_be_paid(world: SuperFaktura, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    if document is None or document.kind not in ("regular", "proforma") or document.paid:
        raise world.failure(1, "Document can not be canceled")
    document.given_up = True
    return world.reply({"error": 0, "error_message": 'Document marked as "will not be paid"',
                        "data": {"Invoice": document.row(world.today())}})  # fmt: skip


@ROUTES.add("POST", "/invoices/addRelatedItem")
def add_related(world: SuperFaktura, request: Request) -> Response:
    given = world.payload(request, world.failure(1, "invalid data"))
    if {given.get("parent_type"), given.get("child_type")} != {"invoice"}:
        raise world.failure(1, "invalid data")
    parent, child = (world.invoice(given.get(f"{name}_id")) for name in ("parent", "child"))
    if parent is None or child is None:
        raise world.failure(1, "Invalid id")
    relation, fields = world.relate(parent, child), parent.fields
    shown = {**parent.row(world.today()), "display_name": fields["invoice_no_formatted"] or "",
             "type_translated": parent.kind}  # fmt: skip
    data = {"Invoice": shown, "RelatedItem": {"id": relation}}
    return world.reply({"error": 0, "error_message": "", "data": data})


def delete_related(world: SuperFaktura, request: Request) -> Response:
    for document in world.invoices.values():
        document.related = [entry for entry in document.related if entry["id"] != request.params["id"]]
    return world.reply({"error": 0, "error_message": ""})


for method in ("GET", "POST"):
    ROUTES.add(method, "/invoices/deleteRelatedItem/{id}")(delete_related)


def _created(world: SuperFaktura, given: dict[str, Any]) -> Response:
    refuse_create(world, given)
    document: Document = make(world, given)
    world.keep(document)
    return world.reply({"error": 0, "error_message": "Invoice created", "data": world.shown(document)})


def _repeated(world: SuperFaktura, checksum: str) -> Response | None:
    """Nothing says that a checksum used twice is refused (section 6): setting checksum_repeat."""
    kept, how = world.checksums.get(checksum), world.settings["checksum_repeat"]
    if kept is None or how == "accept" or json.loads(kept["body"])["error"]:
        return None
    if how == "replay":
        return Response(200, kept["body"])
    return as_json({"error": 1, "error_message": "Duplicate request", "message": "Duplicate request"})

"""What happens to a document that is there: storno, correction, e-mail, PDF."""

import time
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import checked, missing
from simulators.kontozz.accepted import (
    CANCELLED,
    CORRECTION,
    CORRECTION_FIELDS,
    EMAIL_FIELDS,
    INVOICE,
    PROFORMA,
    STORNO,
    STORNO_FIELDS,
)
from simulators.kontozz.arithmetic import Amounts, value
from simulators.kontozz.document import Document
from simulators.kontozz.documents import found
from simulators.kontozz.profile import operation
from simulators.kontozz.rules import IS_REQUIRED, correction_faults, left_faults, total_faults
from simulators.kontozz.world import Kontozz
from simulators.pdf import page

# A correction and a storno are their own documents, with their own reference, dates and notes.
OWN = ("order_id", "fulfilment_date", "notes", "items")


@operation("storno")
def storno(world: Kontozz, request: Request) -> Response:
    """The whole of it, once."""
    given, document = world.body(request), found(world, request)
    world.demand(checked(given, STORNO_FIELDS))
    _demand_open(world, document)
    if document.type == PROFORMA:
        document.status = CANCELLED
        return world.show(document)
    if world.corrections(document):
        raise world.no(422, "VALIDATION", "The invoice has corrections")
    world.demand_single(STORNO, given.get("order_id") or "")
    items = [{**item, "quantity": -value(item["quantity"])} for item in document.given["items"]]
    sums = {vat: -amounts for vat, amounts in document.sums.items()}
    made = world.keep(STORNO, _follow(world, document, {**given, "items": items}), sums, document.reckoning,
                      {"related": document.ident})  # fmt: skip
    document.status, document.cancelled_by = CANCELLED, made.ident
    return world.show(made, 201)


@operation("correct")
def correct(world: Kontozz, request: Request) -> Response:
    """The difference to what stands."""
    given, document = world.body(request), found(world, request)
    world.demand(missing(given, ("items",), IS_REQUIRED))
    world.demand(checked(given, CORRECTION_FIELDS))
    world.demand(correction_faults(world, given, document.given.get("oss") is True))
    _demand_open(world, document)
    rates = document.reckoning.by_rate(given["items"])
    world.demand(total_faults(given, rates, document.reckoning))
    world.demand(left_faults(_left(world, document), rates))
    world.demand_single(CORRECTION, given.get("order_id") or "")
    made = world.keep(CORRECTION, _follow(world, document, given), rates, document.reckoning,
                      {"related": document.ident})  # fmt: skip
    return world.show(made, 201)


@operation("email")
def email(world: Kontozz, request: Request) -> Response:
    """Each call sends."""
    given, document = world.body(request), found(world, request)
    world.demand(checked(given, EMAIL_FIELDS))
    to = given.get("email") or document.given["customer"].get("email")
    if not to:
        raise world.no(422, "VALIDATION", "No address", {"email": [IS_REQUIRED]})
    document.emailed_at = world.stamp()
    world.emails.append({"id": document.ident, "to": to})
    return world.yes({"sent_to": to})


@operation("pdf")
def pdf(world: Kontozz, request: Request) -> Response:
    document = found(world, request)
    if time.monotonic() - document.born < world.settings["pdf_delay"]:
        return world.yes({"ready": False}, 202)
    lines = [document.number, document.type, f"{document.total.gross} {document.given['currency']}"]
    return Response(200, page(lines), "application/pdf")


def _demand_open(world: Kontozz, document: Document) -> None:
    if document.status == CANCELLED:
        raise world.no(409, "ALREADY_CANCELLED", f"{document.number} is cancelled")
    if document.type not in (INVOICE, PROFORMA):
        raise world.no(422, "VALIDATION", f"A {document.type} cannot be changed")


def _follow(world: Kontozz, document: Document, given: dict[str, Any]) -> dict[str, Any]:
    kept = {name: given[name] for name in OWN if given.get(name) is not None}
    return {**document.given, "order_id": "", "notes": "", **kept, "issue_date": world.today().isoformat()}


def _left(world: Kontozz, document: Document) -> dict[str, Amounts]:
    left = dict(document.sums)
    for correction in world.corrections(document):
        for vat, amounts in correction.sums.items():
            left[vat] = left[vat] + amounts
    return left

"""The company, its blocks, and making invoices and proformas."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import checked, missing
from simulators.kontozz.accepted import DOCUMENT, INVOICE, PAID, PROFORMA, REQUIRED
from simulators.kontozz.document import Document
from simulators.kontozz.profile import operation
from simulators.kontozz.rules import IS_REQUIRED, document_faults, total_faults
from simulators.kontozz.world import Kontozz


@operation("ping")
def company(world: Kontozz, request: Request) -> Response:
    own = world.settings
    return world.yes({"id": own["company"], "name": "Minta Kereskedelmi Kft.", "tax_number": "12345676-2-41",
                      "currency": "HUF", "key_expires_on": own["key_expires_on"] or None})  # fmt: skip


@operation("blocks")
def blocks(world: Kontozz, request: Request) -> Response:
    return world.yes(list(world.blocks.values()))


@operation("invoice")
def invoice(world: Kontozz, request: Request) -> Response:
    return _make(world, request, INVOICE)


@operation("proforma")
def proforma(world: Kontozz, request: Request) -> Response:
    return _make(world, request, PROFORMA)


def _make(world: Kontozz, request: Request, kind: str) -> Response:
    given = world.body(request)
    world.demand(missing(given, REQUIRED, IS_REQUIRED))
    world.demand(checked(given, DOCUMENT))
    world.demand(document_faults(world, kind, given))
    reckoning = world.reckoning(given["currency"], given.get("price_mode") or "gross")
    rates = reckoning.by_rate(given["items"])
    world.demand(total_faults(given, rates, reckoning))
    world.demand_single(kind, given.get("order_id") or "")
    return world.show(world.keep(kind, _dated(world, given), rates, reckoning, _status(given)), 201)


def _dated(world: Kontozz, given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "issue_date": world.today().isoformat()}


def _status(given: dict[str, Any]) -> dict[str, Any]:
    related = given.get("related_id")
    more: dict[str, Any] = {"related": int(related) if related is not None else None}
    return {**more, "status": PAID} if given.get("paid") else more


def found(world: Kontozz, request: Request) -> Document:
    """The document a path names."""
    ident = request.params["id"]
    known = world.documents.get(int(ident)) if ident.isascii() and ident.isdigit() else None
    if known is None:
        raise world.no(404, "NOT_FOUND", "No such document")
    return known

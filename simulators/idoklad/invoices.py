"""Issued invoices, and what is alike for all three kinds of document: list, detail, change, delete, recount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import missing
from simulators.idoklad import accepted
from simulators.idoklad.arithmetic import ROUNDING, document_prices, line_prices, rounding_line
from simulators.idoklad.document import CREDIT, INVOICE, PROFORMA, TYPE_NUMBERS, Document
from simulators.idoklad.lookup import Handler, index, show
from simulators.idoklad.making import (
    POSTS,
    built_lines,
    default_body,
    exchange_of,
    make,
    rounding_unit,
    set_lines,
    take,
)
from simulators.idoklad.numbering import default_series
from simulators.idoklad.payments import touch
from simulators.idoklad.proformas import check_settled, settle
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.rules import IS_REQUIRED, faults, recount_faults
from simulators.idoklad.world import Idoklad

PATHS = {INVOICE: "IssuedInvoices", PROFORMA: "ProformaInvoices", CREDIT: "CreditNotes"}
ITEMS = {INVOICE: accepted.INVOICE_ITEM, PROFORMA: accepted.ITEM, CREDIT: accepted.DISCOUNTED}


@ROUTES.add("GET", "/v3/IssuedInvoices/Default")
def default(world: Idoklad, request: Request) -> Response:
    """A preview; nothing is reserved."""
    return world.envelope(default_body(world, INVOICE, default_series(world, INVOICE)))


@ROUTES.add("POST", "/v3/IssuedInvoices")
def create(world: Idoklad, request: Request) -> Response:
    given = world.given(request, accepted.INVOICE)
    world.demand(faults(world, INVOICE, given, accepted.REQUIRED))
    check_settled(world, given)
    document = make(world, INVOICE, given)
    settle(world, document, given.get("ProformaInvoices") or [])
    return world.envelope(document.shown())


def update(kind: str) -> Handler:
    """PATCH with the id in the body; locked exports refuse (107), an accounted proforma too (128)."""
    known = accepted.patching(POSTS[kind], ITEMS[kind])

    def answer(world: Idoklad, request: Request) -> Response:
        given = world.given(request, known)
        world.demand(missing(given, ("Id",), IS_REQUIRED))
        document = world.document(kind, str(given["Id"]))
        refuse_change(world, document)
        change(world, document, given)
        return world.envelope(document.shown())

    return answer


def change(world: Idoklad, document: Document, given: Mapping[str, Any]) -> None:
    """Items sent replace the old ones, those with an id are laid over them."""
    kept = {ident: line.given for ident, line in document.lines if line.kind != ROUNDING}
    world.demand((f"Items[{index}].Id", "does not exist") for index, item in enumerate(given.get("Items", []))
                 if item.get("Id") and item["Id"] not in kept)  # fmt: skip
    items = [{**kept.get(item.get("Id", 0), {}), **item} for item in given.get("Items", [])]
    items = items or [{**old, "Id": ident} for ident, old in kept.items()]
    wanted = {**document.fields, **given, "Items": items}
    looked_at = (*given, "Items", "DateOfIssue", "DateOfMaturity")
    world.demand(faults(world, document.kind, {name: wanted[name] for name in looked_at}, ()))
    lines = built_lines(world, wanted)
    take(world, document, given)
    set_lines(world, document, lines, given)
    touch(world, document)


def destroy(kind: str) -> Handler:
    def answer(world: Idoklad, request: Request) -> Response:
        document = world.document(kind, request.params["id"])
        refuse_change(world, document, deleting=True)
        document.deleted = True
        world.series[document.sequence].free(document.fields["DocumentSerialNumber"])
        return world.envelope(True)

    return answer


def refuse_change(world: Idoklad, document: Document, deleting: bool = False) -> None:
    fields = document.fields
    if fields["Exported"] and (deleting or world.settings["exported_locked"]):
        raise world.fail(400, 107, "The document has been exported.")
    if deleting and any(one.fields["CreditedInvoiceId"] == document.ident for one in world.live(CREDIT)):
        raise world.fail(400, 105, "The invoice has a credit note.")
    if not deleting and fields.get("AccountedByInvoiceId"):
        raise world.fail(400, 128, "The proforma invoice is already accounted.")


def recount(kind: str) -> Handler:
    """What a document would come to; nothing is kept."""

    def answer(world: Idoklad, request: Request) -> Response:
        given = world.given(request, accepted.RECOUNT)
        world.demand(recount_faults(world, given))
        lines = built_lines(world, given)
        exchange, rounding = exchange_of(world, given), rounding_line(lines, rounding_unit(world, given))
        lines += [rounding] if rounding else []
        items = [{"Amount": Decimal(line.given["Amount"]), "DiscountPercentage": line.percent,
                  "Id": line.given.get("Id") or 0, "ItemType": line.kind, "Name": line.given.get("Name") or "",
                  "Prices": line_prices(line, exchange), "PriceType": line.given.get("PriceType") or 0,
                  "VatRate": line.rate, "VatRateType": line.given.get("VatRateType") or 0}
                 for line in lines]  # fmt: skip
        return world.envelope({
            "CurrencyId": given["CurrencyId"], "ExchangeRate": exchange.rate, "ExchangeRateAmount": exchange.units,
            "DiscountPercentage": Decimal(given.get("DiscountPercentage") or 0), "DiscountType": 0, "Items": items,
            "PaymentOptionId": given["PaymentOptionId"], "Prices": document_prices(lines, exchange, Decimal(0)),
        })  # fmt: skip

    return answer


def publish(kind: str) -> None:
    path = f"/v3/{PATHS[kind]}"
    for method, where, handler in (("GET", "", index), ("PATCH", "", update), ("GET", "/{id}", show),
                                   ("DELETE", "/{id}", destroy), ("POST", "/Recount", recount)):  # fmt: skip
        ROUTES.add(method, path + where)(handler(kind))


for sort in TYPE_NUMBERS:
    publish(sort)

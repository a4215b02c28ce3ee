"""Issued invoices, and what is alike for all three kinds of document: list, detail, change, delete, recount."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import missing
from simulators.idoklad import accepted, codebooks
from simulators.idoklad.arithmetic import document_prices, line_prices, rounding_line
from simulators.idoklad.document import CREDIT, INVOICE, PROFORMA, TYPE_NUMBERS, Document
from simulators.idoklad.filters import (
    CONTAIN,
    SEMANTIC,
    BadFilter,
    Column,
    condition,
    days,
    ids,
    sorted_rows,
    truth,
    words,
)
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
from simulators.idoklad.rules import IS_REQUIRED, faults
from simulators.idoklad.world import Idoklad

# Which columns can be asked for (IdokladSdk/Requests/IssuedInvoice/Filter): neither OrderNumber nor VariableSymbol.
COLUMNS: dict[str, Column] = {
    **{name: ids(name) for name in ("Id", "ConstantSymbolId", "CurrencyId", "Exported", "PaymentStatus", "PartnerId",
                                    "NumericSequenceId", "RecurringInvoiceId")},
    **{name: days(name) for name in ("DateLastChange", "DateOfIssue", "DateOfMaturity", "DateOfPayment",
                                     "DateOfTaxing")},
    "Description": words("Description", SEMANTIC), "DocumentNumber": words("DocumentNumber"),
    "NickName": words("NickName"), "IsPaid": Column(truth, ("eq", "!eq"), lambda row: row["IsPaid"]),
    "TagIds": Column(lambda text: text, CONTAIN, lambda row: [str(tag) for tag in row["TagIds"]]),
}  # fmt: skip
LIST_PARAMETERS = {"filter", "filtertype", "sort", "page", "pagesize", "select", "include"}
PATHS = {INVOICE: "IssuedInvoices", PROFORMA: "ProformaInvoices", CREDIT: "CreditNotes"}
ITEMS = {INVOICE: accepted.INVOICE_ITEM, PROFORMA: accepted.ITEM, CREDIT: accepted.DISCOUNTED}
Handler = Callable[[Idoklad, Request], Response]


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


def index(kind: str) -> Handler:
    def answer(world: Idoklad, request: Request) -> Response:
        asked = request.query
        world.demand((name, "unknown parameter") for name in asked if name not in LIST_PARAMETERS)
        found = [one for one in world.live(kind) if not world.hidden_by_lag(one.born, request)]
        rows = [(one, one.row()) for one in found]
        wanted = _columns(world)
        try:
            test = condition(asked.get("filter", ""), wanted, asked.get("filtertype", "and"))
            rows = sorted_rows([row for row in rows if test(row[1])], asked.get("sort", ""), wanted, lambda row: row[1])
        except BadFilter as error:
            raise world.fail(400, 400, f"filter: {error}") from error
        return world.page([narrowed(one.shown(), asked) for one, _ in rows], asked)

    return answer


def show(kind: str) -> Handler:
    def answer(world: Idoklad, request: Request) -> Response:
        document = world.document(kind, request.params["id"])
        return world.envelope(narrowed({**document.shown(), **included(world, document, request.query)}, request.query))

    return answer


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
    kept = {ident: line.given for ident, line in document.lines if line.kind != 1}
    items = [{**kept.get(item.get("Id", 0), {}), **item} for item in given.get("Items", [])]
    items = items or [{**old, "Id": ident} for ident, old in kept.items()]
    wanted = {**document.fields, **given, "Items": items}
    world.demand(faults(world, document.kind, {name: wanted[name] for name in (*given, "Items")}, ()))
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
        world.demand(missing(given, ("CurrencyId", "PaymentOptionId", "Items", "DateOfTaxing"), IS_REQUIRED))
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


def narrowed(shown: dict[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """select=Id,DocumentNumber keeps only these."""
    names = asked.get("select")
    return {name: shown[name] for name in names.split(",") if name in shown} if names else shown


def included(world: Idoklad, document: Document, asked: Mapping[str, str]) -> dict[str, Any]:
    """include=Partner,Currency,PaymentOption"""
    fields = document.fields
    offers: dict[str, Callable[[], Any]] = {
        "Partner": lambda: world.contacts.get(fields["PartnerId"]),
        "Currency": lambda: by_id(codebooks.currencies(), fields["CurrencyId"]),
        "PaymentOption": lambda: by_id(codebooks.payment_options(), fields["PaymentOptionId"]),
    }
    return {name: offers[name]() for name in asked.get("include", "").split(",") if name in offers}


def by_id(rows: list[dict[str, Any]], ident: int) -> dict[str, Any] | None:
    return next((row for row in rows if row["Id"] == ident), None)


def publish(kind: str) -> None:
    path = f"/v3/{PATHS[kind]}"
    for method, where, handler in (("GET", "", index), ("PATCH", "", update), ("GET", "/{id}", show),
                                   ("DELETE", "/{id}", destroy), ("POST", "/Recount", recount)):  # fmt: skip
        ROUTES.add(method, path + where)(handler(kind))


def _columns(world: Idoklad) -> Mapping[str, Column]:
    """VariableSymbol is unproven: setting variable_symbol_filter says whether the server takes it (section 7)."""
    return (
        {**COLUMNS, "VariableSymbol": words("VariableSymbol")} if world.settings["variable_symbol_filter"] else COLUMNS
    )


for sort in TYPE_NUMBERS:
    publish(sort)

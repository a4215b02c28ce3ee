"""Lists and details of documents: what can be filtered by, and what comes along."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.exchange import Request, Response
from simulators.idoklad import codebooks
from simulators.idoklad.document import Document
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
from simulators.idoklad.world import Idoklad

Handler = Callable[[Idoklad, Request], Response]
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


def _columns(world: Idoklad) -> Mapping[str, Column]:
    """VariableSymbol is unproven: setting variable_symbol_filter says whether the server takes it (section 7)."""
    return (
        {**COLUMNS, "VariableSymbol": words("VariableSymbol")} if world.settings["variable_symbol_filter"] else COLUMNS
    )

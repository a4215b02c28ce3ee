"""Lists: filters that hold part of a text or its beginning, states, days, sorting, and pages with their count."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import is_whole
from simulators.fortnox import errors
from simulators.fortnox.arithmetic import as_number
from simulators.fortnox.document import INVOICE, ORDER, PLURAL, Document

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

COMMON = ("page", "limit", "offset", "sortby", "sortorder", "lastmodified", "filter")
REFERENCES = {"externalinvoicereference1": "ExternalInvoiceReference1",
              "externalinvoicereference2": "ExternalInvoiceReference2"}  # fmt: skip
_TEXTS = {name.lower(): name for name in (
    "CostCenter", "CustomerName", "CustomerNumber", "Currency", "Project", "OurReference", "YourReference",
    "OCR", "InvoiceType", "YourOrderNumber", "Credit", "OrderType")}  # fmt: skip
# Parameter -> field whose text must hold what was asked, as far as the vendor's file names them for the resource.
TEXTS = {
    INVOICE: {name: _TEXTS[name] for name in _TEXTS if name != "ordertype"},
    ORDER: {name: _TEXTS[name] for name in ("costcenter", "customername", "customernumber", "project", "ourreference",
                                            "yourreference", "ordertype")},
}  # fmt: skip
FLAGS = {"sent": "Sent", "notcompleted": "NotCompleted"}
DAYS = {INVOICE: "InvoiceDate", ORDER: "OrderDate"}
STATES: dict[str, dict[str, Callable[[Document, str], bool]]] = {
    INVOICE: {
        "cancelled": lambda one, today: not one.live,
        "fullypaid": lambda one, today: one.live and one.fields["Booked"] and not one.balance,
        "unpaid": lambda one, today: one.live and bool(one.balance),
        "unpaidoverdue": lambda one, today: one.live and bool(one.balance) and one.fields["DueDate"] < today,
        "unbooked": lambda one, today: one.live and not one.fields["Booked"],
    },
    ORDER: {
        "cancelled": lambda one, today: not one.live, "expired": lambda one, today: False,
        "invoicecreated": lambda one, today: one.fields["InvoiceReference"] != "0",
        "invoicenotcreated": lambda one, today: one.live and one.fields["InvoiceReference"] == "0",
    },
}  # fmt: skip
SORTS = {"customername": "CustomerName", "customernumber": "CustomerNumber", "invoicedate": "InvoiceDate",
         "orderdate": "OrderDate", "ocr": "OCR"}  # fmt: skip


def listed(world: "Fortnox", request: Request, kind: str) -> Response:
    """One page of documents in short; what is asked in several filters must all hold (recorded)."""
    asked = request.query
    refuse_unknown(world, asked, (*COMMON, *REFERENCES, *TEXTS[kind], *FLAGS, "documentnumber", "fromdate", "todate"))
    found = [one for one in _candidates(world, kind, asked) if not world.hidden_by_lag(one.born, request)]
    rows = [one.listed(world.address) for one in _sorted(found, asked) if _fits(world, one, asked)]
    return paged(world, request, PLURAL[kind].capitalize(), rows)


def paged(world: "Fortnox", request: Request, name: str, rows: list[Any]) -> Response:
    """100 a page unless `limit` says another number up to 500; no row means no page."""
    asked = request.query
    limit, page, offset = (_counted(world, asked, what, start) for what, start in
                           (("limit", 100), ("page", 1), ("offset", 0)))  # fmt: skip
    if not 1 <= limit <= 500 or page < 1:
        raise world.fail(400, errors.PARAMETER, "En ogiltig parameter har använts.")
    start = (page - 1) * limit + offset
    meta = {"@TotalResources": len(rows), "@TotalPages": -(-len(rows) // limit), "@CurrentPage": page}
    return as_json({"MetaInformation": meta, name: rows[start : start + limit]}, money=as_number)


def refuse_unknown(world: "Fortnox", asked: Mapping[str, str], known: Iterable[str]) -> None:
    if set(asked) - set(known):
        raise world.fail(400, errors.PARAMETER, "En ogiltig parameter har använts.")


def holds(text: object, wanted: str, how: str = "contains") -> bool:
    """`wanted` within a text, without regard to small and capital letters."""
    own, asked = str(text or "").casefold(), wanted.casefold()
    return {"contains": asked in own, "prefix": own.startswith(asked), "exact": own == asked}[how]


def modified_since(world: "Fortnox", moment: datetime, asked: Mapping[str, str]) -> bool:
    """lastmodified=YYYY-MM-DD HH:MM, in the company's own time."""
    if not asked.get("lastmodified"):
        return True
    try:
        since = datetime.strptime(asked["lastmodified"][:16], "%Y-%m-%d %H:%M").replace(tzinfo=world.zone)
    except ValueError as error:
        raise world.fail(400, errors.PARAMETER, "En ogiltig parameter har använts.") from error
    return moment >= since


def _candidates(world: "Fortnox", kind: str, asked: Mapping[str, str]) -> list[Document]:
    """By the index where the reference is asked for, so that big books stay cheap."""
    books, wanted = world.documents[kind], asked.get("externalinvoicereference1")
    if not wanted or world.settings["reference_match"] == "exact":
        return list(books.values())
    how = {"contains": "substring"}.get(world.settings["reference_match"], "prefix")
    return [books[serial] for serial in sorted(world.references[kind].find(wanted, how)) if serial in books]


def _fits(world: "Fortnox", one: Document, asked: Mapping[str, str]) -> bool:
    fields, how = one.fields, world.settings["reference_match"]
    return (
        all(holds(fields[name], asked[what], how) for what, name in REFERENCES.items() if what in asked)
        and all(holds(fields[name], asked[what]) for what, name in TEXTS[one.kind].items() if what in asked)
        and all(fields[name] == (asked[what] == "true") for what, name in FLAGS.items() if what in asked)
        and holds(one.serial, asked.get("documentnumber", ""))
        and asked.get("fromdate", "") <= fields[DAYS[one.kind]] <= asked.get("todate", "9")
        and modified_since(world, one.modified, asked)
        and _in_state(world, one, asked.get("filter", ""))
    )


def _in_state(world: "Fortnox", one: Document, state: str) -> bool:
    return not state or STATES[one.kind][state](one, world.today().isoformat())


def check_state(world: "Fortnox", kind: str, asked: Mapping[str, str]) -> None:
    if asked.get("filter") and asked["filter"] not in STATES[kind]:
        raise world.fail(400, errors.FILTER, "Ett ogiltigt filter har använts.")


def _sorted(found: list[Document], asked: Mapping[str, str]) -> list[Document]:
    field, back = SORTS.get(asked.get("sortby", "")), asked.get("sortorder") == "descending"
    if asked.get("sortby") == "total":
        return sorted(found, key=lambda one: one.total, reverse=back)
    if field is None:
        return sorted(found, key=lambda one: one.serial, reverse=back)
    return sorted(found, key=lambda one: str(one.fields.get(field)), reverse=back)


def _counted(world: "Fortnox", asked: Mapping[str, str], name: str, start: int) -> int:
    text = asked.get(name, str(start))
    if not is_whole(text):
        raise world.fail(400, errors.PARAMETER, "En ogiltig parameter har använts.")
    return int(text)

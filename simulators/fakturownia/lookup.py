"""GET /invoices.json: filters, periods, pages; new documents may stay out for a while."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from simulators.exchange import Request, Response
from simulators.fakturownia import ksef
from simulators.fakturownia.document import Document
from simulators.fakturownia.routes import ROUTES
from simulators.fakturownia.world import Fakturownia
from simulators.fields import Faults

DATES = ("issue_date", "paid_date", "transaction_date")
ORDERS = ("issue_date", "created_at", "updated_at", "number", "oid", "price_gross", "id")
PERIODS = ("last_12_months", "this_month", "last_30_days", "last_month", "this_year", "last_year", "all", "more")
EQUAL = ("kind", "number", "client_id", "department_id", "from_invoice_id", "invoice_id")
KNOWN = {*EQUAL, "page", "per_page", "period", "date_from", "date_to", "search_date_type", "kinds[]", "invoice_ids",
         "income", "include_positions", "order", "oid", "api_token", "fields[invoice]", "additional_fields[invoice]",
         "correction_positions"}  # fmt: skip
NARROW = "fields[invoice]"


@ROUTES.add("GET", "/invoices.json")
def index(world: Fakturownia, request: Request) -> Response:
    """A bare array without a total."""
    asked = request.query
    world.demand(_faults(asked))
    found = [document for document in _candidates(world, asked) if _wanted(world, document, asked, request)]
    page: list[Document] = world.page(_ordered(found, asked.get("order", "")), asked)
    for document in page:
        ksef.move_on(world, document)
    positions = asked.get("include_positions") in ("true", "1")
    full = asked.get("correction_positions") == "full"
    return world.reply([narrowed(document.shown(positions, full_corrections=full), request) for document in page])


def narrowed(shown: dict[str, Any], request: Request) -> dict[str, Any]:
    """fields[invoice]=id,number keeps only these."""
    names = request.query.get(NARROW)
    return {name: shown[name] for name in names.split(",") if name in shown} if names else shown


def span(period: str, today: date) -> tuple[date, date]:
    """First and last day of a named period."""
    first = today.replace(day=1)
    last_month = first - timedelta(1)
    return {
        "last_12_months": (today - timedelta(365), date.max),
        "this_month": (first, _month_end(today)),
        "last_30_days": (today - timedelta(30), date.max),
        "last_month": (last_month.replace(day=1), last_month),
        "this_year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "all": (date.min, date.max),
    }[period]


def _faults(asked: dict[str, str]) -> Faults:
    """The real system ignores what it does not know; a stand-in that does so would hide a slip."""
    yield from ((name, "unknown parameter") for name in asked if name not in KNOWN)
    if asked.get("period", "all") not in PERIODS:
        yield "period", f"must be one of {', '.join(PERIODS)}"
    if asked.get("search_date_type", "issue_date") not in DATES:
        yield "search_date_type", f"must be one of {', '.join(DATES)}"
    if asked.get("order", "id").removesuffix(".desc").removesuffix(".asc") not in ORDERS:
        yield "order", f"must be one of {', '.join(ORDERS)}, with .desc for the other way"
    if asked.get("period") == "more":
        yield from _window_faults(asked)


def _window_faults(asked: dict[str, str]) -> Faults:
    for name in ("date_from", "date_to"):
        try:
            date.fromisoformat(asked.get(name, ""))
        except ValueError:
            yield name, "must be a date YYYY-MM-DD with period=more"


def _candidates(world: Fakturownia, asked: dict[str, str]) -> Iterable[Document]:
    """By oid as the setting oid_match says: parts match too, so that the client must compare (section 11)."""
    if "oid" not in asked:
        return world.invoices.values()
    how = world.settings["oid_match"]
    fits = MATCHES[how]
    found = (world.invoices[ident] for ident in world.by_oid.find(asked["oid"], how))
    return [document for document in found if fits(document.oid, asked["oid"])]


def _wanted(world: Fakturownia, document: Document, asked: dict[str, str], request: Request) -> bool:
    return (
        not document.deleted
        and not world.hidden_by_lag(document.born, request)
        and all(name not in asked or str(document.fields[name] or "") == asked[name] for name in EQUAL)
        and _listed(document, asked, request)
        and _in_period(world, document, asked)
    )


def _listed(document: Document, asked: dict[str, str], request: Request) -> bool:
    kinds, idents = request.query_lists.get("kinds[]"), asked.get("invoice_ids")
    return bool(
        document.fields["income"] == (asked.get("income", "yes") in ("yes", "1", "true"))
        and (kinds is None or document.fields["kind"] in kinds)
        and (idents is None or str(document.ident) in idents.split(","))
    )


def _in_period(world: Fakturownia, document: Document, asked: dict[str, str]) -> bool:
    """Without a period only this year is listed: clients that matter always send period=all (section 6)."""
    period = asked.get("period", "this_year")
    if period == "all":
        return True
    day = document.fields[asked.get("search_date_type", "issue_date")]
    if not day:
        return False
    if period == "more":
        return bool(asked["date_from"] <= day <= asked["date_to"])
    first, last = span(period, world.today())
    return bool(first.isoformat() <= day[:10] <= last.isoformat())


def _ordered(found: list[Document], order: str) -> list[Document]:
    """Newest first unless asked otherwise."""
    name = order.removesuffix(".desc").removesuffix(".asc") or "id"
    found.sort(key=lambda document: (document.fields[name] is not None, document.fields[name] or 0, document.ident)
               if name == "price_gross" else (str(document.fields[name] or ""), document.ident),
               reverse=not order or order.endswith(".desc"))  # fmt: skip
    return found


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "substring": lambda oid, wanted: wanted in oid,
    "prefix": lambda oid, wanted: oid.startswith(wanted),
    "exact": lambda oid, wanted: oid == wanted,
}

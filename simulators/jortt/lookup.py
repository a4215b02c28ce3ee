"""The lists: full text search that finds more than was asked for, a hundred to a page, the newest first (recorded)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from simulators.exchange import Request, Response, as_json
from simulators.fields import is_whole
from simulators.jortt import errors, sending
from simulators.jortt.accepted import STATUSES
from simulators.jortt.document import Document
from simulators.jortt.routes import ROUTES
from simulators.jortt.world import Jortt

SHORTEST = 3


@ROUTES.add("GET", "/v1/invoices")
def index_v1(world: Jortt, request: Request) -> Response:
    return _index(world, request, 1)


@ROUTES.add("GET", "/v2/invoices")
def index_v2(world: Jortt, request: Request) -> Response:
    return _index(world, request, 2)


def words(world: Jortt, request: Request) -> list[str]:
    """What is searched for; a query of one or two letters is refused, or finds all (setting short_query)."""
    query = request.query.get("query", "")
    if 0 < len(query) < SHORTEST:
        if world.settings["short_query"] == "refuse":
            raise errors.invalid(("query", "is invalid: must have at least 3 characters"))
        query = ""
    return query.lower().split()


def fits(wanted: list[str], text: str) -> bool:
    """Every word somewhere in the text, whatever the case: a reference's beginning is found as well."""
    found = text.lower()
    return all(word in found for word in wanted)


def page(world: Jortt, request: Request, found: list[Any], known: tuple[str, ...],
         show: Callable[[Any], dict[str, Any]]) -> Response:  # fmt: skip
    """A page with its neighbours' addresses; these carry the query and, as recorded, none of the other filters."""
    asked = request.query
    errors.demand((name, "is invalid: unknown parameter") for name in asked if name not in known)
    number = int(asked.get("page", "1")) if is_whole(asked.get("page", "1")) else 0
    if number < 1:
        raise errors.invalid(("page", "is invalid"))
    size = int(world.settings["page_size"])
    last = max(-(-len(found) // size), 1)
    links = {"previous": number - 1 if number > 1 else None, "next": number + 1 if number < last else None,
             "self": number}  # fmt: skip
    told = {name: _link(world, request, wanted) for name, wanted in links.items()}
    told["documentation"] = {"href": "https://developer.jortt.nl/#pagination", "type": "text/html"}
    here = found[(number - 1) * size : number * size]
    return as_json({"data": [show(one) for one in here], "_links": told})


def _link(world: Jortt, request: Request, number: int | None) -> dict[str, str] | None:
    if number is None:
        return None
    query = request.query.get("query")
    before = f"query={quote(query)}&" if query else ""
    return {"href": f"{world.base}{request.path.removeprefix('/v1')}?{before}page={number}",
            "type": "application/json"}  # fmt: skip


def _index(world: Jortt, request: Request, version: int) -> Response:
    wanted = request.query.get("invoice_status", "")
    if wanted and wanted not in STATUSES:
        raise errors.invalid(("invoice_status", "is invalid"))
    query = words(world, request)
    visible = [one for one in reversed(world.documents.values()) if _visible(world, one, request)]
    found = [one for one in visible if _in_status(world, one, wanted) and fits(query, _text(world, one))]
    return page(world, request, found, ("query", "invoice_status", "page"),
                lambda one: sending.shown(world, one, version))  # fmt: skip


def _visible(world: Jortt, document: Document, request: Request) -> bool:
    return not document.deleted and not world.hidden_by_lag(document.born, request)


def _text(world: Jortt, document: Document) -> str:
    """Recorded are customer name and line description; setting search takes reference and remarks away."""
    if world.settings["search"] == "all":
        return document.text
    return " ".join([str(document.fields["customer_company_name"]), *(line.description for line in document.lines)])


def _in_status(world: Jortt, document: Document, wanted: str) -> bool:
    due = document.sent and document.fields["invoice_due_amount"] > 0
    return {"": True, "sent": document.sent, "draft": not document.sent, "unpaid": due,
            "paid": document.sent and not due,
            "late": due and document.fields["invoice_due_date"] < world.today().isoformat()}[wanted]  # fmt: skip

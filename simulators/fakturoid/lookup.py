"""GET /invoices.json with exact filters, and the full-text search; new documents may stay out for a while."""

from datetime import datetime

from simulators.exchange import Refusal, Request, Response
from simulators.fakturoid.accepted import TYPES
from simulators.fakturoid.document import Document
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.world import Fakturoid

TIMES = {"since": "created_at", "updated_since": "updated_at", "until": "created_at", "updated_until": "updated_at"}
FILTERS = ("regular", "proforma", "correction", "tax_document")
STATUSES = ("open", "sent", "overdue", "paid", "cancelled", "uncollectible")
SEARCHED = ("number", "variable_symbol", "client_name", "note", "private_note", "footer_note")


@ROUTES.add("GET", f"{ACCOUNT}/invoices.json")
def index(world: Fakturoid, request: Request) -> Response:
    """A bare array of forty, the newest first; custom_id is compared whole (section 6)."""
    asked = request.query
    world.lookup(asked, ("page", "subject_id", "custom_id", "number", "status", "document_type", *TIMES))
    _refuse_unknown(world, asked, "status", STATUSES)
    _refuse_unknown(world, asked, "document_type", FILTERS)
    times = {name: instant(world, asked[name]) for name in TIMES if name in asked}
    source = world.with_reference(asked["custom_id"]) if "custom_id" in asked else world.invoices.values()
    visible = (document for document in source if _visible(world, document, request))
    found = [document for document in visible if _fits(world, document, asked) and _within(document, times)]
    return _listed(world, found, asked)


@ROUTES.add("GET", f"{ACCOUNT}/invoices/search.json")
def search(world: Fakturoid, request: Request) -> Response:
    """Full text; custom_id is not among what is searched (vendor's page), order_number by setting."""
    asked, tags = request.query, request.query_lists.get("tags[]", [])
    world.lookup(asked, ("page", "query", "tags[]"))
    words = asked.get("query", "").lower().split()
    found = [document for document in world.invoices.values()
             if _visible(world, document, request) and set(tags) <= set(document.fields["tags"])
             and all(word in _text(world, document) for word in words)]  # fmt: skip
    return _listed(world, found, asked)


def instant(world: Fakturoid, text: str) -> datetime:
    """ISO 8601; anything else is a 400 (vendor's page on subjects)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(world.refuse(400, "a date and time in ISO 8601 is wanted")) from error
    return found if found.tzinfo else found.replace(tzinfo=world.zone)


def _listed(world: Fakturoid, found: list[Document], asked: dict[str, str]) -> Response:
    found.sort(key=lambda document: (document.fields["issued_on"], document.fields["number"]), reverse=True)
    return world.reply([world.shown(document) for document in world.page(found, asked)])


def _refuse_unknown(world: Fakturoid, asked: dict[str, str], name: str, known: tuple[str, ...]) -> None:
    if asked.get(name, known[0]) not in known:
        raise Refusal(world.refuse(400, f"{name} must be one of {', '.join(known)}"))


def _visible(world: Fakturoid, document: Document, request: Request) -> bool:
    return not document.deleted and not world.hidden_by_lag(document.born, request)


def _fits(world: Fakturoid, document: Document, asked: dict[str, str]) -> bool:
    kinds = set(TYPES) - {"proforma"} if asked.get("document_type") == "regular" else {asked.get("document_type")}
    return (
        ("document_type" not in asked or document.kind in kinds)
        and ("subject_id" not in asked or str(document.fields["subject_id"]) == asked["subject_id"])
        and ("number" not in asked or document.fields["number"] == asked["number"])
        and ("status" not in asked or document.status(world.today()) == asked["status"])
    )


def _within(document: Document, times: dict[str, datetime]) -> bool:
    for name, limit in times.items():
        at = datetime.fromisoformat(document.fields[TIMES[name]])
        if (at < limit) if name.endswith("since") else (at > limit):
            return False
    return True


def _text(world: Fakturoid, document: Document) -> str:
    names = (*SEARCHED, "order_number") if world.settings["search_order_number"] else SEARCHED
    parts = [str(document.fields[name] or "") for name in names] + [line.shown["name"] for line in document.lines]
    return " ".join(parts).lower()

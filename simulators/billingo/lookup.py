"""GET /documents with its filters, and the look-up by vendor_id; new documents may stay out for a while."""

from collections.abc import Mapping

from simulators.billingo.accepted import ALL_TYPES, METHODS, STATUSES
from simulators.billingo.document import Document
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.fields import Check, Faults, by_place, day, is_whole, one_of

SPANS = {"": "invoice_date", "fulfillment_": "fulfillment_date", "paid_": "paid_date"}
DATES = tuple(f"{span}{end}_date" for span in SPANS for end in ("start", "end"))
NUMBERS = ("block_id", "partner_id", "start_number", "start_year", "end_number", "end_year")
PAIRS = (("start_number", "start_year"), ("end_number", "end_year"))
KNOWN = (*NUMBERS, *DATES, "payment_method", "payment_status", "type", "query", "last_modified_date")


@ROUTES.add("GET", f"{API}/documents/vendor/{{vendor}}")
def by_vendor(world: Billingo, request: Request) -> Response:
    """One document, the newest of several (setting vendor_lookup); none is a 404, or an object without an id."""
    held = world.with_vendor(request.params["vendor"])
    found = [one for one in held if not world.hidden_by_lag(one.born, request)]
    if found:
        return world.reply(world.shown(found[-1 if world.settings["vendor_lookup"] == "newest" else 0]))
    if world.settings["vendor_none"] == "empty":
        return world.reply({})
    raise Refusal(world.refuse(404, "Document not found."))


@ROUTES.add("GET", f"{API}/documents")
def index(world: Billingo, request: Request) -> Response:
    """The newest first."""
    asked = request.query
    world.demand(_faults(world, asked))
    found = [one for one in reversed(world.documents.values())
             if not one.deleted and not one.archived and not world.hidden_by_lag(one.born, request)
             and _fits(world, one, asked)]  # fmt: skip
    return world.page(request, [world.shown(one) for one in found], KNOWN)


def _faults(world: Billingo, asked: Mapping[str, str]) -> Faults:
    """3.0.15 takes two types only, `invoice` and `receipt` (setting type_filter)."""
    types = ALL_TYPES if world.settings["type_filter"] == "all" else ("invoice", "receipt")
    checks: dict[str, Check] = {"type": one_of(*types), "payment_method": one_of(*METHODS),
                                "payment_status": one_of(*STATUSES)}  # fmt: skip
    checks.update(dict.fromkeys((*DATES, "last_modified_date"), day))
    for name, check in checks.items():
        if name in asked and by_place(check(asked[name], name)):
            yield name, "is invalid."
    yield from ((name, "must be an integer.") for name in NUMBERS if name in asked and not is_whole(asked[name]))
    for one, other in PAIRS:
        if (one in asked) != (other in asked):
            yield (other if one in asked else one), "field is required."


def _fits(world: Billingo, one: Document, asked: Mapping[str, str]) -> bool:
    return (
        ("type" not in asked or one.kind == asked["type"])
        and all(name not in asked or str(one.given[name]) == asked[name]
                for name in ("block_id", "partner_id", "payment_method"))
        and ("payment_status" not in asked or one.status(world.today()) == asked["payment_status"])
        and ("last_modified_date" not in asked or one.changed >= asked["last_modified_date"])
        and _within(world, one, asked) and _numbered(one, asked)
        and asked.get("query", "").lower() in _text(world, one)
    )  # fmt: skip


def _within(world: Billingo, one: Document, asked: Mapping[str, str]) -> bool:
    shown = world.shown(one)
    return all(asked.get(f"{span}start_date", "") <= shown[name] <= asked.get(f"{span}end_date", "9999")
               for span, name in SPANS.items())  # fmt: skip


def _numbered(one: Document, asked: Mapping[str, str]) -> bool:
    """(year, number) of the document between those asked for."""
    if not one.number:
        return not set(asked) & set(NUMBERS[2:])
    year, number = one.number.rpartition("/")[2].split("-")
    own = (int(year), int(number))
    return (
        ("start_year" not in asked or own >= (int(asked["start_year"]), int(asked["start_number"])))
        and ("end_year" not in asked or own <= (int(asked["end_year"]), int(asked["end_number"])))
    )  # fmt: skip


def _text(world: Billingo, one: Document) -> str:
    """What the free text finds; which fields it searches is unverified (setting query_finds)."""
    named = [one.number, one.snapshot["name"]]
    if world.settings["query_finds"] == "all":
        named += [one.comment, str((one.given.get("settings") or {}).get("order_number") or "")]
    return " ".join(named).lower()

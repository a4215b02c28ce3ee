"""create-invoice and its sisters, reading by guid, lists, the dashboard. There is no search by reference."""

from datetime import date
from typing import Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import checked, missing
from simulators.konto.accepted import ACCOUNTING_CHANGE, INVOICE, INVOICE_REQUIRED, SAVE_INVOICE, day_of
from simulators.konto.document import SAVED, Document
from simulators.konto.making import IS_REQUIRED, add_customer, keep, sale, the_customer
from simulators.konto.routes import BASE, ROUTES
from simulators.konto.world import Konto

SAVE_REQUIRED = ("amount", "currency", "issue_date", "due_date", "settlement_date", "type", "items", "create_type")


@ROUTES.add("POST", f"{BASE}/create-invoice")
def create(world: Konto, request: Request) -> Response:
    """Also for credit notes; a second identical request makes a second document."""
    given = sale(world, world.data(request), INVOICE, INVOICE_REQUIRED)
    document = keep(world, given, the_customer(world, given["customer"]))
    return world.made(document.guid)


@ROUTES.add("POST", f"{BASE}/create-draft-invoice")
def create_draft(world: Konto, request: Request) -> Response:
    """Seen in one production client, not documented."""
    if not world.settings["drafts"]:
        return world.refuse(404, "Not Found")
    given = sale(world, world.data(request), INVOICE, INVOICE_REQUIRED)
    return world.made(keep(world, given, the_customer(world, given["customer"]), SAVED).guid)


@ROUTES.add("POST", f"{BASE}/create-save-invoice")
def create_save(world: Konto, request: Request) -> Response:
    """For a receiver who chooses how; sent by e-mail it answers no guid."""
    given = sale(world, world.data(request), SAVE_INVOICE, SAVE_REQUIRED)
    name = "kennitala" if given["create_type"] == "user" else "email"
    world.demand(missing(given, (name,), IS_REQUIRED))
    customer = add_customer(world, {"name": given[name], "registration_no": given.get("kennitala", ""),
                                    "email": given.get("email", "")})  # fmt: skip
    document = keep(world, given, customer)
    return world.made(document.guid) if name == "kennitala" else world.yes(None)


@ROUTES.add("GET", f"{BASE}/get-invoice")
def show(world: Konto, request: Request) -> Response:
    return world.yes(world.invoice(world.asked(request, "guid").get("guid", "")).shown())


@ROUTES.add("POST", f"{BASE}/update-invoice")
def update(world: Konto, request: Request) -> Response:
    """Only what accounting says about it can be changed."""
    given = world.data(request, "guid")
    document = world.invoice(world.fields(request).get("guid", ""))
    world.demand(checked(given, ACCOUNTING_CHANGE))
    document.accounting_status = given.get("accounting_status", document.accounting_status)
    document.accounting_message = given.get("accounting_message", document.accounting_message)
    document.updated = world.stamp()
    return world.made(document.guid)


@ROUTES.add("GET", f"{BASE}/get-invoices")
def index(world: Konto, request: Request) -> Response:
    """Everything, or pages; the order is not documented (setting list_order)."""
    asked = world.asked(request, "accounting_status", "limit", "page")
    return world.yes([one.shown() for one in world.page(_listed(world, request, asked), asked)])


@ROUTES.add("GET", f"{BASE}/get-count-invoices")
def number_of(world: Konto, request: Request) -> Response:
    return world.yes(len(_listed(world, request, world.asked(request, "accounting_status"))))


@ROUTES.add("POST", f"{BASE}/get-dashboard-data")
def dashboard(world: Konto, request: Request) -> Response:
    """A bare list, without the envelope, unless refused."""
    asked = world.asked(request, "start_date", "end_date", "limit", "page")
    first, last = (_day(world, asked, name) for name in ("start_date", "end_date"))
    found = [one for one in _seen(world, request) if first.isoformat() <= one.issued <= last.isoformat()
             and (one.status != SAVED or world.settings["dashboard_shows_saved"])]  # fmt: skip
    return as_json([one.row(world.settings["username"]) for one in world.page(found, asked)], money=float)


def _listed(world: Konto, request: Request, asked: dict[str, str]) -> list[Document]:
    wanted = [name for name in asked.get("accounting_status", "").split(",") if name]
    return [one for one in _seen(world, request) if not wanted or one.accounting_status in wanted]


def _seen(world: Konto, request: Request) -> list[Document]:
    found = [one for one in world.live() if not world.hidden_by_lag(one.born, request)]
    return found if world.settings["list_order"] == "oldest" else found[::-1]


def _day(world: Konto, asked: dict[str, Any], name: str) -> date:
    found = day_of(asked.get(name, ""))
    if found is None:
        raise world.no(f"{name} {IS_REQUIRED}")
    return found

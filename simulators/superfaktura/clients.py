"""/clients/…: contacts."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import checked
from simulators.superfaktura import parties
from simulators.superfaktura.accepted import CLIENT
from simulators.superfaktura.lookup import paging, search_text
from simulators.superfaktura.routes import ROUTES, named
from simulators.superfaktura.world import SuperFaktura

SEARCHED = ("name", "ico", "dic", "ic_dph", "bank_account", "email", "address", "city", "zip", "state", "country",
            "phone", "fax", "comment", "tags", "uuid")  # fmt: skip
KNOWN = {"search", "search_uuid", "listinfo", "page", "per_page", "sort", "direction"}
USUAL_PAGE = 100
STATS = ("regular", "regular_overdue", "proforma", "proforma_overdue", "estimate", "order", "delivery", "cancel",
         "reverse_order", "expense", "expense_unpaid")  # fmt: skip


@ROUTES.add("POST", "/clients/create")
def create(world: SuperFaktura, request: Request) -> Response:
    given = _given(world, request)
    if not given.get("name"):
        raise world.failure(1, "Missing data")
    stored = parties.keep(world, parties.contact(world, given))
    return world.reply({"error": 0, "error_message": "Client created", "data": {"Client": stored}})


def edit(world: SuperFaktura, request: Request) -> Response:
    stored = _found(world, request.params["id"])
    given = _given(world, request)
    stored.update({**parties.contact(world, {**stored, **given}), "modified": world.clock()})
    world.index_client(stored)
    return world.reply({"error": 0, "message": "The client has been saved"})


for method in ("POST", "PATCH"):
    ROUTES.add(method, "/clients/edit/{id}")(edit)


@ROUTES.add("GET", "/clients/view/{id}")
def view(world: SuperFaktura, request: Request) -> Response:
    stored = _found(world, request.params["id"].removesuffix(".json"))
    there = parties.country(parties.BY_ID.get(str(stored["country_id"]), "sk"))
    place = {**there, "id": str(there["id"]), "order": "1"}
    return world.reply({"Client": stored, "Country": place, "ContactPerson": [], "Tag": []})


@ROUTES.add("GET", "/clients/delete/{id}")
def delete(world: SuperFaktura, request: Request) -> Response:
    stored = _found(world, request.params["id"])
    if any(document.fields["client_id"] == stored["id"] and document.live for document in world.invoices.values()):
        raise world.failure(1, "You can't delete contact with invoices", 403, twice=True)
    del world.clients[stored["id"]]
    return world.reply({"redirect_url": "/clients", "error": 0, "message": "Contact deleted"})


def index(world: SuperFaktura, request: Request) -> Response:
    """A substring search over many fields, so that the client must compare."""
    asked = named(request)
    if slips := sorted(set(asked) - KNOWN):
        raise world.failure(1, f"Unknown parameters: {', '.join(slips)}")
    words = search_text(asked["search"]) if "search" in asked else ""
    found = [stored for stored in world.clients.values()
             if words is not None and words in " ".join(str(stored[name] or "") for name in SEARCHED).lower()
             and ("search_uuid" not in asked or stored["uuid"] == asked["search_uuid"])]  # fmt: skip
    page, length = paging(world, asked, USUAL_PAGE)
    rows = [{"Client": stored, "ClientStat": _stat(world, stored)} for stored in found[(page - 1) * length :][:length]]
    if asked.get("listinfo") != "1":
        return world.reply(rows)
    return world.reply({"itemCount": len(found), "page": page, "pageCount": -(-len(found) // length),
                        "perPage": length, "items": rows})  # fmt: skip


for path in ("/clients/index.json", "/clients/index.json/{rest*}"):
    ROUTES.add("GET", path)(index)


def _given(world: SuperFaktura, request: Request) -> dict[str, Any]:
    bad = world.failure(1, "Bad data format", 400, twice=True)
    given = world.payload(request, bad, "Client", "Tag").get("Client")
    if not isinstance(given, dict):
        raise bad
    world.demand(checked(given, CLIENT), {"Client": given})
    return given


def _found(world: SuperFaktura, ident: str) -> dict[str, Any]:
    if ident not in world.clients:
        raise world.failure(1, "Client not found", 404, twice=True)
    return world.clients[ident]


def _stat(world: SuperFaktura, stored: dict[str, Any]) -> dict[str, Any]:
    """How often and how much, per type; only what is counted here is more than zero."""
    told: dict[str, Any] = {"id": stored["id"], "client_id": stored["id"], "pay_time": None, "risk": None,
                            "date_founded": None}  # fmt: skip
    mine = [document for document in world.invoices.values()
            if document.live and document.fields["client_id"] == stored["id"]]  # fmt: skip
    for name in STATS:
        kind = name.removesuffix("_overdue")
        own = [document.total for document in mine
               if document.kind == kind and (name == kind or document.status(world.today()) == "99")]  # fmt: skip
        told |= {f"{name}_count": str(len(own)), f"{name}_total": f"{sum(own):.2f}"}
    return told

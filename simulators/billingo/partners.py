"""/partners: the buyer must exist before the document; equal partners may exist twice."""

from collections.abc import Mapping
from typing import Any

from simulators.billingo.accepted import IS_REQUIRED, PARTNER
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.fields import is_whole

PLACE = f"{API}/partners"
FAILED = "Validation Failed"
ADDRESS = ("country_code", "post_code", "city", "address")
TEXTS = ("taxcode", "iban", "swift", "account_number", "phone", "general_ledger_number", "tax_type",
         "group_member_tax_number")  # fmt: skip


@ROUTES.add("GET", PLACE)
def index(world: Billingo, request: Request) -> Response:
    """`query` is free text over the name; the newest first (vendor's tool)."""
    wanted = request.query.get("query", "").lower()
    found = [one for one in reversed(world.partners.values()) if wanted in one["name"].lower()]
    return world.page(request, found, ("query",))


@ROUTES.add("POST", PLACE)
def create(world: Billingo, request: Request) -> Response:
    return world.reply(_kept(world, world.next_id(), _given(world, request)), 201)


@ROUTES.add("POST", f"{PLACE}/guess")
def guess(world: Billingo, request: Request) -> Response:
    """The partner with the same name, tax number, address and e-mails; a new one when nobody fits (3.0.15)."""
    given = world.body(request, PARTNER, FAILED)
    for known in world.partners.values():
        if given and all(known[name] == value for name, value in given.items()):
            return world.reply(known)
    return world.reply(_kept(world, world.next_id(), _given(world, request)))


@ROUTES.add("GET", f"{PLACE}/{{id}}")
def show(world: Billingo, request: Request) -> Response:
    return world.reply(_partner(world, request))


@ROUTES.add("PUT", f"{PLACE}/{{id}}")
def replace(world: Billingo, request: Request) -> Response:
    """A full replacement: what is not sent is gone. Documents keep what they were printed with."""
    return world.reply(_kept(world, _partner(world, request)["id"], _given(world, request)))


@ROUTES.add("DELETE", f"{PLACE}/{{id}}")
def destroy(world: Billingo, request: Request) -> Response:
    del world.partners[_partner(world, request)["id"]]
    return Response(204)


def _given(world: Billingo, request: Request) -> dict[str, Any]:
    """Name and the four parts of the address must be there (measured by the vendor)."""
    given = world.body(request, PARTNER, FAILED)
    address: Mapping[str, Any] = given.get("address") or {}
    lacking = [f"address.{name}" for name in ADDRESS if address.get(name) in (None, "")]
    if found := [(name, IS_REQUIRED) for name in (*(() if given.get("name") else ("name",)), *lacking)]:
        raise world.invalid(found, FAILED)
    return given


def _kept(world: Billingo, ident: int, given: Mapping[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {"id": ident, "name": "", "address": {}, "emails": [], **dict.fromkeys(TEXTS, ""),
                             "custom_billing_settings": None}  # fmt: skip
    kept = {**blank, **{name: value for name, value in given.items() if value is not None}}
    world.partners[ident] = kept
    return kept


def _partner(world: Billingo, request: Request) -> dict[str, Any]:
    ident = request.params["id"]
    if not is_whole(ident) or int(ident) not in world.partners:
        raise Refusal(world.refuse(404, "Partner not found."))
    return world.partners[int(ident)]

"""Contacts: the partners of documents (sheet section 6). Nothing keeps two alike apart."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import Check, is_whole, missing
from simulators.idoklad import codebooks
from simulators.idoklad.accepted import CONTACT, key
from simulators.idoklad.filters import COMPARE, SEMANTIC, BadFilter, Column, condition, days, sorted_rows, whole, words
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.rules import IS_REQUIRED
from simulators.idoklad.world import Idoklad

COLUMNS: dict[str, Column] = {
    "Id": Column(whole, COMPARE, lambda row: row["Id"]), "CompanyName": words("CompanyName", SEMANTIC),
    "DateLastChange": days("DateLastChange"),
    **{name: words(name) for name in ("IdentificationNumber", "VatIdentificationNumber", "VatIdentificationNumberSk",
                                      "Email")},
}  # fmt: skip
PATCH: dict[str, Check] = {**CONTACT, "Id": key}
TEXTS = ("AccountNumber", "City", "CompanyName", "Email", "Fax", "Firstname", "Iban", "IdentificationNumber", "Mobile",
         "Note", "Phone", "PostalCode", "Street", "Surname", "Swift", "Title", "VatIdentificationNumber",
         "VatIdentificationNumberSk", "Www")  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(TEXTS, ""), "BankId": None, "CountryId": 0, "DefaultInvoiceMaturity": None, "DeliveryAddresses": [],
    "DiscountPercentage": 0, "IsRegisteredForVatOnPay": False, "SendReminders": False,
}  # fmt: skip


@ROUTES.add("GET", "/v3/Contacts")
def index(world: Idoklad, request: Request) -> Response:
    asked = request.query
    try:
        wanted = condition(asked.get("filter", ""), COLUMNS, asked.get("filtertype", "and"))
        rows = [one for one in world.contacts.values() if wanted(_row(one))]
        return world.page(sorted_rows(rows, asked.get("sort", ""), COLUMNS, _row), asked)
    except BadFilter as error:
        raise world.fail(400, 400, f"filter: {error}") from error


@ROUTES.add("GET", "/v3/Contacts/Default")
def default(world: Idoklad, request: Request) -> Response:
    return world.envelope({**BLANK, "CountryId": codebooks.country_id(world.settings["country"])})


@ROUTES.add("POST", "/v3/Contacts")
def create(world: Idoklad, request: Request) -> Response:
    given = world.given(request, CONTACT)
    world.demand(missing(given, ("CompanyName", "CountryId"), IS_REQUIRED))
    _check_country(world, given)
    stamp = world.now()
    contact = {**BLANK, **given, "Id": world.next_id("contact"),
               "Metadata": {"DateCreated": stamp, "DateLastChange": stamp, "UserCreatedId": 1,
                            "UserLastChangeId": 1}}  # fmt: skip
    world.contacts[contact["Id"]] = contact
    return world.envelope(contact)


@ROUTES.add("GET", "/v3/Contacts/{id}")
def show(world: Idoklad, request: Request) -> Response:
    return world.envelope(_contact(world, request.params["id"]))


@ROUTES.add("PATCH", "/v3/Contacts")
def update(world: Idoklad, request: Request) -> Response:
    """The id stands in the body. Documents keep the address they were made with."""
    given = world.given(request, PATCH)
    contact = _contact(world, str(given.get("Id", "")))
    _check_country(world, given)
    contact.update(given)
    contact["Metadata"] |= {"DateLastChange": world.now()}
    return world.envelope(contact)


@ROUTES.add("DELETE", "/v3/Contacts/{id}")
def destroy(world: Idoklad, request: Request) -> Response:
    """A contact with documents cannot be deleted."""
    contact = _contact(world, request.params["id"])
    if any(one.fields["PartnerId"] == contact["Id"] for one in world.live()):
        raise world.fail(400, 101, "The contact has invoices.")
    del world.contacts[contact["Id"]]
    return world.envelope(True)


def _row(contact: dict[str, Any]) -> dict[str, Any]:
    return {**contact, "DateLastChange": contact["Metadata"]["DateLastChange"]}


def _check_country(world: Idoklad, given: dict[str, Any]) -> None:
    if "CountryId" in given and not codebooks.country_code(given["CountryId"]):
        raise world.fail(400, 400, "CountryId: does not exist")


def _contact(world: Idoklad, ident: str) -> dict[str, Any]:
    contact = world.contacts.get(int(ident)) if is_whole(ident) else None
    if contact is None:
        raise world.fail(404, 0, f"Contact with id {ident} was not found.")
    return contact

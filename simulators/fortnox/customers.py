"""Customer cards: made with a name alone, found by parts of texts, their VAT type decides the VAT of documents."""

import time
from typing import Any

from simulators.exchange import Request, Response
from simulators.fortnox import errors
from simulators.fortnox.lookup import COMMON, holds, modified_since, paged, refuse_unknown
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox

COUNTRIES = {"SE": "Sverige", "NO": "Norge", "DK": "Danmark", "FI": "Finland", "DE": "Tyskland", "PL": "Polen",
             "CZ": "Tjeckien", "SK": "Slovakien", "HU": "Ungern", "NL": "Nederländerna", "FR": "Frankrike",
             "AT": "Österrike", "GB": "Storbritannien", "US": "USA", "CH": "Schweiz", "IT": "Italien", "ES": "Spanien",
             "BE": "Belgien", "IE": "Irland"}  # fmt: skip
_NULL = ("Address1", "Address2", "City", "Country", "Comments", "CostCenter", "CountryCode", "DeliveryAddress1",
         "DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryCountryCode", "DeliveryFax", "DeliveryName",
         "DeliveryPhone1", "DeliveryPhone2", "DeliveryZipCode", "ExternalReference", "Fax", "GLN", "GLNDelivery",
         "InvoiceAdministrationFee", "InvoiceDiscount", "InvoiceFreight", "Phone1", "Phone2", "SalesAccount",
         "VisitingAddress", "VisitingCity", "VisitingCountry", "VisitingCountryCode", "VisitingZipCode",
         "ZipCode")  # fmt: skip
_EMPTY = ("Email", "EmailInvoice", "EmailInvoiceBCC", "EmailInvoiceCC", "EmailOffer", "EmailOfferBCC", "EmailOfferCC",
          "EmailOrder", "EmailOrderBCC", "EmailOrderCC", "InvoiceRemark", "OrganisationNumber", "OurReference",
          "Project", "TermsOfDelivery", "TermsOfPayment", "VATNumber", "WayOfDelivery", "WWW",
          "YourReference")  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL), **dict.fromkeys(_EMPTY, ""), "Active": True, "Currency": "SEK", "PriceList": "A",
    "DefaultDeliveryTypes": dict.fromkeys(("Invoice", "Order", "Offer"), "PRINT"),
    "DefaultTemplates": dict.fromkeys(("Order", "Offer", "Invoice", "CashInvoice"), "DEFAULTTEMPLATE"),
    "ShowPriceVATIncluded": False, "Type": "COMPANY", "VATType": "SEVAT",
}  # fmt: skip
# Parameter -> field; the VAT number cannot be asked for.
FILTERS = {"customernumber": "CustomerNumber", "name": "Name", "zipcode": "ZipCode", "city": "City", "email": "Email",
           "phone": "Phone1", "organisationnumber": "OrganisationNumber", "gln": "GLN",
           "glndelivery": "GLNDelivery"}  # fmt: skip
STATES = {"active": True, "inactive": False}


@route("GET", "/customers")
def index(world: Fortnox, request: Request) -> Response:
    asked = request.query
    refuse_unknown(world, asked, (*COMMON, *FILTERS))
    if asked.get("filter") and asked["filter"] not in STATES:
        raise world.fail(400, errors.FILTER, "Ett ogiltigt filter har använts.")
    found = [one for one in world.customers.values()
             if all(holds(one[name], asked[what]) for what, name in FILTERS.items() if what in asked)
             and STATES.get(asked.get("filter", ""), one["Active"]) == one["Active"]
             and modified_since(world, one["_modified"], asked)
             and not world.hidden_by_lag(one["_born"], request)]  # fmt: skip
    return paged(world, request, "Customers", [_short(world, one) for one in found])


@route("POST", "/customers")
def create(world: Fortnox, request: Request) -> Response:
    given = world.given(request, "Customer")
    if not given.get("Name"):
        raise world.fail(400, errors.TEXT, "Name: Namn saknas.")
    number = given.get("CustomerNumber") or _next(world)
    if number in world.customers:
        raise world.fail(400, errors.NUMBER_TAKEN, f"Kundnumret {number} används redan.")
    card = {
        **BLANK,
        **_laid(world, given),
        "CustomerNumber": number,
        "_modified": world.now(),
        "_born": time.monotonic(),
    }
    world.customers[number] = card
    return world.told("Customer", _full(world, card), 201)


@route("GET", "/customers/{number}")
def show(world: Fortnox, request: Request) -> Response:
    return world.told("Customer", _full(world, _card(world, request)))


@route("PUT", "/customers/{number}")
def update(world: Fortnox, request: Request) -> Response:
    card, given = _card(world, request), world.given(request, "Customer")
    card.update(_laid(world, {name: value for name, value in given.items() if name != "CustomerNumber"}))
    card["_modified"] = world.now()
    return world.told("Customer", _full(world, card))


@route("DELETE", "/customers/{number}")
def destroy(world: Fortnox, request: Request) -> Response:
    """Only a card without documents."""
    card = _card(world, request)
    if any(one.fields["CustomerNumber"] == card["CustomerNumber"] for one in world.all()):
        raise world.forbidden("Kunden används och kan inte tas bort.")
    del world.customers[card["CustomerNumber"]]
    return Response(204)


def _card(world: Fortnox, request: Request) -> dict[str, Any]:
    if request.params["number"] not in world.customers:
        raise world.missing("customer")
    return world.customers[request.params["number"]]


def _laid(world: Fortnox, given: dict[str, Any]) -> dict[str, Any]:
    """A country's code sets its name; codes, currency and terms must be known."""
    told = {name: {**BLANK[name], **value} if isinstance(value, dict) else value for name, value in given.items()}
    for code, name in (("CountryCode", "Country"), ("DeliveryCountryCode", "DeliveryCountry")):
        if given.get(code):
            told[name] = COUNTRIES.get(given[code], given[code])
    if given.get("SalesAccount"):
        told["SalesAccount"] = int(given["SalesAccount"])  # text in, a number out (recorded)
    if given.get("Currency") and given["Currency"] not in world.settings["currencies"]:
        raise world.fail(400, errors.TEXT, f"Currency: Valutan {given['Currency']} finns inte.")
    if given.get("TermsOfPayment") and given["TermsOfPayment"] not in world.terms:
        raise world.missing("terms", 400)
    return told


def _next(world: Fortnox) -> str:
    number = str(world.next_id("customer"))
    return number if number not in world.customers else _next(world)


def _full(world: Fortnox, card: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in card.items() if not name.startswith("_")}
    return {"@url": f"{world.address}/3/customers/{card['CustomerNumber']}", **shown}


def _short(world: Fortnox, card: dict[str, Any]) -> dict[str, Any]:
    names = ("Address1", "Address2", "City", "CustomerNumber", "Email", "Name", "OrganisationNumber", "ZipCode")
    short = {name: card[name] or "" for name in names}
    return {"@url": f"{world.address}/3/customers/{card['CustomerNumber']}", **short, "Phone": card["Phone1"] or ""}

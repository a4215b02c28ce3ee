"""What a company has besides its books: terms and modes of payment, units, currencies, its own card."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulators.exchange import Request, Response
from simulators.fortnox import errors
from simulators.fortnox.lookup import paged
from simulators.fortnox.routes import route

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

TERMS = {code: {"Code": code, "Description": f"{code} dagar"} for code in ("0", "10", "15", "20", "30", "60", "90")}
_UNITS = (("st", "pcs", "styck"), ("h", "h", "timmar"), ("förp", "pack", "förpackning"), ("kg", "kg", "kilogram"))
UNITS = {code: {"Code": code, "CodeEnglish": english, "Description": name} for code, english, name in _UNITS}
_MODES = (("BG", "Bankgiro", "1920"), ("PG", "Plusgiro", "1920"), ("KONTANT", "Kontant", "1910"),
          ("KORT", "Kort", "1580"))  # fmt: skip
MODES = {code: {"Code": code, "Description": name, "AccountNumber": account} for code, name, account in _MODES}
# Kronor for one unit; any plausible figure will do.
RATES = {"SEK": "1", "EUR": "11.25", "USD": "9.6", "GBP": "13.1", "NOK": "0.97", "DKK": "1.51", "PLN": "2.63",
         "CZK": "0.46", "HUF": "0.029", "CHF": "11.9", "JPY": "0.064"}  # fmt: skip


def rate_of(currency: str) -> str:
    return RATES.get(currency, "1")


@route("GET", "/companyinformation")
def company(world: "Fortnox", request: Request) -> Response:
    return world.told("CompanyInformation", {
        "Address": "Storgatan 1", "City": "Växjö", "CompanyName": "Simulator AB", "CountryCode": "SE",
        "DatabaseNumber": world.settings["tenant"], "OrganizationNumber": "556469-6291", "VisitAddress": "",
        "VisitCity": "", "VisitCountryCode": "", "VisitZipCode": "", "ZipCode": "35246",
    })  # fmt: skip


@route("GET", "/me")
def me(world: "Fortnox", request: Request) -> Response:
    return world.told("Me", {"Id": "1", "Name": "Simulator", "Email": "owner@example.com", "SysAdmin": True,
                             "Locale": "sv_SE"})  # fmt: skip


@route("GET", "/currencies")
def currencies(world: "Fortnox", request: Request) -> Response:
    return paged(world, request, "Currencies", [_currency(world, code) for code in world.settings["currencies"]])


@route("GET", "/currencies/{code}")
def currency(world: "Fortnox", request: Request) -> Response:
    code = request.params["code"]
    if code not in world.settings["currencies"]:
        raise world.fail(404, errors.STATE, "Kan inte hitta valutan.")
    return world.told("Currency", _currency(world, code))


@route("GET", "/modesofpayments")
def modes(world: "Fortnox", request: Request) -> Response:
    rows = [{"@url": f"{world.address}/3/modesofpayments/{code}", **mode} for code, mode in world.modes.items()]
    return paged(world, request, "ModesOfPayments", rows)


@route("GET", "/termsofpayments")
def terms(world: "Fortnox", request: Request) -> Response:
    return paged(world, request, "TermsOfPayments", [_shown(world, "termsofpayments", one) for one in
                                                     world.terms.values()])  # fmt: skip


@route("POST", "/termsofpayments")
def add_terms(world: "Fortnox", request: Request) -> Response:
    given = world.given(request, "TermsOfPayment")
    world.terms[given["Code"]] = given
    return world.told("TermsOfPayment", _shown(world, "termsofpayments", given), 201)


@route("GET", "/termsofpayments/{code}")
def show_terms(world: "Fortnox", request: Request) -> Response:
    if request.params["code"] not in world.terms:
        raise world.missing("terms")
    return world.told("TermsOfPayment", _shown(world, "termsofpayments", world.terms[request.params["code"]]))


@route("PUT", "/termsofpayments/{code}")
def change_terms(world: "Fortnox", request: Request) -> Response:
    show_terms(world, request)
    world.terms[request.params["code"]] |= world.given(request, "TermsOfPayment")
    return show_terms(world, request)


@route("GET", "/units")
def units(world: "Fortnox", request: Request) -> Response:
    return paged(world, request, "Units", [_shown(world, "units", one) for one in world.units.values()])


@route("POST", "/units")
def add_unit(world: "Fortnox", request: Request) -> Response:
    given = world.given(request, "Unit")
    if not given.get("Code") or not given.get("Description"):
        raise world.fail(400, errors.TEXT, "Code och Description krävs.")
    world.units[given["Code"]] = {"CodeEnglish": "", **given}
    return world.told("Unit", _shown(world, "units", world.units[given["Code"]]), 201)


@route("GET", "/units/{code}")
def show_unit(world: "Fortnox", request: Request) -> Response:
    if request.params["code"] not in world.units:
        raise world.missing("unit")
    return world.told("Unit", _shown(world, "units", world.units[request.params["code"]]))


@route("PUT", "/units/{code}")
def change_unit(world: "Fortnox", request: Request) -> Response:
    show_unit(world, request)
    world.units[request.params["code"]] |= world.given(request, "Unit")
    return show_unit(world, request)


def _shown(world: "Fortnox", room: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"@url": f"{world.address}/3/{room}/{quote(entry['Code'])}", **entry}


def _currency(world: "Fortnox", code: str) -> dict[str, Any]:
    rate = float(rate_of(code))
    return {"@url": f"{world.address}/3/currencies/{code}", "BuyRate": rate, "Code": code, "Description": code,
            "Date": world.today().isoformat(), "SellRate": rate, "Unit": 1, "IsAutomatic": True}  # fmt: skip

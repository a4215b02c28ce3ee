"""What the company is and has: its profile, number series, bank accounts, countries, tags, logo."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.superfaktura import parties
from simulators.superfaktura.routes import ROUTES
from simulators.superfaktura.world import SEQUENCES, SuperFaktura


def companies(world: SuperFaktura, request: Request) -> Response:
    """The connection check; /1 appended asks for all companies, here the one."""
    mine = parties.seller(world, {})
    names = ("id", "user_id", "company_name", "address", "city", "zip", "country_id", "ico", "dic", "ic_dph", "web",
             "tax_payer", "business_register")  # fmt: skip
    profile = {**{name: mine[name] for name in names}, "id": world.settings["company_id"], "company_type": "ltd",
               "phone": "", "modified": "2025-01-01 00:00:00"}  # fmt: skip
    data = {"1": {"UserProfile": profile, "BankAccount": [_bank(world)]}}
    return world.reply({"data": data, "error": 0, "error_message": ""})


for path in ("/users/getUserCompaniesData", "/users/getUserCompaniesData/1"):
    ROUTES.add("GET", path)(companies)


@ROUTES.add("GET", "/sequences/index.json")
def sequences(world: SuperFaktura, request: Request) -> Response:
    """By type of document; `sequence` is the number that comes next."""
    year, told = str(world.today().year), {}
    for kind, masks in SEQUENCES.items():
        told[kind] = [_sequence(world, kind, ident, mask, year) for ident, mask in masks.items()]
    return world.reply(told)


@ROUTES.add("GET", "/bank_accounts/index")
def bank_accounts(world: SuperFaktura, request: Request) -> Response:
    return world.reply({"error": 0, "BankAccounts": [{"BankAccount": _bank(world)}]})


@ROUTES.add("GET", "/countries")
def countries(world: SuperFaktura, request: Request) -> Response:
    return world.reply({str(ident): name for ident, name, _ in parties.COUNTRIES.values()})


@ROUTES.add("GET", "/countries/index/view_full:1")
def countries_in_full(world: SuperFaktura, request: Request) -> Response:
    return world.reply([{"Country": parties.country(iso)} for iso in parties.COUNTRIES])


@ROUTES.add("GET", "/tags/index.json")
def tags(world: SuperFaktura, request: Request) -> Response:
    return world.reply(world.tags)


@ROUTES.add("POST", "/tags/add")
def add_tag(world: SuperFaktura, request: Request) -> Response:
    """The body is flat: {"name": …} (measured)."""
    name = world.payload(request, world.message(1, "Chýbajúce údaje")).get("name")
    if not name:
        raise world.message(1, "Chýbajúce údaje")
    ident = str(world.next_id("tags"))
    world.tags[ident] = str(name)
    return world.reply({"error": 0, "message": "Tag bol uložený", "tag_id": ident, "tag_name": name}, 201)


@ROUTES.add("GET", "/users/logo")
def logo(world: SuperFaktura, request: Request) -> Response:
    """None has been uploaded."""
    return world.reply([])


def _bank(world: SuperFaktura) -> dict[str, Any]:
    return {**parties.BANK, "currency": world.currency}


def _sequence(world: SuperFaktura, kind: str, ident: str, mask: str, year: str) -> dict[str, Any]:
    counter = world.series[ident, year] + 1
    return {"id": ident, "item_type": kind, "name": kind, "mask": mask, "default": ident == next(iter(SEQUENCES[kind])),
            "period_type": "yearly", "sequence": str(counter), "user_profile_id": "1",
            "sequence_formatted": mask.replace("RRRR", year).replace("CCC", f"{counter:03d}"),
            "created": "2025-01-01 00:00:00", "modified": "2025-01-01 00:00:00"}  # fmt: skip

"""The account itself, customers, items, uploaded files."""

from collections.abc import Callable, Iterable
from typing import Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import checked, missing
from simulators.konto.accepted import CUSTOMER, ITEM, ITEM_REQUIRED
from simulators.konto.making import IS_REQUIRED, add_customer, add_item, customer_faults, output_faults
from simulators.konto.routes import BASE, ROUTES
from simulators.konto.world import Konto

REGISTRATION = "5501234560"


@ROUTES.add("GET", f"{BASE}/hello")
def hello(world: Konto, request: Request) -> Response:
    """Flat, without `result`; no vat_no means not registered for VAT."""
    world.asked(request)
    return as_json({"status": True, "message": "Connection succeeded", "name": "Konto Company ehf",
                    "registration_no": REGISTRATION, "vat_no": world.settings["vat_no"]})  # fmt: skip


@ROUTES.add("GET", f"{BASE}/get-customers")
def customers(world: Konto, request: Request) -> Response:
    """search looks at names only."""
    asked = world.asked(request, "search", "limit", "page")
    return world.yes(world.page(_named(world, asked), asked))


@ROUTES.add("GET", f"{BASE}/get-count-customers")
def number_of_customers(world: Konto, request: Request) -> Response:
    return world.yes(len(list(_named(world, world.asked(request, "search")))))


@ROUTES.add("GET", f"{BASE}/get-customers-by-kennitala")
def customers_by_kennitala(world: Konto, request: Request) -> Response:
    """Seen in one production client, not documented."""
    if not world.settings["by_kennitala"]:
        return world.refuse(404, "Not Found")
    wanted = world.asked(request, "kennitala").get("kennitala", "")
    return world.yes([one for one in world.customers.values() if one["registration_no"] == wanted])


@ROUTES.add("POST", f"{BASE}/create-customer")
def create_customer(world: Konto, request: Request) -> Response:
    given = world.data(request)
    world.demand(customer_faults(given))
    return world.made(add_customer(world, given)["guid"])


@ROUTES.add("POST", f"{BASE}/update-customer")
def update_customer(world: Konto, request: Request) -> Response:
    given = world.data(request, "guid")
    customer = found(world, world.customers, request, "Customer")
    world.demand(checked(given, CUSTOMER))
    world.demand(output_faults({**customer, **given}))
    customer.update(given, guid=customer["guid"], updated_timestamp=world.stamp())
    return world.made(customer["guid"])


@ROUTES.add("GET", f"{BASE}/get-items")
def items(world: Konto, request: Request) -> Response:
    asked = world.asked(request, "limit", "page")
    return world.yes(world.page(world.items.values(), asked))


@ROUTES.add("POST", f"{BASE}/create-item")
def create_item(world: Konto, request: Request) -> Response:
    """The register gives the number itself."""
    given = world.data(request)
    world.demand(missing(given, ITEM_REQUIRED, IS_REQUIRED))
    world.demand(checked(given, ITEM))
    return world.made(add_item(world, given)["guid"])


@ROUTES.add("POST", f"{BASE}/update-item")
def update_item(world: Konto, request: Request) -> Response:
    given = world.data(request, "guid")
    item = found(world, world.items, request, "Item")
    world.demand(checked(given, ITEM))
    item.update(given, updated_timestamp=world.stamp())
    return world.made(item["guid"])


@ROUTES.add("POST", f"{BASE}/upload-file")
def upload(world: Konto, request: Request) -> Response:
    """Multipart `file`; the credentials stand in the query string. The result is a number."""
    content = request.parts().get("file") if request.content_type == "multipart/form-data" else None
    if not content:
        raise world.no(f"file {IS_REQUIRED}")
    ident = world.next_file()
    world.files[ident] = {"id": ident, "bytes": len(content)}
    return world.yes(ident)


def found(world: Konto, kept: dict[str, dict[str, Any]], request: Request, name: str) -> dict[str, Any]:
    one = kept.get(world.fields(request).get("guid", ""))
    if one is None:
        raise world.no(f"{name} not found")
    return one


def by_guid(kept: Callable[[Konto], dict[str, dict[str, Any]]], name: str) -> Callable[[Konto, Request], Response]:
    def answer(world: Konto, request: Request) -> Response:
        world.asked(request, "guid")
        return world.yes(found(world, kept(world), request, name))

    return answer


def _named(world: Konto, asked: dict[str, str]) -> Iterable[dict[str, Any]]:
    wanted = asked.get("search", "").lower()
    return (one for one in world.customers.values() if wanted in str(one["name"]).lower())


ROUTES.add("GET", f"{BASE}/get-customer")(by_guid(lambda world: world.customers, "Customer"))
ROUTES.add("GET", f"{BASE}/get-item")(by_guid(lambda world: world.items, "Item"))


@ROUTES.add("GET", f"{BASE}/get-count-items")
def number_of_items(world: Konto, request: Request) -> Response:
    world.asked(request)
    return world.yes(len(world.items))

"""Order invoices: standing orders out of which Konto makes invoices by itself (sheet section 3.4)."""

from typing import Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import checked
from simulators.konto.accepted import ORDER, ORDER_REQUIRED
from simulators.konto.making import completed, sale
from simulators.konto.registers import found
from simulators.konto.routes import BASE, ROUTES
from simulators.konto.world import Konto


@ROUTES.add("POST", f"{BASE}/create-order-invoice")
def create(world: Konto, request: Request) -> Response:
    """settlement_date is a number of days here."""
    given = sale(world, world.data(request), ORDER, ORDER_REQUIRED)
    guid = world.next_guid()
    world.orders[guid] = {**given, "guid": guid}
    return world.made(guid)


@ROUTES.add("POST", f"{BASE}/update-order-invoice")
def update(world: Konto, request: Request) -> Response:
    given = world.data(request, "guid")
    order = found(world, world.orders, request, "Order")
    world.demand(checked({name: value for name, value in given.items() if name != "items"}, ORDER))
    lines: list[Any] = [completed(world, line) for line in given.get("items", order["items"])]
    order.update({**given, "items": lines})
    return world.made(order["guid"])


@ROUTES.add("POST", f"{BASE}/delete-order-invoice")
def destroy(world: Konto, request: Request) -> Response:
    """Answers without a result."""
    world.asked(request, "guid")
    del world.orders[found(world, world.orders, request, "Order")["guid"]]
    return as_json({"status": True, "message": "Order invoice deleted"})


@ROUTES.add("POST", f"{BASE}/get-invoices-from-order")
def made_from(world: Konto, request: Request) -> Response:
    asked = world.asked(request, "guid", "limit", "page")
    order = found(world, world.orders, request, "Order")
    rows = [{"guid": one.guid, "number": one.number, "amount": one.amount, "issue_date": one.issued}
            for one in world.live() if one.order == order["guid"]]  # fmt: skip
    return world.yes(world.page(rows, asked))

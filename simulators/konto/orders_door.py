"""POST /_sim/generate/GUID: the day has come on which Konto makes an invoice out of a standing order."""

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.exchange import Request, Response, as_json
from simulators.konto.making import add_customer, keep

if TYPE_CHECKING:
    from simulators.konto.world import Konto


def generate(world: "Konto", request: Request, rest: str) -> Response:
    order, today = world.orders[rest], world.today()
    settled = (today + timedelta(int(order["settlement_date"]))).isoformat()
    dates = {"issue_date": today.isoformat(), "due_date": settled, "settlement_date": settled}
    customer = add_customer(world, {"name": order["kennitala"], "registration_no": order["kennitala"]})
    document = keep(world, {**order, **dates, "type": "invoice"}, customer, order=rest)
    return as_json({"guid": document.guid}, 201)

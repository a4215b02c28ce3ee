"""/orders/ID/refunds: where the lines of a refund are (section 3)."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce import changes, listing, orders, shown
from simulators.woocommerce.order import Order, Refund
from simulators.woocommerce.php import answer, error, invalid_param
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.world import WooCommerce

PATH = f"{V3}/orders/{{id}}/refunds"
WRITABLE = ("amount", "reason", "refunded_by", "meta_data", "line_items", "api_refund", "api_restock")


@ROUTES.add("GET", PATH)
def index(world: WooCommerce, request: Request) -> Response:
    """Newest first; an unknown order simply has none (the list is a query by parent)."""
    listing.check(world, request, (*listing.DATES, "dates_are_gmt", "dp", "include", "exclude"))
    order = world.orders.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    dp = listing.dp_of(request)
    found = list(reversed(order.refunds)) if order else []
    if request.query.get("order") == "asc":
        found.reverse()

    def show(one: Refund) -> dict[str, Any]:
        return shown.refund(world, _the(order), one, dp)

    return listing.page(world, request, found, show)


@ROUTES.add("GET", f"{PATH}/{{refund}}")
def show(world: WooCommerce, request: Request) -> Response:
    order = orders.found(world, request)
    for one in order.refunds:
        if str(one.ident) == request.params["refund"]:
            listing.check(world, request, ("dp",))
            return answer(shown.refund(world, order, one, listing.dp_of(request)))
    raise Refusal(error("woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.", 404))


@ROUTES.add("POST", PATH)
def create(world: WooCommerce, request: Request) -> Response:
    """By amount; api_refund is true unless told otherwise and moves money, which the books then show."""
    order = orders.found(world, request)
    given = request.json()
    if faults := {name: f"{name} is unknown to the simulator" for name in given if name not in WRITABLE}:
        raise invalid_param(faults)
    if given.get("line_items"):
        raise invalid_param({"line_items": "the simulator takes refunds with lines at /_sim/orders/ID/refunds"})
    told = {"amount": given.get("amount"), "reason": given.get("reason") or "",
            "refunded_payment": given.get("api_refund", True)}  # fmt: skip
    try:
        made = changes.refund(world, order, told)
    except ValueError as fault:
        raise Refusal(error("woocommerce_rest_cannot_create_order_refund", str(fault), 500)) from fault
    return answer(shown.refund(world, order, made), 201)


def _the(order: Order | None) -> Order:
    if order is None:
        raise LookupError("a refund without its order")
    return order

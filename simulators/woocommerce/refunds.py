"""/orders/ID/refunds: where the lines of a refund are (section 3)."""

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce import changes, listing, shown
from simulators.woocommerce.order import Order
from simulators.woocommerce.php import answer, error, fields, invalid_param
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.world import WooCommerce

PATH = f"{V3}/orders/{{id}}/refunds"
WRITABLE = ("amount", "reason", "refunded_by", "meta_data", "line_items", "api_refund", "api_restock")


@ROUTES.add("GET", PATH)
def index(world: WooCommerce, request: Request) -> Response:
    """Newest first; an unknown order simply has none (the list is a query by parent)."""
    listing.check(world, request, ("dp",))
    order = _order(world, request)
    if order is None:
        return listing.page(world, request, [], dict)
    dp = listing.dp_of(request)
    found = order.refunds if request.query.get("order") == "asc" else order.refunds[::-1]
    return listing.page(world, request, found, lambda one: shown.refund(world, order, one, dp))


@ROUTES.add("GET", f"{PATH}/{{refund}}")
def show(world: WooCommerce, request: Request) -> Response:
    order = _found(world, request)
    for one in order.refunds:
        if str(one.ident) == request.params["refund"]:
            listing.check(world, request, ("dp",))
            return answer(shown.refund(world, order, one, listing.dp_of(request)))
    raise Refusal(error("woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.", 404))


@ROUTES.add("POST", PATH)
def create(world: WooCommerce, request: Request) -> Response:
    """By amount; api_refund is true unless told otherwise and moves money, which the books then show."""
    order = _found(world, request)
    given = fields(request)
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


def _found(world: WooCommerce, request: Request) -> Order:
    if (order := _order(world, request)) is None:
        raise Refusal(error("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404))
    return order


def _order(world: WooCommerce, request: Request) -> Order | None:
    return world.orders.get(int(request.params["id"])) if request.params["id"].isdigit() else None

"""/orders/ID/notes: a note for the customer is e-mailed to him (5.4)."""

from simulators.exchange import Refusal, Request, Response
from simulators.fields import on
from simulators.woocommerce import shown
from simulators.woocommerce.order import Note, Order
from simulators.woocommerce.php import answer, error, fields, invalid_param, missing_param
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.world import WooCommerce

PATH = f"{V3}/orders/{{id}}/notes"
WRITABLE = ("note", "customer_note", "added_by_user")


@ROUTES.add("GET", PATH)
def index(world: WooCommerce, request: Request) -> Response:
    """Newest first, all of them; type any, customer or internal."""
    order = _order(world, request)
    kind = request.query.get("type", "any")
    if kind not in ("any", "customer", "internal"):
        raise invalid_param({"type": "type is not one of any, customer, internal."})
    wanted = [note for note in reversed(order.notes) if kind == "any" or note.to_customer == (kind == "customer")]
    return answer([shown.note(world, order, note) for note in wanted])


@ROUTES.add("POST", PATH)
def create(world: WooCommerce, request: Request) -> Response:
    order = _order(world, request)
    given = fields(request)
    if faults := {name: f"{name} is unknown to the simulator" for name in given if name not in WRITABLE}:
        raise invalid_param(faults)
    if not isinstance(given.get("note"), str) or not given["note"]:
        raise missing_param("note")
    author = "simulator" if on(given.get("added_by_user", False)) else "system"
    note = world.say(order, given["note"], on(given.get("customer_note", False)), author)
    return answer(shown.note(world, order, note), 201)


@ROUTES.add("GET", f"{PATH}/{{note}}")
def show(world: WooCommerce, request: Request) -> Response:
    order = _order(world, request)
    return answer(shown.note(world, order, _note(order, request)))


@ROUTES.add("DELETE", f"{PATH}/{{note}}")
def destroy(world: WooCommerce, request: Request) -> Response:
    order = _order(world, request)
    if request.query.get("force") not in ("true", "1"):
        raise Refusal(error("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501))
    note = _note(order, request)
    order.notes.remove(note)
    return answer(shown.note(world, order, note))


def _order(world: WooCommerce, request: Request) -> Order:
    order = world.orders.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    if order is None:
        raise Refusal(error("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404))
    return order


def _note(order: Order, request: Request) -> Note:
    for note in order.notes:
        if str(note.ident) == request.params["note"]:
            return note
    raise Refusal(error("woocommerce_rest_invalid_id", "Invalid resource ID.", 404))

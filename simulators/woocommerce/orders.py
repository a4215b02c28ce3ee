"""/orders: list, read, change, trash and delete."""

import re
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce import changes, listing, shown
from simulators.woocommerce.order import HIDDEN, STATUSES, Meta, Order
from simulators.woocommerce.php import answer, error, fields, invalid_param
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.world import WooCommerce

WRITABLE = ("status", "meta_data", "set_paid", "customer_note", "transaction_id", "billing", "shipping",
            "payment_method", "payment_method_title")  # fmt: skip
RECALCULATING = ("line_items", "shipping_lines", "fee_lines", "coupon_lines")
CORE_PROP = re.compile(
    r"_(billing|shipping)_(first_name|last_name|company|address_[12]|city|state|postcode|country|email|phone)"
)


def order_of(world: WooCommerce, request: Request, missing: int = 404) -> Order:
    """The order of the path; 404 when reading, 400 when changing (5.2)."""
    order = world.orders.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    if order is None:
        raise Refusal(error("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", missing))
    return order


@ROUTES.add("GET", f"{V3}/orders")
def index(world: WooCommerce, request: Request) -> Response:
    found = listing.orders(world, request)
    dp = listing.dp_of(request)
    return listing.page(world, request, found, lambda one: shown.order(world, one, dp))


@ROUTES.add("GET", f"{V3}/orders/statuses")
def statuses(world: WooCommerce, request: Request) -> Response:
    return answer([{"slug": slug, "name": name} for slug, name in STATUSES.items()])


@ROUTES.add("GET", f"{V3}/orders/{{id}}")
def show(world: WooCommerce, request: Request) -> Response:
    order = order_of(world, request)
    asked = listing.check(world, request, ("dp",))
    return answer(listing.narrowed(shown.order(world, order, listing.dp_of(request)), asked.get("_fields")))


@ROUTES.add("POST", f"{V3}/orders/{{id}}")
@ROUTES.add("PUT", f"{V3}/orders/{{id}}")
def update(world: WooCommerce, request: Request) -> Response:
    """What is not sent stays; every save makes an order.updated, on 8.2.2 not for meta alone (5.4)."""
    order = order_of(world, request, 400)
    given = _body(world, request)
    _text_fields(order, given)
    _write_meta(world, order, given.get("meta_data") or [])
    if given.get("set_paid") and order.status in ("pending", "failed"):
        changes.pay(world, order)
    if "status" in given:
        changes.move(world, order, given["status"], quiet=True)
    if world.modern or set(given) - {"meta_data"}:
        world.saved(order)
    return answer(shown.order(world, order, listing.dp_of(request)))


@ROUTES.add("DELETE", f"{V3}/orders/{{id}}")
def destroy(world: WooCommerce, request: Request) -> Response:
    """Trash, or with force=true gone for good, which no webhook tells (1.2)."""
    order = order_of(world, request)
    before = shown.order(world, order)
    if request.query.get("force") in ("true", "1"):
        changes.delete(world, order)
    elif order.status == "trash":
        raise Refusal(error("woocommerce_rest_already_trashed", "The order has already been deleted.", 410))
    else:
        changes.trash(world, order)
        before = shown.order(world, order)
    return answer(before)


def _body(world: WooCommerce, request: Request) -> dict[str, Any]:
    given, faults = fields(request), {}
    for name in given:
        if name in RECALCULATING:
            faults[name] = f"{name} recalculates the order's totals: the simulator refuses it"
        elif name not in WRITABLE and world.settings["strict"]:
            faults[name] = f"{name} is unknown to the simulator (a real shop ignores it; setting strict)"
    if "status" in given and (given["status"] not in STATUSES or given["status"] in HIDDEN):
        faults["status"] = f"status is not one of {', '.join(STATUSES)}."
    if not isinstance(given.get("meta_data", []), list):
        faults["meta_data"] = "meta_data is not of type array."
    if faults:
        raise invalid_param(faults)
    return given


def _text_fields(order: Order, given: dict[str, Any]) -> None:
    for name in ("customer_note", "transaction_id", "payment_method", "payment_method_title"):
        if name in given:
            order.fields[name] = str(given[name])
    for name, address in (("billing", order.billing), ("shipping", order.shipping)):
        address.update({field: str(value) for field, value in (given.get(name) or {}).items()})


def _write_meta(world: WooCommerce, order: Order, given: list[Any]) -> None:
    """By id that row; by key the first one, further ones of that key are deleted; null deletes (5.4)."""
    for entry in given:
        if not isinstance(entry, dict) or not entry.get("key"):
            continue
        key, value = str(entry["key"]), entry.get("value")
        if core := CORE_PROP.fullmatch(key):
            {"billing": order.billing, "shipping": order.shipping}[core[1]][core[2]] = str(value or "")
        else:
            _set_meta(world, order, entry.get("id"), key, value)


def _set_meta(world: WooCommerce, order: Order, ident: object, key: str, value: Any) -> None:
    rows = [row for row in order.meta if (row.ident == ident if ident else row.key == key)]
    keep = rows[:1] if value is not None else []
    order.meta = [row for row in order.meta if row not in rows or row in keep]
    for row in keep:
        row.key, row.value = key, value
    if not rows and value is not None:
        order.meta.append(Meta(world.next_id("meta"), key, value))

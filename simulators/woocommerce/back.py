"""The back door of the shop: /_sim/orders, /_sim/bulk, /_sim/products, /_sim/advance. Written for tests and demos.

POST /_sim/orders {description}                      -> the order as REST shows it
POST /_sim/orders/ID/status {"status": "completed"}  POST /_sim/orders/ID/refunds {"lines"|"amount", "reason"}
POST /_sim/orders/ID/pay|trash|restore|touch {}      DELETE /_sim/orders/ID (for good)
POST /_sim/orders/ID/edit {"lines"|"shipping"|"fees"|"coupons"|"billing"}, as the admin does, totals anew
DELETE /_sim/orders/ID/refunds/RID                   GET /_sim/orders/ID (with notes and refunds)
POST /_sim/bulk {"count": 500, "seed": 1, ...}       POST /_sim/products {...}
POST /_sim/advance {"seconds": 60}
POST /_sim/webhooks {"url": ..., "secret": ..., "topics": [...]}  GET /_sim/webhooks (with failures)
POST /_sim/flush {"seconds": 10}: send everything queued now, wait until done   GET /_sim/deliveries
"""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulators.exchange import BadBody, Request, Response, as_json
from simulators.fields import amount, each, ident, on, one_of, text
from simulators.woocommerce import changes, shown
from simulators.woocommerce.accepted import ORDER, PRODUCT, REFUND, known, moment
from simulators.woocommerce.making import make, remake
from simulators.woocommerce.order import HIDDEN, STATUSES, Order
from simulators.woocommerce.php import answer
from simulators.woocommerce.webhook import HOOKS
from simulators.woocommerce.world import WooCommerce

BULK = {"count": ident, "seed": ident, "currency": ORDER["currency"], "statuses": lambda value, place: iter(()),
        "minutes": amount(0)}  # fmt: skip
EDITABLE = ("lines", "shipping", "fees", "coupons", "billing", "gift_cards")
PERCENTS = ("23", "8", "5")


def create_order(world: WooCommerce, given: Mapping[str, Any]) -> Order:
    """A new order as a buyer, the admin or an import would make it; `quiet` rings no webhook."""
    told = known(given, ORDER)
    order = make(world, told)
    if told.get("created"):
        order.created = order.modified = moment(told["created"])
    status = told.get("status", "processing")
    if status in ("pending", *HIDDEN):
        order.status = status
    else:
        order.move(status, order.created)
    if on(told.get("paid", False)):
        order.paid = order.paid or order.created
    world.keep(order)
    if on(told.get("quiet", False)):
        order.announced = True
    else:
        world.board.announce(order)
    return order


def orders(world: WooCommerce, request: Request, rest: str) -> Response:
    with world.lock:
        if not rest and request.method == "GET":
            return answer([shown.order(world, order) for order in world.orders.values()])
        if not rest:
            return answer(shown.order(world, create_order(world, _given(request))), 201)
        number, _, action = rest.partition("/")
        order = world.orders[int(number)]
        if request.method == "GET":
            return answer(_whole(world, order))
        made = ACTIONS[action](world, order, _given(request))
        return answer(made if made is not None else shown.order(world, order))


def remove(world: WooCommerce, request: Request, rest: str) -> Response:
    with world.lock:
        number, _, refund = rest.partition("/refunds/")
        order = world.orders[int(number)]
        if refund:
            changes.unrefund(world, order, int(refund))
        else:
            changes.delete(world, order)
        return as_json({"ok": True})


def bulk(world: WooCommerce, request: Request, rest: str) -> Response:
    """`count` different orders by a seed; `minutes` spreads their creation backwards from now."""
    told = known(_given(request), BULK)
    dice, many = random.Random(int(told.get("seed", 1))), int(told.get("count", 10))
    with world.lock:
        made = [create_order(world, _diced(world, dice, told)) for _ in range(many)]
    return as_json({"ids": [order.ident for order in made]}, 201)


def products(world: WooCommerce, request: Request, rest: str) -> Response:
    with world.lock:
        if request.method == "DELETE":
            del world.catalogue.products[int(rest)]
            return as_json({"ok": True})
        return as_json(world.catalogue.add(known(_given(request), PRODUCT)), 201)


def advance(world: WooCommerce, request: Request, rest: str) -> Response:
    told = known(_given(request), {"seconds": amount()})
    with world.lock:
        world.skipped += timedelta(seconds=float(told["seconds"]))
        return as_json({"now": world.now().isoformat()})


def webhooks(world: WooCommerce, request: Request, rest: str) -> Response:
    """One webhook a topic, as the admin would add them by hand."""
    with world.lock:
        if request.method == "GET":
            return as_json(world.board.told())
        told = known(_given(request), {"url": text(2000), "secret": text(), "topics": each(one_of(*HOOKS))})
        made = [world.board.add(topic, topic, told["url"], told["secret"]) for topic in told.get("topics") or HOOKS]
        return as_json({"ids": [hook.ident for hook in made]}, 201)


def flush(world: WooCommerce, request: Request, rest: str) -> Response:
    """What is queued goes out without waiting; false when it has not all gone within the time."""
    told = known(_given(request), {"seconds": amount()})
    world.board.sender.hurry()
    return as_json({"idle": world.board.sender.idle(float(told.get("seconds", 10)))})


def deliveries(world: WooCommerce, request: Request, rest: str) -> Response:
    return as_json(list(world.board.sender.log))


def _status(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> None:
    changes.move(world, order, known(given, {"status": one_of(*STATUSES)})["status"])


def _pay(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> None:
    changes.pay(world, order)
    world.saved(order)


def _edit(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> None:
    remake(world, order, known(given, {name: ORDER[name] for name in EDITABLE}))
    world.saved(order)


def _refund(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> dict[str, Any]:
    return shown.refund(world, order, changes.refund(world, order, known(given, REFUND)))


ACTIONS: dict[str, Callable[[WooCommerce, Order, Mapping[str, Any]], dict[str, Any] | None]] = {
    "status": _status, "pay": _pay, "edit": _edit, "refunds": _refund,
    "trash": lambda world, order, given: changes.trash(world, order),
    "restore": lambda world, order, given: changes.restore(world, order),
    "touch": lambda world, order, given: world.saved(order),
}  # fmt: skip

DOORS: dict[tuple[str, str], Callable[[Any, Request, str], Response]] = {
    ("POST", "orders"): orders, ("GET", "orders"): orders, ("DELETE", "orders"): remove, ("POST", "bulk"): bulk,
    ("POST", "products"): products, ("DELETE", "products"): products, ("POST", "advance"): advance,
    ("POST", "webhooks"): webhooks, ("GET", "webhooks"): webhooks, ("POST", "flush"): flush,
    ("GET", "deliveries"): deliveries,
}  # fmt: skip


def _given(request: Request) -> dict[str, Any]:
    given = request.json()
    if not isinstance(given, dict):
        raise BadBody("an object is wanted")
    return given


def _whole(world: WooCommerce, order: Order) -> dict[str, Any]:
    return {"order": shown.order(world, order), "notes": [shown.note(world, order, note) for note in order.notes],
            "refunds": [shown.refund(world, order, one) for one in order.refunds]}  # fmt: skip


def _diced(world: WooCommerce, dice: random.Random, told: Mapping[str, Any]) -> dict[str, Any]:
    lines = [_diced_line(dice) for _ in range(dice.randint(1, 6))]
    ago = timedelta(minutes=dice.uniform(0, float(told.get("minutes", 0))))
    found: dict[str, Any] = {
        "lines": lines, "status": dice.choice(told.get("statuses") or ["processing"]),
        "payment_method": dice.choice(["bacs", "stripe", "cod"]),
        "created": (world.now() - ago).strftime("%Y-%m-%dT%H:%M:%S"),
    }  # fmt: skip
    if dice.random() < 0.7:
        found["shipping"] = [{"title": "Courier", "total": "12.19"}]
    if dice.random() < 0.2:
        found["coupons"] = [{"code": "ten", "percent": "10"}]
    return {**found, "currency": told["currency"]} if told.get("currency") else found


def _diced_line(dice: random.Random) -> dict[str, Any]:
    price = Decimal(dice.randint(1, 49999)).scaleb(-2)
    return {"name": f"Thing {dice.randint(1, 40)}", "price": str(price), "quantity": dice.randint(1, 5),
            "tax": dice.choice(PERCENTS)}  # fmt: skip

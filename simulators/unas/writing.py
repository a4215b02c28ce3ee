"""setOrder: entities one after the other, each with its own status, until the first that is refused (section 4)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.unas.arithmetic import money
from simulators.unas.catalogue import INVOICE_TEXTS
from simulators.unas.functions import Asked, Reply, function
from simulators.unas.lines import from_xml
from simulators.unas.making import pay
from simulators.unas.nodes import Tree, every, merged
from simulators.unas.orders import Order
from simulators.unas.shape import ADDING, BOTH, ORDER, kept, misfits

if TYPE_CHECKING:
    from simulators.unas.world import Unas

MANY = 100
TOP = ("Action", "Key", "Id", "Status", "StatusEmail", "OrderEmail", "Items", "Date", "Lang", "Currency")


class Refused(Exception):
    """This entity, and all after it, are not carried out."""


def _bucket(asked: Asked) -> str:
    return "setOrder above 100" if len(every(asked.params.get("Order"))) > MANY else "setOrder"


@function("setOrder", root="Orders", bucket=_bucket)
def set_order(world: "Unas", asked: Asked) -> Reply:
    told: list[Tree] = []
    for entity in every(asked.params.get("Order")):
        try:
            told.append(_carry_out(world, entity))
        except (Refused, ValueError) as error:
            told.append(_refusal(world, entity, str(error)))
            return Reply("Orders", {"Order": told}, failed=True)
    return Reply("Orders", {"Order": told})


def _carry_out(world: "Unas", entity: Any) -> Tree:
    if wrong := list(misfits(entity, ORDER)):
        raise Refused(f"Invalid node: {', '.join(wrong)}")
    action = entity.get("Action") if isinstance(entity, dict) else None
    if action not in ACTIONS:
        raise Refused("Invalid Action")
    order = ACTIONS[action](world, entity)
    return {"Action": action, "Key": order.key, "Status": "ok"}


def _refusal(world: "Unas", entity: Any, text: str) -> Tree:
    """Some clients also guard for an Error with Code and Message (setting entity_error)."""
    given = entity if isinstance(entity, dict) else {}
    error: Any = {"Code": "100", "Message": text} if world.settings["entity_error"] == "code" else text
    return {"Action": given.get("Action") or None, "Key": given.get("Key") or None, "Status": "error", "Error": error}


def modify(world: "Unas", entity: Tree) -> Order:
    """Nodes left out stay, empty ones are deleted; the order is found by Key alone, an Id is passed over."""
    order = _found(world, entity)
    wanted = kept(entity, ORDER, (BOTH,))
    _check_values(wanted)
    status = world.status(wanted["Status"]) if "Status" in wanted else None
    items = _items(entity)
    _note_number(world, order, wanted)
    if items is not None:
        order.items = items
    _write_nodes(order, wanted)
    if status is not None and status.ident != order.status:
        order.status, order.status_since = status.ident, int(world.now())
    else:
        status = None
    _mail(entity, order)
    world.written(order, "order_status_modify" if status else "order_modify_admin")
    return order


def add(world: "Unas", entity: Tree) -> Order:
    """UNAS issues the Key; the sum is its own, and a SumPriceGross sent along must agree."""
    items = _items(entity)
    if not items:
        raise Refused("Items are missing")
    wanted = kept(entity, ORDER, (BOTH, ADDING))
    _check_values(wanted)
    status = world.status(wanted["Status"]).ident if wanted.get("Status") else None
    given = {"currency": wanted.get("Currency"), "lang": wanted.get("Lang"), "placed": _placed(world, wanted)}
    order = world.blank({name: value for name, value in given.items() if value})
    order.items = items
    if entity.get("SumPriceGross") and money(entity["SumPriceGross"], "SumPriceGross") != order.sum:
        raise Refused("SumPriceGross is not the sum of the items")
    order.status = status or order.status
    _write_nodes(order, wanted)
    world.keep(order)
    _mail(entity, order)
    world.written(order, "order_send_thirdparty")
    return order


def delete(world: "Unas", entity: Tree) -> Order:
    """Exists, and is counted: Billhook has no business with it."""
    order = _found(world, entity)
    world.deletes += 1
    world.bury(order)
    world.written(order, "order_delete")
    return order


ACTIONS = {"add": add, "modify": modify, "delete": delete}


def _found(world: "Unas", entity: Tree) -> Order:
    if not entity.get("Key"):
        raise Refused("Missing Key")
    if entity["Key"] not in world.keys:
        raise Refused("Order not found")
    return world.orders[world.keys[entity["Key"]]]


def _check_values(wanted: Tree) -> None:
    invoice = wanted.get("Invoice")
    if isinstance(invoice, dict) and invoice.get("Status", "0") not in (*INVOICE_TEXTS, ""):
        raise Refused("Invalid Invoice Status")
    for entry in _booked(wanted.get("Payment")):
        money(entry.get("Amount"), "Amount")


def _placed(world: "Unas", wanted: Tree) -> str | None:
    """Date, taken only here, as an instant; ValueError when it is none."""
    if not wanted.get("Date"):
        return None
    return datetime.strptime(wanted["Date"], "%Y.%m.%d %H:%M:%S").replace(tzinfo=world.zone).isoformat()


def _items(entity: Tree) -> tuple[Any, ...] | None:
    if "Items" not in entity:
        return None
    items = entity["Items"]
    return tuple(from_xml(item or {}) for item in every(items.get("Item") if items else None))


def _write_nodes(order: Order, wanted: Tree) -> None:
    for name, value in wanted.items():
        if name in TOP:
            continue
        if name == "Payment" and isinstance(value, dict):
            _write_payment(order, value)
        else:
            order.nodes[name] = _emptied(merged(order.nodes.get(name), value))
    invoice = order.nodes.get("Invoice") or {}
    order.nodes["Invoice"] = {**invoice, "Status": invoice.get("Status") or "0",
                              "StatusText": INVOICE_TEXTS[invoice.get("Status") or "0"]}  # fmt: skip


def _write_payment(order: Order, value: Tree) -> None:
    """Money may be booked by hand only: transactions with Id manual."""
    payment = order.nodes.setdefault("Payment", {})
    earlier, booked = _booked(payment), _booked(value)
    payment.update(_emptied({**value, "Transactions": payment.get("Transactions")}) or {})
    if booked:
        pay(order, [*earlier, *({**entry, "Status": "finish"} for entry in booked if entry.get("Id") == "manual")])


def _booked(payment: Any) -> list[Tree]:
    transactions = payment.get("Transactions") if isinstance(payment, dict) else None
    return every(transactions.get("Transaction")) if isinstance(transactions, dict) else []


def _emptied(value: Any) -> Any:
    """An empty node deletes what stood there."""
    if isinstance(value, dict):
        return {name: found for name, entry in value.items() if (found := _emptied(entry)) is not None} or None
    return None if value == "" else value


def _note_number(world: "Unas", order: Order, wanted: Tree) -> None:
    """Invoice/Number is one text: a later one overwrites it without a word."""
    invoice = wanted.get("Invoice")
    number = invoice.get("Number") if isinstance(invoice, dict) else None
    if not number:
        return
    there = order.invoice.get("Number")
    if there and there != number:
        world.overwritten += 1
    order.numbers.append(number)


def _mail(entity: Tree, order: Order) -> None:
    order.emails += (entity.get("StatusEmail") == "yes") + (entity.get("OrderEmail") == "yes")

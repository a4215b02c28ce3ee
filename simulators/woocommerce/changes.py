"""What happens to an order in the shop: status, payment, refunds, trash; with the shop's own notes and events."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.fields import on
from simulators.woocommerce.accepted import dec
from simulators.woocommerce.order import STATUSES, Item, Meta, Order, Refund
from simulators.woocommerce.php import rounded
from simulators.woocommerce.taxes import Taxes
from simulators.woocommerce.world import WooCommerce

ZERO = Decimal(0)


def move(world: WooCommerce, order: Order, status: str, quiet: bool = False) -> None:
    """A new status; `refunded` set by hand refunds all that is left, without lines (section 3)."""
    before = order.status
    if order.move(status, world.now()):
        world.say(order, f"Order status changed from {_named(before)} to {_named(status)}.")
        if status == "refunded" and order.left > 0:
            _keep(world, order, Refund(world.next_id("post"), world.now(), order.left, "Order fully refunded.", [], {}))
    if not quiet:
        world.saved(order)


def pay(world: WooCommerce, order: Order) -> None:
    before = order.status
    if order.pay(world.now()):
        world.say(order, f"Order status changed from {_named(before)} to {_named(order.status)}.")


def refund(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> Refund:
    """By lines ("all", or [{item, quantity, total}]), by amount, or both: then the amount takes precedence."""
    decimals = world.settings["decimals"]
    items = _refund_items(world, order, given.get("lines") or [], decimals)
    gross = -sum((item.total + sum(item.taxes.values(), ZERO) for item in items), ZERO)
    amount = rounded(dec(given["amount"]), decimals) if given.get("amount") is not None else gross
    if not 0 <= amount <= order.left:
        raise ValueError("Invalid refund amount")
    used = {ident for item in items for ident in item.taxes}
    tax_ids = {rate.ident: world.next_id("item") for rate in order.rates() if rate.ident in used}
    made = Refund(world.next_id("post"), world.now(), amount, given.get("reason", ""), items, tax_ids,
                  on(given.get("refunded_payment", False)))  # fmt: skip
    _keep(world, order, made)
    if order.left <= 0 and order.move("refunded", world.now()):
        world.say(order, "Order status changed to Refunded.")
    world.saved(order)
    return made


def unrefund(world: WooCommerce, order: Order, ident: int) -> None:
    """Deleting a refund tells nobody (section 3)."""
    kept = [one for one in order.refunds if one.ident != ident]
    if len(kept) == len(order.refunds):
        raise ValueError(f"no refund {ident}")
    order.refunds = kept


def trash(world: WooCommerce, order: Order) -> None:
    order.before_trash, order.status = order.status, "trash"
    world.saved(order, "deleted")


def restore(world: WooCommerce, order: Order) -> None:
    if order.status != "trash":
        raise ValueError(f"order {order.ident} is not in the trash")
    order.status = order.before_trash
    world.saved(order, "restored")


def delete(world: WooCommerce, order: Order) -> None:
    """For good: no topic tells of it (1.2)."""
    del world.orders[order.ident]


def _keep(world: WooCommerce, order: Order, made: Refund) -> None:
    order.refunds.append(made)


def _refund_items(world: WooCommerce, order: Order, lines: Any, decimals: int) -> list[Item]:
    if lines == "all":
        lines = [{"item": item.ident} for item in order.items]
    return [_refund_item(world, _item(order, line["item"]), line, decimals) for line in lines]


def _item(order: Order, wanted: Any) -> Item:
    """An item by its id, its sku, its name, or "shipping"."""
    for item in order.items:
        if str(wanted) in (str(item.ident), item.sku, item.name) or (wanted, item.kind) == ("shipping", "shipping"):
            return item
    raise ValueError(f"order {order.ident} has no item {wanted!r}")


def _refund_item(world: WooCommerce, item: Item, line: Mapping[str, Any], decimals: int) -> Item:
    """The share of a line, each sum rounded to the shop's decimals as its refund form does."""
    quantity = dec(line["quantity"]) if line.get("quantity") is not None else item.quantity
    share = quantity / item.quantity if item.quantity else Decimal(1)
    if line.get("total") is not None:
        share = dec(line["total"]) / item.total if item.total else ZERO
    found: Taxes = {ident: -rounded(tax * share, decimals) for ident, tax in item.taxes.items()}
    total = -rounded(item.total * share, decimals)
    origin = Meta(world.next_id("meta"), "_refunded_item_id", str(item.ident))
    return Item(
        world.next_id("item"), item.kind, item.name, total, found, item.rates, subtotal=total, subtotal_taxes=found,
        quantity=-quantity if item.kind == "line_item" else item.quantity, tax_class=item.tax_class,
        taxable=item.taxable, product_id=item.product_id, variation_id=item.variation_id, sku=item.sku,
        parent_name=item.parent_name, method_id=item.method_id, meta=[origin],
    )  # fmt: skip


def _named(status: str) -> str:
    return STATUSES.get(status, status)

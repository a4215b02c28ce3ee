"""Coupons: how WooCommerce spreads a discount over the lines (sections 2.3 and 2.4)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from simulators.woocommerce import taxes
from simulators.woocommerce.accepted import dec
from simulators.woocommerce.order import Coupon, Order
from simulators.woocommerce.php import rounded, six
from simulators.woocommerce.taxes import Rates
from simulators.woocommerce.world import WooCommerce

ZERO = Decimal(0)


def apply(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> list[Coupon]:
    decimals = world.settings["decimals"]
    """Take every coupon off the lines, one after the other, and give the coupon lines."""
    lines = order.of("line_item")
    typed = [dec(line.get("price")) * dec(line.get("quantity"), "1") for line in given.get("lines") or []]
    found = []
    for told in given.get("coupons") or []:
        cuts = _cuts(told, typed, [item.quantity for item in lines], decimals)
        found.append(_coupon(world, order, told, cuts, decimals))
        typed = [price - cut for price, cut in zip(typed, cuts, strict=True)]
    if found:
        for item, price in zip(lines, typed, strict=True):
            item.total = net(price, order, item.rates)
            item.taxes = taxes.upon(item.total, item.rates)
    return found


def _cuts(told: Mapping[str, Any], typed: Sequence[Decimal], quantities: Sequence[Decimal],
          decimals: int) -> list[Decimal]:  # fmt: skip
    """What a coupon takes off each line, in whole cents; the cents left over fall on the last line (captured)."""
    unit = Decimal(1).scaleb(-decimals)
    if told.get("percent") is not None:
        share = dec(told["percent"]) / 100
        cuts = [(price * share).quantize(unit, ROUND_FLOOR) for price in typed]
        wanted = rounded(sum(typed, ZERO) * share, decimals)
    else:
        wanted = min(dec(told.get("amount")), rounded(sum(typed, ZERO), decimals))
        each = (wanted / (sum(quantities, ZERO) or Decimal(1))).quantize(unit, ROUND_FLOOR)
        cuts = [min(price, each * quantity) for price, quantity in zip(typed, quantities, strict=True)]
    for place in reversed(range(len(cuts))):
        extra = min(wanted - sum(cuts, ZERO), typed[place] - cuts[place])
        cuts[place] += max(extra, ZERO)
    return cuts


def _coupon(world: WooCommerce, order: Order, told: Mapping[str, Any], cuts: Sequence[Decimal],
            decimals: int) -> Coupon:  # fmt: skip
    """The coupon's own line: its tax is rounded a line, so it may differ from the order's discount_tax."""
    lines = order.of("line_item")
    nets = [net(cut, order, item.rates) for cut, item in zip(cuts, lines, strict=True)]
    tax = sum((rounded(sum(taxes.upon(net, item.rates).values(), ZERO), decimals)
               for net, item in zip(nets, lines, strict=True)), ZERO)  # fmt: skip
    whole = sum(cuts, ZERO)
    percent = told.get("percent") is not None
    return Coupon(world.next_id("item"), told.get("code", "coupon"), "percent" if percent else "fixed_cart",
                  dec(told["percent"] if percent else told.get("amount")),
                  whole - tax if order.prices_include_tax else whole, tax, world.next_id("meta"))  # fmt: skip


def net(amount: Decimal, order: Order, rates: Rates) -> Decimal:
    """The net of a sum as the shop types prices."""
    return taxes.net_within(amount, rates) if order.prices_include_tax else six(amount)

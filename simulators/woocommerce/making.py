"""From a compact description to an order whose sums are WooCommerce's own, coupons spread over the lines included."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from simulators.fields import on
from simulators.woocommerce import coupons, taxes
from simulators.woocommerce.accepted import dec
from simulators.woocommerce.order import Item, Order
from simulators.woocommerce.php import six
from simulators.woocommerce.taxes import Rates
from simulators.woocommerce.world import WooCommerce

ZERO = Decimal(0)
ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
BUYER = {"first_name": "Anna", "last_name": "Nowak", "address_1": "Długa 1", "city": "Kraków", "postcode": "30-001",
         "email": "anna@customer.test", "phone": "+48 600 100 200"}  # fmt: skip
PAYMENTS = {"bacs": "Direct bank transfer", "cod": "Cash on delivery", "cheque": "Check payments", "stripe": "Card"}


def make(world: WooCommerce, given: Mapping[str, Any]) -> Order:
    """A new order, not yet announced to any webhook."""
    now = world.now()
    country = _country(world, given)
    order = Order(
        ident=(ident := world.next_id("post")), number=given.get("number") or str(ident), key=world.order_key(),
        status="pending", currency=given.get("currency") or world.settings["currency"], created=now, modified=now,
        prices_include_tax=on(given.get("prices_include_tax", world.settings["prices_include_tax"])),
        billing=_billing(given, country), shipping=_shipping(given, country), fields=_fields(given), items=[],
        subtotal_rounding=world.settings["tax_round_at_subtotal"], extra=dict(given.get("extra") or {}),
    )  # fmt: skip
    order.meta = world.meta(given.get("meta") or {})
    _fill(world, order, given)
    return order


def remake(world: WooCommerce, order: Order, given: Mapping[str, Any]) -> None:
    """Edited in the admin: what is given replaces that part of the description; items keep their ids by place."""
    before = {kind: [item.ident for item in order.of(kind)] for kind in ("line_item", "shipping", "fee")}
    _fill(world, order, {**order.told, **given})
    for item in order.items:
        if before[item.kind]:
            item.ident = before[item.kind].pop(0)
    if given.get("billing"):
        order.billing = _billing(given, _country(world, given))


def _fill(world: WooCommerce, order: Order, told: Mapping[str, Any]) -> None:
    order.told = dict(told)
    order.items = _items(world, order, told, _country(world, told))
    order.needs_processing = any(not on(line.get("virtual", False)) for line in told.get("lines") or [])
    order.coupons = coupons.apply(world, order, told)
    order.tax_ids = {rate.ident: order.tax_ids.get(rate.ident) or world.next_id("item") for rate in order.rates()}
    if cards := told.get("gift_cards"):
        order.paid_by_cards = sum((dec(card["amount"]) for card in cards), ZERO)
        order.extra["gift_cards"] = [{"id": place, **card} for place, card in enumerate(cards, 1)]
    order.add_up(world.settings["decimals"])


def _country(world: WooCommerce, given: Mapping[str, Any]) -> str:
    found = given.get("country") or (given.get("billing") or {}).get("country") or world.settings["country"]
    return str(found)


def _items(world: WooCommerce, order: Order, given: Mapping[str, Any], country: str) -> list[Item]:
    lines = [_line(world, order, line, country) for line in given.get("lines") or []]
    ladder = sorted((item.rates for item in lines), key=lambda rates: sum(rate.percent for rate in rates))
    usual = ladder[-1] if ladder else ()
    told = given.get("shipping") or []
    shipping = told if isinstance(told, list) else [{"total": told}]
    items = lines + [_shipping_line(world, one, usual, country) for one in shipping]
    for fee in given.get("fees") or []:
        items.append(_fee(world, fee, usual, country))
    for item in items:
        if item.kind == "fee" and item.total < 0:
            item.taxes = taxes.spread(item.total, [(one.rates, one.total) for one in items if one.total > 0])
            item.rates = _rates_of(items, item.taxes)
    return items


def _line(world: WooCommerce, order: Order, line: Mapping[str, Any], country: str) -> Item:
    rates = rates_of(world, line, country, "none")
    quantity, price = dec(line.get("quantity"), "1"), dec(line.get("price"))
    product = world.catalogue.sold(line)
    item = Item(
        world.next_id("item"), "line_item", line.get("name", "Thing"), ZERO, {}, rates, quantity=quantity,
        tax_class=line.get("tax_class", _tax_class(rates)), product_id=product["id"],
        variation_id=int(line.get("variation_id") or 0), sku=line.get("sku", product["sku"]),
        parent_name=line.get("parent_name"), meta=world.meta(line.get("meta") or {}),
    )  # fmt: skip
    net = line.get("net_price")
    item.subtotal = coupons.net(price * quantity, order, rates) if net is None else six(dec(net) * quantity)
    item.subtotal_taxes = taxes.upon(item.subtotal, rates)
    item.total, item.taxes = item.subtotal, dict(item.subtotal_taxes)
    return item


def _shipping_line(world: WooCommerce, given: Mapping[str, Any], usual: Rates, country: str) -> Item:
    """Typed net even where products are typed gross, unless `gross` says otherwise."""
    rates = rates_of(world, given, country, usual)
    total = _typed(given, rates)
    return Item(world.next_id("item"), "shipping", given.get("title", "Flat rate"), total, taxes.upon(total, rates),
                rates, method_id=given.get("method", "flat_rate"))  # fmt: skip


def _fee(world: WooCommerce, given: Mapping[str, Any], usual: Rates, country: str) -> Item:
    rates = rates_of(world, given, country, usual)
    total = _typed(given, rates)
    return Item(world.next_id("item"), "fee", given.get("name", "Fee"), total, taxes.upon(total, rates), rates,
                tax_class=given.get("tax_class", _tax_class(rates)), taxable=bool(rates))  # fmt: skip


def rates_of(world: WooCommerce, given: Mapping[str, Any], country: str, default: Rates | str) -> Rates:
    """The rates a description names; without "tax", the default."""
    told = given.get("tax")
    if told is None:
        return default if isinstance(default, tuple) else ()
    if told == "none":
        return ()
    listed = told if isinstance(told, list) else [{"percent": told, "label": given.get("label")}]
    return tuple(_rate(world, one, country, place) for place, one in enumerate(listed, 1))


def _rate(world: WooCommerce, given: Mapping[str, Any], country: str, place: int) -> taxes.Rate:
    percent = dec(given["percent"])
    label = given.get("label") or f"VAT {percent.normalize():f}%"
    return world.rates.rate(given.get("country") or country, percent, label, on(given.get("compound", False)),
                            int(given.get("priority") or place))  # fmt: skip


def _rates_of(items: Sequence[Item], found: Mapping[int, Decimal]) -> Rates:
    return tuple({rate.ident: rate for item in items for rate in item.rates if rate.ident in found}.values())


def _tax_class(rates: Rates) -> str:
    """A guess that holds for European shops: standard from 15 % on."""
    if not rates:
        return ""
    percent = sum(rate.percent for rate in rates)
    return "" if percent >= 15 else "reduced-rate" if percent else "zero-rate"


def _typed(given: Mapping[str, Any], rates: Rates) -> Decimal:
    return (
        taxes.net_within(dec(given["gross"]), rates) if given.get("gross") is not None else six(dec(given.get("total")))
    )


# ---- people -------------------------------------------------------------------------------------------------------


def _billing(given: Mapping[str, Any], country: str) -> dict[str, str]:
    told = given.get("billing")
    filled = {**(BUYER if told is None else {}), "country": country, **(told or {})}
    return {name: filled.pop(name, "") for name in (*ADDRESS, "email", "phone")} | filled


def _shipping(given: Mapping[str, Any], country: str) -> dict[str, str]:
    told = dict(given.get("shipping_address") or {})
    return {name: told.pop(name, "") for name in (*ADDRESS, "phone")} | told


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    method = given.get("payment_method", "bacs")
    return {
        "payment_method": method,
        "payment_method_title": given.get("payment_method_title", PAYMENTS.get(method, method)),
        "transaction_id": given.get("transaction_id", ""), "customer_id": int(given.get("customer_id") or 0),
        "customer_note": given.get("customer_note", ""), "created_via": given.get("created_via", "checkout"),
    }  # fmt: skip

"""What the REST API and the webhooks show: orders, refunds, notes, with keys in the order of the captures."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.woocommerce.order import Coupon, Item, Meta, Note, Order, Refund
from simulators.woocommerce.php import decimal, gmt, local, number, quotient, shortest
from simulators.woocommerce.taxes import Rate

if TYPE_CHECKING:
    from simulators.woocommerce.world import WooCommerce

ZERO = Decimal(0)
SYMBOLS = {"EUR": "€", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "SEK": "kr", "GBP": "£", "USD": "$", "CAD": "$",
           "RON": "lei", "ISK": "kr.", "DKK": "kr.", "NOK": "kr", "CHF": "CHF", "KWD": "د.ك"}  # fmt: skip
DATES = ("created", "modified", "completed", "paid")


def order(world: "WooCommerce", of: Order, dp: int | None = None) -> dict[str, Any]:
    """The order object of v3; dp None = the shop's own decimals."""
    dp = world.settings["decimals"] if dp is None else dp
    sums = {name: decimal(amount, dp) for name, amount in of.totals.items()}
    moments = {name: getattr(of, name) for name in DATES}
    dates = {f"date_{name}": local(moment, world.here) for name, moment in moments.items()}
    shown = {
        "id": of.ident, "parent_id": 0, "status": of.status, "currency": of.currency,
        "version": world.settings["version"], "prices_include_tax": of.prices_include_tax,
        "date_created": dates["date_created"],
        "date_modified": dates["date_modified"], "discount_total": sums["discount_total"],
        "discount_tax": sums["discount_tax"], "shipping_total": sums["shipping_total"],
        "shipping_tax": sums["shipping_tax"], "cart_tax": sums["cart_tax"], "total": sums["total"],
        "total_tax": sums["total_tax"], "customer_id": of.fields["customer_id"], "order_key": of.key,
        "billing": of.billing, "shipping": of.shipping, "payment_method": of.fields["payment_method"],
        "payment_method_title": of.fields["payment_method_title"], "transaction_id": of.fields["transaction_id"],
        "customer_ip_address": "", "customer_user_agent": "", "created_via": of.fields["created_via"],
        "customer_note": of.fields["customer_note"], "date_completed": dates["date_completed"],
        "date_paid": dates["date_paid"], "cart_hash": "", "number": of.number, "meta_data": plain_meta(of.meta),
        "line_items": [line(world, item, of, dp) for item in of.of("line_item")],
        "tax_lines": [tax_line(world, of, rate, of.items, of.tax_ids, dp) for rate in of.rates()],
        "shipping_lines": [shipping_line(world, item, of, dp) for item in of.of("shipping")],
        "fee_lines": [fee_line(world, item, of, dp) for item in of.of("fee")],
        "coupon_lines": [coupon_line(world, coupon) for coupon in of.coupons],
        "refunds": [_short(world, refund, dp) for refund in reversed(of.refunds)],
        "payment_url": f"{world.home}/checkout/order-pay/{of.ident}/?pay_for_order=true&key={of.key}",
        "is_editable": of.status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": of.status in ("pending", "failed") and of.totals["total"] > 0,
        "needs_processing": of.needs_processing,
        **{f"date_{name}_gmt": gmt(moment) for name, moment in moments.items()},
        "currency_symbol": SYMBOLS.get(of.currency, of.currency),
    }  # fmt: skip
    return {**shown, **of.extra, "_links": _links(world, f"orders/{of.ident}", "orders", of.fields["customer_id"])}


def line(world: "WooCommerce", item: Item, of: Order, dp: int) -> dict[str, Any]:
    shop = world.settings["decimals"]
    subtotal_tax = of.tax_sum([_before(item)], shop)
    modern = {"global_unique_id": ""} if world.modern else {}
    return {
        "id": item.ident, "name": item.name, "product_id": item.product_id, "variation_id": item.variation_id,
        "quantity": number(item.quantity), "tax_class": item.tax_class, "subtotal": decimal(item.subtotal, dp),
        "subtotal_tax": decimal(subtotal_tax, dp), "total": decimal(item.total, dp),
        "total_tax": decimal(of.tax_sum([item], shop), dp), "taxes": _taxes(world, item, dp),
        "meta_data": rich_meta(item.meta), "sku": item.sku, **modern, "price": quotient(item.total, item.quantity),
        "image": {"id": "" if item.variation_id == 0 else 0, "src": ""}, "parent_name": item.parent_name,
    }  # fmt: skip


def shipping_line(world: "WooCommerce", item: Item, of: Order, dp: int) -> dict[str, Any]:
    modern = {"tax_status": "taxable" if item.rates else "none"} if world.modern else {}
    return {
        "id": item.ident, "method_title": item.name, "method_id": item.method_id, "instance_id": "",
        "total": decimal(item.total, dp), "total_tax": decimal(of.tax_sum([item], world.settings["decimals"]), dp),
        "taxes": _taxes(world, item, dp), **modern, "meta_data": rich_meta(item.meta),
    }  # fmt: skip


def fee_line(world: "WooCommerce", item: Item, of: Order, dp: int) -> dict[str, Any]:
    return {
        "id": item.ident, "name": item.name, "tax_class": item.tax_class,
        "tax_status": "taxable" if item.taxable else "none", "amount": "", "total": decimal(item.total, dp),
        "total_tax": decimal(of.tax_sum([item], world.settings["decimals"]), dp), "taxes": _taxes(world, item, dp),
        "meta_data": rich_meta(item.meta),
    }  # fmt: skip


def tax_line(
    world: "WooCommerce", of: Order, rate: Rate, items: list[Item], ids: Mapping[int, int], dp: int
) -> dict[str, Any]:
    """One rate over the whole order; where the VAT rate stands, null in old orders (2.3)."""
    shop = world.settings["decimals"]
    percent = None if world.settings["old_tax_lines"] else number(rate.percent)
    sums = {kind: sum((of.line_tax(item.taxes.get(rate.ident, ZERO), shop) for item in items
                       if (item.kind == "shipping") == (kind == "shipping")), ZERO)
            for kind in ("goods", "shipping")}  # fmt: skip
    return {
        "id": ids[rate.ident], "rate_code": rate.code, "rate_id": rate.ident, "label": rate.label,
        "compound": rate.compound, "tax_total": decimal(sums["goods"], dp),
        "shipping_tax_total": decimal(sums["shipping"], dp), "rate_percent": percent, "meta_data": [],
    }  # fmt: skip


def coupon_line(world: "WooCommerce", coupon: Coupon) -> dict[str, Any]:
    """Sums without padding ("5", "12.9"), as captured."""
    value = _coupon_data(world, coupon)
    modern = {"discount_type": coupon.kind, "nominal_amount": number(coupon.amount), "free_shipping": False}
    return {"id": coupon.ident, "code": coupon.code, "discount": shortest(coupon.discount),
            "discount_tax": shortest(coupon.discount_tax),
            "meta_data": rich_meta([Meta(coupon.meta_id, "coupon_data", value)]),
            **(modern if world.modern else {})}  # fmt: skip


def _coupon_data(world: "WooCommerce", coupon: Coupon) -> dict[str, Any]:
    """The whole coupon as it was when used; a DateTime of PHP looks like this in JSON."""
    born = {"date": "2026-01-01 00:00:00.000000", "timezone_type": 3, "timezone": world.settings["timezone"]}
    return {
        "id": coupon.meta_id, "code": coupon.code, "amount": shortest(coupon.amount), "status": "publish",
        "date_created": born, "date_modified": born, "date_expires": None, "discount_type": coupon.kind,
        "description": "", "usage_count": 0, "individual_use": False, "product_ids": [], "excluded_product_ids": [],
        "usage_limit": 0, "usage_limit_per_user": 0, "limit_usage_to_x_items": None, "free_shipping": False,
        "product_categories": [], "excluded_product_categories": [], "exclude_sale_items": False,
        "minimum_amount": "", "maximum_amount": "", "email_restrictions": [], "virtual": False, "meta_data": [],
    }  # fmt: skip


def refund(world: "WooCommerce", of: Order, one: Refund, dp: int | None = None) -> dict[str, Any]:
    """The refund with its lines: quantities and sums below zero, the price above (section 3)."""
    dp = world.settings["decimals"] if dp is None else dp
    rates = {rate.ident: rate for rate in of.rates()}
    lists = {"shipping_lines": [shipping_line(world, item, of, dp) for item in one.items if item.kind == "shipping"],
             "tax_lines": [tax_line(world, of, rates[ident], one.items, one.tax_ids, dp) for ident in one.tax_ids],
             "fee_lines": [fee_line(world, item, of, dp) for item in one.items if item.kind == "fee"]}  # fmt: skip
    base = f"orders/{of.ident}/refunds"
    return {
        "id": one.ident, "date_created": local(one.created, world.here), "date_created_gmt": gmt(one.created),
        "amount": decimal(one.amount, dp), "reason": one.reason, "refunded_by": 1,
        "refunded_payment": one.refunded_payment, "meta_data": [],
        "line_items": [line(world, item, of, dp) for item in one.items if item.kind == "line_item"],
        **({} if world.settings["old_refunds"] else lists),
        "_links": {**_links(world, f"{base}/{one.ident}", base), "up": _link(world, f"orders/{of.ident}")},
    }  # fmt: skip


def note(world: "WooCommerce", of: Order, one: Note) -> dict[str, Any]:
    base = f"orders/{of.ident}/notes"
    return {
        "id": one.ident, "author": one.author, "date_created": local(one.created, world.here),
        "date_created_gmt": gmt(one.created), "note": one.text, "customer_note": one.to_customer,
        "_links": {**_links(world, f"{base}/{one.ident}", base), "up": _link(world, f"orders/{of.ident}")},
    }  # fmt: skip


def plain_meta(found: list[Meta]) -> list[dict[str, Any]]:
    return [{"id": meta.ident, "key": meta.key, "value": meta.value} for meta in found]


def rich_meta(found: list[Meta]) -> list[dict[str, Any]]:
    return [{**shown, "display_key": shown["key"], "display_value": shown["value"]} for shown in plain_meta(found)]


def _taxes(world: "WooCommerce", item: Item, dp: int) -> list[dict[str, Any]]:
    """Unrounded up to now; with `dp` decimals in current versions (2.2)."""
    write = (lambda amount: decimal(amount, dp)) if world.modern else shortest
    before = item.subtotal_taxes if item.kind == "line_item" else {}
    return [{"id": ident, "total": write(tax), "subtotal": write(before[ident]) if ident in before else ""}
            for ident, tax in item.taxes.items()]  # fmt: skip


def _before(item: Item) -> Item:
    return Item(item.ident, item.kind, item.name, item.subtotal, item.subtotal_taxes)


def _short(world: "WooCommerce", one: Refund, dp: int) -> dict[str, Any]:
    """All that the order says of a refund; no lines (2.3)."""
    tax = sum((tax for item in one.items for tax in item.taxes.values()), ZERO)
    modern = {"total_tax": decimal(tax, dp)} if world.modern else {}
    return {"id": one.ident, "reason": one.reason, "total": f"-{decimal(one.amount, dp)}", **modern}


def _links(world: "WooCommerce", own: str, collection: str, customer: int = 0) -> dict[str, Any]:
    links = {"self": _link(world, own), "collection": _link(world, collection)}
    return links if not customer else {**links, "customer": _link(world, f"customers/{customer}")}


def _link(world: "WooCommerce", path: str) -> list[dict[str, str]]:
    return [{"href": f"{world.home}/wp-json/wc/v3/{path}"}]

"""The JSON of a webhook: no tax number, no payment status, no VAT of shipping as in getOrder (section 5.3)."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.unas.arithmetic import displayed
from simulators.unas.nodes import Tree, every
from simulators.unas.orders import HANDLING, PERCENT, SHIPPING, Item, Order

if TYPE_CHECKING:
    from simulators.unas.world import Unas

SIGNS = {"HUF": "Ft", "EUR": "€", "CZK": "Kč", "RON": "lei", "PLN": "zł", "USD": "$"}


def body_of(world: "Unas", event: str, order: Order) -> bytes:
    """As PHP writes it: slashes and letters beyond ASCII escaped, so that only the raw bytes carry the signature."""
    style = {"order_delete": "delete_body", "successful_payment": "payment_body"}.get(event)
    thin = style is not None and world.settings[style] == "thin"
    tree = _names(world, order) if thin else order_body(world, order)
    return json.dumps(tree, separators=(",", ":")).replace("/", "\\/").encode()


def order_body(world: "Unas", order: Order) -> Tree:
    status = world.statuses[order.status]
    goods = [item for item in order.items if not item.virtual]
    customer = order.nodes.get("Customer") or {}
    return {
        **_names(world, order), "grandTotal": _number(displayed(order.sum, order.currency)), "time": order.placed,
        "comment": _comment(order), "currency": SIGNS.get(order.currency, order.currency),
        "currencyCode": order.currency, "orderStatus": {"id": status.ident, "name": status.name},
        "products": {str(index): _product(item) for index, item in enumerate(goods, start=1)},
        "customer": _customer(customer, order.lang),
        "shipping": {"name": (order.nodes.get("Shipping") or {}).get("Name") or "", "type": "",
                     "cost": _number(_charge(order, SHIPPING))},
        "orderParameters": _parameters(order),
        "payment": {"name": (order.nodes.get("Payment") or {}).get("Name") or "",
                    "cost": _number(_charge(order, HANDLING))},
        **_discount(order),
    }  # fmt: skip


def _names(world: "Unas", order: Order) -> Tree:
    return {"shopID": world.settings["shop_id"], "orderID": order.key}


def _product(item: Item) -> Tree:
    return {
        "ID": item.ident, "sku": item.sku, "skuType": "normal", "name": item.name,
        "category": {"ID": "888465", "name": "Termékek"}, "quantity": _number(item.quantity), "unit": item.unit,
        "netPrice": None if item.net is None else _number(item.net), "grossPrice": _number(item.gross),
        "VATRate": None if item.rate is None else _number(item.rate), "discounted": False, "productParameters": None,
    }  # fmt: skip


def _customer(customer: Tree, lang: str) -> Tree:
    contact, addresses = customer.get("Contact") or {}, customer.get("Addresses") or {}
    return {
        "contact": {"name": contact.get("Name") or "", "phone": contact.get("Phone") or "",
                    "mobile": contact.get("Mobile") or ""},
        "shipping": _address(addresses.get("Shipping") or {}), "invoice": _address(addresses.get("Invoice") or {}),
        "news_auth": "0", "group": "0", "lang": lang, "subscribedToNewsletter": False,
        "email": customer.get("Email") or "",
    }  # fmt: skip


def _address(address: Tree) -> Tree:
    names = {"name": "Name", "zip": "ZIP", "city": "City", "street": "Street"}
    told = {name: address.get(node) or "" for name, node in names.items()}
    return {**told, "country": str(address.get("CountryCode") or "").lower(), "county": address.get("County") or ""}


def _parameters(order: Order) -> Tree:
    asked = every((order.nodes.get("Params") or {}).get("Param"))
    return {param["Id"]: {"orig_question": param["Name"], "orig_answer": param["Value"],
                          "act_question": param["Name"], "act_answer": param["Value"]} for param in asked}  # fmt: skip


def _discount(order: Order) -> Tree:
    """Positive here, negative in the items; a fixed discount is not told at all."""
    for item in order.items:
        if item.ident == PERCENT:
            return {"discountPercent": {"price": _number(-item.total), "title": item.name,
                                        "percent": f"{(item.percent or Decimal(0)).normalize():f}"}}  # fmt: skip
    return {}


def _comment(order: Order) -> str:
    texts = every((order.nodes.get("Comments") or {}).get("Comment"))
    return next((str(entry["Text"]) for entry in texts if entry["Type"] == "customer"), "")


def _charge(order: Order, ident: str) -> Decimal:
    return sum((item.total for item in order.items if item.ident == ident), Decimal(0))


def _number(amount: Decimal) -> Any:
    """A JSON number; the fraction leaves as the shortest one that names this amount."""
    return int(amount) if amount == amount.to_integral_value() else float(str(amount))

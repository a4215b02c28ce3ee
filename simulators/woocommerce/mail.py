"""What a webhook puts on the wire: the body as it is now, whatever the event was, and its headers (1.3 to 1.9)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.woocommerce import shown
from simulators.woocommerce.php import encoded
from simulators.woocommerce.webhook import Webhook

if TYPE_CHECKING:
    from simulators.woocommerce.world import WooCommerce

WORDPRESS = {"8.2.2": "6.4", "11.0.1": "7.1"}


@dataclass(frozen=True)
class Letter:
    url: str
    body: bytes
    headers: Mapping[str, str]


def agent(world: "WooCommerce") -> str:
    version = world.settings["version"]
    return f"WooCommerce/{version} Hookshot (WordPress/{WORDPRESS[version]})"


def ping(world: "WooCommerce", webhook: Webhook) -> Letter:
    """Unsigned, form-encoded, no X-WC header (section 1.6)."""
    headers = {"User-Agent": agent(world), "Accept": "*/*", "Content-Type": "application/x-www-form-urlencoded",
               "Connection": "close"}  # fmt: skip
    return Letter(webhook.delivery_url, f"webhook_id={webhook.ident}".encode(), headers)


def delivery(world: "WooCommerce", webhook: Webhook, order: int, old: bytes | None) -> Letter:
    body = payload(world, webhook, order) if old is None else old
    headers = {
        "User-Agent": agent(world), "Accept": "*/*", "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{world.home}/", "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": webhook.resource, "X-WC-Webhook-Event": webhook.event,
        "X-WC-Webhook-Signature": webhook.signature(body), "X-WC-Webhook-ID": str(webhook.ident),
        "X-WC-Webhook-Delivery-ID": webhook.delivery_id(int(time.time())), "Connection": "close",
    }  # fmt: skip
    return Letter(webhook.delivery_url, body, headers)


def payload(world: "WooCommerce", webhook: Webhook, ident: int) -> bytes:
    """The order as it is now, its id alone when trashed, or an error object (section 1.9)."""
    if webhook.event == "deleted":
        return encoded({"id": ident})
    if world.settings["webhook_rights"] != "manager":
        status = 403 if world.settings["webhook_rights"] == "none" else 401
        return encoded({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot view this resource.",
                        "data": {"status": status}})  # fmt: skip
    order = world.orders.get(ident)
    if order is None:
        return encoded({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.",
                        "data": {"status": 404}})  # fmt: skip
    return encoded(shown.order(world, order))

"""The login function: an API key for a token that lives two hours (section 1)."""

import hmac
import secrets
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from simulators.exchange import Refusal
from simulators.unas.functions import Asked, Reply, function
from simulators.unas.nodes import Tree

if TYPE_CHECKING:
    from simulators.unas.world import Unas

TRADER = {"Name": "Minta Webshop Kft.", "Country": "Magyarország", "ZIP": "1111", "County": "", "City": "Budapest",
          "Address": "Minta utca 1.", "Phone": "+3611111111", "Fax": "", "VAT": "12892312-2-42", "EUVAT": "HU12892312",
          "Email": "bolt@example.com", "RegistrationNumber": "01-09-000000"}  # fmt: skip


@function("login")
def login(world: "Unas", asked: Asked) -> Reply:
    _refuse_stranger(world, asked)
    token = secrets.token_hex(20)
    until = int(world.now() + world.settings["token_seconds"])
    world.tokens[token] = until
    told: Tree = {
        "Token": token, "Expire": world.local(until),
        "ExpireTime": str(until) if world.settings["expire_time"] else None,
        "ShopId": world.settings["shop_id"], "Subscription": f"{world.settings['package']}-100000",
        "Permissions": {"Permission": list(world.permissions)},
        "WebshopInfo": _info(world) if asked.params.get("WebshopInfo") in ("true", "1", "yes") else None,
        "Status": "ok",
    }  # fmt: skip
    return Reply("Login", told)


def _refuse_stranger(world: "Unas", asked: Asked) -> None:
    given = asked.params.get("ApiKey")
    right = isinstance(given, str) and hmac.compare_digest(given.encode(), world.settings["token"].encode())
    if not right or not world.settings["token_accepted"]:
        raise Refusal(world.error("Invalid Key"))
    if world.settings["package"] not in ("premium", "vip"):
        raise Refusal(world.error("API is available in PREMIUM and VIP packages only"))
    networks = [ip_network(text) for text in world.settings["allowed_ips"].split(",") if text]
    if networks and not any(ip_address(asked.request.peer) in network for network in networks):
        raise Refusal(world.error("IP is not allowed"))


def _info(world: "Unas") -> Tree:
    return {"WebshopName": "Minta Webshop", "WebshopURL": "https://shop.example",
            "Contact": {"Name": "Minta Margit", "Email": "bolt@example.com", "Phone": "+3611111111", "Mobile": ""},
            "Trader": TRADER}  # fmt: skip

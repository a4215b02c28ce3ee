"""/webhooks: list, make, change, delete; neither secret nor failures are shown (sections 1.7 and 5.5)."""

import secrets
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce import listing
from simulators.woocommerce.php import answer, error, fields, gmt, invalid_param, local, missing_param
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.webhook import STATUSES, TOPIC, Webhook
from simulators.woocommerce.world import WooCommerce

PATH = f"{V3}/webhooks"
WRITABLE = ("name", "topic", "delivery_url", "secret", "status")
CODE = "woocommerce_rest_shop_webhook"


@ROUTES.add("GET", PATH)
def index(world: WooCommerce, request: Request) -> Response:
    asked = listing.check(world, request, ("status",))
    status = asked.get("status", "all")
    if status not in ("all", *STATUSES):
        raise invalid_param({"status": "status is not one of all, active, paused, disabled."})
    found = [hook for hook in world.board.webhooks.values() if status in ("all", hook.status)]
    found.sort(key=lambda hook: (hook.created, hook.ident), reverse=asked.get("order", "desc") == "desc")
    return listing.page(world, request, found, lambda hook: shown(world, hook))


@ROUTES.add("POST", PATH)
def create(world: WooCommerce, request: Request) -> Response:
    """Always active, whatever status is sent; the ping follows. Without a secret the shop makes one up."""
    given = _body(world, request)
    if absent := [name for name in ("topic", "delivery_url") if not given.get(name)]:
        raise missing_param(*absent)
    _check(given)
    name = given.get("name") or f"Webhook created on {world.now():%b %d, %Y @ %I:%M %p}"
    hook = world.board.add(name, given["topic"], given["delivery_url"], given.get("secret") or secrets.token_hex(25))
    return answer(shown(world, hook), 201, {"Location": f"{world.home}{PATH}/{hook.ident}"})


@ROUTES.add("GET", f"{PATH}/{{id}}")
def show(world: WooCommerce, request: Request) -> Response:
    return answer(shown(world, _hook(world, request)))


@ROUTES.add("POST", f"{PATH}/{{id}}")
@ROUTES.add("PUT", f"{PATH}/{{id}}")
def update(world: WooCommerce, request: Request) -> Response:
    """An empty value changes nothing; a saved active webhook pings when its URL is new or the last ping failed."""
    hook, given = _hook(world, request), _body(world, request)
    _check(given)
    moved = bool(given.get("delivery_url")) and given["delivery_url"] != hook.delivery_url
    for name in WRITABLE:
        if given.get(name):
            setattr(hook, name, given[name])
    world.board.save(hook, moved)
    return answer(shown(world, hook))


@ROUTES.add("DELETE", f"{PATH}/{{id}}")
def destroy(world: WooCommerce, request: Request) -> Response:
    if request.query.get("force") not in ("true", "1"):
        raise Refusal(error("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501))
    hook = world.board.webhooks.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    if hook is None:
        raise Refusal(error(f"{CODE}_invalid_id", "Invalid ID.", 404))
    del world.board.webhooks[hook.ident]
    return answer(shown(world, hook))


def shown(world: WooCommerce, hook: Webhook) -> dict[str, Any]:
    base = f"{world.home}{PATH}"
    return {
        "id": hook.ident, "name": hook.name, "status": hook.status, "topic": hook.topic, "resource": hook.resource,
        "event": hook.event, "hooks": hook.hooks, "delivery_url": hook.delivery_url,
        "date_created": local(hook.created, world.here), "date_created_gmt": gmt(hook.created),
        "date_modified": local(hook.modified, world.here), "date_modified_gmt": gmt(hook.modified),
        "_links": {"self": [{"href": f"{base}/{hook.ident}"}], "collection": [{"href": base}]},
    }  # fmt: skip


def _hook(world: WooCommerce, request: Request) -> Webhook:
    """An unknown webhook is 400 even for reading."""
    hook = world.board.webhooks.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    if hook is None:
        raise Refusal(error(f"{CODE}_invalid_id", "ID is invalid.", 400))
    return hook


def _body(world: WooCommerce, request: Request) -> dict[str, Any]:
    given = fields(request)
    faults = {name: f"{name} is unknown to the simulator (setting strict)" for name in given
              if name not in WRITABLE and world.settings["strict"]}  # fmt: skip
    faults |= {name: f"{name} is not of type string." for name, value in given.items() if not isinstance(value, str)}
    if given.get("status", "active") not in STATUSES:
        faults["status"] = f"status is not one of {', '.join(STATUSES)}."
    if faults:
        raise invalid_param(faults)
    return given


def _check(given: dict[str, Any]) -> None:
    if given.get("topic") and not TOPIC.fullmatch(given["topic"].lower()):
        raise Refusal(error(f"{CODE}_invalid_topic", "Webhook topic must be valid.", 400))
    url = given.get("delivery_url")
    if url and not url.startswith(("http://", "https://")):
        told = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Refusal(error(f"{CODE}_invalid_delivery_url", told, 400))

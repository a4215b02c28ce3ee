"""/webhooks.json: hooks are kept and shown; deliveries are not simulated."""

import uuid
from collections.abc import Mapping
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturoid.accepted import WEBHOOK
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.rules import BLANK_IS_WRONG
from simulators.fakturoid.world import Fakturoid
from simulators.fields import Faults


@ROUTES.add("POST", f"{ACCOUNT}/webhooks.json")
def create(world: Fakturoid, request: Request) -> Response:
    given = {"auth_header": None, "active": True, **world.body(request, WEBHOOK)}
    world.demand(_faults(given))
    ident, now = world.next_id("webhooks"), world.stamp()
    hook = {"id": ident, "failed_deliveries_uuid": str(uuid.uuid4()), **given,
            "url": world.url(f"webhooks/{ident}.json"), "created_at": now, "updated_at": now}  # fmt: skip
    world.webhooks[ident] = hook
    return world.reply(hook, 201, {"Location": hook["url"]})


@ROUTES.add("GET", f"{ACCOUNT}/webhooks.json")
def index(world: Fakturoid, request: Request) -> Response:
    return world.reply(world.page(list(world.webhooks.values()), request.query))


@ROUTES.add("GET", f"{ACCOUNT}/webhooks/{{id}}.json")
def show(world: Fakturoid, request: Request) -> Response:
    return world.reply(_hook(world, request))


@ROUTES.add("PATCH", f"{ACCOUNT}/webhooks/{{id}}.json")
def update(world: Fakturoid, request: Request) -> Response:
    hook, given = _hook(world, request), world.body(request, WEBHOOK)
    world.demand(_faults({**hook, **given}))
    hook.update(given, updated_at=world.stamp())
    return world.reply(hook)


@ROUTES.add("DELETE", f"{ACCOUNT}/webhooks/{{id}}.json")
def destroy(world: Fakturoid, request: Request) -> Response:
    del world.webhooks[_hook(world, request)["id"]]
    return Response(204)


def _hook(world: Fakturoid, request: Request) -> dict[str, Any]:
    ident = request.params["id"]
    if not ident.isdigit() or int(ident) not in world.webhooks:
        raise Refusal(world.refuse(404, "The requested webhook does not exist"))
    return world.webhooks[int(ident)]


def _faults(hook: Mapping[str, Any]) -> Faults:
    if not hook.get("webhook_url"):
        yield "webhook_url", BLANK_IS_WRONG
    if not hook.get("events"):
        yield "events", "can't be empty"

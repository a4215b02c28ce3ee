"""Who may come in, in Fakturoid's order: user agent, token, account, its state, content type; and how often."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.exchange import Refusal, Request, as_json
from simulators.fakturoid.routes import API

if TYPE_CHECKING:
    from simulators.fakturoid.world import Fakturoid

QUOTA = {"count": 400, "seconds": 60}
UNPAID = {"invoice_url": "https://app.fakturoid.cz/billing/p/3WfeLRO5HZ/2026-0002"}
BLOCKED = {"status": "Account blocked", "overdue_invoices": [UNPAID]}


class Window:
    """The requests of the running 60 seconds (section 8)."""

    def __init__(self) -> None:
        self.began, self.asked = time.monotonic(), 0

    def too_many(self, limit: Mapping[str, Any] | None) -> bool:
        """Count one more; without a limit (setting rate_limit) nothing is too many."""
        if time.monotonic() - self.began > float((limit or QUOTA)["seconds"]):
            self.began, self.asked = time.monotonic(), 0
        self.asked += 1
        return limit is not None and self.asked > int(limit["count"])

    def headers(self, limit: Mapping[str, Any] | None, left: int | None = None,
                wait: float | None = None) -> dict[str, str]:  # fmt: skip
        """r: requests left, t: whole seconds until they are all there again."""
        size, seconds = int((limit or QUOTA)["count"]), float((limit or QUOTA)["seconds"])
        left = max(size - self.asked, 0) if left is None else left
        wait = max(seconds - (time.monotonic() - self.began), 0) if wait is None else wait
        return {"X-RateLimit-Policy": f"default;q={size};w={seconds:.0f}",
                "X-RateLimit": f"default;r={left};t={-(-wait // 1):.0f}"}  # fmt: skip


def admit(world: "Fakturoid", request: Request) -> None:
    if not request.header("user-agent"):
        raise Refusal(world.refuse(400, 'Required header "User-Agent" is missing'))
    if world.settings["maintenance"] == "all" or (world.settings["maintenance"] == "writes" and world.writes(request)):
        raise Refusal(world.refuse(503, "Fakturoid is in read-only mode"))
    if world.aside(request) or not request.path.startswith(API):
        return  # tokens, and public pages
    if not _known(world, request.header("authorization")):
        raise Refusal(world.unauthorized())
    _admit_to_account(world, request)
    if request.body and request.content_type != "application/json":
        raise Refusal(world.refuse(415, "Content-Type must be application/json"))


def _known(world: "Fakturoid", header: str) -> bool:
    """A token that was handed out, or the fixed one of setting `token`."""
    scheme, _, token = header.partition(" ")
    fixed = bool(world.settings["token"]) and token == world.settings["token"]
    return scheme == "Bearer" and world.settings["token_accepted"] and (fixed or world.tokens.good(token))


def _admit_to_account(world: "Fakturoid", request: Request) -> None:
    if "slug" not in request.params:
        return
    if request.params["slug"] != world.settings["slug"]:
        raise Refusal(world.refuse(404, "The account does not exist"))
    if world.settings["blocked"]:
        raise Refusal(as_json(BLOCKED, 402))
    if world.settings["permission"] == "no_invoices" and not request.path.endswith("/account.json"):
        raise Refusal(world.refuse(403, "You do not have permission to do this"))
    if world.settings["permission"] == "read_only" and world.writes(request):
        raise Refusal(world.refuse(403, "You do not have permission to do this"))

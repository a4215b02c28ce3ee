"""What a call must pass before its function is carried out: bans, log-in, limits, package and permissions."""

from typing import TYPE_CHECKING

from simulators.exchange import SILENCE, BadBody, Refusal, Request, Response, as_html
from simulators.unas import nodes
from simulators.unas.functions import FUNCTIONS, Asked, Endpoint
from simulators.unas.limits import LIMITS, TooMuch

if TYPE_CHECKING:
    from simulators.unas.world import Unas

PREFIX = "/shop/"
LARGEST = 128 * 1024 * 1024
MAINTENANCE_MINUTES = 10


def answered(world: "Unas", request: Request) -> Response:
    now = world.now()
    if world.limits.is_silent(request.peer, now):
        return SILENCE
    if (outage := _outage(world, request)) is not None:
        return outage
    endpoint = FUNCTIONS.get(request.path.removeprefix(PREFIX))
    if endpoint is None or request.method != "POST" or not request.path.startswith(PREFIX):
        return world.error("Unknown function")
    world.calls[endpoint.name] += 1
    try:
        world.limits.enter(request.peer, endpoint.name, now)
        if endpoint.name != "login":
            identify(world, request, endpoint.name, now)
        world.limits.identified(request.peer, now)
        return _served(world, endpoint, request, now)
    except TooMuch as ban:
        mark = "!" if world.settings["ban_exclaims"] else ""
        return world.error(f"Too much {ban.function} query, IP is banned till {world.us_date(ban.till)}{mark}")


def identify(world: "Unas", request: Request, function: str, now: float) -> None:
    """A known token tells the shop; an unknown or missing one tells nothing, and such calls are counted."""
    kind, _, token = request.header("authorization").partition(" ")
    until = world.tokens.get(token) if kind.lower() == "bearer" else None
    if until is None or not world.settings["token_accepted"]:
        world.limits.stranger(request.peer, now)
        raise Refusal(world.unauthorized())
    if now >= until:
        world.limits.failed(request.peer, function, now)
        raise Refusal(world.unauthorized())


def _served(world: "Unas", endpoint: Endpoint, request: Request, now: float) -> Response:
    try:
        asked = _read(world, endpoint, request)
        _permitted(world, endpoint.name)
        bucket = endpoint.bucket(asked)
        world.limits.room(request.peer, endpoint.name, bucket, now)
        reply = endpoint.carry_out(world, asked)
    except (Refusal, BadBody) as error:
        world.limits.refused(request.peer, endpoint.name, now)
        raise error
    if reply.failed:
        world.limits.failed(request.peer, endpoint.name, now)
    else:
        world.limits.succeeded(request.peer, endpoint.name, bucket, now)
    return nodes.answer(reply.root, reply.tree)


def _read(world: "Unas", endpoint: Endpoint, request: Request) -> Asked:
    if len(request.body) > LARGEST:
        raise Refusal(world.error("Request is larger than 128 MB"))
    element = request.xml()
    if element.tag != endpoint.root:
        raise Refusal(world.error(f"Root must be {endpoint.root}"))
    return Asked(endpoint.name, element.tag, nodes.tree_of(element), request)


def _permitted(world: "Unas", function: str) -> None:
    """Keys have permissions by function; some functions come with the VIP package alone."""
    if function == "login":
        return
    if LIMITS.get(function, (1, 1))[world.settings["package"] == "vip"] == 0 or function not in world.permissions:
        raise Refusal(world.error(f"No permission to use {function}", world.settings["permission_status"]))


def _outage(world: "Unas", request: Request) -> Response | None:
    """Settings tls and maintenance; the real host speaks TLS 1.2 and 1.3 only and rests around midnight."""
    if world.settings["tls"] == "broken":
        return SILENCE
    if world.settings["tls"] == "redirect":
        target = f"https://{request.header('host')}{request.path}"
        return Response(301, b"", headers={"Location": target})
    if world.settings["maintenance"] == "off" or not _near_midnight(world):
        return None
    return {"error": world.error("Maintenance"), "503": as_html("503 Service Unavailable", 503),
            "silent": SILENCE}[world.settings["maintenance"]]  # fmt: skip


def _near_midnight(world: "Unas") -> bool:
    local = world.when(world.now())
    minutes = local.hour * 60 + local.minute
    return min(minutes, 24 * 60 - minutes) <= MAINTENANCE_MINUTES

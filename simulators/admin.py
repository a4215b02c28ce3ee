"""The back door /_sim/ of every simulator: arm faults, switch behaviours, read the books. Never met by a fault."""

import re
from collections.abc import Callable
from typing import Any

from simulators.exchange import BadBody, Request, Response, as_json
from simulators.faults import listing
from simulators.world import World

PREFIX = "/_sim/"
FAULT_FIELDS = {"name", "times", "method", "path", "params"}


def answer(world: World, request: Request) -> Response:
    """Every mistake of the caller is a 422 that says what is wrong."""
    room = request.path.removeprefix(PREFIX)
    known = {**ROUTES, **world.doors}
    action = known.get((request.method, room.partition("/")[0]))
    if action is None:
        return as_json({"error": "unknown", "known": [f"{method} {PREFIX}{name}" for method, name in known]}, 404)
    try:
        return action(world, request, room.partition("/")[2])
    except (BadBody, ValueError, TypeError, KeyError, re.error) as error:
        return as_json({"error": f"{type(error).__name__}: {error}"}, 422)


def health(world: World, request: Request, rest: str) -> Response:
    return as_json({"ok": not world.crashes, "key": world.key})


def list_faults(world: World, request: Request, rest: str) -> Response:
    return as_json({"known": listing(), "armed": world.plan.as_json()})


def arm(world: World, request: Request, rest: str) -> Response:
    given = _object(request)
    if unknown := set(given) - FAULT_FIELDS:
        raise ValueError(f"unknown in a fault: {', '.join(sorted(unknown))}")
    return as_json(world.plan.arm(**given).as_json(), 201)


def disarm(world: World, request: Request, rest: str) -> Response:
    world.plan.clear()
    return as_json({"armed": []})


def state(world: World, request: Request, rest: str) -> Response:
    """Everything; the log of requests can be left out with ?requests=0."""
    with world.lock:
        log = [] if request.query.get("requests") == "0" else list(world.log)
        told = {**world.books(), "counts": world.summary()["per_oid"], "settings": _public(world)}
        return as_json({**told, "faults": world.plan.as_json(), "crashes": world.crashes, "requests": log})


def summary(world: World, request: Request, rest: str) -> Response:
    with world.lock:
        return as_json(world.summary())


def requests(world: World, request: Request, rest: str) -> Response:
    return as_json(list(world.log))


def show_settings(world: World, request: Request, rest: str) -> Response:
    return as_json(_public(world))


def change_settings(world: World, request: Request, rest: str) -> Response:
    with world.lock:
        world.change(_object(request))
        return as_json(_public(world))


def reset(world: World, request: Request, rest: str) -> Response:
    world.reset()
    return as_json({"ok": True})


def patch_document(world: World, request: Request, rest: str) -> Response:
    """POST /_sim/documents/ID {field: value}: a change made in the system's own pages."""
    with world.lock:
        return as_json(world.patch(rest, _object(request)))


ROUTES: dict[tuple[str, str], Callable[[World, Request, str], Response]] = {
    ("GET", "health"): health, ("GET", "faults"): list_faults, ("POST", "faults"): arm, ("DELETE", "faults"): disarm,
    ("GET", "state"): state, ("GET", "summary"): summary, ("GET", "requests"): requests,
    ("GET", "settings"): show_settings, ("POST", "settings"): change_settings, ("POST", "reset"): reset,
    ("POST", "documents"): patch_document,
}  # fmt: skip


def _object(request: Request) -> dict[str, Any]:
    given = request.json()
    if not isinstance(given, dict):
        raise BadBody("an object is wanted")
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    """Fractions in admin bodies are seconds and rates, not money."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return float(value) if type(value).__name__ == "Decimal" else value


def _public(world: World) -> dict[str, Any]:
    hidden = {secret for secret in world.secrets() if secret}
    return {name: "***" if name == "password" or (isinstance(value, str) and value in hidden) else value
            for name, value in world.settings.items()}  # fmt: skip

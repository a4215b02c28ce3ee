"""What can be called otherwise: operations and their paths, names of fields, parameters and the envelope's parts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.world import Handler, Routes

PATHS = {
    "ping": "GET /api/v1/company", "blocks": "GET /api/v1/blocks", "invoice": "POST /api/v1/invoices",
    "proforma": "POST /api/v1/proformas", "find": "GET /api/v1/documents", "get": "GET /api/v1/documents/{id}",
    "pdf": "GET /api/v1/documents/{id}/pdf", "email": "POST /api/v1/documents/{id}/email",
    "storno": "POST /api/v1/documents/{id}/storno", "correct": "POST /api/v1/documents/{id}/correct",
}  # fmt: skip
PARAMETERS = {"order_id": "order_id", "page": "page", "per_page": "per_page"}
ENVELOPE = {name: name for name in
            ("success", "data", "error", "code", "message", "meta", "page", "last_page", "total", "next")}  # fmt: skip
# operation -> what answers it; the rooms of this package fill it.
OPERATIONS: dict[str, Handler] = {}


def operation(name: str) -> Callable[[Handler], Handler]:
    def keep(handler: Handler) -> Handler:
        OPERATIONS[name] = handler
        return handler

    return keep


@dataclass(frozen=True)
class Profile:
    """One way of speaking: the defaults with the settings laid over them."""

    routes: Routes
    fields: Mapping[str, str]
    parameters: Mapping[str, str]
    envelope: Mapping[str, str]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Profile":
        """ValueError for an operation, parameter or part nobody knows, or a path that cannot be read."""
        paths = _laid(PATHS, settings["paths"], "operation")
        if not settings["look_up"]:
            paths["find"] = ""
        return cls(_routes(paths), settings["fields"], _laid(PARAMETERS, settings["parameters"], "parameter"),
                   _laid(ENVELOPE, settings["envelope"], "part of the envelope"))  # fmt: skip

    def heard(self, given: Any, place: str = "") -> Any:
        """A body in our own names; a name that was given away is left as it came, to be refused as unknown."""
        if isinstance(given, list):
            return [self.heard(entry, place) for entry in given]
        if not isinstance(given, dict):
            return given
        own = {wire: name for name, wire in self._level(place).items()}
        lost = set(self._level(place)) - set(own)
        found = {}
        for wire, value in given.items():
            name = own.get(wire, f"{wire} (renamed)" if wire in lost else wire)
            found[name] = self.heard(value, _under(place, name))
        return found

    def said(self, data: Any, place: str = "") -> Any:
        """Data in the names of the wire."""
        if isinstance(data, list):
            return [self.said(entry, place) for entry in data]
        if not isinstance(data, dict):
            return data
        names = self._level(place)
        return {names.get(name, name): self.said(value, _under(place, name)) for name, value in data.items()}

    def _level(self, place: str) -> dict[str, str]:
        """The renamed fields of one object: name -> wire."""
        start = f"{place}." if place else ""
        return {key.removeprefix(start): wire for key, wire in self.fields.items()
                if key.startswith(start) and "." not in key.removeprefix(start)}  # fmt: skip


def _laid(defaults: Mapping[str, str], given: Mapping[str, Any], what: str) -> dict[str, str]:
    if unknown := set(given) - set(defaults):
        raise ValueError(f"unknown {what}: {', '.join(sorted(unknown))}; known are {', '.join(defaults)}")
    return {**defaults, **{name: str(value) for name, value in given.items()}}


def _routes(paths: Mapping[str, str]) -> Routes:
    routes = Routes()
    for name, line in paths.items():
        method, _, path = line.partition(" ")
        if line and not (re.fullmatch(r"GET|POST|PUT|PATCH|DELETE", method) and path.startswith("/")):
            raise ValueError(f"path of {name} must be like {PATHS[name]!r}")
        if line:
            routes.add(method, path)(OPERATIONS[name])
    return routes


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name

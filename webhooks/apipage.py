"""`/docs`: the published description as a page that people read; plain HTML, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from webhooks.openapi import PATH, Api

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address: its examples as JSON text by their summary, its answers as status → words."""

    method: str
    path: str
    summary: str
    about: str
    takes: str
    examples: Mapping[str, str]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a schema; `kind` is its type in words, `of` the schema that it holds, if any."""

    name: str
    kind: str
    of: str
    needed: bool
    about: str


def blueprint(api: Api) -> Blueprint:
    """The page and its style."""
    pages = Blueprint("apipage", __name__, template_folder="templates", static_folder="static", static_url_path="/docs")

    @pages.get("/docs")
    def page() -> str:
        spec = api.spec.to_dict()
        schemas = {name: list(_properties(shape)) for name, shape in spec["components"]["schemas"].items()}
        used = {name: rows for name, rows in schemas.items() if rows and name in _reached(spec)}
        return render_template("webhooks/api.html", operations=list(_operations(spec)), schemas=used, json_path=PATH)

    return pages


def _operations(spec: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in spec["paths"].items():
        for method in (name for name in _METHODS if name in methods):
            told = methods[method]
            body: Mapping[str, Any] = next(iter(told.get("requestBody", {}).get("content", {}).values()), {})
            yield Operation(
                method=method.upper(),
                path=path,
                summary=told.get("summary", ""),
                about=told.get("description", ""),
                takes=_of(body.get("schema", {})),
                examples={e["summary"]: _text(e["value"]) for e in body.get("examples", {}).values()} | _answered(told),
                answers={status: answer.get("description", "") for status, answer in told["responses"].items()},
            )


def _answered(told: Mapping[str, Any]) -> dict[str, str]:
    """The answers that have an example."""
    found = ((s, body) for s, answer in told["responses"].items() for body in answer.get("content", {}).values())
    return {f"An answer {status}": _text(body["example"]) for status, body in found if "example" in body}


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _properties(shape: Mapping[str, Any]) -> Iterator[Property]:
    needed = shape.get("required", ())
    for name, field in shape.get("properties", {}).items():
        yield Property(name, _kind(field), _of(field), name in needed, field.get("description", ""))


def _kind(field: Mapping[str, Any]) -> str:
    """The type in words; null is every optional field's own way of being left out, so it is not said."""
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    types = field.get("type", "")
    words = [types] if isinstance(types, str) else [word for word in types if word != "null"]
    return field.get("format") or " or ".join(words)


def _of(field: Mapping[str, Any]) -> str:
    """The schema that a field is, or holds."""
    inner = (field, field.get("items", {}), *field.get("anyOf", ()))
    return next((one["$ref"].rpartition("/")[2] for one in inner if "$ref" in one), "")


def _reached(spec: Mapping[str, Any]) -> set[str]:
    """The schemas that an address names, by itself or through others."""
    schemas, found = spec["components"]["schemas"], set()
    todo = set(_names(spec["paths"]))
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= set(_names(schemas.get(name, {}))) - found
    return found


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)

"""`/openapi.json` by flask-smorest: what is sent here and what is answered. Described alone: no delivery meets it."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask

from schemas import generic_examples
from schemas.generic_fields import PRICES, OrderSchema
from schemas.problem_fields import ProblemSchema, StoredSchema

PATH = "/openapi.json"
_JSON, _PROBLEM = "application/json", "application/problem+json"
_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ABOUT = (
    "The whole order as it is now, sent again whenever it changes. Other platforms' shops send their own JSON to this "
    "address; this is what a shop of platform generic takes, signed by the Standard Webhooks scheme or with an API "
    "key. 200 means that it is stored durably."
)


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no annotations
    """The published description; errors stay what the application makes of them (webhooks/problems.py)."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Not flask-smorest's: every error here is a problem already."""


def publish(app: Flask) -> Api:
    """Serve PATH, once the webhooks' own address is there; gives the Api, so that other doors can describe theirs."""
    app.config.update(
        API_TITLE="Billhook", API_VERSION="1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH=PATH.removeprefix("/"),
    )  # fmt: skip
    api = Api(app)
    _security(api)
    rule = next(app.url_map.iter_rules("webhooks.receive"))
    api.spec.path(rule=rule, parameters=[_SHOP], operations={"post": _send(), "get": _check()})
    for name in ("Line", "RefundLine"):
        api.spec.components.schemas[name]["oneOf"] = [{"required": [price]} for price in PRICES]
    return api


_SHOP = {
    "in": "path",
    "name": "shop_key",
    "required": True,
    "schema": {"type": "string"},
    "description": "The shop's key.",
}


def _security(api: Api) -> None:
    add = api.spec.components.security_scheme
    add("key", {"type": "http", "scheme": "bearer", "description": "An API key: flask key add."})
    for name in _SIGNED:
        about = "Standard Webhooks (https://www.standardwebhooks.com/): v1, HMAC-SHA256, at most five minutes off."
        add(name, {"type": "apiKey", "in": "header", "name": name, "description": about})


def _send() -> dict[str, Any]:
    examples = {
        "order": {"summary": "A whole order", "value": generic_examples.WHOLE},
        "refund": {"summary": "The same order after a partial refund", "value": generic_examples.PARTIAL_REFUND},
    }
    return {
        "summary": "Send an order",
        "description": _ABOUT,
        "operationId": "sendOrder",
        "tags": ["orders"],
        "security": [{"key": []}, {name: [] for name in _SIGNED}],
        "requestBody": {"required": True, "content": {_JSON: {"schema": OrderSchema, "examples": examples}}},
        "responses": {
            "200": {
                "description": "Stored, or known already.",
                "content": {_JSON: {"schema": StoredSchema, "example": {"event": "01a1fd07-…", "duplicate": False}}},
            },
            **{status: _problem(about) for status, about in _REFUSALS.items()},
            "422": _problem("The content, with the problems by JSON pointer; nothing is stored.", True),
        },
    }


_REFUSALS = {
    "401": "Not signed, wrong, too old; or the key is unknown, revoked or expired. Nothing is stored.",
    "403": "The key is good, but not for this shop or not for this.",
    "404": "No shop has this address.",
    "408": "The body did not arrive in time.",
    "413": "The body is larger than BODY_LIMIT.",
    "415": "The body is compressed.",
    "503": "The database cannot be used just now: send it again after Retry-After seconds.",
}


def _problem(about: str, example: bool = False) -> dict[str, Any]:
    shown = {"example": generic_examples.PROBLEM} if example else {}
    return {"description": about, "content": {_PROBLEM: {"schema": ProblemSchema, **shown}}}


def _check() -> dict[str, Any]:
    return {
        "summary": "Check the address",
        "operationId": "checkAddress",
        "tags": ["orders"],
        "responses": {"200": {"description": "There is such a shop."}, "404": _problem(_REFUSALS["404"])},
    }

"""/oauth-v1: client credentials with a TenantId, authorization code, refresh tokens good once (sheet section 1)."""

import base64
import binascii
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fortnox.routes import OAUTH, ROUTES

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

CODE_SECONDS = 600
# First part of a path below /3 -> the scope it wants; what is missing wants settings.
SCOPES = {"companyinformation": "companyinformation", "customers": "customer", "articles": "article",
          "invoices": "invoice", "invoicepayments": "payment", "orders": "order", "currencies": "currency",
          "me": "companyinformation"}  # fmt: skip


def scope_of(path: str) -> str:
    return SCOPES.get(path.split("/")[2], "settings")


@ROUTES.add("GET", f"{OAUTH}/auth")
def consent(world: "Fortnox", request: Request) -> Response:
    """The owner agrees at once: back to redirect_uri with a code, good once and for ten minutes."""
    asked = request.query
    wanted = {"client_id": world.settings["client_id"], "response_type": "code", "access_type": "offline"}
    if any(asked.get(name) != value for name, value in wanted.items()):
        raise _wrong("invalid_request", "client_id, response_type or access_type is wrong")
    code = secrets.token_hex(20)
    world.codes[code] = (asked.get("redirect_uri", ""), time.monotonic() + CODE_SECONDS)
    back = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
    return Response(302, headers={"Location": f"{asked.get('redirect_uri', '')}?{urlencode(back)}"})


@ROUTES.add("POST", f"{OAUTH}/token")
def token(world: "Fortnox", request: Request) -> Response:
    """A refresh token is good once: the second use is refused although the first answer may never have arrived."""
    client, given = _client(world, request), _fields(request)
    kind = given.get("grant_type", "")
    if kind == "client_credentials":
        return _by_tenant(world, request)
    if kind == "authorization_code":
        address, ends = world.codes.pop(given.get("code", ""), ("", 0.0))
        if ends < time.monotonic() or address != given.get("redirect_uri", ""):
            raise _wrong("invalid_grant", "Authorization code doesn't exist or is invalid for the client")
    elif kind != "refresh_token":
        raise _wrong("unsupported_grant_type", "Grant type is not supported")
    elif not world.tokens.take(given.get("refresh_token", ""), client):
        raise _wrong("invalid_grant", "Invalid refresh token", content_type="text/html; charset=UTF-8")
    return _handed_out(world, {"refresh_token": world.tokens.refresh(client)})


@ROUTES.add("POST", f"{OAUTH}/revoke")
def revoke(world: "Fortnox", request: Request) -> Response:
    client = _client(world, request)
    if world.tokens.refreshing.get(_fields(request).get("token", "")) == client:
        world.tokens.revoke()
    return as_json({"revoked": True})


def _by_tenant(world: "Fortnox", request: Request) -> Response:
    """No refresh token; the company is named in a header."""
    if not world.settings["service_account"]:
        raise _wrong("unauthorized_client", "The client is not enabled for service accounts")
    if request.header("tenantid") != str(world.settings["tenant"]):
        raise _wrong("invalid_request", "TenantId is missing or unknown")
    return _handed_out(world, {})


def _handed_out(world: "Fortnox", more: dict[str, Any]) -> Response:
    """The access token is a JWT that tells the tenant."""
    lifetime = float(world.settings["token_lifetime"])
    claims = {"userId": 1, "tenantId": world.settings["tenant"], "jti": secrets.token_hex(8)}
    parts = (_packed({"alg": "HS256", "typ": "JWT"}), _packed(claims), secrets.token_urlsafe(20))
    access = world.tokens.access(lifetime, made=".".join(parts))
    return as_json({"access_token": access, "expires_in": int(lifetime), "token_type": "bearer",
                    "scope": world.settings["scopes"], **more})  # fmt: skip


def _packed(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def _client(world: "Fortnox", request: Request) -> str:
    """Basic with client_id and client_secret, and nothing in their place."""
    scheme, _, packed = request.header("authorization").partition(" ")
    try:
        pair = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    if scheme != "Basic" or pair != f"{world.settings['client_id']}:{world.settings['client_secret']}":
        raise _wrong("invalid_client", "The client credentials are invalid", 401, "text/plain;charset=UTF-8")
    return str(world.settings["client_id"])


def _fields(request: Request) -> dict[str, str]:
    return request.form() if request.content_type == "application/x-www-form-urlencoded" else {}


def _wrong(code: str, text: str, status: int = 400, content_type: str = "application/json") -> Refusal:
    body = json.dumps({"error": code, "error_description": text}).encode()
    return Refusal(Response(status, body, content_type))


def expire(world: "Fortnox", request: Request, rest: str) -> Response:
    """POST /_sim/expire: every access token ends now; refresh tokens stay good."""
    world.tokens.expire()
    return as_json({"ok": True})


def withdraw(world: "Fortnox", request: Request, rest: str) -> Response:
    """POST /_sim/revoke: the user has withdrawn the consent, no token is good any more."""
    world.tokens.revoke()
    return as_json({"ok": True})


DOORS = {("POST", "expire"): expire, ("POST", "revoke"): withdraw}

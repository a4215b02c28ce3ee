"""/oauth: client credentials for a shop's own account, and the browser's way for an application of many.

https://www.fakturoid.cz/api/v3/authorization
"""

import base64
import binascii
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fakturoid.routes import API, ROUTES
from simulators.fakturoid.world import Fakturoid

CODE_SECONDS = 300


@ROUTES.add("POST", f"{API}/oauth/token")
def token(world: Fakturoid, request: Request) -> Response:
    """Client credentials get no refresh token; a refresh token stays good when it is used (section 1)."""
    client, given = _client(world, request), _fields(world, request)
    kind = given.get("grant_type")
    if kind == "authorization_code":
        if world.codes.pop(str(given.get("code")), ("", 0.0))[1] < time.monotonic():
            raise _wrong("invalid_grant", "The authorization code is wrong or has expired")
        return _handed_out(world, {"refresh_token": world.tokens.refresh(client)})
    if kind == "refresh_token" and not world.tokens.take(str(given.get("refresh_token")), client, once=False):
        raise _wrong("invalid_grant", "The refresh token is wrong or was revoked")
    if kind not in ("client_credentials", "refresh_token"):
        raise _wrong("unsupported_grant_type", "The grant type is not supported")
    return _handed_out(world, {})


@ROUTES.add("POST", f"{API}/oauth/revoke")
def revoke(world: Fakturoid, request: Request) -> Response:
    """Ends the refresh token and the access tokens with it."""
    client = _client(world, request)
    if world.tokens.refreshing.get(str(_fields(world, request).get("token"))) == client:
        world.tokens.revoke()
    return Response(200)


@ROUTES.add("GET", f"{API}/oauth")
def consent(world: Fakturoid, request: Request) -> Response:
    """The owner agrees at once: back to redirect_uri with a code, good once and for five minutes."""
    asked = request.query
    if asked.get("client_id") != world.settings["client_id"] or asked.get("response_type") != "code":
        raise _wrong("invalid_request", "client_id or response_type is wrong")
    code = secrets.token_hex(20)
    world.codes[code] = (asked.get("redirect_uri", ""), time.monotonic() + CODE_SECONDS)
    back = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
    return Response(302, headers={"Location": f"{asked.get('redirect_uri', '')}?{urlencode(back)}"})


def _handed_out(world: Fakturoid, more: dict[str, Any]) -> Response:
    lifetime = float(world.settings["token_lifetime"])
    access = world.tokens.access(lifetime, alone=world.settings["token_alone"])
    return as_json({"access_token": access, "token_type": "Bearer", "expires_in": int(lifetime), **more})


def _client(world: Fakturoid, request: Request) -> str:
    """Basic with client_id and client_secret, and nothing in their place."""
    scheme, _, packed = request.header("authorization").partition(" ")
    try:
        pair = base64.b64decode(packed, altchars=b"-_" if set(packed) & set("-_") else None, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    wanted = f"{world.settings['client_id']}:{world.settings['client_secret']}"
    if scheme != "Basic" or pair != wanted or not world.settings["client_accepted"]:
        raise _wrong("invalid_client", "Client authentication failed", 401)
    return str(world.settings["client_id"])


def _fields(world: Fakturoid, request: Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        given = request.json()
        return given if isinstance(given, dict) else {}
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(request.form())
    raise Refusal(world.refuse(415, "Content-Type must be application/json or application/x-www-form-urlencoded"))


def _wrong(code: str, text: str, status: int = 400) -> Refusal:
    return Refusal(as_json({"error": code, "error_description": text}, status))

"""app.jortt.nl/oauth-provider: client credentials, authorization code, rotating refresh tokens (sheet section 1)."""

import base64
import binascii
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.jortt.routes import OAUTH, ROUTES
from simulators.jortt.world import Jortt

CODE_SECONDS = 600


@ROUTES.add("POST", f"{OAUTH}/token")
def token(world: Jortt, request: Request) -> Response:
    """Basic with client id and secret; a form body; scopes at most those registered."""
    client, given = _client(world, request), _form(request)
    if given.get("grant_type") == "client_credentials":
        return _handed_out(world, _scopes(world, given), {})
    if given.get("grant_type") == "authorization_code":
        back, scopes, until = world.codes.pop(given.get("code", ""), ("", "", 0.0))
        if until < time.monotonic() or given.get("redirect_uri") != back:
            raise _wrong("invalid_grant", "The provided authorization grant is invalid, expired or revoked.")
        return _handed_out(world, scopes, {"refresh_token": world.renewable(client, scopes)})
    if given.get("grant_type") == "refresh_token":
        return _renewed(world, client, given.get("refresh_token", ""))
    raise _wrong("unsupported_grant_type", "The authorization grant type is not supported.")


@ROUTES.add("GET", f"{OAUTH}/authorize")
def consent(world: Jortt, request: Request) -> Response:
    """The owner agrees at once: back to redirect_uri with a code, good once and for ten minutes."""
    asked = request.query
    if asked.get("client_id") != world.settings["client_id"] or asked.get("response_type") != "code":
        raise _wrong("invalid_request", "client_id or response_type is wrong")
    code, back = secrets.token_hex(20), asked.get("redirect_uri", "")
    world.codes[code] = (back, _scopes(world, asked), time.monotonic() + CODE_SECONDS)
    answer = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
    return Response(302, headers={"Location": f"{back}?{urlencode(answer)}"})


def _renewed(world: Jortt, client: str, refresh: str) -> Response:
    """A refresh token is good once: the answer carries the next one."""
    if not world.tokens.take(refresh, client):
        raise _wrong("invalid_grant", "The provided authorization grant is invalid, expired or revoked.")
    scopes = world.scopes.get(refresh, world.settings["scopes"])
    return _handed_out(world, scopes, {"refresh_token": world.renewable(client, scopes)})


def _handed_out(world: Jortt, scopes: str, more: dict[str, Any]) -> Response:
    lifetime = float(world.settings["token_lifetime"])
    access = world.tokens.access(lifetime, alone=world.settings["token_alone"])
    world.scopes[access] = scopes
    return as_json({"access_token": access, "token_type": "Bearer", "expires_in": int(lifetime), **more,
                    "scope": scopes, "created_at": int(time.time())})  # fmt: skip


def _client(world: Jortt, request: Request) -> str:
    scheme, _, packed = request.header("authorization").partition(" ")
    try:
        pair = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    wanted = f"{world.settings['client_id']}:{world.settings['client_secret']}"
    if scheme != "Basic" or pair != wanted or not world.settings["client_accepted"]:
        raise _wrong("invalid_client", "Client authentication failed.", 401)
    return str(world.settings["client_id"])


def _form(request: Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise _wrong("invalid_request", "The request is missing a required parameter.")
    return request.form()


def _scopes(world: Jortt, given: dict[str, str]) -> str:
    wanted, registered = given.get("scope", "").split(), world.settings["scopes"].split()
    if not wanted or not set(wanted) <= set(registered):
        raise _wrong("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    return " ".join(wanted)


def _wrong(code: str, text: str, status: int = 400) -> Refusal:
    return Refusal(as_json({"error": code, "error_description": text}, status))

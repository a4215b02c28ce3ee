"""The identity server: client credentials, authorization code, rotating refresh tokens (sheet section 1)."""

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from simulators.exchange import Request, Response, as_json
from simulators.idoklad.routes import ROUTES

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad

OLD, NEW = "/server/connect/token", "/server/v2/connect/token"
SCOPES = {"idoklad_api", "offline_access"}
AGENDA_TROUBLE = {"free": "AuthErrorCode(0) - Agenda has Free status.",
                  "downgrade": "AuthErrorCode(1) - Agenda has NeedToDowngrade status.",
                  "expired": "AuthErrorCode(2) - Agenda has Expired status."}  # fmt: skip


class Denied(Exception):
    """What the identity server answers with 400."""


def token(world: "Idoklad", request: Request) -> Response:
    """Form-encoded in, JSON out; the agenda's plan is looked at only after the client is known."""
    try:
        given = request.form() if request.content_type == "application/x-www-form-urlencoded" else {}
        return _granted(world, request.path, given)
    except Denied as denied:
        error, _, description = str(denied).partition(": ")
        return as_json({"error": error, **({"error_description": description} if description else {})}, 400)


for path in (OLD, NEW):
    ROUTES.add("POST", path)(token)


@ROUTES.add("GET", "/server/connect/authorize")
def authorize(world: "Idoklad", request: Request) -> Response:
    """The user agrees at once: back to the client with a code that is good once."""
    asked = request.query
    if (asked.get("client_id"), asked.get("response_type")) != (world.settings["client_id"], "code"):
        return as_json({"error": "unauthorized_client"}, 400)
    code = secrets.token_urlsafe(20)
    world.codes.add(code)
    answer = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
    return Response(302, headers={"Location": f"{asked.get('redirect_uri', '')}?{urlencode(answer)}"})


def _granted(world: "Idoklad", path: str, given: dict[str, str]) -> Response:
    own = world.settings
    if (given.get("client_id"), given.get("client_secret")) != (own["client_id"], own["client_secret"]):
        raise Denied("invalid_client")
    scopes = set(given.get("scope", "").split())
    if not scopes <= SCOPES or (given.get("grant_type") != "refresh_token" and "idoklad_api" not in scopes):
        raise Denied("invalid_scope")
    grant = GRANTS.get(given.get("grant_type", ""))
    if grant is None:
        raise Denied("unsupported_grant_type")
    if own["plan"] in AGENDA_TROUBLE:
        raise Denied(f"invalid_grant: {AGENDA_TROUBLE[own['plan']]}")
    return as_json(_handed_out(world, grant(world, path, given)))


def _handed_out(world: "Idoklad", renewable: bool) -> dict[str, object]:
    own = world.settings
    answer = {"access_token": world.tokens.access(own["token_lifetime"]), "expires_in": int(own["token_lifetime"]),
              "token_type": "Bearer", "scope": "idoklad_api"}  # fmt: skip
    return {**answer, **({"refresh_token": world.tokens.refresh(own["client_id"])} if renewable else {})}


def _by_client(world: "Idoklad", path: str, given: dict[str, str]) -> bool:
    """The newer address wants the application's id as well; there is no refresh token."""
    if path == NEW and given.get("application_id") != world.settings["application_id"]:
        raise Denied("invalid_request: application_id is missing or unknown")
    return False


def _by_code(world: "Idoklad", path: str, given: dict[str, str]) -> bool:
    if not given.get("redirect_uri") or given.get("code", "") not in world.codes:
        raise Denied("invalid_grant")
    world.codes.remove(given["code"])
    return "offline_access" in given["scope"].split()


def _by_refresh(world: "Idoklad", path: str, given: dict[str, str]) -> bool:
    """Good once: the second use is refused although the first answer may never have arrived."""
    if not world.tokens.take(given.get("refresh_token", ""), given["client_id"]):
        raise Denied("invalid_grant")
    return True


GRANTS = {"client_credentials": _by_client, "authorization_code": _by_code, "refresh_token": _by_refresh}


def expire(world: "Idoklad", request: Request, rest: str) -> Response:
    """POST /_sim/expire: every access token ends now; refresh tokens stay good."""
    world.tokens.expire()
    return as_json({"ok": True})


def revoke(world: "Idoklad", request: Request, rest: str) -> Response:
    """POST /_sim/revoke: the user has withdrawn the consent, no token is good any more."""
    world.tokens.revoke()
    return as_json({"ok": True})


DOORS = {("POST", "expire"): expire, ("POST", "revoke"): revoke}

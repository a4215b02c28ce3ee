"""Who may come in: a live token, with the scope of the address, of an administration with a paid plan."""

from typing import TYPE_CHECKING

from simulators.exchange import Refusal, Request, as_html
from simulators.jortt import errors
from simulators.jortt.routes import FILES

if TYPE_CHECKING:
    from simulators.jortt.world import Jortt

# Where the scope's name is not the address's own first word.
OWNERS = {"labels": "invoices", "ledger_accounts": "invoices", "tradenames": "organizations"}


def admit(world: "Jortt", request: Request) -> None:
    if world.settings["outage"] == "502":
        raise Refusal(as_html("502 Bad Gateway", 502))
    if world.settings["outage"] == "maintenance":
        raise errors.refused("server.maintenance")
    if world.aside(request) or request.path.startswith(FILES):
        return  # tokens, and files under a signed address
    scopes = _scopes(world, request.header("authorization"))
    if world.settings["plan"] == "free":
        raise errors.refused("organization.requires_mkb_plan")
    if wanted(request) not in scopes.split():
        raise errors.refused("scopes.insufficient")


def wanted(request: Request) -> str:
    """invoices:read for a GET of /v2/invoices, and so on."""
    room = request.path.split("/")[2]
    return f"{OWNERS.get(room, room)}:{'read' if request.method == 'GET' else 'write'}"


def _scopes(world: "Jortt", header: str) -> str:
    """What the token may do; the fixed one of setting `token` may do all that is registered."""
    scheme, _, token = header.partition(" ")
    if scheme == "Bearer" and world.settings["token_accepted"]:
        if world.settings["token"] and token == world.settings["token"]:
            return str(world.settings["scopes"])
        if world.tokens.good(token):
            return world.scopes[token]
    raise errors.refused("access_token.expired" if token in world.scopes else "access_token.invalid")

"""What a test may do to the tokens behind the API's back."""

from typing import TYPE_CHECKING

from simulators.exchange import Request, Response, as_json

if TYPE_CHECKING:
    from simulators.jortt.world import Jortt


def expire(world: "Jortt", request: Request, rest: str) -> Response:
    """POST /_sim/expire: every access token ends now; refresh tokens stay good."""
    world.tokens.expire()
    return as_json({"ok": True})


def revoke(world: "Jortt", request: Request, rest: str) -> Response:
    """POST /_sim/revoke: the consent is withdrawn, no token is good any more."""
    world.tokens.revoke()
    return as_json({"ok": True})


DOORS = {("POST", "expire"): expire, ("POST", "revoke"): revoke}

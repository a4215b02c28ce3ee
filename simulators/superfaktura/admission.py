"""Who may come in, and how what is sent is read (sheet section 1)."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from simulators.exchange import BadBody, Refusal, Request

if TYPE_CHECKING:
    from simulators.superfaktura.world import SuperFaktura

# Measured on the sandbox, with a 401.
NO_PREMIUM = "Musíte mať platné prémiové členstvo"


def admit(world: "SuperFaktura", request: Request) -> None:
    """Everything but the PDF behind its token needs the header."""
    if "/invoices/pdf/" in request.path:
        return
    given, settings = credentials(request.header("authorization")), world.settings
    company = given.get("company_id") or settings["company_id"]
    known = (given.get("email"), given.get("apikey"), company) == (
        settings["email"], settings["token"], settings["company_id"])  # fmt: skip
    if not known or not given.get("module") or not settings["token_accepted"]:
        raise Refusal(world.unauthorized())
    if not settings["premium"]:
        raise world.failure(1, NO_PREMIUM, 401, twice=True)


def credentials(header: str) -> dict[str, str]:
    """SFAPI name=value&…; a value that is not URL-encoded is not understood: a bare + is a blank, a bare @ no value."""
    scheme, _, rest = header.partition(" ")
    pairs = (part.partition("=") for part in rest.split("&")) if scheme == "SFAPI" else ()
    return {name: unquote_plus(value) for name, _, value in pairs if not set(value) & set(" @/,;:?#[]\"'")}


def payload(request: Request) -> dict[str, Any]:
    """The form field `data` with JSON in it, or a body of JSON; BadBody for anything else."""
    if request.content_type == "application/x-www-form-urlencoded":
        request = replace(request, body=request.form().get("data", "").encode())
    elif request.content_type != "application/json":
        raise BadBody("neither a form nor JSON")
    given = request.json()
    if not isinstance(given, dict) or not given:
        raise BadBody("no data")
    return given

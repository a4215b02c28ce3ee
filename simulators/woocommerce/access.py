"""Who may come in: Basic or query keys where the shop sees TLS, one-legged OAuth 1.0a where it does not (5.1)."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce.php import error

if TYPE_CHECKING:
    from simulators.woocommerce.world import WooCommerce

NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
WINDOW = 15 * 60
REALM = "WooCommerce API. Use a consumer key in the username field and a consumer secret in the password field."


def authenticate(world: "WooCommerce", request: Request) -> str | None:
    """The key that asks, None for anonymous; Refusal when a credential is wrong or may not do this."""
    who = _plain_keys(world, request) if sees_tls(world, request) else None
    who = who or _oauth(world, request)
    if who:
        _permitted(world, request)
    return who


def no_rights(request: Request, status: int) -> Response:
    """Anonymous is 401, a user without rights 403; an unknown key over Basic is anonymous too (5.2)."""
    if request.method in ("GET", "HEAD"):
        what = "view this resource" if request.params.get("id") else "list resources"
        return error("woocommerce_rest_cannot_view", f"Sorry, you cannot {what}.", status)
    if request.method == "POST":
        told = "Sorry, you are not allowed to create resources."
        return error("woocommerce_rest_cannot_create", told, status)
    return error("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.", status)


def sees_tls(world: "WooCommerce", request: Request) -> bool:
    """is_ssl(): behind a proxy that ends TLS it holds only if the shop reads the proxy's header."""
    setting = world.settings["ssl"]
    return (
        bool(world.settings["certificate"])
        or setting == "on"
        or (setting == "forwarded" and request.header("x-forwarded-proto") == "https")
    )


def _plain_keys(world: "WooCommerce", request: Request) -> str | None:
    """Query parameters first, then Basic; an unknown key is nobody, a wrong secret an error."""
    given = request.query
    key, secret = given.get("consumer_key", ""), given.get("consumer_secret", "")
    if not (key and secret):
        key, secret = _basic(request.header("authorization"))
    if key != world.settings["consumer_key"] or not secret:
        return None
    if not hmac.compare_digest(secret, world.settings["consumer_secret"]):
        basic = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
        raise Refusal(error("woocommerce_rest_authentication_error", "Consumer secret is invalid.", 401, headers=basic))
    return key


def _basic(header: str) -> tuple[str, str]:
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        key, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret


def _permitted(world: "WooCommerce", request: Request) -> None:
    needed = "read" if request.method in ("GET", "HEAD") else "write"
    if needed not in world.settings["permissions"].split("_"):
        raise _denied(f"The API key provided does not have {needed} permissions.")


def _oauth(world: "WooCommerce", request: Request) -> str | None:
    lists = {**request.query_lists, **{name: [value] for name, value in _header(request).items()}}
    given = {name: values[-1] for name, values in lists.items()}
    absent = [name for name in NEEDED if not given.get(name)]
    if len(absent) == len(NEEDED):
        return None
    if absent:
        told = f"Missing OAuth parameter{'s' if len(absent) > 1 else ''} {', '.join(absent)}"
        raise Refusal(error("woocommerce_rest_authentication_missing_parameter", told, 401))
    if given["oauth_consumer_key"] != world.settings["consumer_key"]:
        raise _denied("Consumer key is invalid.")
    _signed(world, request, lists, given)
    _once(world, given["oauth_timestamp"], given["oauth_nonce"])
    return given["oauth_consumer_key"]


def _header(request: Request) -> dict[str, str]:
    """OAuth parameters may stand in the Authorization header instead; `realm` is none of them."""
    header = request.header("authorization").strip()
    if not header.startswith("OAuth "):
        return {}
    return {name: unquote(value) for name, value in re.findall(r'(oauth_[a-z_-]*)="([^"]*)"', header)}


def _signed(world: "WooCommerce", request: Request, lists: dict[str, list[str]], given: dict[str, str]) -> None:
    if given["oauth_signature_method"] not in HASHES:
        raise _denied("Invalid signature - signature method is invalid.")
    signed = {name: values for name, values in lists.items() if name != "oauth_signature"}
    key = f"{world.settings['consumer_secret']}&".encode()
    method = HASHES[given["oauth_signature_method"]]
    wanted = base64.b64encode(hmac.new(key, base_string(world, request, signed).encode(), method).digest()).decode()
    if not hmac.compare_digest(wanted.encode(), given["oauth_signature"].replace(" ", "+").encode()):
        raise _denied("Invalid signature - provided signature does not match.")


def base_string(world: "WooCommerce", request: Request, lists: dict[str, list[str]]) -> str:
    """METHOD&url&parameters of RFC 5849, over the address the shop knows itself by.

    PHP turns `status[]=a` into a list, so it is signed as status[0]=a.
    """
    scheme = "https" if sees_tls(world, request) else "http"
    home = world.settings["home"] or f"{scheme}://{request.header('host')}"
    path = "/" if "rest_route" in lists else request.path
    pairs = [f"{_enc(name)}={_enc(value)}" for name, values in sorted(_php(lists)) for value in values]
    return "&".join((request.method.upper(), _enc(f"{home.rstrip('/')}{path}"), _enc("&".join(pairs))))


def _php(lists: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for name, values in lists.items():
        if name.endswith("[]"):
            found += [(f"{name[:-2]}[{place}]", [value]) for place, value in enumerate(values)]
        else:
            found.append((name, values[-1:]))
    return found


def _once(world: "WooCommerce", stamp: str, nonce: str) -> None:
    """By the real time whatever the shop's clock says, since the client signs by it."""
    if not stamp.isdigit() or abs(int(stamp) - time.time()) > WINDOW:
        raise _denied("Invalid timestamp.")
    if nonce in world.nonces:
        raise _denied("Invalid nonce - nonce has already been used.")
    world.nonces.add(nonce)


def _denied(message: str) -> Refusal:
    return Refusal(error("woocommerce_rest_authentication_error", message, 401))


def _enc(text: str) -> str:
    return quote(text, safe="-._~")

"""How iDoklad is logged in to: client credentials, or a consent whose refresh token rotates."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.oauth import Login
from adapters.payloads.idoklad_envelope import PLAN

IDENTITY = "https://identity.idoklad.cz/server"
CODE = "authorization code"
#: The messages' language by the seller's country.
TONGUES = {"CZ": "cs-CZ", "SK": "sk-SK", "DE": "de-DE"}
#: Sheet section 1: free plan, downgrade needed, plan ended.
REMEDIES = {f"AuthErrorCode({n})": PLAN for n in range(3)}


def login(given: Mapping[str, str]) -> Login:
    """Sheet section 1: the newer address wants an application id with client credentials; consents need none."""
    identity = (given.get("identity_url") or IDENTITY).rstrip("/")
    consent = given.get("grant") == CODE or bool(given.get("refresh_token"))
    application = given.get("application_id", "")
    scope = "idoklad_api offline_access" if consent else "idoklad_api"
    return Login(
        f"{identity}{'/v2' if consent or application else ''}/connect/token", given["client_id"],
        given["client_secret"], refresh=given.get("refresh_token", ""), scope=scope, basic=False,
        form={"scope": scope} if consent else {"application_id": application}, remedies=REMEDIES,
        authorize=f"{identity}/connect/authorize" if consent else "",
    )  # fmt: skip

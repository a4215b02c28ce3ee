"""How Fortnox is logged in to: client credentials of a tenant, or a consent whose refresh token is used once."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.oauth import Login

API = "https://api.fortnox.se"
IDENTITY = "https://apps.fortnox.se/oauth-v1"
#: What the app must be allowed (https://www.fortnox.se/developer/guides-and-good-to-know/scopes).
SCOPES = ("companyinformation", "customer", "article", "invoice", "order", "payment", "settings")
NEEDED = frozenset({"companyinformation", "customer", "invoice"})


def login(given: Mapping[str, str]) -> Login:
    """With a tenant's number each token is asked for anew; otherwise tokens descend from a consent (sheet section 1).

    https://www.fortnox.se/developer/authorization
    """
    identity, tenant = (given.get("identity_url") or IDENTITY).rstrip("/"), given.get("tenant_id", "")
    url, client, secret = f"{identity}/token", given["client_id"], given["client_secret"]
    if tenant and not given.get("refresh_token"):
        return Login(url, client, secret, headers={"TenantId": tenant}, kept=("scope",))
    return Login(
        url, client, secret, refresh=given.get("refresh_token", ""), scope=" ".join(SCOPES), kept=("scope",),
        authorize=f"{identity}/auth",
        consent={"access_type": "offline", "account_type": given.get("account_type", "")},
    )  # fmt: skip


def lacking(scope: str) -> list[str]:
    """The rights that the app was not given, out of what the token address said; none where it said nothing."""
    return sorted(set(SCOPES) - set(scope.split())) if scope.strip() else []

"""A Dutch seller and its organisation at a simulated Jortt, for every test that speaks to one."""

from __future__ import annotations

from adapters.jortt import Jortt
from schemas.connection import Account
from schemas.document import Seller
from tests.adapters.drafts import Home

NETHERLANDS = Home(
    Seller("Winkel B.V.", "NL", vat_id="NL004495445B01", oss=True, timezone="Europe/Amsterdam"), currency="EUR",
    rates={"23": "21", "8": "9", "5": "0"},
)  # fmt: skip


def credentials(url: str, secret: str = "simulator-secret") -> dict[str, str]:  # noqa: S107 - a stand-in's
    return {"url": url, "login_url": f"{url}/oauth-provider/oauth", "client_id": "simulator-id",
            "client_secret": secret}  # fmt: skip


def organisation(url: str, **options: str) -> Jortt:
    """An adapter of the organisation, with short deadlines."""
    account = Account(1, "main", "jortt", "Main", NETHERLANDS.seller, credentials(url), options)
    return Jortt(account, allow_private=True, deadline=10)

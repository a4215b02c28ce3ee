"""A system whose tokens begin with a consent in a browser: the smallest adapter that has one."""

from __future__ import annotations

from typing import Any

from adapters.base import AccountInfo, Adapter
from adapters.manifest import DAY, Field, Manifest, Token, Window
from adapters.oauth import Login
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Sight
from tests.tokens.endpoint import CLIENT, SECRET

MANIFEST = Manifest(
    key="consenting", label="Consenting", country="IS", docs="https://x", token=Token.ROTATING_REFRESH,
    limits=(Window(20, DAY),),
    credentials=(Field("url", "URL"), Field("refresh_token", "Refresh token", secret=True, required=False)),
)  # fmt: skip


class Consenting(Adapter):
    """Speaks to the small endpoint."""

    manifest = MANIFEST

    def __init__(self, account: Account, **ports: Any) -> None:
        super().__init__(account, **ports)
        url, refresh = account.credentials["url"], account.credentials.get("refresh_token", "")
        auth = self._oauth(
            Login(f"{url}/token", CLIENT, SECRET, refresh=refresh, authorize=f"{url}/consent", scope="invoices")
        )
        self.speaker = self._speaker(url, auth=auth)

    def _verify(self) -> AccountInfo:
        self.speaker.call("GET", "/api", writes=False)
        return AccountInfo("Consenting")

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        return Found(Sight.NONE)

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        raise NotImplementedError

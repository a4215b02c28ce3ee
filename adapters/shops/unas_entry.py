"""Entry to a UNAS shop: one log-in and one token of two hours for all workers; a refused key is tried once (unas.md 1).

Vendor: https://unas.hu/tudastar/api (Azonosítás).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element  # nosec B405

from adapters.oauth import InMemory
from adapters.shops import unas_limits, unas_xml
from adapters.shops.unas_line import Line, Told
from adapters.shops.unas_xml import text
from schemas.errors import AdapterError, Auth, Transient
from schemas.ports import Guard, Refusal, TokenSet, TokenStore

LIFE = timedelta(hours=2)
EARLY = timedelta(minutes=5)
_KEY = (
    "Look in UNAS (Beállítások > Külső kapcsolatok > API kapcsolat): is the key there, may this machine's address use "
    "it, is the package PREMIUM or VIP? Nobody tries it again by itself, since UNAS blocks after five failed log-ins: "
    "once it is good, flask shop verify {shop}. Or make another one there."
)


class Entry:
    """The token in force; `origin` names the key it came from."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._store: TokenStore = line.ports.get("tokens") or InMemory()
        self.origin = hashlib.sha256(f"{line.url}\n{line.key}".encode()).hexdigest()

    def token(self) -> TokenSet:
        """With package and permissions in `extra`. Raises Auth once the key was refused, and then without a call."""
        self._unless_refused()
        known = self._store.current(self.origin)
        if known is None or self._over(known.expires_at):
            return self.renewed(known)
        return self._early(known) if self._over(known.renew_at) else known

    def renewed(self, stale: TokenSet | None) -> TokenSet:
        """The successor of a token that is over or was refused."""
        fresh = self._store.renew(self.origin, stale, self._fetch)
        if fresh is None:
            raise self._line.error(Transient, "No token was stored.", "TOKEN_UNCLEAR")
        return fresh

    def log_in(self) -> Element:
        """A log-in by a person's wish, whatever was refused before; gives UNAS's answer and keeps its token."""
        root = self._logged_in()
        self._store.replace(self.origin, self._tokens(root))
        return root

    def refuse(self, detail: str, code: str, told: Told) -> AdapterError:
        """The error of a key that is of no use, which nobody tries again before a person did."""
        remedy = _KEY.format(shop=self._line.shop.key or "KEY")
        error = self._line.error(Auth, detail, code, remedy, told)
        self._line.gate.refuse(self.origin, Refusal(error.detail, error.code, error.remedy))
        return error

    def _over(self, moment: datetime | None) -> bool:
        return moment is not None and self._line.now() >= moment

    def _early(self, known: TokenSet) -> TokenSet:
        """Renewed before it must be; whatever stands against that, it is good for some minutes yet."""
        try:
            return self._store.renew(self.origin, known, self._fetch, wait=False) or known
        except (Auth, Transient):
            return known

    def _unless_refused(self) -> None:
        before = self._line.gate.refusal(self.origin)
        if before is not None:
            raise self._line.error(Auth, before.detail, before.code, before.remedy)

    def _fetch(self, _stored: TokenSet | None, guard: Guard) -> TokenSet:
        self._unless_refused()
        guard()
        return self._tokens(self._logged_in())

    def _logged_in(self) -> Element:
        body = unas_xml.written("Params", {"ApiKey": self._line.key, "WebshopInfo": "true"})
        told = self._line.post("login", body, kind="login", key={}, vip=False)
        if told.root is not None and told.root.tag == "Login" and text(told.root, "Token"):
            self._line.gate.admit()
            return told.root
        raise self._line.ban(told) or self._not_let_in(told)

    def _not_let_in(self, told: Told) -> AdapterError:
        """Every failed log-in counts; one that UNAS refused in words, and not for its maintenance, is the last."""
        self._line.gate.note(unas_limits.LOGIN_FAILED)
        self._line.gate.note(unas_limits.UNKNOWN)
        if not told.error:
            words = f"The log-in was answered by {told.answer.told}"
            return self._line.error(Transient, words, "UNREADABLE_ANSWER", told=told)
        if self._line.rests(told):
            return self._line.error(Transient, f"UNAS says to the log-in: {told.error}", "MAINTENANCE", told=told)
        return self.refuse(f"UNAS refused the API key: {told.error}", "KEY_REFUSED", told)

    def _tokens(self, root: Element) -> TokenSet:
        """The answer of a log-in; `ExpireTime` is newer than `Expire`, and a token lives two hours."""
        now, unix = self._line.now(), text(root, "ExpireTime")
        told = datetime.fromtimestamp(int(unix), UTC) if unix.isdecimal() and len(unix) < 12 else now + LIFE
        expires = min(told, now + LIFE) if told > now else now + LIFE
        permissions = " ".join(node.text or "" for node in root.iter("Permission"))
        package = "vip" if text(root, "Subscription").lower().startswith("vip") else "premium"
        return TokenSet(
            text(root, "Token"), expires_at=expires, renew_at=max(now, expires - EARLY),
            extra={"package": package, "permissions": permissions, "shop_id": text(root, "ShopId")},
        )  # fmt: skip


def is_vip(token: TokenSet) -> bool:
    """Whether the shop has the package VIP."""
    return token.extra.get("package") == "vip"


def may(token: TokenSet, function: str) -> bool:
    """Whether the key has this function; one whose permissions were not told has them all."""
    told = token.extra.get("permissions", "").split()
    return not told or function in told

"""Speaking to a UNAS shop: one log-in shared by all workers, every call within the limits, what its errors mean.

Sheet: unas.md 1 and 2; vendor: https://unas.hu/tudastar/api (Azonosítás, Limitációk).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from adapters.connect import Limits
from adapters.http import Answer, Speaker, looks_html, unclear
from adapters.lanes import lane
from adapters.oauth import InMemory
from adapters.ports import ShopPorts
from adapters.shops import unas_limits, unas_times, unas_xml
from adapters.shops.unas_xml import Tree, text
from schemas.connection import Shop
from schemas.errors import AdapterError, Auth, RateLimited, Transient
from schemas.ports import Gate, Guard, OpenGate, Refusal, TokenSet, TokenStore, unguarded

SYSTEM = "unas"
URL = "https://api.unas.eu"
#: Nodes that hold people's data.
PERSONAL = (
    r"name|contact|email|username|phone|mobile|zip|city|street\w*|county|taxnumber|eutaxnumber|recipientname|text|value"
    r"|comment|authcode|address"
)
#: So many calls of a process at once, so that a key withdrawn meanwhile is met by few of them; waited for so long.
AT_ONCE, PATIENCE = 3, 5.0
LIFE = timedelta(hours=2)
EARLY = timedelta(minutes=5)
#: Five hundred orders in one answer may be long.
LISTING = 16 * 1024 * 1024
_NO_RIGHT = re.compile(r"permission|jogosults", re.IGNORECASE)
_RESTS = re.compile(r"maintenance|karbantart", re.IGNORECASE)
_NO_ENTRY = re.compile(r"unauthori[sz]ed|invalid token|token expired|missing token", re.IGNORECASE)
_KEY = (
    "Look in UNAS (Beállítások > Külső kapcsolatok > API kapcsolat): is the key there, may this machine's address use "
    "it, is the package PREMIUM or VIP? Nobody tries it again by itself, since UNAS blocks after five failed log-ins: "
    "once it is good, flask shop verify KEY. Or make another one there."
)
_RIGHTS = "Give the key this function in UNAS (API kapcsolat), then: flask shop verify KEY"


class Api:
    """The API of one shop. `ports` bring what all workers share: its token and its gate."""

    def __init__(self, shop: Shop, ports: ShopPorts, limits: Limits) -> None:
        self._shop, self._ports, self._limits = shop, ports, limits
        self._key = shop.credentials.get("api_key", "")
        self._url = shop.credentials.get("api_url", "") or URL
        self._store: TokenStore = ports.get("tokens") or InMemory()
        self._gate: Gate = ports.get("gate") or OpenGate()
        self.now = ports.get("now") or (lambda: datetime.now(UTC))
        self.origin = hashlib.sha256(f"{self._url}\n{self._key}".encode()).hexdigest()

    def read(self, function: str, params: Tree, root: str, *, kind: str = "") -> Element:
        """One call that changes nothing, and its answer's root, which must be `root`; `kind` is what limits count."""
        return self._called(function, unas_xml.written("Params", params), root, kind or function, writes=False)

    def write(self, function: str, tree: Tree, root: str) -> Element:
        """One call that changes something; an unclear end is Ambiguous."""
        return self._called(function, unas_xml.written(root, tree), root, function, writes=True)

    def entry(self) -> TokenSet:
        """The token in force, with package and permissions in `extra`. Raises Auth once the key was refused."""
        self._unless_refused()
        known = self._store.current(self.origin)
        if known is None or self._over(known.expires_at):
            return self._renewed(known)
        return self._early(known) if self._over(known.renew_at) else known

    def log_in(self) -> Element:
        """A log-in by a person's wish, whatever was refused before; gives UNAS's answer and keeps its token."""
        root = self._logged_in()
        self._store.replace(self.origin, self._tokens(root))
        return root

    def may(self, entry: TokenSet, function: str) -> bool:
        """Whether the key has this function; one whose permissions were not told has them all."""
        told = entry.extra.get("permissions", "").split()
        return not told or function in told

    def error(self, kind: type[AdapterError], detail: str, code: str, remedy: str | None = None) -> AdapterError:
        """An error of this shop."""
        return self._speaker("login", {}).error(kind, detail, code=code, remedy=remedy)

    # ---- calls ----

    def _called(self, function: str, body: bytes, root: str, kind: str, *, writes: bool) -> Element:
        entry = self.entry()
        if not self.may(entry, function):
            raise self.error(Auth, f"The key may not use {function}.", "NO_RIGHTS", _RIGHTS)
        answer, found = self._sent(entry, function, body, kind, writes)
        if self._turned_away(answer, found):
            entry = self._renewed(entry)
            answer, found = self._sent(entry, function, body, kind, writes)
        if self._turned_away(answer, found):
            raise self._shut_out(answer)
        return self._judged(function, kind, root, answer, found, writes)

    def _sent(
        self, entry: TokenSet, function: str, body: bytes, kind: str, writes: bool
    ) -> tuple[Answer, Element | None]:
        key = {"Authorization": f"Bearer {entry.access}"}
        speaker = self._speaker(kind, key, vip=entry.extra.get("package") == "vip", guard=self._guard)
        answer = self._post(speaker, function, body, writes=writes)
        return answer, unas_xml.parsed(answer.body)

    def _turned_away(self, answer: Answer, found: Element | None) -> bool:
        """The token is no good any more; a missing permission is another matter."""
        said = _error_text(found)
        if not (answer.status in (401, 403) or _NO_ENTRY.search(said)) or _NO_RIGHT.search(said):
            return False
        if unas_times.banned_seconds(said, self.now()) is not None:
            return False
        self._gate.note(unas_limits.UNKNOWN)
        return True

    def _shut_out(self, answer: Answer) -> AdapterError:
        """A token given a moment ago is refused: as bad as a refused key."""
        return self._refused(
            f"The shop takes no call, though it took the key ({answer.told}).", "TOKEN_REFUSED", answer
        )

    def _judged(
        self, function: str, kind: str, root: str, answer: Answer, found: Element | None, writes: bool
    ) -> Element:
        understood = found is not None and found.tag == root and answer.status < 300
        if found is not None and understood and not (writes and _refuses(found)):
            self._gate.forget(kind + unas_limits.FAILED)
            return found
        self._gate.note(kind + unas_limits.FAILED)
        if found is not None and understood:
            return found
        if found is not None and found.tag == "Error":
            raise self._meaning(function, _error_text(found), answer)
        html = looks_html(answer)
        kind_of = unclear(writes=writes) if answer.status < 300 else Transient
        words = answer.told if html else f"HTTP {answer.status} without the expected {root}"
        raise self._failure(kind_of, words, "HTML_ANSWER" if html else "UNREADABLE_ANSWER", None, answer)

    def _meaning(self, function: str, said: str, answer: Answer) -> AdapterError:
        """What an <Error> means: nothing was done, whatever it says."""
        seconds = unas_times.banned_seconds(said, self.now())
        if seconds is not None:
            return self._banned(seconds, said, answer)
        if _NO_RIGHT.search(said):
            return self._failure(Auth, f"UNAS says to {function}: {said}", "NO_RIGHTS", _RIGHTS, answer)
        code = "MAINTENANCE" if self._rests(said) else "UNAS_ERROR"
        return self._failure(Transient, f"UNAS says to {function}: {said}", code, None, answer)

    def _banned(self, seconds: float, said: str, answer: Answer) -> RateLimited:
        """Everybody stays away until then."""
        budget = self._gate.budget(())
        if budget is not None:
            budget.penalty(seconds)
        return RateLimited(
            f"UNAS shut us out: {said}", system=SYSTEM, retry_after=seconds, code="BANNED", exchange=answer.exchange,
            remedy="Nothing to do: it goes on by itself. If it happens again, does another program use this key?",
        )  # fmt: skip

    def _rests(self, said: str) -> bool:
        return bool(_RESTS.search(said)) or unas_times.rest_ends(self.now()) is not None

    def _post(self, speaker: Speaker, function: str, body: bytes, *, writes: bool) -> Answer:
        content = {"Content-Type": "text/xml; charset=UTF-8"}
        with lane(self.origin, AT_ONCE, system=SYSTEM, seconds=min(PATIENCE, self._limits.deadline / 4)):
            return speaker.call(
                "POST", f"/shop/{function}", writes=writes, body=body, headers=content, allow=(400, 401, 403), raw=True
            )

    def _speaker(self, kind: str, key: Mapping[str, str], *, vip: bool = False, guard: Guard = unguarded) -> Speaker:
        limits = replace(self._limits, size=LISTING) if kind == unas_limits.SEVERAL else self._limits
        return Speaker(
            SYSTEM, self._url, auth=lambda: key, secrets=(self._key,), personal=PERSONAL, limits=limits, guard=guard,
            budget=self._gate.budget(unas_limits.limits(kind, vip=vip)),
            allow_private=self._ports.get("allow_private", False),
        )  # fmt: skip

    @property
    def _guard(self) -> Guard:
        return self._ports.get("guard", unguarded)

    def _failure(
        self, kind: type[AdapterError], detail: str, code: str, remedy: str | None, answer: Answer
    ) -> AdapterError:
        return self._speaker("login", {}).error(kind, detail, answer.exchange, code=code, remedy=remedy)

    # ---- the token ----

    def _over(self, moment: datetime | None) -> bool:
        return moment is not None and self.now() >= moment

    def _renewed(self, stale: TokenSet | None) -> TokenSet:
        fresh = self._store.renew(self.origin, stale, self._fetch)
        if fresh is None:
            raise self.error(Transient, "No token was stored.", "TOKEN_UNCLEAR")
        return fresh

    def _early(self, known: TokenSet) -> TokenSet:
        """Renewed before it must be; whatever stands against that, it is good for some minutes yet."""
        try:
            return self._store.renew(self.origin, known, self._fetch, wait=False) or known
        except (Auth, Transient):
            return known

    def _unless_refused(self) -> None:
        before = self._gate.refusal(self.origin)
        if before is not None:
            raise self.error(Auth, before.detail, before.code, before.remedy)

    def _fetch(self, _stored: TokenSet | None, guard: Guard) -> TokenSet:
        self._unless_refused()
        guard()
        return self._tokens(self._logged_in())

    def _logged_in(self) -> Element:
        body = unas_xml.written("Params", {"ApiKey": self._key, "WebshopInfo": "true"})
        answer = self._post(self._speaker("login", {}), "login", body, writes=False)
        found = unas_xml.parsed(answer.body)
        if found is not None and found.tag == "Login" and text(found, "Token"):
            self._gate.admit()
            return found
        if found is None or found.tag not in ("Error", "Login"):
            raise self._failure(
                Transient, f"The log-in was answered by {answer.told}", "UNREADABLE_ANSWER", None, answer
            )
        raise self._not_let_in(_error_text(found) or "it gave no token", answer)

    def _not_let_in(self, said: str, answer: Answer) -> AdapterError:
        """A refused key is tried once and never again by itself; only maintenance passes."""
        seconds = unas_times.banned_seconds(said, self.now())
        if seconds is not None:
            return self._banned(seconds, said, answer)
        self._gate.note(unas_limits.LOGIN_FAILED)
        self._gate.note(unas_limits.UNKNOWN)
        if self._rests(said):
            return self._failure(Transient, f"UNAS says to the log-in: {said}", "MAINTENANCE", None, answer)
        return self._refused(f"UNAS refused the API key: {said}", "KEY_REFUSED", answer)

    def _refused(self, detail: str, code: str, answer: Answer) -> AdapterError:
        error = self._failure(Auth, detail, code, _KEY.replace("KEY", self._shop.key or "KEY"), answer)
        self._gate.refuse(self.origin, Refusal(error.detail, error.code, error.remedy))
        return error

    def _tokens(self, root: Element) -> TokenSet:
        """The answer of a log-in (unas.md 1); `ExpireTime` is newer than `Expire`, and a token lives two hours."""
        now, unix = self.now(), text(root, "ExpireTime")
        told = datetime.fromtimestamp(int(unix), UTC) if unix.isdecimal() and len(unix) < 12 else now + LIFE
        expires = min(told, now + LIFE) if told > now else now + LIFE
        permissions = " ".join(node.text or "" for node in root.iter("Permission"))
        package = "vip" if text(root, "Subscription").lower().startswith("vip") else "premium"
        return TokenSet(
            text(root, "Token"), expires_at=expires, renew_at=max(now, expires - EARLY),
            extra={"package": package, "permissions": permissions, "shop_id": text(root, "ShopId")},
        )  # fmt: skip


def _refuses(told: Element) -> bool:
    """Whether an entity of a set function was refused, which counts as a failed call though it is answered by 200."""
    return any(text(entity, "Status") == "error" for entity in told)


def _error_text(found: Element | None) -> str:
    """The words of an <Error>, or of an Error node in the answer; some clients met it with Code and Message."""
    if found is None:
        return ""
    if found.tag != "Error":
        return text(found, "Error")
    return text(found, "Message") or " ".join("".join(found.itertext()).split())

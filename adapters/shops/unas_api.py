"""The functions of a UNAS shop's API: what is asked, and what its answers and errors mean (unas.md 2).

Vendor: https://unas.hu/tudastar/api.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element  # nosec B405

from adapters.connect import Limits
from adapters.http import looks_html, unclear
from adapters.ports import ShopPorts
from adapters.shops import unas_limits, unas_times, unas_xml
from adapters.shops.unas_entry import Entry, is_vip, may
from adapters.shops.unas_line import Line, Told
from adapters.shops.unas_xml import Tree, text
from schemas.connection import Shop
from schemas.errors import AdapterError, Auth, Transient
from schemas.ports import TokenSet

_NO_RIGHT = re.compile(r"permission|jogosults", re.IGNORECASE)
_NO_ENTRY = re.compile(r"unauthori[sz]ed|invalid token|token expired|missing token", re.IGNORECASE)
_RIGHTS = "Give the key this function in UNAS (API kapcsolat), then: flask shop verify KEY"


class Api:
    """The API of one shop. `ports` bring what all workers share: its token and its gate."""

    def __init__(self, shop: Shop, ports: ShopPorts, limits: Limits) -> None:
        self._line = Line(shop, ports, limits)
        self.entry = Entry(self._line)
        self.now = self._line.now
        self.error = self._line.error

    def read(self, function: str, params: Tree, root: str, *, kind: str = "") -> Element:
        """One call that changes nothing, and its answer's root, which must be `root`; `kind` is what limits count."""
        return self._called(function, unas_xml.written("Params", params), root, kind or function, writes=False)

    def write(self, function: str, tree: Tree, root: str) -> Element:
        """One call that changes something; an unclear end is Ambiguous."""
        return self._called(function, unas_xml.written(root, tree), root, function, writes=True)

    def _called(self, function: str, body: bytes, root: str, kind: str, *, writes: bool) -> Element:
        token = self.entry.token()
        if not may(token, function):
            raise self.error(Auth, f"The key may not use {function}.", "NO_RIGHTS", _RIGHTS)
        told = self._sent(token, function, body, kind, writes)
        if self._turned_away(told):
            told = self._sent(self.entry.renewed(token), function, body, kind, writes)
            if self._turned_away(told):
                raise self._shut_out(told)
        return self._judged(function, kind, root, told, writes)

    def _sent(self, token: TokenSet, function: str, body: bytes, kind: str, writes: bool) -> Told:
        key = {"Authorization": f"Bearer {token.access}"}
        return self._line.post(function, body, kind=kind, key=key, vip=is_vip(token), writes=writes)

    def _turned_away(self, told: Told) -> bool:
        """The token is no good any more. A missing permission is another matter, and so is a web page in between."""
        status = told.answer.status
        refused = status == 401 or (status == 403 and told.error) or _NO_ENTRY.search(told.error)
        if not refused or _NO_RIGHT.search(told.error) or unas_times.banned_seconds(told.error, self.now()):
            return False
        self._line.gate.note(unas_limits.UNKNOWN)
        return True

    def _shut_out(self, told: Told) -> AdapterError:
        """A token given a moment ago is refused: when UNAS itself says so, that is as bad as a refused key."""
        words = f"The shop takes no call, though it took the key ({told.answer.told})."
        if told.error:
            return self.entry.refuse(words, "TOKEN_REFUSED", told)
        return self.error(Transient, words, "UNREADABLE_ANSWER", told=told)

    def _judged(self, function: str, kind: str, root: str, told: Told, writes: bool) -> Element:
        """The answer's root when it is the expected one; an entity in it may be refused all the same."""
        failed = kind + unas_limits.FAILED
        if told.root is None or told.root.tag != root or told.answer.status >= 300:
            self._line.gate.note(failed)
            raise self._meaning(function, told) if told.error else self._unread(root, told, writes)
        if writes and _refuses(told.root):
            self._line.gate.note(failed)
        else:
            self._line.gate.forget(failed)
        return told.root

    def _meaning(self, function: str, told: Told) -> AdapterError:
        """What an <Error> means: nothing was done, whatever it says."""
        ban = self._line.ban(told)
        if ban is not None:
            return ban
        words = f"UNAS says to {function}: {told.error}"
        if _NO_RIGHT.search(told.error):
            return self.error(Auth, words, "NO_RIGHTS", _RIGHTS, told)
        return self.error(Transient, words, "MAINTENANCE" if self._line.rests(told) else "UNAS_ERROR", told=told)

    def _unread(self, root: str, told: Told, writes: bool) -> AdapterError:
        kind = unclear(writes=writes) if told.answer.status < 300 else Transient
        if looks_html(told.answer):
            return self.error(kind, told.answer.told, "HTML_ANSWER", told=told)
        words = f"HTTP {told.answer.status} without the expected {root}"
        return self.error(kind, words, "UNREADABLE_ANSWER", told=told)


def _refuses(root: Element) -> bool:
    """Whether an entity of a set function was refused, which counts as a failed call though it is answered by 200."""
    return any(text(entity, "Status") == "error" for entity in root)

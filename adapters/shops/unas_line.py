"""One call to a UNAS shop: carried within the shop's limits, a few at a time, its errors in words.

Sheet: unas.md 2; vendor: https://unas.hu/tudastar/api (Limitációk).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from xml.etree.ElementTree import Element  # nosec B405

from adapters.connect import Limits
from adapters.http import Answer, Speaker
from adapters.lanes import lane
from adapters.ports import ShopPorts
from adapters.shops import unas_limits, unas_times, unas_xml
from adapters.shops.unas_xml import text
from schemas.connection import Shop
from schemas.errors import AdapterError, RateLimited
from schemas.ports import Gate, Guard, OpenGate, unguarded

SYSTEM = "unas"
URL = "https://api.unas.eu"
#: Nodes that hold people's data.
PERSONAL = (
    r"name|contact|email|username|phone|mobile|zip|city|street\w*|county|taxnumber|eutaxnumber|recipientname|text|value"
    r"|comment|authcode|address"
)
#: So many calls of a process at once, so that a key withdrawn meanwhile is met by few of them; waited for so long.
AT_ONCE, PATIENCE = 3, 5.0
#: Five hundred orders in one answer may be long.
LISTING = 16 * 1024 * 1024
#: UNAS explains these in XML.
EXPLAINED = (400, 401, 403)
_RESTS = re.compile(r"maintenance|karbantart", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer and its XML, None when it is none."""

    answer: Answer
    root: Element | None

    @property
    def error(self) -> str:
        """The words of an <Error>, "" when it is none; some clients met it with Code and Message."""
        if self.root is None or self.root.tag != "Error":
            return ""
        return text(self.root, "Message") or " ".join("".join(self.root.itertext()).split())


@dataclass(frozen=True)
class Line:
    """The way to one shop. `ports` bring what all workers share of it."""

    shop: Shop
    ports: ShopPorts
    limits: Limits

    @property
    def key(self) -> str:
        return self.shop.credentials.get("api_key", "")

    @property
    def url(self) -> str:
        return self.shop.credentials.get("api_url", "") or URL

    @cached_property
    def gate(self) -> Gate:
        return self.ports.get("gate") or OpenGate()

    def now(self) -> datetime:
        clock = self.ports.get("now")
        return clock() if clock else datetime.now(UTC)

    def post(
        self, function: str, body: bytes, *, kind: str, key: Mapping[str, str], vip: bool, writes: bool = False
    ) -> Told:
        """One call; `kind` is what limits count it as, `key` the headers that carry the token."""
        guard = self.ports.get("guard", unguarded)
        speaker = self._speaker(kind, key, vip=vip, guard=guard)
        content = {"Content-Type": "text/xml; charset=UTF-8"}
        with lane(f"{self.url} {self.key}", AT_ONCE, system=SYSTEM, seconds=min(PATIENCE, self.limits.deadline / 4)):
            answer = speaker.call(
                "POST", f"/shop/{function}", writes=writes, body=body, headers=content, allow=EXPLAINED, raw=True
            )
        return Told(answer, unas_xml.parsed(answer.body))

    def error(
        self, kind: type[AdapterError], detail: str, code: str, remedy: str | None = None, told: Told | None = None
    ) -> AdapterError:
        """An error of this shop, its sentence free of secrets."""
        exchange = told.answer.exchange if told else None
        return self._speaker("", {}).error(kind, detail, exchange, code=code, remedy=remedy)

    def ban(self, told: Told) -> RateLimited | None:
        """The error of an answer that shuts us out, obeyed by everybody from now on; None for any other answer."""
        seconds = unas_times.banned_seconds(told.error, self.now())
        if seconds is None:
            return None
        budget = self.gate.budget(())
        if budget is not None:
            budget.penalty(seconds)
        return RateLimited(
            f"UNAS shut us out: {told.error}", system=SYSTEM, retry_after=seconds, code="BANNED",
            remedy="Nothing to do: it goes on by itself. If it happens again, does another program use this key?",
            exchange=told.answer.exchange,
        )  # fmt: skip

    def rests(self, told: Told) -> bool:
        """Whether UNAS is under maintenance, by its own word or by the time of night."""
        return bool(_RESTS.search(told.error)) or unas_times.rest_ends(self.now()) is not None

    def _speaker(self, kind: str, key: Mapping[str, str], *, vip: bool = False, guard: Guard = unguarded) -> Speaker:
        limits = replace(self.limits, size=LISTING) if kind == unas_limits.SEVERAL else self.limits
        return Speaker(
            SYSTEM, self.url, auth=lambda: key, secrets=(self.key,), personal=PERSONAL, limits=limits, guard=guard,
            budget=self.gate.budget(unas_limits.limits(kind, vip=vip)),
            allow_private=self.ports.get("allow_private", False),
        )  # fmt: skip

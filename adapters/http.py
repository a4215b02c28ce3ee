"""The one place that talks: a call leaves on a connection of its own, and its end says what may have been done.

requests builds each request; it is carried here step by step (connect, ask the guard, send, read), because the moment
between connected and sent, which the lease's guard needs, is hidden inside a requests session. A connection is never
used twice: one that went stale would die on a write and leave its outcome unknown. Nothing is retried, no redirect is
followed, and proxies, netrc and cookies of the environment have no say.
"""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, DecimalException
from functools import cache, partial
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from adapters.answer import Answer, Special, looks_html, outcome, retry_after, sentence_of, unclear, wait_of
from adapters.connect import Deadline, Forbidden, Limits, Line, NotConnected, connect
from adapters.redact import PERSONAL, Redactor
from schemas.errors import AdapterError, Ambiguous, Exchange, Permanent, RateLimited, Transient
from schemas.ports import Budget, Guard, Left, unguarded

__all__ = [
    "Answer",
    "Read",
    "Speaker",
    "Special",
    "looks_html",
    "never",
    "outcome",
    "retry_after",
    "sentence_of",
    "silent",
    "unclear",
]

USER_AGENT = "Billhook/0.1"
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class _Call:
    """One call under way, and what of it may be shown: `redactor` is made when something is."""

    request: requests.PreparedRequest
    writes: bool
    redactor: Callable[[], Redactor]
    began: float
    key: Mapping[str, str] = field(repr=False)

    @property
    def elapsed_ms(self) -> int:
        return int((time.monotonic() - self.began) * 1000)

    def sentence(self, text: str) -> str:
        return self.redactor().sentence(text)

    def exchange(self, status: int | None = None, body: bytes = b"", elapsed_ms: int | None = None) -> Exchange:
        redactor = self.redactor()
        return Exchange(
            method=self.request.method or "",
            url=redactor.url(self.request.url or ""),
            request=redactor.body(self.request.body),
            status=status,
            response=redactor.body(body),
            elapsed_ms=self.elapsed_ms if elapsed_ms is None else elapsed_ms,
        )


def never(_key: Mapping[str, str]) -> bool:
    """A refused key is refused: there is no other."""
    return False


def silent(_headers: Mapping[str, str]) -> Sequence[Left]:
    """The system says nothing of its windows."""
    return ()


class Speaker:
    """Speaks to one system for one account.

    `auth` gives the headers that carry the key, asked anew for each call; `refused` is told which of them a 401
    refused, and says True when there are others by now: the call, which surely did nothing, is then repeated once.
    `secrets` are masked wherever they turn up, so are `people`'s data, which may grow while it speaks; `personal` is a
    regular expression of field names that hold such data;
    `special` overrides `outcome` per status, `left` reads from an answer's headers what is left of the system's windows
    (adapters/quota.py).
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        auth: Callable[[], Mapping[str, str]] = dict,
        refused: Callable[[Mapping[str, str]], bool] = never,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        personal: str = PERSONAL,
        people: Collection[str] = (),
        special: Special | None = None,
        left: Callable[[Mapping[str, str]], Sequence[Left]] = silent,
        guard: Guard = unguarded,
        budget: Budget | None = None,
        limits: Limits | None = None,
        allow_private: bool = False,
        allow_http: bool = False,
    ) -> None:
        self.system = system
        self.base_url = base_url.rstrip("/")
        self.limits = limits or Limits()
        self._auth, self._refused_key = auth, refused
        self._headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        self._headers |= headers or {}
        self._redactor, self._people = Redactor(secrets, personal), people
        self._special = special or {}
        self._left = left
        self._guard = guard
        self._budget = budget
        self._allowed = {"allow_private": allow_private, "allow_http": allow_http}

    def __repr__(self) -> str:
        return f"Speaker({self.system!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allow: tuple[int, ...] = (),
        raw: bool = False,
    ) -> Answer:
        """One request and its answer. `writes` says that it changes something there: the guard is asked just before it
        leaves, and an unclear end is Ambiguous instead of Transient. `body` is sent as it is. Statuses in `allow` are
        given back, not raised; `raw` wants bytes, otherwise the answer must be JSON. Raises the error tree of
        schemas.errors, and what the guard or the budget raise.
        """
        prepared = partial(self._prepared, method, path, writes, json, form, files, params, headers, body)
        call, answer = self._answered(prepared)
        if answer.status == 401 and self._refused_key(call.key):
            call, answer = self._answered(prepared)
        return self._judged(call, answer, allow, raw)

    def error(
        self,
        kind: type[AdapterError],
        detail: str,
        exchange: Exchange | None = None,
        *,
        code: str | None = None,
        remedy: str | None = None,
    ) -> AdapterError:
        """An error of this system, its sentence free of secrets and e-mail addresses."""
        words = self._redactor.knowing((), people=self._people).sentence(detail)
        return kind(words, system=self.system, code=code, remedy=remedy, exchange=exchange)

    def understood(self, read: Callable[[Any], Read], answer: Answer, *, writes: bool) -> Read:
        """What `read` makes of an answer's data; data it cannot read is an unclear end, as if no answer had come."""
        try:
            return read(answer.data)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            words = f"HTTP {answer.status} with data of an unknown shape ({type(error).__name__})"
            raise self.error(unclear(writes=writes), words, answer.exchange, code="UNREADABLE_ANSWER") from None

    def refusal(self, answer: Answer, kind: type[AdapterError] = Permanent, **words: str) -> AdapterError:
        """An answer given back by `allow` that is a refusal after all, in the system's own words."""
        return self.error(kind, answer.told, answer.exchange, **words)

    def _prepared(
        self,
        method: str,
        path: str,
        writes: bool,
        json: object,
        form: Mapping[str, str] | None,
        files: Mapping[str, tuple[str, bytes, str]] | None,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> _Call:
        key = self._auth()
        request = requests.Request(
            method, self.base_url + path, json=json, data=body or form, files=files, params=params,
            headers={**self._headers, **(headers or {}), **key},
        )  # fmt: skip
        secrets = [word for value in key.values() for word in value.split()]
        shown = partial(self._redactor.knowing, secrets, [json, dict(form or {}), dict(params or {})], self._people)
        return _Call(_checked(request, self.system), writes, cache(shown), time.monotonic(), key)

    def _answered(self, prepared: Callable[[], _Call]) -> tuple[_Call, Answer]:
        """A call and its answer, whatever its status, within the budget, which learns how it went."""
        taken = self._budget.take() if self._budget is not None else None
        reached: bool | None = None
        left: Sequence[Left] = ()
        try:
            call = prepared()
            try:
                status, answered, body = self._carried(call)
            except (Transient, Ambiguous):
                reached = False
                raise
            answer = Answer(status, answered, body, call, call.elapsed_ms)
            reached, left = self._is_up(call, answer), self._left(answered)
            return call, answer
        finally:
            if taken is not None:
                taken.ended(reached, left)

    def _is_up(self, call: _Call, answer: Answer) -> bool:
        """An answer of the system itself, be it a refusal; not its gateway's, nor a web page."""
        kind = outcome(answer.status, writes=call.writes, special=self._special)
        down = kind is not None and not issubclass(kind, RateLimited) and issubclass(kind, (Transient, Ambiguous))
        return not down and not looks_html(answer)

    def _carried(self, call: _Call) -> tuple[int, Mapping[str, str], bytes]:
        """Connect, ask the guard, send, read: each step with its own meaning of failure."""
        deadline = Deadline(self.limits.deadline)
        line = self._connected(call, deadline)
        try:
            if call.writes:
                self._guard()
            return _spoken(line.connection, call.request, self.limits.size)
        except (OSError, HTTPError, HTTPException, _TooLarge) as error:
            raise self._lost(call, error) from None
        finally:
            line.hang_up()

    def _connected(self, call: _Call, deadline: Deadline) -> Line:
        url = urlsplit(call.request.url or "")
        try:
            return connect(url, self.limits, deadline, **self._allowed)
        except Forbidden as error:
            remedy = "Correct the address of the account, or allow private addresses in the settings."
            raise self._failed(call, Permanent, str(error), "ADDRESS_FORBIDDEN", remedy) from None
        except (NotConnected, OSError) as error:
            remedy = "It is tried again by itself; if it lasts, check the account's address and the system's status."
            raise self._failed(call, Transient, f"Not connected: {error}", "NOT_CONNECTED", remedy) from None

    def _lost(self, call: _Call, error: Exception) -> AdapterError:
        """The request may have left and no whole answer came."""
        if isinstance(error, _TooLarge):
            words = f"The answer is longer than {self.limits.size} bytes"
            return self._failed(call, unclear(writes=call.writes), words, "ANSWER_TOO_LARGE", None)
        words = "No answer in time" if _is_timeout(error) else f"The answer was lost ({type(error).__name__})"
        return self._failed(call, unclear(writes=call.writes), words, "ANSWER_LOST", None)

    def _failed(
        self, call: _Call, kind: type[AdapterError], detail: str, code: str, remedy: str | None
    ) -> AdapterError:
        return self.error(kind, detail, call.exchange(), code=code, remedy=remedy)

    def _judged(self, call: _Call, answer: Answer, allow: tuple[int, ...], raw: bool) -> Answer:
        kind = None if answer.status in allow else outcome(answer.status, writes=call.writes, special=self._special)
        if kind is not None:
            raise self._refused(answer, kind)
        return answer if raw or answer.status == 204 else self._parsed(call, answer, bool(allow))

    def _refused(self, answer: Answer, kind: type[AdapterError]) -> AdapterError:
        if issubclass(kind, RateLimited):
            seconds = self._pause(answer)
            if self._budget is not None:
                self._budget.penalty(seconds)
            return RateLimited(answer.told, system=self.system, retry_after=seconds, exchange=answer.exchange)
        if 300 <= answer.status < 400:
            remedy = "Check the account's address: it answers with a redirect, as for a wrong sub-domain or no login."
            return self.error(kind, answer.told, answer.exchange, code="REDIRECTED", remedy=remedy)
        return self.error(kind, answer.told, answer.exchange)

    def _pause(self, answer: Answer) -> float:
        """How long to wait after a 429: until the used-up window begins anew, where the system says it its own way."""
        resets = [left.seconds for left in self._left(answer.headers) if left.calls <= 0]
        return max(resets) if resets and "retry-after" not in answer.headers else wait_of(answer.headers)

    def _parsed(self, call: _Call, answer: Answer, tolerant: bool) -> Answer:
        """The answer with its JSON read; an allowed status without JSON is given back as it is."""
        try:
            data = jsonlib.loads(answer.body, parse_float=Decimal)
        except (ValueError, RecursionError, DecimalException):  # 1e9999999999999999999 is no Decimal
            if tolerant and answer.status >= 300:
                return answer
            raise self._unreadable(call, answer) from None
        return replace(answer, data=data)

    def _unreadable(self, call: _Call, answer: Answer) -> AdapterError:
        kind = unclear(writes=call.writes)
        if looks_html(answer):
            remedy = "If it lasts, check the account's address: a web page answers where the API should."
            return self.error(kind, answer.told, answer.exchange, code="HTML_ANSWER", remedy=remedy)
        words = "an empty answer" if not answer.body.strip() else "an answer that is not JSON"
        return self.error(kind, f"HTTP {answer.status} with {words}", answer.exchange, code="UNREADABLE_ANSWER")


class _TooLarge(Exception):
    """The answer is longer than any honest one."""


def _checked(request: requests.Request, system: str) -> requests.PreparedRequest:
    """The request ready to go; an address that is none is the account's fault."""
    try:
        return request.prepare()
    except requests.RequestException:
        raise Permanent(
            "The account's address is not a web address.", system=system, code="ADDRESS_FORBIDDEN",
            remedy="Correct the address of the account.",
        ) from None  # fmt: skip


def _spoken(
    connection: HTTPConnection, request: requests.PreparedRequest, most: int
) -> tuple[int, Mapping[str, str], bytes]:
    """Send the request and read the whole answer."""
    host = urlsplit(request.url or "").netloc.rpartition("@")[2]
    connection.request(
        request.method or "", request.path_url, body=request.body,
        headers={**request.headers, "Host": host}, preload_content=False,
    )  # fmt: skip
    response = connection.getresponse()
    body = bytearray()
    for chunk in response.stream(65536):
        body += chunk
        if len(body) > most:
            raise _TooLarge
    return response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(body)


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or "timed out" in str(error).lower()

"""An answer and what it means: its status as an error class, a pause asked for, and the system's own sentence."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from schemas.errors import AdapterError, Ambiguous, Auth, Exchange, Permanent, RateLimited, Transient

RETRY_AFTER = 60.0
LONGEST_SENTENCE = 500
#: Where systems put their own sentence, in this order.
SENTENCE_KEYS = (
    "message", "Message", "error_description", "error_message", "error_messages", "errors", "error", "detail", "title",
    "reason",
)  # fmt: skip
Special = Mapping[int, type[AdapterError]]


class Masks(Protocol):
    """The call that was answered: it knows what of the conversation may be shown."""

    def exchange(self, status: int | None = None, body: bytes = b"", elapsed_ms: int | None = None) -> Exchange:
        """Request and answer with secrets and people's data masked."""

    def sentence(self, text: str) -> str:
        """A line for a person, masked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `data` is the parsed JSON (fractions as Decimal), None when bytes were asked for.

    Masking costs more than reading, and nearly every answer is good: it is done when something is to be shown.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    call: Masks = field(repr=False)
    elapsed_ms: int = 0
    data: Any = field(default=None, repr=False)

    @property
    def exchange(self) -> Exchange:
        """What may be kept of the call."""
        return self.call.exchange(self.status, self.body, self.elapsed_ms)

    @property
    def told(self) -> str:
        """The status with the system's own sentence, secrets and people's data masked."""
        return self.call.sentence(told_of(self))


def unclear(*, writes: bool) -> type[AdapterError]:
    """What an unclear end means: a write may have been done, a read surely did nothing."""
    return Ambiguous if writes else Transient


def outcome(status: int, *, writes: bool, special: Special | None = None) -> type[AdapterError] | None:
    """The error class of a status, None for success. `special` overrides per system."""
    if special and status in special:
        return special[status]
    if 200 <= status < 300:
        return None
    if status in (401, 403):
        return Auth
    if status in (408, 425, 429):
        return RateLimited
    return Permanent if 400 <= status < 500 else unclear(writes=writes)


def retry_after(text: str, now: datetime | None = None) -> float:
    """Seconds from a Retry-After header, given as seconds or as an HTTP date (RFC 9110 10.2.3); 60 when unreadable."""
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return RETRY_AFTER
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds until a call may be tried again: Retry-After, else the reset of a RateLimit header (`t=` in
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)."""
    if told := headers.get("retry-after"):
        return retry_after(told)
    limits = headers.get("ratelimit") or headers.get("x-ratelimit") or ""
    reset = re.search(r"(?:^|[;,\s])(?:t|reset)=(\d{1,9})\b", limits)
    return float(reset[1]) if reset else RETRY_AFTER


def sentence_of(data: object) -> str:
    """The system's own sentence in any of the shapes systems use: text, list, or a map of field → sentences."""
    if isinstance(data, dict):
        if "field" in data and data.get("message"):
            return f"{data['field']}: {sentence_of(data['message'])}"
        if data.get("message") and isinstance(data.get("errors"), list):
            return f"{sentence_of(data['message'])} {sentence_of(data['errors'])}"
        told = next((data[key] for key in SENTENCE_KEYS if data.get(key)), None)
        return sentence_of(told) if told is not None else _by_field(data)
    if isinstance(data, list):
        return ", ".join(filter(None, map(sentence_of, data)))
    return "" if data is None or isinstance(data, bool) else str(data).strip()


def looks_html(answer: Answer) -> bool:
    """A web page instead of an API answer."""
    start = answer.body[:512].lstrip().lower()
    return "text/html" in answer.headers.get("content-type", "") or start.startswith((b"<!doctype html", b"<html"))


def _by_field(data: Mapping[str, object]) -> str:
    told = {key: sentence_of(value) for key, value in data.items() if isinstance(value, (str, list, dict))}
    return "; ".join(f"{key}: {text}" for key, text in told.items() if text)


def told_of(answer: Answer) -> str:
    """The status and the system's sentence: JSON's, a page's title, or the plain text."""
    try:
        words = sentence_of(answer.data or jsonlib.loads(answer.body))
    except (ValueError, RecursionError):
        text = answer.body[:65536].decode("utf-8", "replace")
        title = re.search(r"<title[^<>]*>(.{0,300}?)</title>", text, re.DOTALL | re.IGNORECASE)
        words = title[1] if title else re.sub(r"<[^<>]*>", " ", text)
        words = f"web page “{words.strip()}”" if looks_html(answer) else words
    told = " ".join(words.split())[:LONGEST_SENTENCE]
    return f"HTTP {answer.status}: {told}" if told else f"HTTP {answer.status}"

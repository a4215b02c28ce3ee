"""The error tree: an error's class says what happens next to the event that met it.

```
BillhookError
├── Unauthentic      not from the shop                     401, nothing stored but a counted rejection
├── Unreadable       .problems: path → sentence            dead letter (200 to a shop, 422 for the generic source)
├── Unbalanced       sums cannot be explained              dead letter
├── Waiting          order held by another worker, no route, credit before invoice, PDF or government number not
│                    ready: a time or a named condition, not counted as an attempt
└── AdapterError     .system .detail .exchange
    ├── Transient    surely nothing was done               back-off with jitter
    ├── RateLimited  .retry_after                          exactly then, not counted
    ├── Ambiguous    maybe done                            look first, not sooner than the adapter's settle delay
    ├── Permanent    understood and refused                dead letter with the system's own sentence
    │   └── Unsupported   the manifest says it cannot      dead letter, before any call
    └── Auth         key refused, expired, lacking rights  pause the account: one alarm, not five hundred dead letters
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to an outside system and its answer, secrets already redacted; kept with the attempt.

    `status` is None when no answer was understood; bodies are cut to what a person can use.
    """

    method: str
    url: str
    request: str = ""
    status: int | None = None
    response: str = ""
    elapsed_ms: int = 0


class BillhookError(Exception):
    """Anything this project raises on purpose. `detail` is one sentence, `remedy` says what to do next."""

    code = "ERROR"
    remedy = "Read the detail; when it is no help, report it with the event's id."

    def __init__(self, detail: str, *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.remedy = remedy or type(self).remedy


class Unauthentic(BillhookError):
    """The delivery does not prove that it comes from the shop."""

    code = "UNAUTHENTIC"
    remedy = "Compare the webhook's secret in the shop with the one of this shop here."


class Unreadable(BillhookError):
    """The body is not what its source promises; `problems` maps a path (`billing.country`) to a sentence."""

    code = "UNREADABLE"
    remedy = "Correct the named fields in the shop, then save the order again or replay this event."

    def __init__(
        self,
        detail: str,
        problems: Mapping[str, str] | None = None,
        *,
        code: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(detail, code=code, remedy=remedy)
        self.problems = dict(problems or {})


class Unbalanced(BillhookError):
    """The order's sums or taxes cannot be explained; `code` is a refusal of documents.md 4.7."""

    code = "TOTAL_MISMATCH"
    remedy = "Correct the order in the shop, or issue this document by hand."


class Waiting(BillhookError):
    """Not now: `until` names the condition, `seconds` is when to look again at the latest. Never counted as a try."""

    code = "WAITING"
    remedy = "Nothing to do: it goes on by itself."

    def __init__(
        self,
        detail: str,
        *,
        until: str,
        seconds: float | None = None,
        code: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(detail, code=code or until.upper(), remedy=remedy)
        self.until = until
        self.seconds = seconds


class AdapterError(BillhookError):
    """An outside system did not do what was asked; `exchange` is the redacted conversation, if there was one."""

    code = "ADAPTER"

    def __init__(
        self,
        detail: str,
        *,
        system: str,
        code: str | None = None,
        remedy: str | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(detail, code=code, remedy=remedy)
        self.system = system
        self.exchange = exchange


class Transient(AdapterError):
    """Surely nothing was done: not connected, refused before the write, a read that failed."""

    code = "TRANSIENT"
    remedy = "Nothing to do: it is tried again with growing pauses."


class RateLimited(Transient):
    """The system asks us to come back in `retry_after` seconds; nothing was done and nothing is counted."""

    code = "RATE_LIMITED"

    def __init__(
        self,
        detail: str,
        *,
        system: str,
        retry_after: float,
        code: str | None = None,
        remedy: str | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(detail, system=system, code=code, remedy=remedy, exchange=exchange)
        self.retry_after = retry_after


class Ambiguous(AdapterError):
    """A write left us and no trustworthy answer came back: maybe done. Look before anything else."""

    code = "AMBIGUOUS"
    remedy = "Nothing to do: the system is asked whether the document exists before anything is sent again."


class Permanent(AdapterError):
    """The system understood and refused; `detail` is its own sentence."""

    code = "REFUSED"
    remedy = "Mend what the system's sentence names, then replay this event."


class Unsupported(Permanent):
    """The manifest says this system cannot do it; no call was made."""

    code = "UNSUPPORTED"
    remedy = "Choose another rule or another invoicing system for this shop, then replay this event."


class Auth(AdapterError):
    """The key is refused, expired or lacks a right: the account pauses, its events wait."""

    code = "AUTH"
    remedy = "Give the account a valid key with the needed rights; everything waiting then goes on by itself."


class DeadLettered(BillhookError):
    """Raised by a job whose event needs a person, so that the RQ dashboard shows reason and remedy."""

    code = "DEAD"

    def __str__(self) -> str:
        return f"{self.code}: {self.detail} — {self.remedy}"


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One wrong setting and what to do about it."""

    setting: str
    sentence: str
    remedy: str


@dataclass
class Misconfigured(Exception):
    """Settings that cannot work; lists every problem at once."""

    problems: list[ConfigProblem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{p.setting}: {p.sentence} {p.remedy}" for p in self.problems)

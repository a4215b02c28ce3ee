"""iDoklad's envelope opened and judged: `IsSuccess` decides, whatever the status says (sheet section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from adapters import steps
from adapters.answer import Answer, outcome, unclear, wait_of
from adapters.http import Speaker
from schemas.errors import AdapterError, Auth, Permanent, RateLimited, Transient

PLAN = ("iDoklad refuses calls: its plan has ended or is too small, or the month's calls are used up. Settle that "
        "there (Nastavení > Předplatné), then: flask account resume KEY.")  # fmt: skip
RIGHTS = "Give the key of a user who may issue documents in this agenda."
DRY_RUN = "Look at rounding in iDoklad's settings, or choose another way to pay (payment_codes), then replay."
AGENDA = "Give the key of a user of the right agenda, or correct agenda_id; then: flask account resume KEY."
SERIES = "Choose one that `flask account series` lists, then replay."
BY_HAND = "It was invoiced there by hand: look at that invoice, then settle this one by hand."
Meaning = tuple[type[AdapterError], str | None, str | None]
#: Sheet section 9: ErrorCode → what it means, our code, what to do. 402 and 600 say the same of an ended plan and of a
#: used up month, in words of four languages, so a person looks.
ERRORS: Mapping[int, Meaning] = {
    600: (Auth, "PLAN_NOT_PAID", PLAN), 126: (Auth, "PLAN_NOT_PAID", PLAN), 420: (Auth, "READ_ONLY_ROLE", RIGHTS),
    112: (Permanent, "ALREADY_ACCOUNTED", BY_HAND), 123: (Transient, "NUMBER_TAKEN", None),
}  # fmt: skip
STATUSES: Mapping[int, Meaning] = {402: ERRORS[600], 403: ERRORS[420]}
Row = Mapping[str, Any]
PAGE, LAST_PAGE = 200, 25
#: Statuses whose body is read before anything is decided; the others mean what they mean everywhere.
READ = (400, 402, 403, 404, 405, 409)


def is_success(answer: Answer) -> bool:
    return isinstance(answer.data, dict) and answer.data.get("IsSuccess") is True and 200 <= answer.status < 300


def code_of(answer: Answer) -> int:
    """The ErrorCode of a refusal, 0 where none is told."""
    told = answer.data.get("ErrorCode") if isinstance(answer.data, dict) else 0
    return told if isinstance(told, int) else 0


def status_of(answer: Answer) -> int:
    """The HTTP status, or in a 200 the one of the envelope."""
    told = answer.data.get("StatusCode") if isinstance(answer.data, dict) else None
    return told if answer.status < 300 and isinstance(told, int) else answer.status


def refusal(speaker: Speaker, answer: Answer, *, writes: bool) -> AdapterError:
    """The error that an answer without success is, in iDoklad's own sentence."""
    if answer.status < 300 and not (isinstance(answer.data, dict) and "IsSuccess" in answer.data):
        words = f"HTTP {answer.status} with data of an unknown shape"
        return speaker.error(unclear(writes=writes), words, answer.exchange, code="UNREADABLE_ANSWER")
    status = status_of(answer)
    usual: Meaning = (outcome(status, writes=writes) or Permanent, None, None)
    kind, code, remedy = ERRORS.get(code_of(answer)) or STATUSES.get(status) or usual
    if issubclass(kind, RateLimited):
        return RateLimited(answer.told, system=speaker.system, retry_after=wait_of(answer.headers),
                           exchange=answer.exchange)  # fmt: skip
    return speaker.error(kind, answer.told, answer.exchange, code=code, remedy=remedy)


class Agenda:
    """The agenda of a user: its calls, and what their envelopes hold."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker

    def answer(self, method: str, path: str, *, writes: bool, **more: Any) -> Answer:
        """Any answer that may be judged by its body, refusals too."""
        more["allow"] = (*READ, *more.get("allow", ()))
        return self.speaker.call(method, path, writes=writes, **more)

    def data(self, answer: Answer, *, writes: bool) -> Any:
        """What an answer's envelope holds; raises what its refusal means."""
        if is_success(answer):
            return answer.data.get("Data")
        raise refusal(self.speaker, answer, writes=writes)

    def get(self, path: str, **params: str) -> Any:
        """The data at `path`."""
        return self.data(self.answer("GET", path, writes=False, params=params), writes=False)

    def row(self, path: str, *, gone: bool = False) -> Row:
        """The row at `path`; with `gone` an empty one where there is none."""
        answer = self.answer("GET", path, writes=False)
        found: Row = {} if gone and status_of(answer) == 404 else self.data(answer, writes=False)
        return found

    def recounted(self, path: str, body: Mapping[str, Any]) -> Any:
        """A calculation: a POST that changes nothing."""
        return self.data(self.answer("POST", path, writes=False, json=body), writes=False)

    def done(self, method: str, path: str, **more: Any) -> Any:
        """The data of a write."""
        return self.data(self.answer(method, path, writes=True, **more), writes=True)

    def step(self, method: str, path: str, body: Row) -> Row:
        """The row that a write before or after the document gives. The next try sees it and does not repeat it, so an
        unclear end of it leaves no document in doubt."""
        with self.before_the_document():
            row: Row = self.done(method, path, json=body)
        return row

    def listed(self, path: str, most: int = LAST_PAGE) -> Iterator[Row]:
        """Every row of a list, oldest first, so that rows that come meanwhile are on no page already read; a filter
        stands behind `?filter=`."""
        place, _, wanted = path.partition("?filter=")
        asked = {**({"filter": wanted} if wanted else {}), "sort": "Id~asc", "pagesize": str(PAGE)}
        for page in range(1, most + 1):
            answer = self.answer("GET", place, writes=False, params={**asked, "page": str(page)})
            self.data(answer, writes=False)
            rows, pages = self.speaker.understood(_page_of, answer, writes=False)
            yield from rows
            if page >= pages:
                return
        raise self.speaker.error(Transient, f"{place} has more than {most} pages", code="UNREAD_PAGES")

    def before_the_document(self) -> AbstractContextManager[None]:
        return steps.before_the_document(self.speaker)

    def after_the_document(self) -> AbstractContextManager[None]:
        return steps.after_the_document(self.speaker, "its buyer's address is still to be set")

    def reading(self, written: Answer | None = None) -> AbstractContextManager[None]:
        return steps.reading(self.speaker, written)


def _page_of(data: Any) -> tuple[list[Row], int]:
    return [dict(row) for row in data["Data"]["Items"]], int(data["Data"]["TotalPages"])

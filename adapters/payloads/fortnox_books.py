"""Fortnox's answers opened and judged: rows out of their wrappers, refusals in both spellings, lists page by page.

Sources: https://apps.fortnox.se/apidocs and https://www.fortnox.se/developer (best practices, errors).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from adapters.answer import Answer, outcome, unclear
from adapters.http import Speaker
from adapters.steps import before_the_document
from schemas.errors import AdapterError, Auth, Permanent, Transient

Row = Mapping[str, Any]
LICENCE = ("Fortnox refuses the call for want of a licence: the company needs the integration licence, and the module "
           "for what is made there. Order it in Fortnox, then: flask account resume KEY.")  # fmt: skip
RIGHTS = (
    "Allow the app the rights that docs/fortnox.md lists, then connect the account anew: flask account connect KEY."
)
LOGIN = "Fortnox refuses the login itself: connect the account anew (flask account connect KEY)."
VAT_ACCOUNT = "Name the sales account of this VAT rate in the account's option `accounts`, then replay."
TERMS = "Correct the account's option terms_of_payment, then replay."
Meaning = tuple[type[AdapterError], str | None, str | None]
#: Sheet section 2: Fortnox's code -> what it means, our code, what to do. Others mean what their status means.
ERRORS: Mapping[int, Meaning] = {
    2000310: (Auth, "LOGIN_REFUSED", LOGIN), 2000311: (Auth, "LOGIN_REFUSED", LOGIN),
    2001101: (Auth, "PLAN_NOT_PAID", LICENCE), 2001103: (Auth, "PLAN_NOT_PAID", LICENCE),
    2000429: (Permanent, None, TERMS), 2004167: (Permanent, None, VAT_ACCOUNT),
}  # fmt: skip
#: The option that a refusal speaks of, which its own sentence does not name.
ABOUT = {2000429: "terms_of_payment"}
SYSTEM_ERROR = 1000003
#: "There is none": article, customer, invoice, order.
GONE = (2000428, 2000433, 2000434, 2000439)
#: Statuses whose body is read before anything is decided; the others mean what they mean everywhere.
READ = (400, 403, 404, 405, 409, 422)
PAGE, LAST_PAGE = 500, 40
ILLEGAL = re.compile(r"[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")


def refusal_of(answer: Answer) -> Row:
    """What ErrorInformation tells, its names in small letters (both spellings are recorded); empty where it is none."""
    told = answer.data.get("ErrorInformation") if isinstance(answer.data, dict) else None
    return {name.lower(): value for name, value in told.items()} if isinstance(told, dict) else {}


def code_of(answer: Answer) -> int:
    told = str(refusal_of(answer).get("code") or "")
    return int(told) if told.isascii() and told.isdigit() else 0


class Books:
    """One company's Fortnox: its calls, and what their answers hold. `options` are the account's, named in refusals."""

    def __init__(self, speaker: Speaker, options: Mapping[str, str]) -> None:
        self.speaker, self.options = speaker, options

    def answer(self, method: str, path: str, *, writes: bool, **more: Any) -> Answer:
        """An answer that is none of Fortnox's refusals."""
        answer = self.asked(method, path, writes=writes, **more)
        return self.accepted(answer, writes=writes)

    def asked(self, method: str, path: str, *, writes: bool, **more: Any) -> Answer:
        """Any answer that may be judged by its body, refusals too."""
        return self.speaker.call(method, f"/3{path}", writes=writes, allow=READ, **more)

    def accepted(self, answer: Answer, *, writes: bool) -> Answer:
        if answer.status < 300 and not refusal_of(answer):
            return answer
        raise self._refusal(answer, writes=writes)

    def row(self, path: str, name: str, /, **params: str) -> Row:
        """What stands at `path` in the wrapper `name`."""
        return self._inside(self.answer("GET", path, writes=False, params=params), name, writes=False)

    def known(self, path: str, name: str) -> Row:
        """The same; empty where Fortnox says that there is none."""
        answer = self.asked("GET", path, writes=False)
        if answer.status == 404 and code_of(answer) in GONE:
            return {}
        return self._inside(self.accepted(answer, writes=False), name, writes=False)

    def made(self, method: str, path: str, name: str, body: Row | None = None) -> Row:
        """The row that a write gives."""
        sent = {} if body is None else {"json": {name: body}}
        return self._inside(self.answer(method, path, writes=True, **sent), name, writes=True)

    def step(self, method: str, path: str, name: str, body: Row | None = None) -> Row:
        """The same for a write before or after the document, which the next try sees and does not repeat."""
        with before_the_document(self.speaker):
            return self.made(method, path, name, body)

    def listed(self, path: str, name: str, /, *, sortby: str = "", **asked: str) -> Iterator[Row]:
        """Every row of a list. With `sortby` oldest first, so that new rows are on no page already read.

        One filter at a time is documented, and texts match by their beginning or any part: compare exactly.
        """
        order = {"sortby": sortby, "sortorder": "ascending"} if sortby else {}
        for page in range(1, LAST_PAGE + 1):
            params = {**asked, **order, "limit": str(PAGE), "page": str(page)}
            answer = self.answer("GET", path, writes=False, params=params)
            rows, pages = self.speaker.understood(_page(name), answer, writes=False)
            yield from rows
            if page >= pages:
                return
        raise self.speaker.error(Transient, f"{path} has more than {LAST_PAGE} pages", code="UNREAD_PAGES")

    def _inside(self, answer: Answer, name: str, *, writes: bool) -> Row:
        return self.speaker.understood(lambda data: dict(data[name]), answer, writes=writes)

    def _refusal(self, answer: Answer, *, writes: bool) -> AdapterError:
        """The error that a refusal is, in Fortnox's own sentence."""
        told, code = refusal_of(answer), code_of(answer)
        if not told or code == SYSTEM_ERROR:
            kind = outcome(answer.status, writes=writes) if not told else unclear(writes=writes)
            return self.speaker.error(kind or unclear(writes=writes), answer.told, answer.exchange)
        usual: Meaning = (Auth, "READ_ONLY_ROLE", RIGHTS) if answer.status == 403 else (Permanent, None, None)
        meant, ours, remedy = ERRORS.get(code, usual)
        about = ABOUT.get(code)
        said = f"{about} {self.options.get(about, '')}: " if about else ""
        words = f"{said}{told.get('message') or answer.told} ({code})"
        return self.speaker.error(meant, words, answer.exchange, code=ours, remedy=remedy)


def numbered(path: str, number: object) -> str:
    """The path of one thing; a number is text that somebody may have chosen."""
    return f"{path}/{quote(str(number), safe='')}"


def printable(said: Any) -> Any:
    """The same with every text free of what is refused as illegal (2000359): emoji and other signs beyond the first
    65,536, and control signs but line ends. Letters of all alphabets stay."""
    if isinstance(said, dict):
        return {name: printable(entry) for name, entry in said.items()}
    if isinstance(said, list):
        return [printable(entry) for entry in said]
    return ILLEGAL.sub("", said) if isinstance(said, str) else said


def _page(name: str) -> Callable[[Any], tuple[list[Row], int]]:
    return lambda data: (_rows(data[name]), int(data["MetaInformation"]["@TotalPages"]))


def _rows(rows: Iterable[Any]) -> list[Row]:
    return [dict(row) for row in rows]

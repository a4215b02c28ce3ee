"""How Konto is spoken to: credentials in every call, one JSON text in a form, and a 200 whose `status` decides.

Source: https://konto.is/api/v1/document (Response Format, Authentication).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.http import Answer, Read, Speaker, unclear
from adapters.payloads.konto_told import Row, rows_of
from schemas.errors import AdapterError, Auth, Permanent, RateLimited, Transient

#: Rows of a page: a hundred is the most that the vendor's own client asks for. Should an account get fewer, a page is
#: the last one only when it is shorter than any page size.
PAGE, SMALLEST_PAGE, LAST_PAGE = 100, 25, 200
#: Words of a refusal because of the free plan's three invoices a month: its text is not documented.
MONTHLY = re.compile(r"month|mánuð|mánað|quota|áskrift", re.IGNORECASE)
DAY = timedelta(1)
WRONG_KEY = "Compare username and API key with Konto: Stillingar > Vefþjónusta, which is part of its paid plans."


class Calls:
    """Calls of one account. `login` are the two fields that every call carries, `page` the rows of a page."""

    def __init__(self, speaker: Speaker, login: Mapping[str, str], page: int = PAGE) -> None:
        self.speaker, self.login, self.page = speaker, login, page

    def asked(self, read: Callable[[Any], Read], path: str, **fields: str) -> Read:
        """One GET, its fields in the query string; what `read` makes of the result."""
        return self._result(read, self._called("GET", path, writes=False, params={**self.login, **fields}), False)

    def looked(self, read: Callable[[Any], Read], path: str, **fields: str) -> Read:
        """A look-up that Konto wants as POST."""
        return self._result(read, self._called("POST", path, writes=False, form={**self.login, **fields}), False)

    def wrote(self, read: Callable[[Any], Read], path: str, data: object = None, **fields: str) -> Read:
        """A change: `data` is sent as one JSON text. An answer that `read` cannot read is Ambiguous."""
        told = {} if data is None else {"data": json.dumps(data, ensure_ascii=False)}
        return self._result(read, self._called("POST", path, writes=True, form={**self.login, **told, **fields}), True)

    def sent_file(self, name: str, content: bytes, media: str) -> str:
        """Upload a file; gives the id by which an invoice takes it along. The vendor wants the login in the query."""
        file = {"file": (name, content, media)}
        answer = self._called("POST", "/upload-file", writes=True, params=self.login, files=file)
        return self._result(lambda ident: str(int(ident)), answer, True)

    def hello(self) -> Mapping[str, Any]:
        """Whose account it is; this one answer is flat. Raises Auth when the credentials are not good."""
        answer = self._greeted()
        return self.speaker.understood(dict, answer, writes=False)

    def pages(self, ask: Callable[..., list[Row]], path: str, **fields: str) -> Iterator[Row]:
        """Every row of a list that is read by `ask`, page by page to the end."""
        for page in range(1, LAST_PAGE + 1):
            rows = ask(rows_of, path, **fields, limit=str(self.page), page=str(page))
            yield from rows
            if len(rows) < min(self.page, SMALLEST_PAGE):
                return
        raise self.unread(f"The list has more than {LAST_PAGE} pages")

    def ends(self, path: str, counted: str, most: int = LAST_PAGE) -> Iterator[Row]:
        """Rows of a list from both of its ends inwards, for nobody says which end is new; at most so many pages."""
        total = self.asked(int, counted)
        for page in both_ends(-(-total // self.page))[:most]:
            yield from self.asked(rows_of, path, limit=str(self.page), page=str(page))

    def sure(self, read: Callable[[], Read]) -> Read:
        """What `read` makes of rows that were looked up; rows it cannot read are as good as none."""
        try:
            return read()
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            words = f"A row of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None

    def unread(self, words: str) -> AdapterError:
        """A look-up that must not be taken for a whole one."""
        return self.speaker.error(Transient, words, code="UNREAD_PAGES")

    def _called(self, method: str, path: str, *, writes: bool, **more: Any) -> Answer:
        try:
            answer = self.speaker.call(method, path, writes=writes, **more)
        except Auth as error:
            raise self.speaker.error(Auth, error.detail, error.exchange, remedy=WRONG_KEY) from None
        if isinstance(answer.data, dict) and answer.data.get("status") is False:
            raise self._no(answer)
        return answer

    def _result(self, read: Callable[[Any], Read], answer: Answer, writes: bool) -> Read:
        """`result` of the envelope, or the bare list of the one call that has none."""
        if isinstance(answer.data, list):
            return self.speaker.understood(read, answer, writes=writes)
        if not isinstance(answer.data, dict) or answer.data.get("status") is not True:
            words = f"HTTP {answer.status} with neither yes nor no in it"
            raise self.speaker.error(unclear(writes=writes), words, answer.exchange, code="UNREADABLE_ANSWER")
        return self.speaker.understood(lambda data: read(data.get("result")), answer, writes=writes)

    def _no(self, answer: Answer) -> AdapterError:
        """What a refusal means. Its sentence, Icelandic or English, is for people: whether the key is good is asked."""
        try:
            self._greeted()
        except Auth:
            return self.speaker.refusal(answer, Auth, remedy=WRONG_KEY)
        except AdapterError as error:
            words = f"{answer.told}; whether the key is still good could not be asked: {error.detail}"
            return self.speaker.error(Transient, words, answer.exchange, code="REFUSAL_UNCLEAR")
        if MONTHLY.search(answer.told):
            return RateLimited(answer.told, system=self.speaker.system, retry_after=next_try(datetime.now(UTC)),
                               exchange=answer.exchange)  # fmt: skip
        return self.speaker.refusal(answer, Permanent)

    def _greeted(self) -> Answer:
        answer = self.speaker.call("GET", "/hello", writes=False, params=self.login)
        if isinstance(answer.data, dict) and answer.data.get("status") is True:
            return answer
        if isinstance(answer.data, dict) and answer.data.get("status") is False:
            raise self.speaker.refusal(answer, Auth, remedy=WRONG_KEY)
        raise self.speaker.error(Transient, "hello said neither yes nor no", answer.exchange, code="UNREADABLE_ANSWER")


def next_try(now: datetime) -> float:
    """Seconds until a month's quota is asked again: the next month in Iceland, whose clocks show UTC all year, but a
    day at most, for a larger plan may have been bought."""
    month = (now.replace(day=28) + 4 * DAY).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return min((month - now).total_seconds(), DAY.total_seconds())


def both_ends(pages: int) -> Sequence[int]:
    """Pages 1 to `pages`: the last, the first, the last but one, the second …"""
    return [page for low in range(1, (pages + 1) // 2 + 1) for page in dict.fromkeys((pages + 1 - low, low))]


def guid_of(result: Any) -> str:
    """Documented as a number, given as text, sometimes in an object (sheet section 2)."""
    guid = result["guid"] if isinstance(result, dict) else result
    if not isinstance(guid, str) or not guid:
        raise ValueError("no guid")
    return guid

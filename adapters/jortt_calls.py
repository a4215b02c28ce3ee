"""What is said to Jortt: its envelope opened, its lists read to their end, its refusals with their details."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.http import Answer, Read, Speaker
from adapters.payloads.jortt_told import Row, key, sentence
from schemas.errors import AdapterError, Ambiguous, Auth, Permanent, Transient, Waiting

SCOPE = "invoices:read invoices:write customers:read customers:write organizations:read"
REMEDIES = {
    "scopes.insufficient": f"Give the application these scopes in Jortt: {SCOPE}.",
    "organization.requires_mkb_plan": "Jortt's API needs the plan MKB or Plus: change it there, then: flask account "
    "resume KEY.",
}
CODES = {"organization.requires_mkb_plan": "PLAN_NOT_PAID", "scopes.insufficient": "READ_ONLY_ROLE"}
LAST_PAGE = 25


class Office:
    """One organisation's calls."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker

    def call(self, method: str, path: str, **more: Any) -> Answer:
        """One call; a refusal is told with its details and what to do about it (sheet section 2)."""
        try:
            return self.speaker.call(method, path, **more)
        except (Auth, Permanent) as error:
            response = error.exchange.response if error.exchange else ""
            words, name = self._words(error.detail, response), key(response)
            remedy, code = REMEDIES.get(name, error.remedy), CODES.get(name, error.code)
            raise self.speaker.error(type(error), words, error.exchange, code=code, remedy=remedy) from None

    def read(self, read: Callable[[Any], Read], path: str) -> Read:
        """What `read` makes of the data at `path`."""
        answer = self.call("GET", path, writes=False)
        return self.speaker.understood(lambda data: read(data["data"]), answer, writes=False)

    def invoice(self, ident: str) -> Row:
        return self.read(dict, f"/v2/invoices/{ident}")

    def made(self, path: str, body: Mapping[str, Any]) -> str:
        """The id of what a write has made."""
        answer = self.call("POST", path, writes=True, json=body)
        return self.speaker.understood(lambda data: str(data["data"]["id"]), answer, writes=True)

    def before_the_draft(self, path: str, body: Mapping[str, Any]) -> str:
        """The same for what the next try finds: an unclear end of it leaves no document in doubt."""
        try:
            return self.made(path, body)
        except Ambiguous as error:
            words = f"Whether the customer was made is not clear: {error.detail}"
            raise self.speaker.error(Transient, words, error.exchange, code="CONTACT_UNCLEAR") from None

    @contextmanager
    def after_the_draft(self) -> Iterator[None]:
        """However a later step fails, the draft is there and is looked up first; whoever finds it goes on. What Jortt
        refuses to send is told in its own sentence."""
        try:
            yield
        except (Permanent, Ambiguous, Auth):
            raise
        except (AdapterError, Waiting) as error:
            words = f"The draft is made, it is still to be sent: {error.detail}"
            exchange = error.exchange if isinstance(error, AdapterError) else None
            raise self.speaker.error(Ambiguous, words, exchange, code=error.code, remedy=error.remedy) from None

    def change(self, ident: str, changes: Mapping[str, Any]) -> None:
        """Fields of a draft; the others stay as they are."""
        self.call("PUT", f"/v2/invoices/{ident}", writes=True, json=changes, raw=True)

    def send(self, ident: str) -> AdapterError | None:
        """`self`: numbered and sent, nobody is mailed. Gives a refusal back: that of an invoice which is being sent
        already is none, and only a later reading tells."""
        path, body = f"/v1/invoices/{ident}/send", {"send_method": "self"}
        answer = self.call("POST", path, writes=True, json=body, raw=True, allow=(422,))
        words = self._words(answer.told, answer.exchange.response)
        return self.speaker.error(Permanent, words, answer.exchange) if answer.status == 422 else None

    def delete(self, ident: str) -> None:
        """A draft, which has no number yet; Jortt deletes nothing that is sent."""
        self.call("DELETE", f"/v1/invoices/{ident}", writes=True, allow=(404,), raw=True)

    def rows(self, path: str, most: int = LAST_PAGE, **asked: str) -> Iterator[Row]:
        """Every row of a list, page by page to the one without a next."""
        for page in range(1, most + 1):
            answer = self.call("GET", path, writes=False, params={**asked, "page": str(page)})
            rows, more = self.speaker.understood(_page_of, answer, writes=False)
            yield from rows
            if not more:
                return
        raise self.speaker.error(Transient, f"{path} has more than {most} pages", code="UNREAD_PAGES")

    def understood(self, read: Callable[[Any], Read], row: Any) -> Read:
        """What `read` makes of a row; one of an unknown shape is a failed reading."""
        try:
            return read(row)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            words = f"Data of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None

    def _words(self, detail: str, response: str) -> str:
        return " ".join(filter(None, (detail, sentence(response))))


def _page_of(data: Any) -> tuple[list[Row], bool]:
    return [dict(row) for row in data["data"]], bool(data["_links"]["next"])

"""What every adapter is: the public calls, refused from the manifest before anything is said, and what they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NoReturn

from adapters.connect import FAST, Limits
from adapters.corrections import Correction, corrections
from adapters.http import Speaker, Special, never, silent
from adapters.leaving import Leaving
from adapters.manifest import Credit, Manifest, Pdf, Trial
from adapters.oauth import Login, OAuth
from adapters.redact import PERSONAL
from adapters.replies import AccountInfo, Official, OfficialState, Series
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment, Sight
from schemas.errors import Auth, RateLimited, Transient, Unsupported
from schemas.ports import Budget, Guard, Left, OneMemory, OneProcess, Sends, TokenStore, Turns, unguarded

__all__ = [
    "AccountInfo",
    "Adapter",
    "Correction",
    "Official",
    "OfficialState",
    "Series",
    "corrections",
]


class Adapter(ABC):
    """A mouth for one account of one system. Every call may raise the error tree of schemas.errors."""

    manifest: Manifest

    @classmethod
    def manifest_for(cls, options: Mapping[str, str]) -> Manifest:
        """What an account with these options can do: the system's manifest, or less."""
        return cls.manifest

    def __init__(
        self,
        account: Account,
        *,
        guard: Guard = unguarded,
        budget: Budget | None = None,
        tokens: TokenStore | None = None,
        turns: Turns | None = None,
        sends: Sends | None = None,
        allow_private: bool = False,
        deadline: float | None = None,
        fast: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.account = account
        self.manifest = self.manifest_for(account.options)
        self.tokens = tokens
        self.turns = turns or OneProcess()
        self.leaving = Leaving(self.manifest, guard, sends or OneMemory())
        self.oauth: OAuth | None = None
        self._budget = budget
        self._people: set[str] = set()
        self._ports = {"guard": self.leaving, "budget": budget, "allow_private": allow_private}
        self._limits = limits or (Limits.within(deadline) if deadline else FAST if fast else Limits())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account.key!r})"

    def room(self, calls: int, *, queued: bool = False) -> None:
        """Before a piece of work of at least so many calls: raises RateLimited or Waiting when it should not begin now;
        `queued` work was put off before and goes first."""
        if self._budget is not None:
            self._budget.room(calls, queued=queued)

    def patient(self, seconds: float) -> None:
        """From now on wait so long for the account's limits before RateLimited: for work that holds nobody up."""
        if self._budget is not None:
            self._budget.patience(seconds)

    def verify(self) -> AccountInfo:
        """A cheap authenticated read; raises Auth with a remedy, also when a web page answers in the API's place."""
        try:
            return self._verify()
        except Transient as error:
            if error.code not in ("HTML_ANSWER", "REDIRECTED"):
                raise
            raise Auth(error.detail, system=error.system, remedy=error.remedy, exchange=error.exchange) from None

    def series(self) -> tuple[Series, ...]:
        """Departments, invoice books or number series to choose from; empty where there are none."""
        return self._series() if self.manifest.series else ()

    def find(self, wanted: Draft, original: Document | None = None, *, doubt: bool = False) -> Found:
        """The live documents with the draft's reference and kind. NONE only when surely absent; a look-up that failed
        (unreachable, 503, web page, unread page) is UNSURE with its reason. `doubt` says that it may have been sent
        before: then a second way of knowing is asked too, where there is one. Raises Auth, RateLimited, Permanent.
        """
        self._meets(wanted)
        try:
            found = self._find(wanted, original)
            return self._recall(wanted) if doubt and found.sight is Sight.NONE else found
        except RateLimited:
            raise
        except Transient as error:
            return Found(Sight.UNSURE, why=error.detail)

    def issue(self, draft: Draft, original: Document | None = None) -> Document:
        """Invoice or proforma; `original` is the proforma that an invoice follows."""
        self._check(draft)
        if draft.kind is Kind.CREDIT_NOTE:
            self._cannot("issue a credit note without its invoice: call credit")
        return self._issue(draft, original)

    def credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft] = ()) -> Document:
        """A credit note, full or partial. `original` is the invoice as the system has it, `issued` the draft it was
        made from, `earlier` the drafts of live credit notes made of it before, oldest first: from them follow the
        lines' states before and after (`corrections`), which some systems want and others ignore.
        """
        self._check(draft)
        if self.manifest.credit is Credit.FULL and draft.totals.gross != issued.totals.gross:
            self._cannot("credit a part of an invoice")
        return self._credit(draft, original, issued, earlier)

    def cancel(self, document: Document) -> None:
        """Cancel a document, as the system does it; done already is done."""
        if document.kind not in self.manifest.cancels:
            self._cannot(f"cancel a document of the kind {document.kind.value}")
        self._cancel(document)

    def rehearse(self, draft: Draft) -> Document:
        """A test document, as a draft where the system has drafts; `discard` takes it away again."""
        self._check(draft)
        return self._rehearse(draft)

    def discard(self, document: Document) -> None:
        """Take a test document away, as `manifest.trial` says; gone already is gone."""
        if self.manifest.trial in (Trial.CREDITED, Trial.STAYS):
            self._cannot("take a document away that is issued")
        self._discard(document)

    def mark_paid(self, document: Document, payment: Payment) -> None:
        """Say that it is paid; reads first, so twice is once."""
        if not self.manifest.marks_paid:
            self._cannot("mark a document as paid")
        self._mark_paid(document, payment)

    def send(self, document: Document, email: str) -> None:
        """Have the system e-mail the document; raises Waiting while it may not be sent yet."""
        if not self.manifest.mail:
            self._cannot("send e-mail")
        self._send(document, email)

    def pdf(self, document: Document) -> bytes:
        """The document as PDF; raises Waiting while it is not ready."""
        if self.manifest.pdf is Pdf.NONE:
            self._cannot("give a PDF")
        return self._pdf(document)

    def official(self, document: Document) -> Official:
        """How the document stands at the state's hub; NONE where the system has none."""
        return self._official(document) if self.manifest.official else Official(OfficialState.NONE)

    def listed(self, first: date, last: date) -> Iterator[Document]:
        """Every document issued on these days, ours or not, cancelled ones too as far as the system shows them; only
        where `manifest.lists`. Breaks off with an AdapterError rather than leave something out.
        """
        if not self.manifest.lists:
            self._cannot("list documents")
        return self._of_days(first, last)

    def attach(self, name: str, content: bytes, media: str) -> str:
        """Upload a file that documents can take along; gives its id there, for the account's `attachments`."""
        if not self.manifest.attaches:
            self._cannot("take attachments")
        return self._attach(name, content, media)

    @abstractmethod
    def _verify(self) -> AccountInfo: ...

    @abstractmethod
    def _find(self, wanted: Draft, original: Document | None) -> Found: ...

    @abstractmethod
    def _issue(self, draft: Draft, original: Document | None) -> Document: ...

    def _recall(self, wanted: Draft) -> Found:
        """A second way to learn of a document that the look-up does not show."""
        return Found(Sight.NONE)

    def _series(self) -> tuple[Series, ...]:
        return ()

    def _credit(self, draft: Draft, original: Document, issued: Draft, earlier: Sequence[Draft]) -> Document:
        self._cannot("credit an invoice")

    def _cancel(self, document: Document) -> None:
        self._cannot("cancel a document")

    def _rehearse(self, draft: Draft) -> Document:
        return self._issue(draft, None)

    def _discard(self, document: Document) -> None:
        self._cancel(document)

    def _mark_paid(self, document: Document, payment: Payment) -> None:
        self._cannot("mark a document as paid")

    def _send(self, document: Document, email: str) -> None:
        self._cannot("send e-mail")

    def _pdf(self, document: Document) -> bytes:
        self._cannot("give a PDF")

    def _of_days(self, first: date, last: date) -> Iterator[Document]:
        self._cannot("list documents")

    def _attach(self, name: str, content: bytes, media: str) -> str:
        self._cannot("take attachments")

    def _official(self, document: Document) -> Official:
        return Official(OfficialState.NONE)

    def _speaker(
        self,
        base_url: str,
        *,
        auth: Callable[[], Mapping[str, str]],
        headers: Mapping[str, str] | None = None,
        special: Special | None = None,
        personal: str = "",
        left: Callable[[Mapping[str, str]], Sequence[Left]] = silent,
    ) -> Speaker:
        """A Speaker with this adapter's ports and limits, masking the account's secret credentials, and people's data
        in the usual fields and those that `personal` (a regular expression) names. An `auth` that is an OAuth is told
        of a 401 too, so that the call is repeated with a new token."""
        return Speaker(
            self.manifest.key, base_url, auth=auth, headers=headers, special=special, left=left,
            refused=auth.refused if isinstance(auth, OAuth) else never,
            secrets=self._secrets(), limits=self._limits, **self._ports,  # type: ignore[arg-type]
            personal=f"{PERSONAL}|{personal}" if personal else PERSONAL, people=self._people,
        )  # fmt: skip

    def _oauth(self, login: Login) -> OAuth:
        """Access tokens for `login`, kept in this adapter's TokenStore; give it to `_speaker` as `auth`."""
        asks = partial(
            Speaker, self.manifest.key, login.url, headers=login.headers, secrets=(*self._secrets(), *login.secrets),
            limits=self._limits, allow_private=bool(self._ports["allow_private"]),
        )  # fmt: skip
        self.oauth = OAuth(login, lambda guard: asks(guard=guard), self.tokens, self.account.key)
        return self.oauth

    def _secrets(self) -> tuple[str, ...]:
        return tuple(self.account.credentials.get(name, "") for name in self.manifest.secrets)

    def _check(self, draft: Draft) -> None:
        """Refuse what the manifest cannot say, before any call."""
        self._meets(draft)
        if draft.kind not in self.manifest.kinds:
            self._cannot(f"make a document of the kind {draft.kind.value}")
        if self.manifest.currencies and draft.currency not in self.manifest.currencies:
            self._cannot(f"invoice in {draft.currency}")
        if 0 < self.manifest.reference_length < len(draft.reference):
            self._cannot(f"keep a reference longer than {self.manifest.reference_length} characters")

    def _meets(self, draft: Draft) -> None:
        """From now on the buyer is shown nowhere: a system may name in its answer whom it was told of long ago."""
        buyer = draft.buyer
        said = (buyer.name, buyer.first_name, buyer.last_name, buyer.email, buyer.phone, buyer.address.street)
        self._people.update(filter(None, (*said, buyer.address.street2)))

    def _cannot(self, what: str) -> NoReturn:
        raise Unsupported(f"{self.manifest.label} cannot {what}.", system=self.manifest.key)

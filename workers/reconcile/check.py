"""One reconciliation under way: its span, its report, and the mouths it asks with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.base import Adapter
from ledger import connections
from schemas.connection import Account
from schemas.document import Document
from schemas.errors import AdapterError, Waiting
from schemas.ports import unguarded
from workers.reconcile.findings import Report, Span
from workers.services import Services

#: What a question to a system may end with; a look-up that merely failed is UNSURE instead.
UNANSWERED = (AdapterError, Waiting)


@dataclass
class Check:
    """What is known so far: accounts' mouths by id, None for one that could not be asked; their listed documents."""

    services: Services
    span: Span
    report: Report = field(default_factory=Report)
    _mouths: dict[int, Adapter] = field(default_factory=dict)
    _silent: set[int] = field(default_factory=set)
    _lists: dict[int, dict[str, Document]] = field(default_factory=dict)

    def mouth(self, account_id: int) -> Adapter | None:
        """The account's adapter; None once it could not be asked, or while it is paused, which is said once."""
        if account_id in self._silent:
            return None
        if account_id not in self._mouths:
            account = self._account(account_id)
            if account.state == "paused":
                self.gave_up(account_id, account.key, f"it is paused: {account.paused_reason}")
                return None
            self._mouths[account_id] = self.services.adapter(account, guard=unguarded)
            self._mouths[account_id].patient(self.services.timing.background)
        return self._mouths[account_id]

    def gave_up(self, account_id: int, key: str, why: str) -> None:
        """This account is not asked again; what it has is not known."""
        self._silent.add(account_id)
        self.report.doubt(f"Account {key} could not be asked, {why.rstrip('.')}: its documents were not compared.")

    def listed(self, account_id: int) -> dict[str, Document] | None:
        """The account's documents of the span's days by id; None where they cannot be listed."""
        mouth = self.mouth(account_id)
        if mouth is None or not mouth.manifest.lists:
            return None
        if account_id not in self._lists:
            day = timedelta(days=1)
            try:
                found = mouth.listed(self.span.first - day, self.span.last + day)
                self._lists[account_id] = {document.system_id: document for document in found}
            except UNANSWERED as error:
                self.gave_up(account_id, mouth.account.key, error.detail)
                return None
        return self._lists[account_id]

    def is_fresh(self, moment: datetime | None) -> bool:
        """So young that the other side may simply not know of it yet."""
        timing = self.services.timing
        return moment is not None and self.services.now() - moment < timedelta(seconds=2 * timing.poll)

    def _account(self, account_id: int) -> Account:
        with self.services.ledger.read() as tx:
            return connections.account(tx, self.services.ledger.vault, account_id)

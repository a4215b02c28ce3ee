"""The sends of one account: counted in the ledger, so that neither a crash nor a replay begins anew."""

from __future__ import annotations

from dataclasses import dataclass

from ledger import sends
from ledger.engine import Ledger


@dataclass(frozen=True, slots=True)
class LedgerSends:
    """The `Sends` port of one account."""

    ledger: Ledger
    account_id: int

    def __call__(self, request: str) -> int:
        """One more time, committed before the request leaves; gives how many that makes."""
        with self.ledger.write() as tx:
            return sends.leave(tx, self.account_id, request)

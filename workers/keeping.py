"""Tokens that nobody used for a week are renewed: a refresh token that rests too long ends (Fortnox: 45 days)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from ledger import connections, tokens
from ledger.engine import LedgerDown
from schemas.connection import Account
from schemas.errors import AdapterError, Waiting
from schemas.ports import unguarded
from workers.notice import Cause
from workers.services import Services

log = structlog.get_logger(__name__)


@dataclass
class Keeping:
    """What one clock has under way: ids of accounts. A renewal that fails is tried again with the next round."""

    services: Services
    busy: set[int] = field(default_factory=set)

    def set_out(self) -> None:
        """Renew what is old, each account on a thread of its own."""
        before = self.services.now() - timedelta(seconds=self.services.timing.token_rest)
        with self.services.ledger.read() as tx:
            old = [kept.account_id for kept in tokens.standings(tx).values() if (kept.renewed_at or before) < before]
            found = [connections.account(tx, self.services.ledger.vault, account_id) for account_id in old]
        for account in found:
            if account.state == "active" and account.id not in self.busy:
                self.busy.add(account.id)
                threading.Thread(target=self._keep, args=(account,), name=f"keep {account.key}", daemon=True).start()

    def _keep(self, account: Account) -> None:
        """Nothing gets out of here: there is nobody on this thread to hear it."""
        try:
            oauth = self.services.adapter(account, guard=unguarded).oauth
            if oauth is not None:
                oauth.keep()
        except (AdapterError, Waiting, LedgerDown) as error:
            log.warning("tokens_not_kept", account=account.key, code=error.code)
        except Exception as error:
            log.exception("keeping_met_a_defect", account=account.key)
            self.services.notice(Cause("defect", account.system, type(error).__name__, "DEFECT", error=error))
        finally:
            self.busy.discard(account.id)

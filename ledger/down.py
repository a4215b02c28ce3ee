"""The one error of this floor that a caller has to expect: the database cannot be used now."""

from __future__ import annotations

from schemas.errors import BillhookError


class LedgerDown(BillhookError):
    """Nothing was committed for sure; trying again later is safe. The door answers 503 with Retry-After."""

    code = "LEDGER_DOWN"
    remedy = "Bring the database back (disk space, permissions, server, migrations); work then goes on by itself."


class Clash(LedgerDown):
    """The database undid this transaction in favour of another that it waited for; begun again at once, it will do."""

"""An account that stands still holds up everything that would speak through it."""

from __future__ import annotations

import re

from schemas.connection import Account
from schemas.errors import Waiting


def refuse_paused(account: Account) -> None:
    """Raises Waiting unless the account is active; resuming it wakes whatever waits."""
    if account.state != "active":
        raise Waiting(
            f"Account {account.key} is {account.state}: {account.paused_reason}",
            until=f"account:{account.id}",
            code="ACCOUNT_PAUSED",
            remedy=f"Mend the account, then: flask account resume {account.key}",
        )


def to_go_on(account: Account, remedy: str) -> str:
    """What to do about a refused key, with the very command by which the account then goes on."""
    if "flask account" in remedy:
        return re.sub(r"(flask account \w+ )KEY\b", rf"\g<1>{account.key}", remedy)
    return f"{remedy} Then: flask account resume {account.key} --set FIELD=VALUE"

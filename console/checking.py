"""Asking an invoicing system whether it takes an account's key, and what to do when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from console.parts import house, plainly
from schemas.connection import Account
from schemas.errors import AdapterError, Ambiguous, Auth, BillhookError, Permanent, RateLimited, Transient
from schemas.ports import unguarded

OK, WARN, FAIL = "OK", "WARN", "FAIL"

#: What each kind of answer means for an account, and what a person can do; the first class that fits.
ADVICE: Sequence[tuple[type[BillhookError], str, str]] = (
    (Auth, FAIL, "Then: flask account resume KEY --set FIELD=VALUE with the new key."),
    (RateLimited, WARN, "The key is probably good; verify again in a few minutes."),
    (Transient, WARN, "Look whether the address is right and the system is up, then verify again."),
    (Ambiguous, WARN, "The answer could not be understood; verify again."),
    (Permanent, FAIL, "Correct what the system's sentence names: flask account edit KEY --set FIELD=VALUE."),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """How one thing stands: `status` OK | WARN | FAIL, and what to do when it is not OK."""

    status: str
    detail: str
    remedy: str = ""

    def row(self) -> dict[str, Any]:
        return asdict(self)


def check(account: Account) -> Checked:
    """Ask once; every error becomes a status with advice."""
    try:
        info = house().services().adapter(account, guard=unguarded).verify()
    except BillhookError as error:
        return _advised(error, account)
    return Checked(OK if not info.warnings else WARN, " ".join((f"{info.name} at {info.url}", *info.warnings)))


def _advised(error: BillhookError, account: Account) -> Checked:
    for kind, status, advice in ADVICE:
        if isinstance(error, kind):
            return Checked(status, error.detail, f"{error.remedy} {advice}".replace("KEY", account.key, 1))
    return Checked(FAIL, error.detail, error.remedy)


def accepted(account: Account) -> None:
    """Refuse to go on with values that the system refuses; when it cannot be asked now, say so and go on."""
    try:
        house().services().adapter(account, guard=unguarded).verify()
    except (Auth, Permanent) as error:
        raise plainly(error) from None
    except AdapterError as error:
        click.echo(
            f"{account.system} could not be asked ({error.detail.rstrip('.')}); going on all the same.", err=True
        )

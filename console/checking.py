"""Asking an invoicing system whether it takes an account's key, and what to do when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from console.parts import house, plainly
from console.tables import one, one_line
from schemas.connection import Account
from schemas.errors import AdapterError, Ambiguous, Auth, BillhookError, Permanent, RateLimited, Transient, Waiting
from schemas.ports import unguarded

OK, WARN, FAIL = "OK", "WARN", "FAIL"

#: What each kind of answer means for an account, and what a person can do; the first class that fits.
ADVICE: Sequence[tuple[type[BillhookError], str, str]] = (
    (Auth, FAIL, "Then: flask account resume KEY --set FIELD=VALUE with the new key."),
    (RateLimited, WARN, "The key is probably good; verify again in a few minutes."),
    (Transient, WARN, "Look whether the address is right and the system is up, then verify again."),
    (Ambiguous, WARN, "The answer could not be understood; verify again."),
    (Waiting, WARN, "Nothing is known of the key yet; verify again."),
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
    except (AdapterError, Waiting) as error:
        click.echo(
            f"{account.system} could not be asked ({error.detail.rstrip('.')}); going on all the same.", err=True
        )


def told(row: Mapping[str, Any], findings: Sequence[Checked], *, as_json: bool) -> None:
    """One thing and how it stands; ends with status 1 when something fails."""
    if as_json:
        one({**row, "findings": [checked.row() for checked in findings]}, as_json=True)
    else:
        one(dict(row), as_json=False)
        for checked in findings:
            print_checked(checked, checked.detail)
    if any(checked.status == FAIL for checked in findings):
        raise SystemExit(1)


def print_checked(checked: Checked, words: str) -> None:
    """A status with its words, and below it what to do."""
    colour = {OK: "green", WARN: "yellow", FAIL: "red"}[checked.status]
    click.echo(f"{click.style(checked.status.ljust(4), fg=colour)}  {one_line(words)}")
    if checked.remedy and checked.status != OK:
        click.echo(f"      {one_line(checked.remedy)}")

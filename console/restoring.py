"""`flask ledger …`: a backup of the ledger, and going on after one was put back (docs/backup.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from console.parts import Plain, house
from ledger import backup
from schemas.connection import Account, Shop
from schemas.errors import BillhookError
from workers import restore
from workers.restore import Asked, Plan


@click.group("ledger", cls=Plain)
def ledger() -> None:
    """The database: copy it, and go on after a copy was put back."""


@ledger.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Copy the SQLite ledger to FILE while everything runs; PostgreSQL has pg_dump. Secrets in it stay encrypted."""
    size = backup.copy(house().database_url, file)
    click.echo(f"{file}: {size / 1e6:.1f} MB, whole. Keep it apart from the secret key: docs/backup.md")


@ledger.command("accept-restore")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--anyway", is_flag=True, help="Also when nothing shows that an older copy was put back.")
def accept_restore(yes: bool, anyway: bool) -> None:
    """An older copy of the database was put back: say what has to be done first, do it, and let workers go on."""
    services, witnesses = house().services(), house().witnesses()
    plan = restore.foresee(services, witnesses)
    if not (plan.why or anyway):
        raise BillhookError(
            "Database, Redis and var/ agree: nothing shows that an older copy was put back.",
            code="NOT_RESTORED",
            remedy="If one was, together with var/ and Redis, say so: flask ledger accept-restore --anyway",
        )
    for line in _said(plan):
        click.echo(line)
    if not yes:
        click.confirm("Do this, and let the workers go on?", abort=True, err=True)
    restore.accept(services, witnesses, plan, _tell)
    click.echo("Accepted: workers and clocks go on.")


def _said(plan: Plan) -> Iterator[str]:
    yield plan.why or "Nothing shows that an older copy was put back."
    known = f"{plan.last_event_at:%Y-%m-%d %H:%M:%S} UTC" if plan.last_event_at else ""
    yield f"The last event it knows came at {known}." if known else "It knows of no event."
    yield f"Redis is emptied ({plan.keys} keys); what is due is rung again."
    if plan.asked:
        since = f" for all that changed since {plan.since:%Y-%m-%d %H:%M} UTC" if plan.since else ""
        yield f"Asked{since}: {_keys(plan.asked)}"
    if plan.silent:
        yield f"CANNOT be asked, so orders that came after the copy was made are unknown: {_keys(plan.silent)}"
        yield "  Give them credentials (flask shop edit KEY --set …), or save those orders again in the shop."
    yield f"{plan.lookups} documents under way are looked up before anything of them is sent."
    yield f"{plan.recent} documents of the last day are looked at once more."
    if plan.unasked:
        yield f"{plan.held} documents under way are held for you: their system cannot be asked ({_keys(plan.unasked)})."
        yield "  There, what orders placed before now owe is held too: flask event list --code HELD"
    if plan.mails:
        yield f"{plan.mails} e-mails may have left since, and wait for you: flask event list --code PERHAPS_SENT"
    if plan.reconnect:
        yield f"Paused until you connect them again (flask account connect KEY): {_keys(plan.reconnect)}"


def _keys(named: Sequence[Shop] | Sequence[Account]) -> str:
    return ", ".join(one.key for one in named)


def _tell(asked: Asked) -> None:
    if asked.error:
        click.echo(f"{asked.shop} could not be asked: {asked.error} The clock asks it again.", err=True)
    else:
        click.echo(f"{asked.shop}: {asked.stored} new events.")

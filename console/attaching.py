"""`flask account attach`: a file for documents to take along, such as terms of sale, where the system takes files."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import click

from console.keys import an_account
from console.parts import house
from schemas.ports import unguarded


@click.command("attach")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def attach(key: str, file: Path) -> None:
    """Upload a file to the invoicing system; its id goes into the account's option `attachments`."""
    with house().ledger.read() as tx:
        found = an_account(tx, key)
    media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    ident = house().services().adapter(found, guard=unguarded).attach(file.name, file.read_bytes(), media)
    before = found.options.get("attachments", "")
    ids = ",".join(filter(None, (before, ident)))
    click.echo(f"{file.name} is file {ident} there. Every document takes it along after:")
    click.echo(f"  flask account edit {key} --set attachments={ids}")

"""`flask document list|show|settle|issue`: what was issued, and a person's word where nobody could be sure."""

from __future__ import annotations

from typing import Any

import click

from console.parts import Plain, house, ring
from console.tables import one, show
from ledger import connections, documents
from ledger.documents import DocumentRow
from schemas.codec import encode
from schemas.document import Kind
from schemas.money import said
from workers import settle as word

_COLUMNS = ("id", "order_id", "kind", "number", "amount", "state", "system", "reference")


@click.group("document", cls=Plain)
def document() -> None:
    """The documents, and how sure we are of each."""


@document.command("list")
@click.option("--shop", "shop_key", metavar="KEY", help="Only this shop's.")
@click.option("--order", help="Only this order's.")
@click.option("--number", help="Only the one with this number.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]))
@click.option("--state", type=click.Choice(["planned", "issuing", "live", "cancelled", "held"]))
@click.option("--after", type=int, help="Go on after this row (newest first).")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def document_list(shop_key: str | None, kind: str | None, limit: int, as_json: bool, **asked: Any) -> None:
    """Documents, newest first; those in doubt with --state held."""
    with house().ledger.read() as tx:
        shop = _shop_id(tx, shop_key) if shop_key else None
        found = documents.page(tx, shop_id=shop, kind=Kind(kind) if kind else None, limit=limit, **asked)
    show([_row(row) for row in found], _COLUMNS, as_json=as_json)
    if len(found) == limit and not as_json:
        click.echo(f"\nMore: --after {found[-1].id}")


def _shop_id(tx: Any, key: str) -> int:
    found = connections.shop_by_key(tx, house().ledger.vault, key)
    if found is None:
        raise click.ClickException(f"There is no shop {key!r}: flask shop list names them.")
    return found.id


def _row(row: DocumentRow) -> dict[str, Any]:
    told = row.document
    gross, currency = (told.gross, told.currency) if told else (row.draft.totals.gross, row.draft.currency)
    return {
        "id": row.id,
        "order_id": row.order_id,
        "kind": row.kind.value,
        "number": told.number if told else "",
        "amount": f"{said(gross, row.draft.decimals)} {currency}",
        "state": row.state,
        "system": row.system,
        "reference": row.reference,
        "system_id": told.system_id if told else "",
        "url": told.url if told else "",
        "differs": list(row.differs),
        "event": row.event_id,
        "created_at": row.created_at,
        "settled_at": row.settled_at,
    }


@document.command("show")
@click.argument("document_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="With everything that was asked for and given back.")
def document_show(document_id: int, as_json: bool) -> None:
    """One document: DOCUMENT_ID is the number of its row in the listing."""
    with house().ledger.read() as tx:
        row = documents.load(tx, document_id)
    more = {"draft": encode(row.draft), "document": encode(row.document)} if as_json else {}
    one({**_row(row), **more}, as_json=as_json)


@document.command("settle")
@click.argument("event_id")
@click.option("--number", required=True, help="The document's number over there.")
@click.option("--id", "system_id", default="", help="Its id over there, where the number alone does not address it.")
@click.option("--json", "as_json", is_flag=True)
def document_settle(event_id: str, number: str, system_id: str, as_json: bool) -> None:
    """It exists: look it up in the invoicing system, compare its totals, and adopt it."""
    row, bells = word.exists(house().services(), event_id, number, system_id)
    ring(bells)
    one(_row(row), as_json=as_json)


@document.command("issue")
@click.argument("event_id")
@click.option("--json", "as_json", is_flag=True)
def document_issue(event_id: str, as_json: bool) -> None:
    """It does not exist: let it be issued after all. The system is asked once more before anything is sent."""
    row, bells = word.missing(house().services(), event_id)
    ring(bells)
    one(_row(row), as_json=as_json)

"""`flask account try KEY`: one test document, shown beside the order it was made of, then taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from adapters.base import Adapter
from adapters.manifest import Trial
from console.keys import an_account
from console.orderfile import bytes_of, read_order
from console.parts import house
from console.tables import one_line, show, table
from schemas.connection import Account
from schemas.document import Document, Draft
from schemas.errors import BillhookError, Unreadable, Waiting
from schemas.money import plain, said
from schemas.order import Order
from schemas.ports import unguarded
from workers import trial
from workers.trial import Tried

#: What will happen, by how the system takes a document away again.
WORDS = {
    Trial.DRAFT: "The test document will be a draft and is deleted at the end.",
    Trial.DELETED: "{0}: the test invoice takes a number, and is deleted at the end.",
    Trial.CANCELLED: "{0}: the test invoice takes a number, and is cancelled at the end.",
    Trial.CREDITED: "{0}: the test invoice is issued with a number, and credited in full at the end.",
    Trial.STAYS: "{0} lets no program take a document away: the test invoice stays until you do.",
}
#: A person waits; so does the command, for the account's own limits (seconds).
PATIENCE = 60.0
NO_NUMBER = "(a draft has none)"
_DOCUMENT = ("issue_date", "number", "kind", "total", "currency", "reference")


@click.command("try")
@click.argument("key")
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="An order of your own in place of the test order."
)
@click.option("--pdf", "pdf", type=click.Path(path_type=Path), help="Where to keep the PDF.")
@click.option("--keep", is_flag=True, help="Leave the document there, to look at it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
def try_out(key: str, file: Path | None, pdf: Path | None, keep: bool, yes: bool, as_json: bool) -> None:
    """Issue one test document, as a draft where the system has drafts; show it, and take it away."""
    now = datetime.now(UTC)
    with house().ledger.read() as tx:
        account = an_account(tx, key)
    order = _order(file) if file else trial.order_of(account.seller, now)
    adapter = house().services().adapter(account, guard=unguarded)
    adapter.patient(PATIENCE)
    _agreed(adapter, keep=keep, yes=yes)
    draft = trial.draft_of(account, order, now)
    document = trial.issue(adapter, draft)
    try:
        tried = trial.beside(adapter, draft, document)
        last = _last(adapter, draft)
    finally:
        gone = _gone(adapter, account, order, (draft, document), now, keep=keep)
    _told(adapter, tried, last, _kept(tried, pdf), gone, as_json=as_json)
    if tried.differs or not gone[0]:
        raise SystemExit(1)


def _order(file: Path) -> Order:
    try:
        return read_order(bytes_of(file))
    except Unreadable as odd:
        problems = "; ".join(f"{place}: {sentence}" for place, sentence in odd.problems.items())
        raise click.ClickException(one_line(f"{file}: {odd.detail} {problems}")) from None


def _agreed(adapter: Adapter, *, keep: bool, yes: bool) -> None:
    how = Trial.STAYS if keep and adapter.manifest.trial is not Trial.DRAFT else adapter.manifest.trial
    words = WORDS[how].format(adapter.manifest.label)
    if keep:
        words = "The test document will be left there: take it away yourself." if how is Trial.DRAFT else words
    click.echo(words, err=True)
    if not yes and how is not Trial.DRAFT:
        click.confirm("Go on?", abort=True, err=True)


def _last(adapter: Adapter, draft: Draft) -> tuple[Sequence[Document], str]:
    """The newest documents over there, or why there are none to show."""
    if not adapter.manifest.lists:
        return (), f"{adapter.manifest.label} cannot list documents."
    try:
        return trial.last_documents(adapter, draft.issue_date), ""
    except (BillhookError, Waiting) as error:
        return (), error.detail


def _gone(
    adapter: Adapter, account: Account, order: Order, made: tuple[Draft, Document], now: datetime, *, keep: bool
) -> tuple[bool, str]:
    """Whether it is as announced, and what was done about it, in words."""
    number = made[1].number or made[1].system_id
    if keep:
        return True, f"It is left in {adapter.manifest.label}: {number}."
    try:
        return True, trial.remove(adapter, account, order, made, now)
    except BillhookError as error:
        return False, f"It could not be taken away: {error.detail} Look for {number} in {adapter.manifest.label}."


def _kept(tried: Tried, pdf: Path | None) -> str:
    """Where the PDF is, or how it came."""
    if tried.pdf is None:
        return tried.why_no_pdf
    if pdf is None:
        return f"{len(tried.pdf)} bytes; --pdf FILE keeps it."
    try:
        pdf.write_bytes(tried.pdf)
    except OSError as odd:
        return f"{len(tried.pdf)} bytes came, but {pdf}: {odd.strerror}."
    return str(pdf)


def _told(
    adapter: Adapter, tried: Tried, last: tuple[Sequence[Document], str], pdf: str, gone: tuple[bool, str], *,
    as_json: bool,
) -> None:  # fmt: skip
    rows = [dict(zip(("what", "order", "document"), row, strict=True)) for row in _beside(tried)]
    shown = [_row(document, tried.draft.decimals) for document in last[0]]
    if as_json:
        show([{"compared": rows, "items": _items(tried.draft), "differs": tried.differs, "pdf": pdf, "removed": gone[1],
               "last_documents": shown, "why_none": last[1]}], (), as_json=True)  # fmt: skip
        return
    click.echo(table(("", "order", adapter.manifest.label), _beside(tried)) + "\n")
    show(_items(tried.draft), ("quantity", "item", "VAT", "net", "tax", "gross"), as_json=False)
    for difference in tried.differs:
        click.secho(f"Differs: {one_line(difference)}", fg="red")
    click.echo(f"\nPDF: {one_line(pdf)}\n{one_line(gone[1])}\n\nThe last documents there:")
    click.echo(one_line(last[1])) if last[1] else show(shown, _DOCUMENT, as_json=False)


def _beside(tried: Tried) -> list[tuple[str, object, object]]:
    """The order's figures and the document's, a line each; what a system does not tell is empty."""
    draft, document, places = tried.draft, tried.document, tried.draft.decimals
    rows: list[tuple[str, object, object]] = [
        ("number", draft.order_number, document.number or NO_NUMBER),
        ("reference", draft.reference, document.reference),
        ("issue date", draft.issue_date, document.issue_date or ""),
        ("currency", draft.currency, document.currency),
        ("total", said(draft.totals.gross, places), said(document.gross, places)),
        ("net", said(draft.totals.net, places), "" if document.net is None else said(document.net, places)),
        ("VAT", said(draft.totals.vat, places), "" if document.vat is None else said(document.vat, places)),
    ]
    for row in draft.breakdown:
        rate = plain(row.rate or Decimal(0))
        theirs = document.vat_by_rate.get(rate)
        rows.append((f"VAT {rate} %", said(row.vat, places), "" if theirs is None else said(theirs, places)))
    return [*rows, ("link", "", document.url)]


def _items(draft: Draft) -> list[dict[str, Any]]:
    """The lines as they were sent."""
    return [
        {"quantity": plain(line.quantity), "item": line.name, "VAT": f"{plain(line.vat_rate or Decimal(0))} %",
         "net": said(line.net, draft.decimals), "tax": said(line.vat, draft.decimals),
         "gross": said(line.gross, draft.decimals)}
        for line in draft.lines
    ]  # fmt: skip


def _row(document: Document, places: int) -> dict[str, Any]:
    return {"issue_date": document.issue_date, "number": document.number or NO_NUMBER, "kind": document.kind.value,
            "total": said(document.gross, places), "currency": document.currency,
            "reference": document.reference}  # fmt: skip

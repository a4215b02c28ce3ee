"""`flask reconcile`: orders, ledger and invoicing systems side by side; changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from console.keys import a_shop
from console.parts import house, moment, plainly
from console.tables import one, one_line, show
from schemas.errors import BillhookError
from workers.reconcile.findings import Finding, Report, Span
from workers.reconcile.reconcile import reconcile

COLUMNS = ("what", "shop", "order_id", "kind", "number", "detail")


def _end(text: str) -> datetime:
    """A day is meant whole, to its midnight in UTC."""
    found = moment(text)
    return found + timedelta(days=1) if len(text) <= len("2026-11-21") else found


@click.command("reconcile")
@click.option(
    "--from", "begin", type=moment, required=True, metavar="DAY", help="Orders placed and documents made then"
)
@click.option("--to", "end", type=_end, required=True, metavar="DAY", help="… up to and with this day.")
@click.option("--shop", "key", metavar="KEY", help="Only this shop's.")
@click.option("--json", "as_json", is_flag=True)
def reconcile_command(begin: datetime, end: datetime, key: str | None, as_json: bool) -> None:
    """Name due orders without a document, documents that the ledger does not know, amounts that differ, and documents
    that are no longer over there. Ends with 1 when there is any, or when something could not be looked at.
    """
    if end <= begin:
        raise click.UsageError("--to lies before --from.")
    try:
        report = _report(Span(begin, end), key)
    except BillhookError as error:
        raise plainly(error) from None
    if as_json:
        one({"findings": [_row(f) for f in report.findings], **_counts(report)}, as_json=True)
    else:
        _say(report)
    if not report.agreed:
        raise SystemExit(1)


def _report(span: Span, key: str | None) -> Report:
    if key:
        with house().ledger.read() as tx:
            a_shop(tx, key)
    return reconcile(house().services(), span, key or "")


def _row(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "remedy": finding.remedy}


def _counts(report: Report) -> dict[str, Any]:
    return {"unsure": report.unsure, "orders": len(report.orders), "documents": report.documents}


def _say(report: Report) -> None:
    click.echo(f"{len(report.orders)} orders and {report.documents} documents were looked at.")
    if report.findings:
        show([_row(finding) for finding in report.findings], COLUMNS, as_json=False)
    for what in dict.fromkeys(finding.what for finding in report.findings):
        remedy = next(finding.remedy for finding in report.findings if finding.what == what)
        click.echo(f"{what.value}: {remedy}")
    for sentence in report.unsure:
        click.echo(one_line(f"not sure: {sentence}"))
    if report.agreed:
        click.echo("All agree.")

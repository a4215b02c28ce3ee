"""`flask reconcile`: what it prints, in words and as JSON, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result

from ledger.tables import documents
from schemas.document import Kind, reference_of
from schemas.ports import unguarded
from tests.console.conftest import Console, bare, console

__all__ = ["bare", "console"]

#: What these say of the ledger is tried on PostgreSQL by their neighbours.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: By the seller's calendar, which dates the documents and is ahead of UTC's.
NOW = datetime.now(ZoneInfo("Europe/Budapest"))
STAMPS = ("date_created_gmt", "date_modified_gmt", "date_paid_gmt")
TODAY, FIRST, YESTERDAY = (f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in (0, 3, 1))


def invoiced(console: Console) -> None:
    """One order with its invoice, both some hours old."""
    console.process(console.deliver(**dict.fromkeys(STAMPS, f"{YESTERDAY}T10:00:00")))
    with console.ledger.write() as tx:
        tx.execute(documents.update().values(settled_at=datetime.now(UTC) - timedelta(hours=1)))


def reconcile(console: Console, *more: str) -> Result:
    return console.run("reconcile", "--from", FIRST, "--to", TODAY, *more)


def test_books_that_agree_end_with_nought(console: Console) -> None:
    invoiced(console)
    result = reconcile(console)
    assert result.exit_code == 0, result.output
    assert "1 orders and 1 documents were looked at." in result.stdout and "All agree." in result.stdout


def test_a_finding_is_named_with_its_remedy_and_ends_with_one(console: Console) -> None:
    invoiced(console)
    (row,) = console.documents()
    assert row.document is not None
    console.simulator.world.patch(row.document.system_id, {"price_gross": Decimal("70.00")})
    told = reconcile(console)
    assert told.exit_code == 1 and "differing" in told.stdout and row.document.number in told.stdout
    result = reconcile(console, "--json", "--shop", console.shop().key)
    (finding,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, finding["what"], finding["order_id"]) == (1, "differing", row.order_id)
    assert finding["remedy"] and "70" in finding["detail"]


def test_four_planted_faults_are_named_by_the_command_and_nothing_else(console: Console) -> None:
    """Of seven orders one has a changed total over there, one a deleted document, one was refused and has none; and
    over there is an invoice that the ledger knows nothing of."""
    for _ in range(6):
        invoiced(console)
    rows = sorted(console.documents(), key=lambda row: row.id)
    ids = [row.document.system_id for row in rows if row.document]
    console.simulator.world.patch(ids[1], {"price_gross": Decimal("70.00")})
    console.simulator.world.patch(ids[4], {"deleted": True})
    event_id = console.deliver(total="99.99", **dict.fromkeys(STAMPS, f"{YESTERDAY}T10:00:00"))
    console.process(event_id)
    refused = console.event(event_id).order_id
    strange = replace(rows[0].draft, order_id="9999", reference=reference_of(console.shop().key, "9999", Kind.INVOICE))
    console.house.services().adapter(console.account(), guard=unguarded).issue(strange)
    result = reconcile(console, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1, result.output
    named = sorted(told["findings"], key=lambda finding: str(finding["what"]))
    assert [(finding["what"], finding["order_id"]) for finding in named] == [
        ("deleted", rows[4].order_id), ("differing", rows[1].order_id), ("missing", refused), ("unknown", "9999"),
    ]  # fmt: skip
    assert told["unsure"] == [] and all(finding["detail"] and finding["remedy"] for finding in told["findings"])
    words = [line.split() for line in reconcile(console).stdout.splitlines()]
    table = [(line[0], line[2]) for line in words if line[1:2] == [console.shop().key]]
    assert sorted(table) == [(finding["what"], finding["order_id"]) for finding in named]


def test_what_could_not_be_looked_at_ends_with_one_too(console: Console) -> None:
    invoiced(console)
    console.simulator.world.change({"token_accepted": False})
    result = reconcile(console, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["findings"], len(told["unsure"])) == (1, [], 1)


def test_days_the_wrong_way_round_and_unknown_shops_are_refused(console: Console) -> None:
    assert "before" in console.refuses("reconcile", "--from", TODAY, "--to", FIRST)
    assert "no shop" in console.refuses("reconcile", "--from", FIRST, "--to", TODAY, "--shop", "nobody")

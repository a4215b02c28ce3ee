"""Orders, ledger and invoicing system side by side: each planted fault is named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.fakturownia import MANIFEST, Fakturownia
from ledger import alarms, connections
from ledger.rows import Alarm, DocumentRow
from schemas.document import Draft, Kind, reference_of
from schemas.ports import unguarded
from schemas.woocommerce import read_order
from tests.desk.conftest import Desk
from tests.shops.conftest import Asking, until
from tests.shops.fresh_shop import captured
from tests.shops.scripted import page
from workers.clock import Clock
from workers.decide import decide
from workers.money.rules import Trigger, rules_of
from workers.reconcile.findings import Report, Span
from workers.reconcile.nightly import tonight
from workers.reconcile.reconcile import reconcile

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def invoiced(asking: Asking, *numbers: int) -> None:
    """Orders that were sent and have their invoices."""
    for number in numbers:
        asking.desk.run(asking.deliver("009", id=number, number=str(number)))


def begins(desk: Desk, starts_at: datetime) -> None:
    """Let the route begin then, from the next decision on."""
    with desk.ledger.write() as tx:
        route = connections.route_by_key(tx, "way")
        assert route is not None
        connections.change_route(
            tx, route.id, policy=route.policy, starts_at=starts_at, series="", options={}, account_id=route.account_id
        )


def forgotten(asking: Asking, number: int) -> None:
    """An order that was left alone for being too old, before somebody let its route begin earlier."""
    begins(asking.desk, BEGIN + timedelta(days=400))
    event_id = asking.deliver("009", id=number, number=str(number))
    asking.desk.run(event_id)
    assert asking.desk.event(event_id).reason == "BEFORE_START"
    begins(asking.desk, BEGIN)


def owed(desk: Desk, number: int) -> Draft:
    """The draft that this order owes."""
    order = read_order(captured("009", id=number, number=str(number)))
    with desk.ledger.read() as tx:
        route = connections.route_for(tx, desk.shop.id, order.channel)
        account = connections.account(tx, desk.ledger.vault, desk.account.id)
    assert route is not None
    draft = decide(order, (), rules_of(desk.shop.key, route, account, desk.now), Trigger()).draft
    assert draft is not None
    return draft


def issue_over_there(desk: Desk, draft: Draft) -> str:
    """A document that the ledger hears nothing of; gives its number."""
    return desk.services.adapter(desk.account, guard=unguarded).issue(draft).number


def row_of(desk: Desk, number: int) -> DocumentRow:
    return next(row for row in desk.documents() if row.order_id == str(number))


def patch(desk: Desk, number: int, **changes: Any) -> None:
    document = row_of(desk, number).document
    assert document is not None
    desk.simulator.world.patch(document.system_id, changes)


def compared(desk: Desk, only: str = "") -> Report:
    desk.later(3600)
    return reconcile(desk.services, Span(BEGIN, desk.now + timedelta(days=1)), only)


def named(report: Report) -> list[tuple[str, str]]:
    return [(finding.what.value, finding.order_id) for finding in report.findings]


def plant_four(asking: Asking) -> None:
    """Eight orders, of which four are at fault."""
    desk = asking.desk
    invoiced(asking, *range(801, 807))
    forgotten(asking, 807)
    forgotten(asking, 808)
    issue_over_there(desk, owed(desk, 808))
    patch(desk, 803, price_gross="70.00")
    patch(desk, 805, deleted=True)


FOUR = [("missing", "807"), ("unknown", "808"), ("differing", "803"), ("deleted", "805")]


def without_key(asking: Asking) -> None:
    """The shop cannot be asked: the ledger's own orders are looked at."""
    with asking.desk.ledger.write() as tx:
        connections.set_credentials(tx, asking.desk.ledger.vault, asking.desk.shop.id, {})
        asking.desk.shop = connections.shop(tx, asking.desk.ledger.vault, asking.desk.shop.id)


def with_key(asking: Asking) -> None:
    """As the fixture gives it."""


@pytest.mark.parametrize("prepare", [with_key, without_key])
def test_four_planted_faults_are_named_and_nothing_else(asking: Asking, prepare: Callable[[Asking], None]) -> None:
    prepare(asking)
    plant_four(asking)
    report = compared(asking.desk)
    assert named(report) == FOUR
    assert (len(report.orders), report.documents, report.unsure) == (8, 6, [])
    assert all(finding.remedy and finding.detail for finding in report.findings)


def test_books_that_agree_are_said_to_agree(asking: Asking) -> None:
    invoiced(asking, 801, 802)
    report = compared(asking.desk)
    assert report.agreed and (len(report.orders), report.documents) == (2, 2)


def test_an_order_that_was_never_sent_is_missing(asking: Asking) -> None:
    asking.shop.has("009", id=900, number="900")
    asking.shop.has("007", id=901, number="901")
    asking.shop.has("009", id=902, number="902", date_created_gmt="2026-10-01T00:00:00")
    assert named(compared(asking.desk)) == [("missing", "900")]


def test_a_second_document_of_an_order_is_unknown_and_both_numbers_are_said(asking: Asking) -> None:
    invoiced(asking, 801)
    asking.desk.simulator.world.change({"oid_unique": "off"})
    number = issue_over_there(asking.desk, row_of(asking.desk, 801).draft)
    (finding,) = compared(asking.desk).findings
    known = row_of(asking.desk, 801).document
    assert known is not None
    assert (finding.what.value, finding.number) == ("unknown", number) and known.number in finding.detail


def test_documents_of_other_senders_are_none_of_our_business(asking: Asking) -> None:
    invoiced(asking, 801)
    draft = row_of(asking.desk, 801).draft
    for reference in ("", "by-hand-7", reference_of("another-shop-12345678", "801", Kind.INVOICE)):
        issue_over_there(asking.desk, replace(draft, reference=reference))
    assert compared(asking.desk).agreed


def test_an_order_changed_after_its_invoice_differs(asking: Asking) -> None:
    invoiced(asking, 801)
    asking.shop.has("035", id=801, number="801", date_modified_gmt="2026-11-21T02:00:00")
    (finding,) = compared(asking.desk).findings
    assert (finding.what.value, finding.order_id) == ("differing", "801")
    assert "65.92" in finding.detail and "38.07" in finding.detail


def test_a_refused_order_is_missing_with_its_dead_letter(asking: Asking) -> None:
    event_id = asking.deliver("035", total="99.99")
    asking.desk.run(event_id)
    (finding,) = compared(asking.desk).findings
    assert finding.what.value == "missing" and event_id in finding.told and "TOTAL_MISMATCH" in finding.detail


def test_what_is_still_being_worked_on_is_not_missing(asking: Asking) -> None:
    asking.desk.fault("500")
    asking.desk.run(asking.deliver("009"))
    assert compared(asking.desk).agreed


def test_what_is_minutes_old_is_not_yet_missing(asking: Asking) -> None:
    asking.shop.has("009", date_modified_gmt=f"{asking.desk.now:%Y-%m-%dT%H:%M:%S}")
    span = Span(BEGIN, asking.desk.now + timedelta(days=1))
    assert reconcile(asking.desk.services, span).agreed
    assert named(compared(asking.desk)) == [("missing", "30")]


def test_a_credit_note_is_looked_for_with_its_invoice(asking: Asking) -> None:
    invoiced(asking, 801)
    asking.desk.run(asking.deliver("009", id=801, number="801", status="cancelled",
                                   date_modified_gmt="2026-11-21T03:00:00"))  # fmt: skip
    credit = next(row for row in asking.desk.documents() if row.kind is Kind.CREDIT_NOTE)
    assert compared(asking.desk).agreed
    assert credit.document is not None
    asking.desk.simulator.world.patch(credit.document.system_id, {"deleted": True})
    (finding,) = compared(asking.desk).findings
    assert (finding.what.value, finding.kind) == ("deleted", "credit_note")


def test_a_system_that_cannot_be_asked_is_said_and_never_taken_for_empty(asking: Asking) -> None:
    invoiced(asking, 801, 802)
    asking.desk.simulator.world.change({"token_accepted": False})
    report = compared(asking.desk)
    assert (report.findings, len(report.unsure), report.agreed) == ([], 1, False)
    assert "books" in report.unsure[0]


def test_a_due_order_of_a_silent_account_is_said_to_be_unsure_not_missing(asking: Asking) -> None:
    asking.shop.has("009", id=900, number="900")
    asking.desk.simulator.world.change({"token_accepted": False})
    report = compared(asking.desk)
    assert (report.findings, len(report.unsure)) == ([], 1)


def test_a_shop_that_cannot_be_asked_is_said_and_the_ledgers_orders_are_looked_at(asking: Asking) -> None:
    invoiced(asking, 801)
    patch(asking.desk, 801, price_gross="1.00")
    asking.shop.broken = page(503)
    report = compared(asking.desk)
    assert named(report) == [("differing", "801")] and asking.desk.shop.key in report.unsure[0]


def test_a_system_without_a_list_is_asked_document_by_document(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:

    plant_four(asking)
    monkeypatch.setattr(Fakturownia, "manifest", replace(MANIFEST, lists=False))
    assert named(compared(asking.desk)) == FOUR


def open_alarms(desk: Desk) -> list[Alarm]:
    with desk.ledger.read() as tx:
        return alarms.open_alarms(tx)


def test_the_nights_findings_are_alarms_until_they_are_gone(asking: Asking) -> None:
    invoiced(asking, 801, 802)
    patch(asking.desk, 801, price_gross="70.00")
    asking.desk.later(3600)
    tonight(asking.desk.services)
    (alarm,) = open_alarms(asking.desk)
    assert (alarm.kind, alarm.times) == ("reconcile_differing", 1) and alarm.remedy
    asking.desk.later(40 * 24 * 3600)
    tonight(asking.desk.services)
    (alarm,) = open_alarms(asking.desk)
    assert alarm.times == 2
    patch(asking.desk, 801, price_gross=str(row_of(asking.desk, 801).draft.totals.gross))
    tonight(asking.desk.services)
    assert open_alarms(asking.desk) == []


def test_a_dead_letter_is_not_told_a_second_time_by_the_night(asking: Asking) -> None:
    asking.desk.run(asking.deliver("035", total="99.99"))
    asking.desk.later(3600)
    # The order was captured on a day of its own: a night that looks back over years sees it whenever this runs
    years = replace(asking.desk.services.timing, night_span=3650 * 24 * 3600.0)
    assert len(tonight(replace(asking.desk.services, timing=years)).findings) == 1
    assert open_alarms(asking.desk) == []


def test_one_clock_takes_the_night_and_the_first_is_only_noted(asking: Asking) -> None:
    invoiced(asking, 801)
    patch(asking.desk, 801, deleted=True)
    timing = replace(asking.desk.services.timing, night_span=7 * 24 * 3600.0)
    clocks = [Clock(replace(asking.desk.services, timing=timing), name) for name in ("one", "two")]
    for clock in clocks:
        clock.reconcile_nightly()
    assert not any(clock._nights.busy for clock in clocks)
    asking.desk.later(24 * 3600)
    for clock in clocks:
        clock.reconcile_nightly()
    until(lambda: not any(clock._nights.busy for clock in clocks))
    assert [(alarm.kind, alarm.times) for alarm in open_alarms(asking.desk)] == [("reconcile_deleted", 1)]


def test_the_totals_are_compared_to_the_cent(asking: Asking) -> None:
    invoiced(asking, 801)
    patch(asking.desk, 801, price_gross=str(row_of(asking.desk, 801).draft.totals.gross + Decimal("0.01")))
    (finding,) = compared(asking.desk).findings
    assert "65.93" in finding.detail and "65.92" in finding.detail

"""When which document is due, and what stops it (documents.md 4.2 to 4.4), guard by guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.document import Draft, Issued, Kind
from tests.money.shop import ask, document, issued, item, order, read, refund, returned, rules, tax_line
from workers.decide import Decision, Rules, Trigger

LINE = item(101, "100.00", "23")
UNPAID = {"status": "on-hold", "payment_method": "bacs", "date_paid": None}
LATER = {"date_modified": "2026-03-09T10:00:00"}


def body(**changes: Any) -> dict[str, Any]:
    return order("123.00", [LINE], **changes)


def invoice(given: Rules | None = None, **changes: Any) -> Issued:
    said = body(**changes)
    return issued(ask(said, given), read(said))


def proforma() -> Issued:
    said = body(**UNPAID)
    return issued(ask(said), read(said))


def reason(decision: Decision) -> tuple[str, str]:
    return decision.action, decision.reason


@pytest.mark.parametrize("status", ["draft", "auto-draft", "checkout-draft", "trash"])
def test_drafts_and_the_bin_are_ignored(status: str) -> None:
    assert reason(ask(body(status=status))) == ("nothing", "STATUS_IGNORED")


def test_an_order_placed_before_the_start_is_left_alone() -> None:
    given = replace(rules(), starts_at=datetime(2026, 3, 2, 10, 15, 1, tzinfo=UTC))
    assert reason(ask(body(), given)) == ("nothing", "BEFORE_START")
    assert reason(ask(body(), replace(given, starts_at=datetime(2026, 3, 2, 10, 15, tzinfo=UTC))))[0] == "invoice"


def test_an_order_with_papers_of_ours_goes_on_whatever_the_start() -> None:
    given = replace(rules(), starts_at=datetime(2026, 3, 9, tzinfo=UTC))
    assert reason(ask(body(status="cancelled", **LATER), given, [invoice()])) == ("credit_note", "FULL_CANCEL")


def test_another_invoicers_number_means_nothing_to_do() -> None:
    decision = ask(body(meta_data=[{"key": "_wcpdf_invoice_number", "value": "2026-17"}]))
    assert reason(decision) == ("nothing", "INVOICED_ELSEWHERE")
    assert "2026-17" in decision.detail


def test_our_own_number_written_back_is_not_another_invoicers() -> None:
    said = body(status="cancelled", meta_data=[{"key": "_wcpdf_invoice_number", "value": "1"}], **LATER)
    assert reason(ask(said, history=[invoice()])) == ("credit_note", "FULL_CANCEL")


def test_a_state_strictly_older_than_the_last_processed_is_stale() -> None:
    old = body(date_modified="2026-03-02T10:15:59")
    assert reason(ask(old, history=[invoice()])) == ("nothing", "STALE_EVENT")
    assert reason(ask(body(), history=[invoice()])) == ("nothing", "ALREADY_INVOICED")


def test_a_refund_event_is_never_stale() -> None:
    old = body(date_modified="2026-03-01T00:00:00")
    given = [refund(9, "123.00")]
    decision = ask(old, history=[invoice()], trigger=Trigger("refund.created", "9"), refunds=given)
    assert reason(decision) == ("credit_note", "REFUND")


def test_a_document_in_flight_makes_everything_wait() -> None:
    flying = replace(invoice(), state="in_flight")
    assert reason(ask(body(**LATER), history=[flying])) == ("wait", "DOCUMENT_IN_FLIGHT")


def test_a_changed_currency_is_refused() -> None:
    decision = ask(body(currency="EUR", **LATER), history=[proforma()])
    assert reason(decision) == ("refuse", "CURRENCY_CHANGED")
    assert "EUR" in decision.detail and "PLN" in decision.detail


def test_a_cancelled_paper_binds_to_no_currency() -> None:
    gone = replace(proforma(), state="cancelled")
    assert reason(ask(body(currency="EUR", **LATER), history=[gone])) == ("invoice", "DUE")


def test_a_person_gets_no_credit_without_an_invoice_and_no_second_invoice() -> None:
    assert reason(ask(body(), trigger=Trigger("credit.requested"))) == ("refuse", "CREDIT_WITHOUT_INVOICE")
    assert reason(ask(body(), history=[invoice()], trigger=Trigger("invoice.requested"))) == (
        "refuse",
        "ALREADY_INVOICED",
    )


def test_a_person_may_ask_for_an_invoice_before_the_table_does() -> None:
    assert reason(ask(body(status="pending"), trigger=Trigger("invoice.requested"))) == ("invoice", "DUE")


def test_a_person_may_ask_for_a_credit_of_all_or_of_the_rest() -> None:
    asked = Trigger("credit.requested")
    first = ask(body(), history=[invoice()], trigger=asked)
    assert reason(first) == ("credit_note", "FULL_CANCEL")
    assert reason(ask(body(), history=[invoice(), issued(first)], trigger=asked)) == (
        "nothing",
        "NOTHING_LEFT_TO_CREDIT",
    )


def test_a_negative_total_is_refused_and_nothing_to_pay_is_nothing() -> None:
    assert reason(ask(order("-1.00", [item(1, "-0.81", "-0.19")]))) == ("refuse", "NEGATIVE_TOTAL")
    assert reason(ask(order("0.00", [item(1, "0")]))) == ("nothing", "ZERO_TOTAL")


def test_an_order_saved_again_after_its_invoice_is_nothing() -> None:
    decision = ask(body(status="completed", **LATER), history=[invoice()])
    assert (reason(decision), decision.warnings) == (("nothing", "ALREADY_INVOICED"), ())


@pytest.mark.parametrize("to", [{"last_name": "Inny"}, {"company": "Firma"}])
def test_a_changed_buyer_is_a_warning(to: dict[str, str]) -> None:
    assert ask(body(to=to, **LATER), history=[invoice()]).warnings == ("BUYER_CHANGED",)


@pytest.mark.parametrize(
    "changes",
    [
        {"total": "246.00", "line_items": [item(101, "200.00", "46", quantity=2)]},
        {"line_items": [item(101, "100.00", "23", quantity=2)]},
        {"line_items": [item(102, "100.00", "23")]},
        {"line_items": [item(101, "50.00", "11.5"), item(102, "50.00", "11.5")]},
        {"total": "108.00", "line_items": [item(101, "100.00", "8", 2)], "tax_lines": [tax_line(2, "8")]},
        {"total": "500.00"},
    ],
)
def test_an_order_edited_after_its_invoice_is_for_a_person(changes: dict[str, Any]) -> None:
    decision = ask(body(**LATER) | changes, history=[invoice()])
    assert reason(decision) == ("refuse", "ORDER_CHANGED_AFTER_INVOICE")
    assert "123.00" in decision.detail


def test_a_reading_with_two_decimals_may_differ_by_a_unit_per_line() -> None:
    fine = order("2.46", [item(1, "1.004065", "0.230935"), item(2, "0.995935", "0.229065")])
    coarse = order("2.46", [item(1, "1.01", "0.23"), item(2, "0.99", "0.23")], **LATER)
    first = ask(fine)
    assert [x["gross"] for x in document(first)["lines"]] == ["1.23", "1.23"]
    assert [x["gross"] for x in document(ask(coarse))["lines"]] == ["1.24", "1.22"]
    assert reason(ask(coarse, history=[issued(first)])) == ("nothing", "ALREADY_INVOICED")


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("stripe", "pending", ("wait", "NOT_DUE")),
        ("stripe", "on-hold", ("wait", "NOT_DUE")),
        ("stripe", "processing", ("invoice", "DUE")),
        ("stripe", "completed", ("invoice", "DUE")),
        ("bacs", "pending", ("wait", "NOT_DUE")),
        ("bacs", "on-hold", ("proforma", "UNPAID")),
        ("bacs", "processing", ("invoice", "DUE")),
        ("cod", "processing", ("wait", "COD_NOT_DELIVERED")),
        ("cod", "completed", ("invoice", "DUE")),
        ("stripe", "partially-paid", ("wait", "NOT_DUE")),
        ("stripe", "wc-processing", ("invoice", "DUE")),
    ],
)
def test_the_table_of_method_and_status_rules(method: str, status: str, expected: tuple[str, str]) -> None:
    assert reason(ask(body(payment_method=method, status=status))) == expected


def test_the_same_proforma_is_not_made_twice() -> None:
    assert reason(ask(body(**UNPAID, **LATER), history=[proforma()])) == ("nothing", "PROFORMA_EXISTS")


def test_a_different_proforma_replaces_the_old_one() -> None:
    said = order("246.00", [item(101, "200.00", "46", quantity=2)], **UNPAID, **LATER)
    decision = ask(said, history=[proforma()])
    assert (reason(decision), decision.warnings) == (("proforma", "UNPAID"), ("PROFORMA_REPLACED",))
    assert (decision.counter, decision.replaces) == ("2", "shop/7001/p1")


def test_the_invoice_after_a_proforma_names_it() -> None:
    decision = ask(body(payment_method="bacs", **LATER), history=[proforma()])
    assert document(decision)["proforma_ref"] == "shop/7001/p1"
    assert (decision.warnings, document(decision).get("preceding")) == ((), None)


def test_an_invoice_over_other_amounts_than_the_proforma_says_so() -> None:
    said = order("246.00", [item(101, "200.00", "46", quantity=2)], payment_method="bacs", **LATER)
    assert ask(said, history=[proforma()]).warnings == ("PROFORMA_DIFFERS",)


def test_a_cancelled_proforma_is_not_linked() -> None:
    decision = ask(body(payment_method="bacs", **LATER), history=[replace(proforma(), state="cancelled")])
    assert "proforma_ref" not in document(decision)


@pytest.mark.parametrize(
    "to",
    [{"first_name": "", "last_name": ""}, {"country": ""}, {"country": "c"}],
    ids=["name", "country", "odd country"],
)
def test_a_buyer_without_name_or_country_is_refused_br_07_br_11(to: dict[str, str]) -> None:
    assert reason(ask(body(to=to))) == ("refuse", "MISSING_BUYER")


def test_a_company_is_the_buyers_name() -> None:
    said = body(to={"company": "Firma", "first_name": "", "last_name": ""})
    assert document(ask(said))["buyer"]["name"] == "Firma"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("cancelled", "ORDER_CANCELLED"), ("failed", "ORDER_FAILED"), ("refunded", "ORDER_REFUNDED")],
)
def test_a_proforma_falls_with_its_order(status: str, expected: str) -> None:
    decision = ask(body(status=status, **LATER), history=[proforma()])
    assert reason(decision) == ("cancel_proforma", expected)
    assert decision.replaces == "shop/7001/p1" and decision.draft is None


@pytest.mark.parametrize("status", ["cancelled", "failed", "refunded"])
def test_without_documents_there_is_nothing_to_cancel(status: str) -> None:
    assert reason(ask(body(status=status))) == ("nothing", "NO_DOCUMENT_TO_CANCEL")
    gone = [replace(proforma(), state="cancelled")]
    assert reason(ask(body(status=status, **LATER), history=gone)) == ("nothing", "NO_DOCUMENT_TO_CANCEL")


def test_a_payment_that_failed_after_the_invoice_is_for_a_person() -> None:
    assert reason(ask(body(status="failed", **LATER), history=[invoice()])) == ("refuse", "FAILED_AFTER_INVOICE")


def test_a_refunded_order_whose_refund_is_not_there_yet_has_nothing_to_credit() -> None:
    decision = ask(body(status="refunded", **LATER), history=[invoice()])
    assert reason(decision) == ("nothing", "NOTHING_LEFT_TO_CREDIT")


def test_open_refunds_are_credited_oldest_first_and_said_to_be_more() -> None:
    given = [refund(9002, "23.00", at="2026-03-21T09:00:00"), refund(9001, "100.00", at="2026-03-20T09:00:00")]
    history = [invoice()]
    said = body(status="refunded", **LATER)
    first = ask(said, history=history, refunds=given)
    assert (first.refund_id, first.warnings) == ("9001", ("MORE_REFUNDS_OPEN",))
    second = ask(said, history=[*history, issued(first)], refunds=given)
    assert (second.refund_id, second.warnings) == ("9002", ())
    last = ask(said, history=[*history, issued(first), issued(second)], refunds=given)
    assert reason(last) == ("nothing", "NOTHING_LEFT_TO_CREDIT")


def test_a_refund_is_credited_whatever_event_tells_of_it() -> None:
    decision = ask(body(**LATER), history=[invoice()], refunds=[refund(9, "23.00")])
    assert reason(decision) == ("credit_note", "REFUND")


def test_refund_events_in_the_guards_order() -> None:
    asked = Trigger("refund.created", "9")
    given = [refund(9, "23.00")]
    paper = issued(ask(body(), history=[invoice()], trigger=asked, refunds=given))

    def of(history: Sequence[Issued], refunds: Sequence[dict[str, Any]]) -> tuple[str, str]:
        return reason(ask(body(), history=history, trigger=asked, refunds=refunds))

    assert of([invoice(), paper], given) == ("nothing", "REFUND_ALREADY_CREDITED")
    assert of([invoice()], [refund(9, "0.00")]) == ("nothing", "REFUND_ZERO")
    assert of([], given) == ("nothing", "REFUND_BEFORE_INVOICE")
    assert of([proforma()], given) == ("nothing", "REFUND_BEFORE_INVOICE")
    assert of([invoice()], []) == ("nothing", "NOTHING_LEFT_TO_CREDIT")


def test_cancelled_after_a_partial_credit_takes_back_the_remainder() -> None:
    paper = issued(ask(body(), history=[invoice()], refunds=[refund(9, "23.00")]))
    decision = ask(body(status="cancelled", **LATER), history=[invoice(), paper])
    assert reason(decision) == ("credit_note", "REMAINDER")
    assert [x["source"] for x in document(decision)["lines"]] == ["remainder"]
    assert document(decision)["totals"]["gross"] == "100.00"
    assert decision.counter == "rest"


def test_a_refund_that_follows_a_cancellation_only_moves_its_money() -> None:
    paper = issued(ask(body(status="cancelled", **LATER), history=[invoice()]))
    asked = Trigger("refund.created", "9")
    decision = ask(body(**LATER), history=[invoice(), paper], trigger=asked, refunds=[refund(9, "123.00")])
    assert reason(decision) == ("nothing", "NOTHING_LEFT_TO_CREDIT")


def test_all_gone_back_before_the_invoice_leaves_nothing_to_invoice() -> None:
    decision = ask(body(), refunds=[refund(9, "123.00")])
    assert reason(decision) == ("nothing", "FULLY_REFUNDED_BEFORE_INVOICE")


def test_refund_lines_before_the_invoice_reduce_it() -> None:
    two = order("246.00", [item(101, "200.00", "46", quantity=2)], **LATER)
    given = [refund(9, "123.00", returned(101, "100.00", "23"))]
    decision = ask(two, refunds=given)
    line = document(decision)["lines"][0]
    assert (reason(decision), decision.warnings) == (("invoice", "DUE"), ("REFUND_DEDUCTED",))
    assert (line["quantity"], line["gross"], document(decision)["totals"]["paid"]) == ("1", "123.00", "123.00")
    again = ask(two, history=[issued(decision)], refunds=given)
    assert reason(again) == ("nothing", "ALREADY_INVOICED")
    event = ask(two, history=[issued(decision)], refunds=given, trigger=Trigger("refund.created", "9"))
    assert reason(event) == ("nothing", "REFUND_BEFORE_INVOICE")


def test_what_an_invoice_was_reduced_by_is_found_without_a_record_too() -> None:
    two = order("246.00", [item(101, "200.00", "46", quantity=2)], **LATER)
    given = [refund(9, "123.00", returned(101, "100.00", "23"))]
    paper = issued(ask(two, refunds=given))
    unrecorded = replace(paper, draft=replace(paper.draft, deducted_refunds=None))
    assert reason(ask(two, history=[unrecorded], refunds=given)) == ("nothing", "ALREADY_INVOICED")


def test_a_line_that_went_back_whole_before_the_invoice_is_gone() -> None:
    said = order("246.00", [LINE, item(102, "100.00", "23")])
    decision = ask(said, refunds=[refund(9, "123.00", returned(102, "100.00", "23"))])
    assert [x["source"] for x in document(decision)["lines"]] == ["line_item:101"]


def test_an_amount_without_lines_before_the_invoice_is_for_a_person() -> None:
    assert reason(ask(body(), refunds=[refund(9, "23.00")])) == ("refuse", "AMOUNT_ONLY_REFUND_BEFORE_INVOICE")


def test_an_unknown_line_before_the_invoice_is_for_a_person() -> None:
    given = [refund(9, "23.00", returned(555, "18.70", "4.30"))]
    assert reason(ask(body(), refunds=given)) == ("refuse", "REFUND_LINE_UNKNOWN")


def test_by_policy_an_early_refund_is_credited_after_the_invoice() -> None:
    given = rules(policy={"refund_before_invoice": "separate"})
    first = ask(body(), given, refunds=[refund(9, "23.00")])
    assert document(first)["totals"]["gross"] == "123.00"
    assert reason(ask(body(), given, [issued(first)], refunds=[refund(9, "23.00")])) == ("credit_note", "REFUND")


def test_switched_off_credit_notes_and_cancellations_are_left_to_people() -> None:
    given = rules(policy={"credit_notes": False, "cancellations": False})
    event = Trigger("refund.created", "9")
    off = ask(body(), given, [invoice()], event, [refund(9, "23.00")])
    assert reason(off) == ("nothing", "CREDIT_NOTES_OFF")
    assert reason(ask(body(status="cancelled", **LATER), given, [invoice()])) == ("nothing", "CANCELLATIONS_OFF")
    assert reason(ask(body(status="refunded", **LATER), given, [invoice()])) == ("nothing", "CANCELLATIONS_OFF")
    falls = ask(body(status="cancelled", **LATER), given, [proforma()])
    assert reason(falls) == ("cancel_proforma", "ORDER_CANCELLED")


def test_a_cancelled_invoice_makes_room_for_the_next() -> None:
    decision = ask(body(**LATER), history=[replace(invoice(), state="cancelled")])
    assert (reason(decision), decision.counter) == (("invoice", "DUE"), "2")
    assert decision.draft is not None and decision.draft.reference == "shop/7001/i2"


def test_decide_changes_nothing_it_is_given() -> None:
    history = [proforma()]
    before: list[Draft] = [paper.draft for paper in history]
    first, second = ask(body(**LATER), history=history), ask(body(**LATER), history=history)
    assert first == second and [paper.draft for paper in history] == before
    assert first.draft is not None and first.draft.kind is Kind.INVOICE
    assert first.draft.totals.gross == Decimal("123.00")

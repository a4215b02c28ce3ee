"""Credit notes: the refunded amount at the invoice's own rates, never beyond it (documents.md 2.7)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.document import Document, Issued, Kind
from tests.money.models import check_document
from tests.money.shop import ask, document, issued, item, order, refund, returned, rules, tax_line
from workers.decide import Decision, Trigger

RATES = {"tax_lines": [tax_line(1, "23"), tax_line(2, "8")]}
BODY = order(
    "231.00",
    [item(101, "100.00", "23", quantity=5), item(102, "100.00", "8", 2, quantity=2)],
    prices_include_tax=True,
    **RATES,
)
INVOICE = issued(ask(BODY))
ONE_RATE = order("123.00", [item(101, "100.00", "23", quantity=5)])
ONE_INVOICE = issued(ask(ONE_RATE))


def credit(
    *refunds: dict[str, Any],
    body: dict[str, Any] = BODY,
    history: tuple[Issued, ...] = (INVOICE,),
    proportional: bool = False,
) -> Decision:
    given = rules(policy={"amount_only_refund": "proportional"} if proportional else None)
    asked = Trigger("refund.created", str(refunds[-1]["id"]))
    return ask(body, given, history, asked, refunds)


def figures(decision: Decision) -> list[tuple[str, str, str, str]]:
    made = document(decision)
    check_document(made, earlier=9)
    return [(x["source"], x["quantity"], x["vat_rate"], x["gross"]) for x in made["lines"]]


def test_refund_lines_mirror_the_invoices_lines() -> None:
    decision = credit(refund(9, "49.20", returned(101, "40.00", "9.20", quantity=2)))
    assert figures(decision) == [("line_item:101", "2", "23", "49.20")]
    made = document(decision)
    assert (made["type_code"], made["preceding"], made["refund_id"]) == ("381", "shop/7001/i1", "9")
    assert (made["totals"]["paid"], made["totals"]["due"], made["tax_point"]) == ("0.00", "49.20", None)
    assert decision.draft is not None and decision.draft.reference == "shop/7001/c9"


def test_the_refunded_amount_rules_over_its_lines() -> None:
    assert figures(credit(refund(9, "49.19", returned(101, "40.00", "9.20"))))[0][3] == "49.19"


def test_lines_above_the_amount_are_refused_with_both_amounts() -> None:
    decision = credit(refund(9, "40.00", returned(101, "40.00", "9.20")))
    assert decision.reason == "REFUND_LINES_EXCEED_AMOUNT"
    assert "49.2" in decision.detail and "40.00" in decision.detail


def test_an_amount_above_its_lines_needs_a_rate_for_the_rest() -> None:
    given = refund(9, "59.20", returned(101, "40.00", "9.20"))
    assert credit(given).reason == "AMOUNT_ONLY_REFUND_MULTI_RATE"
    one = credit(given, body=ONE_RATE, history=(ONE_INVOICE,))
    assert figures(one) == [("line_item:101", "1", "23", "49.20"), ("refund:9", "1", "23", "10.00")]


@pytest.mark.parametrize("line", [returned(555, "10.00", "2.30"), returned(101, "10", "2.30") | {"meta_data": []}])
def test_a_refund_line_of_nothing_on_the_invoice_is_refused(line: dict[str, Any]) -> None:
    assert credit(refund(9, "12.30", line)).reason == "REFUND_LINE_UNKNOWN"


def test_a_price_cut_without_pieces_is_one_piece_of_money() -> None:
    assert figures(credit(refund(9, "12.30", returned(101, "10.00", "2.30", quantity=0)))) == [
        ("line_item:101", "1", "23", "12.30")
    ]


def test_an_amount_only_refund_goes_to_the_only_rate() -> None:
    decision = credit(refund(9, "23.00"), body=ONE_RATE, history=(ONE_INVOICE,))
    assert figures(decision) == [("refund:9", "1", "23", "23.00")]


def test_over_several_rates_an_amount_only_refund_is_for_a_person() -> None:
    decision = credit(refund(9, "23.00"))
    assert decision.reason == "AMOUNT_ONLY_REFUND_MULTI_RATE"
    assert "23.00" in decision.detail and "231.00" in decision.detail


def test_by_policy_it_is_spread_in_proportion_to_what_is_left() -> None:
    decision = credit(refund(9, "23.10"), proportional=True)
    assert decision.warnings == ("PROPORTIONAL_ALLOCATION",)
    assert figures(decision) == [("refund:9", "1", "23", "12.30"), ("refund:9", "1", "8", "10.80")]


def test_an_amount_only_refund_of_all_closes_every_rate_without_a_warning() -> None:
    decision = credit(refund(9, "231.00"))
    assert decision.warnings == ()
    assert figures(decision) == [("refund:9", "1", "23", "123.00"), ("refund:9", "1", "8", "108.00")]


def test_an_amount_only_refund_after_one_rate_is_gone_takes_the_other() -> None:
    lines = refund(8, "123.00", returned(101, "100.00", "23", quantity=5))
    history = (INVOICE, issued(credit(lines)))
    assert figures(credit(lines, refund(9, "8.00"), history=history)) == [("refund:9", "1", "8", "8.00")]


@pytest.mark.parametrize(("amount", "expected"), [("123.01", "CREDIT_CLAMPED"), ("123.02", "CREDIT_EXCEEDS_INVOICE")])
def test_a_unit_above_what_is_left_is_cut_and_more_is_refused(amount: str, expected: str) -> None:
    decision = credit(refund(9, amount), body=ONE_RATE, history=(ONE_INVOICE,))
    if decision.action == "refuse":
        assert decision.reason == expected and amount in decision.detail and "123.00" in decision.detail
    else:
        assert decision.warnings == (expected,) and figures(decision)[0][3] == "123.00"


def test_a_unit_too_much_at_one_rate_moves_to_another_of_the_same_credit() -> None:
    given = refund(9, "151.01", returned(101, "100.01", "23", quantity=5), returned(102, "25.93", "2.07", 2))
    decision = credit(given)
    assert decision.warnings == ("CREDIT_CLAMPED",)
    assert [x[3] for x in figures(decision)] == ["123.00", "28.01"]


def test_too_much_at_a_rate_with_nowhere_to_go_is_refused() -> None:
    decision = credit(refund(9, "130.00", returned(101, "105.69", "24.31", quantity=5)))
    assert decision.reason == "CREDIT_EXCEEDS_INVOICE_RATE"


def test_vat_is_cumulative_so_that_rounding_never_piles_up() -> None:
    history: tuple[Issued, ...] = (ONE_INVOICE,)
    vats = []
    for number in range(1, 5):
        decision = credit(refund(number, "0.33"), body=ONE_RATE, history=history)
        history = (*history, issued(decision))
        vats.append(document(decision)["totals"]["vat"])
    assert vats == ["0.06", "0.06", "0.07", "0.06"]


def test_in_net_basis_the_refunds_own_nets_rule_within_a_unit() -> None:
    body = order("123.00", [item(101, "100.00", "23", quantity=5)], prices_include_tax=False)
    history = (issued(ask(body)),)
    decision = credit(refund(9, "0.50", returned(101, "0.40", "0.092")), body=body, history=history)
    assert (document(decision)["totals"]["net"], document(decision)["totals"]["vat"]) == ("0.40", "0.10")


def test_a_discount_that_is_taken_back_has_negative_quantity() -> None:
    body = order("110.70", [item(101, "100.00", "23")], fee_lines=[item(103, "-10.00", "-2.30")])
    back = {
        **refund(9, "110.70", returned(101, "100.00", "23")),
        "fee_lines": [
            {
                "id": 2,
                "total": "10.00",
                "total_tax": "2.30",
                "taxes": [{"id": 1, "total": "2.30"}],
                "meta_data": [{"key": "_refunded_item_id", "value": "103"}],
            }
        ],
    }
    assert figures(credit(back, body=body, history=(issued(ask(body)),))) == [
        ("line_item:101", "1", "23", "123.00"),
        ("fee:103", "-1", "23", "-12.30"),
    ]


def test_a_fee_that_was_split_over_rates_goes_back_by_its_taxes() -> None:
    taxes = [{"id": 1, "total": "3.68"}, {"id": 2, "total": "0.32"}]
    fee = item(103, "20.00") | {"taxes": taxes, "total_tax": "4.00"}
    body = order("24.00", [], fee_lines=[fee], **RATES)
    back = {
        **refund(9, "12.00"),
        "fee_lines": [
            {
                "id": 2,
                "total": "-10.00",
                "total_tax": "-2.00",
                "taxes": [{"id": 1, "total": "-1.84"}, {"id": 2, "total": "-0.16"}],
                "meta_data": [{"key": "_refunded_item_id", "value": "103"}],
            }
        ],
    }
    assert figures(credit(back, body=body, history=(issued(ask(body)),))) == [
        ("fee:103@23", "1", "23", "9.84"),
        ("fee:103@8", "1", "8", "2.16"),
    ]


def test_a_full_cancellation_copies_the_invoices_lines_and_figures() -> None:
    decision = ask(BODY | {"status": "cancelled", "date_modified": "2026-03-09T10:00:00"}, history=(INVOICE,))
    invoice, copy = document(ask(BODY)), document(decision)
    assert decision.counter == "full"
    assert (copy["lines"], copy["vat_breakdown"]) == (invoice["lines"], invoice["vat_breakdown"])


def test_what_the_system_really_issued_counts() -> None:
    back = Document("x", "1", Kind.INVOICE, "r", "1", "PLN", Decimal("123.00"), vat_by_rate={"23": Decimal("23.01")})
    really = replace(ONE_INVOICE, document=back)
    decision = credit(refund(9, "123.00"), body=ONE_RATE, history=(really,))
    assert document(decision)["totals"]["vat"] == "23.01"


def test_the_credit_note_keeps_the_rate_of_an_invoice_whose_rate_is_no_longer_legal() -> None:
    body = order(
        "120.00",
        [item(101, "100.00", "20")],
        tax_lines=[tax_line(1, "20", "SK-DPH-1")],
        date_paid="2024-12-30T12:00:00",
        to={"country": "SK"},
    )
    history = (issued(ask(body, rules("SK"))),)
    decision = ask(body, rules("SK"), history, Trigger("refund.created", "9"), [refund(9, "12.00")])
    assert figures(decision) == [("refund:9", "1", "20", "12.00")]


def test_oss_and_countries_are_the_invoices() -> None:
    body = order("127.00", [item(1, "100.00", "27")], tax_lines=[tax_line(1, "27", "HU-A-1")], to={"country": "HU"})
    history = (issued(ask(body, rules("CZ"))),)
    made = document(ask(body, rules("CZ"), history, Trigger("refund.created", "9"), [refund(9, "27.00")]))
    assert (made["oss"], made["vat_countries"]) == (True, ["HU"])


def test_refund_totals_in_the_body_alone_credit_one_rate_but_not_several() -> None:
    summary = {"refunds": [{"id": 9, "total": "-23.00", "reason": ""}]}
    one = ask(ONE_RATE | summary, history=(ONE_INVOICE,), refunds=None)
    assert (one.action, figures(one)) == ("credit_note", [("refund:9", "1", "23", "23.00")])
    several = ask(BODY | summary, history=(INVOICE,), refunds=None)
    assert (several.action, several.reason) == ("wait", "REFUND_LINES_UNKNOWN")
    early = ask(BODY | summary, refunds=None)
    assert (early.action, early.reason) == ("wait", "REFUND_LINES_UNKNOWN")


def test_a_refund_finer_than_the_document_is_refused() -> None:
    decision = credit(refund(9, "1.005"), body=ONE_RATE, history=(ONE_INVOICE,))
    assert decision.reason == "TOTAL_MISMATCH" and "1.005" in decision.detail

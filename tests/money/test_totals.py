"""The total is what the shopper was asked, to the unit, or refused (documents.md 2.1 to 2.3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.money import allocate, net_reachable, round_to, said, unit_price
from tests.money.models import check_document
from tests.money.shop import ask, document, item, order, rules, tax_line

HU_RATE = [tax_line(1, "27", "HU-AFA-1")]


def totals(decision: Any) -> dict[str, str]:
    made = document(decision)
    check_document(made)
    result: dict[str, str] = made["totals"]
    return result


def test_rounding_is_half_up_away_from_zero() -> None:
    assert [said(Decimal(x)) for x in ("8.245", "-8.245", "8.244", "-0.001")] == ["8.25", "-8.25", "8.24", "0.00"]
    assert str(round_to(Decimal("-0.001"), 2)) == "0.00"


def test_allocate_moves_a_unit_at_the_largest_error() -> None:
    assert allocate([Decimal("21.504"), Decimal("64.512")], Decimal("86.00"), 2) == [Decimal("21.50"), Decimal("64.50")]


def test_allocate_breaks_ties_by_larger_amount_then_earlier_line() -> None:
    assert allocate([Decimal("1.005"), Decimal("2.005")], Decimal("3.01"), 2) == [Decimal("1.01"), Decimal("2.00")]
    assert allocate([Decimal("1.005"), Decimal("1.005")], Decimal("2.01"), 2) == [Decimal("1.00"), Decimal("1.01")]
    assert allocate([Decimal("-1.005"), Decimal("-2.005")], Decimal("-3.01"), 2) == [Decimal("-1.01"), Decimal("-2.00")]


def test_allocate_never_moves_a_zero_line() -> None:
    assert allocate([Decimal(0), Decimal("1.00")], Decimal("1.01"), 2) == [Decimal(0), Decimal("1.01")]


def test_allocate_can_move_more_units_than_there_are_lines() -> None:
    assert allocate([Decimal("1.00"), Decimal("2.00")], Decimal("3.05"), 2) == [Decimal("1.02"), Decimal("2.03")]


@pytest.mark.parametrize(
    ("gross", "rate", "places"), [("100.00", "21", 2), ("10.00", "27", 2), ("102.60", "23", 2), ("18990", "24", 0)]
)
def test_totals_out_of_reach_of_net_plus_vat_are_known(gross: str, rate: str, places: int) -> None:
    assert not net_reachable(Decimal(gross), Decimal(rate), places)
    assert net_reachable(Decimal(gross) + Decimal(1).scaleb(-places), Decimal(rate), places)


def test_unit_prices_have_at_most_six_decimals() -> None:
    assert str(unit_price(Decimal("59.97"), Decimal(3), 2)) == "19.99"
    assert str(unit_price(Decimal("48.76"), Decimal(3), 2)) == "16.253333"


@pytest.mark.parametrize(("total", "reason"), [("123.01", "DUE"), ("123.02", "TOTAL_MISMATCH"), ("122.99", "DUE")])
def test_one_element_may_be_one_unit_off(total: str, reason: str) -> None:
    assert ask(order(total, [item(1, "100.00", "23")])).reason == reason


@pytest.mark.parametrize(("off", "reason"), [("0.03", "DUE"), ("0.04", "TOTAL_MISMATCH")])
def test_the_tolerance_is_a_unit_times_half_the_elements_plus_one(off: str, reason: str) -> None:
    lines = [item(n, "100.00", "23") for n in range(1, 6)] + [item(6, "0.00")]
    assert ask(order(str(Decimal("615.00") + Decimal(off)), lines)).reason == reason


def test_a_mismatch_names_both_amounts() -> None:
    decision = ask(order("100.00", [item(1, "100.00", "23")]))
    assert "123.0000" in decision.detail and "100.0000" in decision.detail


def test_a_total_finer_than_a_cent_cannot_be_said() -> None:
    body = order("13.159", [item(1, "10.361", "2.798")], currency="KWD", tax_lines=HU_RATE, to={"country": "HU"})
    decision = ask(body, rules("HU"))
    assert decision.reason == "TOTAL_MISMATCH" and "13.159" in decision.detail and "13.16" in decision.detail


def test_a_dinar_total_of_whole_cents_is_fine() -> None:
    body = order("13.160", [item(1, "10.362", "2.798")], currency="KWD", tax_lines=HU_RATE, to={"country": "HU"})
    assert totals(ask(body, rules("HU")))["gross"] == "13.16"


@pytest.mark.parametrize(("total", "places"), [("1270", 0), ("1270.00", 0), ("1270.50", 2)])
def test_forints_have_decimals_only_when_the_total_has(total: str, places: int) -> None:
    net = Decimal(total) / Decimal("1.27")
    line = item(1, f"{net:.6f}", f"{Decimal(total) - Decimal(f'{net:.6f}'):.6f}")
    made = document(ask(order(total, [line], currency="HUF", tax_lines=HU_RATE, to={"country": "HU"}), rules("HU")))
    assert made["decimals"] == places


def test_a_shop_of_whole_crowns_gets_a_whole_unit_of_tolerance() -> None:
    lines = [item(n, "19.20", "2.304") | {"total_tax": "2.00"} for n in range(1, 4)]
    body = order(
        "63",
        lines,
        currency="SEK",
        prices_include_tax=False,
        total_tax="6.00",
        tax_lines=[tax_line(1, "12", "SE-MOMS-1")],
        to={"country": "SE"},
    )
    decision = ask(body, rules("SE"))
    assert totals(decision)["gross"] == "63.00"
    assert decision.warnings == ("NET_LINES_ADJUSTED",)


def test_net_lines_stay_when_their_vat_is_within_a_unit() -> None:
    lines = [item(n, "0.37", "0.0851") for n in range(1, 4)]
    decision = ask(order("1.37", lines, prices_include_tax=False))
    assert [x["net"] for x in document(decision)["lines"]] == ["0.37"] * 3
    assert decision.warnings == ()
    totals(decision)


def test_net_lines_fall_back_to_gross_when_the_shop_rounded_too_often() -> None:
    lines = [item(n, "0.37", "0.0851") | {"total_tax": "0.09"} for n in range(1, 8)]
    decision = ask(order("3.22", lines, prices_include_tax=False))
    assert decision.warnings == ("NET_LINES_ADJUSTED",)
    assert totals(decision)["gross"] == "3.22"


def test_a_line_of_quantity_and_amount_zero_is_left_out_and_a_free_one_stays() -> None:
    lines = [item(1, "100.00", "23"), item(2, "0", quantity=0), item(3, "0", quantity=2)]
    assert [x["source"] for x in document(ask(order("123.00", lines)))["lines"]] == ["line_item:1", "line_item:3"]


def test_a_negative_fee_is_a_line_of_negative_quantity_br_27() -> None:
    body = order("110.70", [item(1, "100.00", "23")], fee_lines=[item(2, "-10.00", "-2.30")])
    line = document(ask(body))["lines"][1]
    assert (line["quantity"], line["unit_gross"], line["gross"]) == ("-1", "12.30", "-12.30")


def test_several_shipping_lines_stay_several() -> None:
    body = order("147.60", [item(1, "100.00", "23")], shipping_lines=[item(2, "10", "2.3"), item(3, "10", "2.3")])
    assert [x["source"] for x in document(ask(body))["lines"]] == ["line_item:1", "shipping:2", "shipping:3"]


def test_the_explicit_rounding_fee_is_bt_114_and_no_line() -> None:
    body = order("123.00", [item(1, "100.20", "23.046")], fee_lines=[item(2, "-0.25", name="Zaokrouhlení")])
    decision = ask(body, rules(policy={"rounding_fee_names": ["Zaokrouhleni"]}))
    made = totals(decision)
    assert (made["gross"], made["rounding"], made["paid"], made["due"]) == ("123.25", "-0.25", "123.00", "0.00")
    assert len(document(decision)["lines"]) == 1


@pytest.mark.parametrize("fee", [item(2, "1.00", name="Zaokrouhleni"), item(2, "0.40", name="Other")])
def test_what_only_looks_like_rounding_needs_a_vat_reason(fee: dict[str, Any]) -> None:
    body = order(str(Decimal("123.00") + Decimal(fee["total"])), [item(1, "100.00", "23")], fee_lines=[fee])
    assert ask(body, rules(policy={"rounding_fee_names": ["Zaokrouhleni"]})).reason == "ZERO_RATE_UNEXPLAINED"


@pytest.mark.parametrize(
    ("net", "tax", "total", "rounding"),
    [("8.16", "1.8768", "10.04", "0.01"), ("8.15", "1.8745", "10.02", "-0.02"), ("8.13", "1.87", "10.00", "0.00")],
)
def test_cash_in_euro_is_rounded_to_five_cents_outside_vat(net: str, tax: str, total: str, rounding: str) -> None:
    given = rules("SK", {"cash_rounding": {"methods": ["cod"], "step": "0.05"}})
    body = order(
        total,
        [item(1, net, tax)],
        currency="EUR",
        status="completed",
        payment_method="cod",
        tax_lines=[tax_line(1, "23", "SK-DPH-1")],
        to={"country": "SK"},
    )
    made = totals(ask(body, given))
    assert (made["gross"], made["rounding"], made["due"]) == (total, rounding, "0.00")


def test_other_methods_are_not_rounded() -> None:
    given = rules(policy={"cash_rounding": {"methods": ["cod"], "step": "1"}})
    assert totals(ask(order("123.40", [item(1, "100.33", "23.0759")]), given))["rounding"] == "0.00"


def test_gift_cards_are_a_payment_and_not_a_discount() -> None:
    body = order(
        "103.00", [item(1, "100.00", "23")], gift_cards=[{"code": "A", "amount": 15}, {"code": "B", "amount": "5.00"}]
    )
    made = document(ask(body))
    assert (made["totals"]["gross"], made["totals"]["paid"], made["gift_cards"]) == ("123.00", "123.00", "20.00")


def test_gift_cards_that_cover_all_make_a_paid_invoice() -> None:
    body = order("0.00", [item(1, "100.00", "23")], gift_cards=[{"code": "A", "amount": "123.00"}], date_paid=None)
    made = totals(ask(body))
    assert (made["gross"], made["paid"], made["due"]) == ("123.00", "123.00", "0.00")


def test_a_lowered_total_without_an_explanation_is_a_mismatch() -> None:
    assert ask(order("103.00", [item(1, "100.00", "23")])).reason == "TOTAL_MISMATCH"


def test_an_unpaid_proforma_shows_the_gift_card_as_paid() -> None:
    body = order(
        "103.00",
        [item(1, "100.00", "23")],
        gift_cards=[{"code": "A", "amount": "20"}],
        status="on-hold",
        payment_method="bacs",
        date_paid=None,
    )
    made = totals(ask(body))
    assert (made["paid"], made["due"]) == ("20.00", "103.00")


def test_tax_point_and_issue_date_are_days_of_the_seller() -> None:
    body = order("123.00", [item(1, "100.00", "23")], date_paid=None, date_paid_gmt="2026-12-31T23:30:00")
    decision = ask(body)
    assert decision.draft is not None and str(decision.draft.tax_point) == "2027-01-01"


def test_the_tax_point_is_the_earlier_of_paid_and_completed() -> None:
    body = order(
        "123.00", [item(1, "100.00", "23")], date_paid="2026-03-05T10:00:00", date_completed="2026-03-04T10:00:00"
    )
    assert document(ask(body))["tax_point"] == "2026-03-04"


def test_due_dates_follow_the_payment() -> None:
    unpaid: dict[str, Any] = {"date_paid": None, "status": "completed"}
    line = [item(1, "100.00", "23")]
    given = replace(rules(), policy=replace(rules().policy, due_days=10))
    bank = ask(order("123.00", line, payment_method="bacs", **unpaid), given).draft
    cod = ask(order("123.00", line, payment_method="cod", **unpaid), given).draft
    paid = ask(order("123.00", line), given).draft
    assert bank is not None and cod is not None and paid is not None
    days = [(d.due_date - d.issue_date).days for d in (bank, cod, paid) if d.due_date]
    assert days == [10, 7, 0]

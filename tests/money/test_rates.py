"""Which rate an element bears (documents.md 3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.rates import inside_eu_vat, legal_rates
from tests.money.shop import ask, document, item, order, rules, tax_line


def rates(decision: Any) -> list[str | None]:
    return [line["vat_rate"] for line in document(decision)["lines"]]


def test_the_percentage_comes_from_the_orders_tax_lines_never_from_price() -> None:
    decision = ask(order("123.00", [item(1, "100.00", "23")]))
    assert rates(decision) == ["23"]
    assert document(decision)["lines"][0]["unit_net"] == "100.00"


def test_a_missing_percentage_is_computed_over_all_elements_and_snapped() -> None:
    body = order("184.50", [item(1, "100.00", "23"), item(2, "50.00", "11.5")], tax_lines=[tax_line(1, None)])
    assert rates(ask(body)) == ["23", "23"]


def test_a_rate_without_a_tax_line_is_computed_too() -> None:
    assert rates(ask(order("123.00", [item(1, "100.00", "23")], tax_lines=[]))) == ["23"]


def test_two_legal_rates_within_the_window_are_unresolved() -> None:
    body = order("0.12", [item(1, "0.10", "0.02")], tax_lines=[tax_line(1, None, "SK-DPH-1")], to={"country": "SK"})
    decision = ask(body, rules("SK"))
    assert decision.reason == "RATE_UNRESOLVED"
    assert "23" in decision.detail and "19" in decision.detail


def test_no_legal_rate_within_the_window_is_unresolved() -> None:
    body = order("115.00", [item(1, "100.00", "15")], tax_lines=[tax_line(1, None)])
    assert ask(body).reason == "RATE_UNRESOLVED"


def test_the_window_counts_every_element_of_the_rate() -> None:
    lines = [item(n, "1.00", "0.23") for n in range(1, 4)]
    assert rates(ask(order("3.69", lines, tax_lines=[tax_line(1, None)]))) == ["23"] * 3


def test_an_explicit_percentage_must_be_legal() -> None:
    decision = ask(order("122.00", [item(1, "100.00", "22")], tax_lines=[tax_line(1, "22")]))
    assert decision.reason == "RATE_NOT_LEGAL"


def test_rates_for_flat_rate_farmers_are_not_for_webshops() -> None:
    assert ask(order("107.00", [item(1, "100.00", "7")], tax_lines=[tax_line(1, "7")])).reason == "RATE_NOT_LEGAL"


@pytest.mark.parametrize(
    ("paid", "reason"), [("2024-12-31T12:00:00", "DUE"), ("2025-01-01T12:00:00", "RATE_NOT_LEGAL")]
)
def test_an_old_rate_is_legal_only_when_the_tax_point_is_before_the_change(paid: str, reason: str) -> None:
    body = order(
        "120.00",
        [item(1, "100.00", "20")],
        tax_lines=[tax_line(1, "20", "SK-DPH-1")],
        date_paid=paid,
        to={"country": "SK"},
    )
    assert ask(body, rules("SK")).reason == reason


def test_the_tax_points_day_is_the_sellers_not_utcs() -> None:
    body = order(
        "120.00",
        [item(1, "100.00", "20")],
        tax_lines=[tax_line(1, "20", "SK-DPH-1")],
        date_paid=None,
        date_paid_gmt="2024-12-31T23:30:00",
        to={"country": "SK"},
    )
    assert ask(body, rules("SK")).reason == "RATE_NOT_LEGAL"


def test_a_merchant_extends_the_rates_by_data() -> None:
    body = order("122.00", [item(1, "100.00", "22")], tax_lines=[tax_line(1, "22")])
    given = rules(policy={"extra_rates": {"PL": {"red": ["22"]}}})
    assert rates(ask(body, given)) == ["22"]


def test_tax_that_is_not_the_rates_is_a_mismatch_with_both_amounts() -> None:
    decision = ask(order("122.90", [item(1, "100.00", "22.90")]))
    assert decision.reason == "TAX_MISMATCH"
    assert "22.9000" in decision.detail and "23.0000" in decision.detail


@pytest.mark.parametrize(("tax", "total", "reason"), [("22.98", "122.98", "DUE"), ("22.97", "122.97", "TAX_MISMATCH")])
def test_two_cents_of_tax_are_tolerated_and_no_more(tax: str, total: str, reason: str) -> None:
    assert ask(order(total, [item(1, "100.00", tax)])).reason == reason


def test_a_shop_of_whole_units_may_be_sixty_five_hundredths_off() -> None:
    line = item(1, "1173.00", "316.71") | {"total_tax": "317.00"}
    other = item(2, "11787", "3182.60") | {"total_tax": "3183.00"}
    body = order(
        "16460",
        [line, other],
        currency="HUF",
        tax_lines=[tax_line(1, "27", "HU-AFA-1")],
        to={"country": "HU"},
    )
    assert ask(body, rules("HU")).reason == "DUE"


def test_additive_taxes_on_one_base_are_refused() -> None:
    line = item(1, "100.00") | {"taxes": [{"id": 1, "total": "23"}, {"id": 2, "total": "8"}], "total_tax": "31.00"}
    body = order("131.00", [line], tax_lines=[tax_line(1, "23"), tax_line(2, "8")])
    assert ask(body).reason == "MULTI_TAX_LINE"


def test_a_compound_tax_is_refused() -> None:
    line = item(1, "100.00") | {
        "taxes": [{"id": 1, "total": "5"}, {"id": 2, "total": "10.47375"}],
        "total_tax": "15.47",
    }
    lines = [tax_line(1, "5"), tax_line(2, "9.975") | {"compound": True}]
    assert ask(order("115.47", [line], tax_lines=lines)).reason == "MULTI_TAX_LINE"


def test_compound_on_a_single_rate_changes_nothing() -> None:
    lines = [tax_line(1, "23") | {"compound": True}]
    assert rates(ask(order("123.00", [item(1, "100.00", "23")], tax_lines=lines))) == ["23"]


def test_a_fee_split_over_rates_becomes_one_line_per_rate() -> None:
    goods = [item(1, "200.00", "46"), item(2, "50.00", "4", 2)]
    fee = item(3, "-20.00") | {
        "taxes": [{"id": 1, "total": "-3.68"}, {"id": 2, "total": "-0.32"}],
        "total_tax": "-4.00",
    }
    body = order("276.00", goods, fee_lines=[fee], tax_lines=[tax_line(1, "23"), tax_line(2, "8")])
    lines = document(ask(body))["lines"]
    assert [(x["source"], x["gross"]) for x in lines[2:]] == [("fee:3@23", "-19.68"), ("fee:3@8", "-4.32")]


def test_two_tax_rows_of_the_same_percentage_stay_one_line() -> None:
    fee = item(3, "20.00") | {"taxes": [{"id": 1, "total": "2.30"}, {"id": 2, "total": "2.30"}], "total_tax": "4.60"}
    body = order("24.60", [], fee_lines=[fee], tax_lines=[tax_line(1, "23"), tax_line(2, "23")])
    assert [x["source"] for x in document(ask(body))["lines"]] == ["fee:3"]


def test_a_free_line_takes_the_rate_its_price_had_before_the_coupon() -> None:
    free = item(2, "0.00") | {"taxes": [{"id": 2, "total": "0", "subtotal": "0.80"}]}
    body = order("123.00", [item(1, "100.00", "23"), free], tax_lines=[tax_line(1, "23"), tax_line(2, "8")])
    assert rates(ask(body)) == ["23", "8"]


def test_a_free_line_without_a_hint_takes_the_rate_of_the_largest_group() -> None:
    lines = [item(1, "10.00", "2.30"), item(2, "100.00", "8", 2), item(3, "0.00")]
    body = order("120.30", lines, tax_lines=[tax_line(1, "23"), tax_line(2, "8")])
    assert rates(ask(body)) == ["23", "8", "8"]


def test_a_tax_that_rounds_to_nothing_keeps_its_rate() -> None:
    tiny = item(2, "0.01") | {"taxes": [{"id": 1, "total": "0", "subtotal": "0"}]}
    assert rates(ask(order("123.01", [item(1, "100.00", "23"), tiny]))) == ["23", "23"]


def test_a_zero_tax_on_a_real_amount_is_no_rate() -> None:
    odd = item(2, "10.00") | {"taxes": [{"id": 1, "total": "0"}]}
    assert ask(order("133.00", [item(1, "100.00", "23"), odd])).reason == "ZERO_RATE_UNEXPLAINED"


def test_tax_without_a_tax_list_takes_the_orders_only_rate() -> None:
    line = item(1, "100.00") | {"total_tax": "23.00"}
    assert rates(ask(order("123.00", [line]))) == ["23"]


def test_rounded_line_tax_is_never_mixed_with_unrounded_net() -> None:
    line = item(1, "0.884956", "0.115044", 1) | {"total_tax": "0.12"}
    body = order("1.00", [line], tax_lines=[tax_line(1, "13", "AT-UST-1")], to={"country": "AT"})
    assert document(ask(body))["totals"]["gross"] == "1.00"


def test_the_rate_codes_prefix_is_the_vat_country() -> None:
    body = order("127.00", [item(1, "100.00", "27")], tax_lines=[tax_line(1, "27", "HU-AFA-1")], to={"country": "HU"})
    made = document(ask(body, rules("CZ")))
    assert (made["oss"], made["vat_countries"]) == (True, ["HU"])


def test_without_a_prefix_the_destination_under_oss_is() -> None:
    body = order("127.00", [item(1, "100.00", "27")], tax_lines=[tax_line(1, "27", "AFA-1")], to={"country": "HU"})
    assert document(ask(body, rules("CZ")))["vat_countries"] == ["HU"]
    assert ask(body, rules("CZ", oss=False)).reason == "RATE_NOT_LEGAL"


def test_below_the_threshold_a_seller_may_charge_its_own_rates_abroad() -> None:
    body = order("121.00", [item(1, "100.00", "21")], tax_lines=[tax_line(1, "21", "CZ-DPH-1")], to={"country": "HU"})
    made = document(ask(body, rules("CZ", oss=False)))
    assert (made["oss"], made["vat_countries"]) == (False, ["CZ"])


def test_greece_is_el_in_the_tables_and_gr_in_the_shop() -> None:
    body = order("124.00", [item(1, "100.00", "24")], tax_lines=[tax_line(1, "24", "GR-VAT-1")], to={"country": "GR"})
    assert document(ask(body))["vat_countries"] == ["GR"]


def test_a_seller_who_charges_no_vat_cannot_invoice_vat_that_was_charged() -> None:
    body = order("123.00", [item(1, "100.00", "23")])
    assert ask(body, rules(vat_status="non_payer")).reason == "RATE_NOT_LEGAL"
    assert ask(body, rules(vat_status="exempt")).reason == "RATE_NOT_LEGAL"


def test_tables_know_dates_territories_and_additions() -> None:
    assert Decimal("20") in legal_rates("SK", date(2024, 12, 31))
    assert Decimal("20") not in legal_rates("SK", date(2025, 1, 1))
    assert legal_rates("US", date(2026, 1, 1)) == frozenset()
    assert not inside_eu_vat("ES", "35001") and inside_eu_vat("ES", "28001")
    assert inside_eu_vat("GB", "bt1 1aa") and not inside_eu_vat("GB", "BT1 1AA", goods=False)
    assert inside_eu_vat("MC", "98000") and not inside_eu_vat("IM", "IM1 1AA")


def test_the_issue_dates_rates_count_when_nothing_is_paid_yet() -> None:
    body = order(
        "120.00",
        [item(1, "100.00", "20")],
        tax_lines=[tax_line(1, "20", "SK-DPH-1")],
        date_paid=None,
        to={"country": "SK"},
    )
    assert ask(body, replace(rules("SK"), today=date(2024, 12, 31))).reason == "DUE"
    assert ask(body, replace(rules("SK"), today=date(2025, 1, 1))).reason == "RATE_NOT_LEGAL"

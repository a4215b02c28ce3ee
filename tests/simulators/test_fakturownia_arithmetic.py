"""Totals in worked figures, the lines' own checks, and the spelling of money."""

from decimal import Decimal

import pytest

from simulators.fakturownia.arithmetic import Amounts, Strategy, document_amounts, line_amounts
from simulators.money import cents, number, shortest, vat_within
from tests.simulators.conftest import Client, line

KEEP = {"position": "keep_gross", "sum": "keep_gross", "invoice_form_price_kind": "gross"}


def test_halves_go_away_from_zero() -> None:
    assert [cents(Decimal(text)) for text in ("0.125", "-0.125", "2.675")] == [
        Decimal("0.13"), Decimal("-0.13"), Decimal("2.68")]  # fmt: skip


@pytest.mark.parametrize(("gross", "rate", "vat"), [
    ("123.00", "23", "23.00"), ("135.30", "23", "25.30"), ("0.03", "23", "0.01"), ("100", "8", "7.41"),
    ("9.99", "5", "0.48"), ("-61.50", "23", "-11.50"), ("8.78", "21", "1.52"), ("10.00", "25.5", "2.03"),
])  # fmt: skip
def test_vat_is_taken_out_of_gross(gross: str, rate: str, vat: str) -> None:
    assert vat_within(Decimal(gross), Decimal(rate)) == Decimal(vat)


def test_keep_gross_takes_vat_out_of_the_sum_of_a_rate_and_not_of_each_line() -> None:
    """Three lines of 0.03 at 23 % hold 0.01 of VAT each, which would make 0.03; their sum of 0.09 holds 0.02."""
    strategy = Strategy("keep_gross", "keep_gross")
    lines = [("23", line_amounts(Decimal("0.03"), "23", strategy)) for _ in range(3)]
    assert document_amounts(lines, strategy) == Amounts(Decimal("0.07"), Decimal("0.02"), Decimal("0.09"))


def test_the_default_strategy_goes_over_the_net_and_can_miss_the_gross() -> None:
    """0.03 at 23 % is 0.02 net, of which the VAT is 0.00: the total becomes 0.02."""
    amounts = line_amounts(Decimal("0.03"), "23", Strategy())
    assert amounts == Amounts(Decimal("0.02"), Decimal("0.00"), Decimal("0.02"))


def test_keep_net_adds_vat_to_the_sum_of_nets() -> None:
    strategy = Strategy("keep_gross", "keep_net")
    lines = [("23", line_amounts(Decimal("0.03"), "23", strategy)) for _ in range(3)]
    assert document_amounts(lines, strategy) == Amounts(Decimal("0.06"), Decimal("0.01"), Decimal("0.07"))


def test_rates_are_computed_apart_and_words_carry_no_vat(shop: Client) -> None:
    made = shop.created(calculating_strategy=KEEP, positions=[
        line("123.00"), line("10.80", tax="8"), line("50", tax="zw"), line("1.05", tax=5)])  # fmt: skip
    assert (made["price_gross"], made["price_net"], made["price_tax"]) == ("184.85", "161.0", "23.85")


def test_the_total_equals_what_the_shop_asked_for_under_keep_gross(shop: Client) -> None:
    lines = [line(f"0.{cent:02d}") for cent in range(1, 100)]
    made = shop.created(calculating_strategy=KEEP, positions=lines)
    assert Decimal(made["price_gross"]) == Decimal("49.50")
    assert Decimal(made["price_net"]) + Decimal(made["price_tax"]) == Decimal("49.50")


def test_without_keep_gross_the_total_drifts_so_that_a_client_must_compare(shop: Client) -> None:
    assert shop.created(positions=[line("0.03")])["price_gross"] == "0.02"


def test_a_discount_is_dropped_unless_it_is_shown_and_named(shop: Client) -> None:
    lines = [line("100.00", discount_percent="10")]
    assert shop.created(positions=lines)["price_gross"] == "100.0"
    assert shop.created(positions=lines, show_discount=True, discount_kind="percent_total")["price_gross"] == "90.0"


def test_reverse_charge_replaces_the_rate(shop: Client) -> None:
    abroad = shop.created(reverse_charge=True, buyer_country="DE", positions=[line("100.00")])
    read = shop.call("GET", f"/invoices/{abroad['id']}.json").json()
    assert (read["price_tax"], read["positions"][0]["tax"]) == ("0.0", "np")


@pytest.mark.parametrize("wrong", [
    {"price_gross": "6.10", "quantity": "2"}, {"total_price_net": "12.00"},
])  # fmt: skip
def test_figures_of_a_line_that_do_not_fit_are_refused(shop: Client, wrong: dict[str, str]) -> None:
    answer = shop.create(positions=[line("12.30", **wrong)])
    assert (answer.status_code, "positions[0].total_price" in answer.text) == (422, True)


def test_a_rounded_unit_price_may_miss_the_total_by_its_rounding(shop: Client) -> None:
    shop.created(positions=[line("8.78", price_gross="2.93", quantity="3")])


def test_money_is_written_as_rails_writes_it() -> None:
    assert [shortest(Decimal(text)) for text in ("100.00", "81.30", "0", "-0.05", "1E+2")] == [
        "100.0", "81.3", "0.0", "-0.05", "100.0"]  # fmt: skip


def test_what_is_no_number_is_none() -> None:
    wrong: list[object] = [True, "1,5", "NaN", None, [], 1.5]
    assert [number(value) for value in wrong] == [None] * 6

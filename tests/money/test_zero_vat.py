"""Zero VAT needs a reason, and the numbers that go with it (documents.md 3.3, 3.4, 3.6)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.taxnumbers import is_valid, vat_number_in, with_prefix
from tests.money.shop import ask, document, item, order, rules, tax_line

FREE = [item(1, "100.00", tax_class="zero-rate")]


def without_vat(to: dict[str, str], number: str = "", **changes: Any) -> dict[str, Any]:
    meta = [{"key": "_billing_vat_number", "value": number}] if number else []
    return order("100.00", FREE, to=to, tax_lines=[], prices_include_tax=False, meta_data=meta, **changes)


def category(decision: Any) -> tuple[str, str | None]:
    row = document(decision)["vat_breakdown"][0]
    return row["category"], row["rate"]


def test_a_non_payer_is_outside_vat_and_shows_no_vat_number_br_o_02() -> None:
    decision = ask(without_vat({"country": "PL"}), rules(vat_status="non_payer"))
    assert category(decision) == ("O", None)
    assert decision.draft is not None
    assert (decision.draft.seller.vat_id, decision.draft.buyer.vat_id) == (None, None)
    assert decision.draft.breakdown[0].reason


def test_a_small_exempt_seller_is_category_e_with_a_reason_br_e_10() -> None:
    decision = ask(without_vat({"country": "PL"}), rules(vat_status="exempt"))
    assert category(decision) == ("E", "0")
    assert decision.draft is not None and decision.draft.breakdown[0].reason


def test_the_merchants_map_goes_before_any_place() -> None:
    decision = ask(without_vat({"country": "US"}), rules(policy={"zero_rate_map": {"Zero-Rate": "Z"}}))
    assert category(decision) == ("Z", "0")


def test_the_map_may_name_the_tax_label() -> None:
    line = item(1, "100.00") | {"taxes": [{"id": 5, "total": "0"}]}
    body = order("100.00", [line], tax_lines=[tax_line(5, "0") | {"label": "Zwolnione"}])
    assert category(ask(body, rules(policy={"zero_rate_map": {"zwolnione": "E"}}))) == ("E", "0")


def test_a_mapped_k_still_needs_the_buyers_number_br_ic_02() -> None:
    given = rules(policy={"zero_rate_map": {"zero-rate": "K"}})
    assert ask(without_vat({"country": "DE"}), given).reason == "ZERO_RATE_UNEXPLAINED"


def test_a_mapped_domestic_reverse_charge_needs_a_number_br_ae_02() -> None:
    given = rules(policy={"zero_rate_map": {"zero-rate": "AE"}})
    assert ask(without_vat({"country": "PL"}), given).reason == "ZERO_RATE_UNEXPLAINED"
    assert category(ask(without_vat({"country": "PL"}, "PL1111111111"), given)) == ("AE", "0")


def test_what_is_outside_vat_shares_no_document_with_what_is_not_br_o_11() -> None:
    body = order("223.00", [item(1, "100.00", "23"), item(2, "100.00", tax_class="deposit")])
    assert ask(body, rules(policy={"zero_rate_map": {"deposit": "O"}})).reason == "ZERO_RATE_UNEXPLAINED"


@pytest.mark.parametrize(
    ("seller", "to"),
    [
        ("PL", {"country": "US"}),
        ("PL", {"country": "GB", "postcode": "SW1A 1AA"}),
        ("PL", {"country": "ES", "postcode": "35001"}),
        ("PL", {"country": "ES", "postcode": "51001"}),
        ("PL", {"country": "FR", "postcode": "97110"}),
        ("PL", {"country": "IT", "postcode": "23041"}),
        ("PL", {"country": "DE", "postcode": "78266"}),
        ("PL", {"country": "FI", "postcode": "22100"}),
        ("PL", {"country": "IM", "postcode": "IM1 1AA"}),
        ("ES", {"country": "ES", "postcode": "38001"}),
        ("IS", {"country": "DE", "postcode": "10115"}),
        ("IS", {"country": "US"}),
    ],
)
def test_what_leaves_eu_vat_or_an_outside_sellers_country_is_export(seller: str, to: dict[str, str]) -> None:
    assert category(ask(without_vat(to), rules(seller))) == ("G", "0")


@pytest.mark.parametrize(
    ("seller", "to"),
    [
        ("PL", {"country": "PL"}),
        ("PL", {"country": "DE", "postcode": "10115"}),
        ("PL", {"country": "MC", "postcode": "98000"}),
        ("PL", {"country": "GB", "postcode": "BT1 1AA"}),
        ("ES", {"country": "ES", "postcode": "28001"}),
        ("IS", {"country": "IS"}),
    ],
)
def test_without_a_reason_zero_vat_is_refused_with_the_amounts(seller: str, to: dict[str, str]) -> None:
    decision = ask(without_vat(to), rules(seller))
    assert (decision.action, decision.reason) == ("refuse", "ZERO_RATE_UNEXPLAINED")
    assert "100.00" in decision.detail and "0.00" in decision.detail


def test_goods_to_a_business_of_another_eu_state_are_k_with_delivery_br_ic_11_and_12() -> None:
    decision = ask(without_vat({"country": "DE"}, "DE136695976"))
    assert category(decision) == ("K", "0")
    assert decision.draft is not None and decision.draft.delivery is not None
    assert decision.draft.delivery.country == "DE" and decision.draft.delivery_date is not None
    assert decision.draft.buyer.vat_id == "DE136695976" and decision.draft.seller.vat_id


def test_services_to_a_business_of_another_eu_state_are_reverse_charge() -> None:
    decision = ask(without_vat({"country": "DE"}, "DE136695976"), rules(policy={"supply": "services"}))
    assert category(decision) == ("AE", "0")


def test_goods_to_northern_ireland_are_k_with_an_xi_number() -> None:
    body = without_vat({"country": "GB", "postcode": "BT1 1AA"}, "XI 980 7806 84")
    assert category(ask(body)) == ("K", "0")


def test_services_to_northern_ireland_leave_the_eu() -> None:
    body = without_vat({"country": "GB", "postcode": "BT1 1AA"})
    assert category(ask(body, rules(policy={"supply": "services"}))) == ("G", "0")


def test_a_wrong_check_digit_is_refused() -> None:
    decision = ask(without_vat({"country": "DE"}, "DE136695975"))
    assert (decision.action, decision.reason) == ("refuse", "INVALID_BUYER_VAT_ID")
    assert "100.00" in decision.detail and "0.00" in decision.detail


def test_a_number_of_the_sellers_own_country_makes_no_intra_community_supply() -> None:
    assert ask(without_vat({"country": "DE"}, "PL1111111111")).reason == "ZERO_RATE_UNEXPLAINED"


def test_a_number_without_prefix_takes_the_billing_countrys() -> None:
    decision = ask(without_vat({"country": "DE"}, "136 695 976"))
    assert decision.draft is not None and decision.draft.buyer.vat_id == "DE136695976"


def test_a_business_that_was_charged_vat_is_invoiced_as_paid_with_a_warning() -> None:
    body = order(
        "119.00",
        [item(1, "100.00", "19")],
        tax_lines=[tax_line(1, "19", "DE-MWST-1")],
        to={"country": "DE"},
        meta_data=[{"key": "_billing_vat_number", "value": "DE136695976"}],
    )
    decision = ask(body)
    assert (decision.reason, decision.warnings) == ("DUE", ("B2B_VAT_CHARGED",))
    assert category(decision) == ("S", "19")


def test_a_domestic_business_is_charged_vat_without_a_warning() -> None:
    body = order("123.00", [item(1, "100.00", "23")], meta_data=[{"key": "_billing_nip", "value": "111-111-11-11"}])
    decision = ask(body)
    assert decision.warnings == ()
    assert decision.draft is not None and decision.draft.buyer.vat_id == "PL1111111111"


def test_a_wrong_number_on_a_taxed_invoice_is_left_out_bt_48() -> None:
    body = order("123.00", [item(1, "100.00", "23")], meta_data=[{"key": "_billing_nip", "value": "1111111112"}])
    decision = ask(body)
    assert decision.draft is not None and decision.draft.buyer.vat_id is None


@pytest.mark.parametrize(
    ("key", "value", "country", "expected"),
    [
        ("_vat_number", "DE136695976", "DE", "DE136695976"),
        ("yweu_billing_vat", "de 136.695.976", "DE", "DE136695976"),
        ("_billing_dic", "CZ25123891", "CZ", "CZ25123891"),
        ("_billing_dic_dph", "SK2022749619", "SK", "SK2022749619"),
        ("billing_company_wi_vat", "SK2022749619", "SK", "SK2022749619"),
        ("adoszam", "12892312-2-42", "HU", "HU12892312"),
        ("_billing_wc_szamlazz_adoszam", "12892312-2-42", "HU", "HU12892312"),
        ("_billing_vat_number", "GR094259216", "GR", "EL094259216"),
        ("_billing_vat_number", "004495445B01", "NL", "NL004495445B01"),
        ("_billing_vat_number", "U13585627", "AT", "ATU13585627"),
    ],
)
def test_plugins_tax_numbers_are_found_and_written_alike(key: str, value: str, country: str, expected: str) -> None:
    number = with_prefix(vat_number_in({key: value}, country), country)
    assert number == expected and is_valid(number)


def test_in_slovakia_the_local_dic_is_no_vat_number() -> None:
    assert vat_number_in({"_billing_dic": "2022749619"}, "SK") == ""


def test_the_shops_own_field_comes_first() -> None:
    assert vat_number_in({"my_vat": "DE1", "_vat_number": "DE2"}, "DE", ("my_vat",)) == "DE1"

"""Fortnox's two pure halves: what is sent (goldens) and what is read (recordings)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.answer import Answer, Masks
from adapters.fortnox import MANIFEST, to_document, to_payload
from adapters.payloads import fortnox as say
from adapters.payloads import fortnox_customers as customers
from adapters.payloads import fortnox_told as told
from adapters.payloads.fortnox_books import code_of, refusal_of
from adapters.payloads.fortnox_countries import NAMES, country_name
from adapters.payloads.fortnox_login import lacking, login
from schemas.connection import Account
from schemas.document import Address, Kind, Party
from schemas.errors import Permanent
from tests.adapters.drafts import FIRM, PERSON, SWEDEN, at, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import GERMAN, SWISS, TEN

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "fortnox"
ACCOUNT = Account(
    1, "main", "fortnox", "Main", SWEDEN.seller,
    {"client_id": "client-id", "client_secret": "client-secret", "tenant_id": "1234567"},
    {"exchange_rates": "HUF 0.0283", "accounts": "25=3001, OSS=3106, DE=3107, K=3108, G=3105", "our_reference": "Eva"},
)  # fmt: skip
GIVEN = say.Given("BH0123456789AB", {"MUG": "MUG"}, frozenset({"st", "kg", "h"}))


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    with at(SWEDEN):
        yield


@pytest.mark.parametrize("topic", sorted(set(TEN) - {"oss"}))
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    agrees("fortnox", topic, to_payload(wanted, ACCOUNT, GIVEN, "18" if wanted.kind is Kind.CREDIT_NOTE else ""))


def test_a_sale_under_oss_is_said_as_in_its_golden() -> None:
    wanted = draft(order="1001", oss=True, lines=[line("Tasse", "1", "23.80", "19")], currency="EUR", language="de",
                   buyer=replace(PERSON, address=GERMAN.address))  # fmt: skip
    agrees("fortnox", "oss", to_payload(wanted, ACCOUNT, GIVEN))


def test_a_rate_that_is_no_whole_percentage_is_refused_on_an_invoice_and_said_on_an_order() -> None:
    wanted = TEN["oss"]()
    with pytest.raises(Permanent) as caught:
        to_payload(wanted, ACCOUNT, GIVEN)
    assert (caught.value.code, "25.5 %" in caught.value.detail) == ("VAT_RATE_UNKNOWN", True)
    orders = replace(ACCOUNT, options={"document": "order"})
    assert to_payload(wanted, orders, GIVEN)["OrderRows"][0]["VAT"] == 25.5


def test_an_article_is_named_where_the_company_has_one_and_units_it_lacks_are_left_out() -> None:
    lines = [
        line("Mug", "2", "250.00", "25", sku="MUG"),
        replace(line("Rope", "1.5", "30.00", "25", sku="R"), unit="MTR"),
    ]
    mug, rope = to_payload(draft(lines=lines), ACCOUNT, GIVEN)["InvoiceRows"]
    assert (mug["ArticleNumber"], mug["Unit"], mug["DeliveredQuantity"], mug["Price"]) == ("MUG", "st", "2", 125)
    assert "ArticleNumber" not in rope
    assert "Unit" not in rope


@pytest.mark.parametrize(
    ("quantity", "gross", "rows"),
    [
        ("3", "8.78", [("1", 2.92), ("2", 2.93)]),
        ("2.5", "20.17", [("1", 20.17)]),
        ("0.333", "10.00", [("1", 10)]),
        ("1.25", "10.00", [("1.25", 8)]),
        ("-1", "-10.00", [("-1", 10)]),
    ],
)
def test_prices_and_quantities_have_two_decimals_and_still_come_to_the_amount(
    quantity: str, gross: str, rows: list[tuple[str, float]]
) -> None:
    wanted = draft(lines=[line("Tea", quantity, gross), line("Pot", "1", "99.00")])
    said = to_payload(wanted, ACCOUNT, GIVEN)["InvoiceRows"][:-1]
    assert [(row["DeliveredQuantity"], row["Price"]) for row in said] == rows
    assert sum(Decimal(row["DeliveredQuantity"]) * Decimal(str(row["Price"])) for row in said) == Decimal(gross)


def test_a_long_name_is_cut_but_the_true_quantity_stays() -> None:
    wanted = draft(lines=[line("Tea " * 80, "2.5", "20.17")])
    (row,) = to_payload(wanted, ACCOUNT, GIVEN)["InvoiceRows"]
    assert len(row["Description"]) == 255
    assert row["Description"].endswith("(2.5 x 8.068)")


@pytest.mark.parametrize(
    ("topic", "kind"),
    [("domestic", "SEVAT"), ("b2b_intra_eu", "EUREVERSEDVAT"), ("export", "EXPORT"), ("oss", "EUVAT"),
     ("mixed_rates", "SEVAT")],
)  # fmt: skip
def test_how_vat_is_treated_is_the_customers_affair(topic: str, kind: str) -> None:
    assert customers.vat_type(TEN[topic]()) == kind


def test_reverse_charge_at_home_and_abroad_are_two_cards_of_one_firm() -> None:
    swede = replace(FIRM, vat_id="SE556036079301", address=replace(FIRM.address, country="SE"))
    home = draft(buyer=swede, lines=[line("Work", "1", "500.00", "0", "AE")])
    abroad = replace(home, buyer=GERMAN)
    assert (customers.vat_type(home), customers.vat_type(abroad)) == ("SEREVERSEDVAT", "EUREVERSEDVAT")
    assert customers.number_of(swede, "SEVAT") != customers.number_of(swede, "SEREVERSEDVAT")
    assert customers.home_number(swede) == "556036-0793"
    assert customers.home_number(GERMAN) == ""


@pytest.mark.parametrize(
    ("topic", "buyer", "kind"),
    [("customer_person", PERSON, "SEVAT"), ("customer_firm", GERMAN, "EUREVERSEDVAT"),
     ("customer_export", SWISS, "EXPORT")],
)  # fmt: skip
def test_a_customer_is_said_as_in_its_golden(topic: str, buyer: Party, kind: str) -> None:
    agrees("fortnox", topic, customers.card(buyer, kind))


def test_what_the_order_does_not_say_is_emptied_so_that_the_cards_own_does_not_show() -> None:
    said = to_payload(draft(), ACCOUNT, GIVEN)
    assert said["Address2"] is None
    assert said["DeliveryName"] is None
    there = Party("Gift Receiver", Address("Long Street " * 9, "", "Lund", "22100", "", "SE"))
    sent = to_payload(replace(draft(), delivery=there), ACCOUNT, GIVEN)
    assert (sent["DeliveryName"], len(sent["DeliveryAddress1"]), sent["DeliveryCountry"]) == (
        "Gift Receiver", 60, "Sverige",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("accounts", "lines", "oss", "said"),
    [
        ("25=3001, 12=3002", [("25", "S"), ("12", "S"), ("6", "S")], False, [3001, 3002, None]),
        ("25=3001, K=3108", [("0", "K")], False, [3108]),
        ("OSS=3106, DE=3107", [("19", "S")], True, [3107]),
        ("OSS=3106", [("19", "S")], True, [3106]),
    ],
)
def test_sales_accounts_are_those_that_the_option_names(
    accounts: str, lines: list[tuple[str, str]], oss: bool, said: list[int | None]
) -> None:
    rows = [line(f"L{n}", "1", "10.00", rate, category) for n, (rate, category) in enumerate(lines)]
    wanted = draft(lines=rows, oss=oss, buyer=GERMAN)
    account = replace(ACCOUNT, options={"accounts": accounts})
    assert [row.get("AccountNumber") for row in to_payload(wanted, account, GIVEN)["InvoiceRows"]] == said


def test_country_names_are_those_that_were_recorded() -> None:
    assert [country_name(code) for code in ("SE", "NO", "GB", "VA", "VI")] == [
        "Sverige", "Norway", "United Kingdom", "Holy See (Vatican City State)", "Virgin Islands, U.S.",
    ]  # fmt: skip
    assert len(NAMES) > 240
    assert country_name("") is None


def test_with_a_tenants_number_no_consent_is_needed_and_without_one_it_is() -> None:
    given = dict(ACCOUNT.credentials)
    tenant, consent = login(given), login({**given, "tenant_id": ""})
    assert (tenant.rotates, tenant.headers, tenant.scope) == (False, {"TenantId": "1234567"}, "")
    assert (consent.rotates, consent.headers, "invoice" in consent.scope) == (True, {}, True)
    assert login({**given, "refresh_token": "r" * 10}).rotates
    assert lacking("") == []
    assert lacking("companyinformation customer article order payment settings") == ["invoice"]


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"client_id": "short", "client_secret": "secret", "tenant_id": "main"}
    problems = MANIFEST.problems(wrong, {"accounts": "25:3001", "document": "proforma"})
    assert set(problems) == {*wrong, "accounts", "document"}
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    good = {**ACCOUNT.options, "default_customer": "SEVAT 1001, EXPORT 1002", "payment_modes": "stripe=STRIPE, *=BG"}
    assert MANIFEST.problems(dict(ACCOUNT.credentials), good) == {}


# --- recordings


def recording(name: str) -> Any:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recordings are not here ({SAMPLES}); they are of public origin and not part of the project")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def recorded(name: str) -> Any:
    """The body that Fortnox answered with."""
    return recording(name)[0]["response"]["body"]


@pytest.mark.parametrize("name", ["invoices__save_new", "invoices__find_id_1", "invoices__row_price_limit"])
def test_recorded_invoices_are_understood(name: str) -> None:
    row = recorded(name)["Invoice"]
    document = to_document(row, Kind.INVOICE)
    assert document.number == document.system_id == row["DocumentNumber"]
    assert (document.currency, document.gross, document.vat) == ("SEK", Decimal(0), Decimal(0))
    assert document.issue_date == date.fromisoformat(row["InvoiceDate"])
    assert told.child_of(row, "CreditInvoiceReference") == ""
    assert told.kind_of(row) is Kind.INVOICE
    assert document.paid == 0


def test_recorded_lists_and_orders_are_understood() -> None:
    rows = recorded("invoices__all")["Invoices"]
    assert [to_document(row, Kind.INVOICE).number for row in rows if isinstance(row, dict)] == ["1", "2", "3"]
    order = to_document(recorded("orders__save_with_nested_model")["Order"], Kind.PROFORMA, say.ORDERS)
    assert (order.system_id, order.number) == ("order-7", "7")


@pytest.mark.parametrize(("name", "code"), [("invoices__find_failure", 2000434), ("invoices__filter_invalid", 2000587)])
def test_refusals_are_read_in_both_recorded_spellings(name: str, code: int) -> None:
    told_ = recorded(name)
    assert {key[:1].islower() for key in told_["ErrorInformation"]} == {name.endswith("invalid")}
    answer = Answer(404, {}, b"", cast(Masks, None), data=told_)  # nothing of it is shown
    assert code_of(answer) == code
    assert refusal_of(answer)["message"]


def test_every_field_we_send_was_seen_in_a_recording_or_is_named_by_the_sheet() -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*__*.json")) or [SAMPLES / "invoices__save_new.json"]:
        seen |= _keys(recording(path.stem))
    sent: set[str] = set()
    for topic in set(TEN) - {"oss"}:
        sent |= _keys(to_payload(TEN[topic](), ACCOUNT, GIVEN))
    for buyer in (PERSON, FIRM, GERMAN):
        sent |= set(customers.card(buyer, "SEVAT"))
    assert sent - seen == set()


def _keys(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(_keys, data.values()))
    return set().union(*map(_keys, data)) if isinstance(data, list) else set()


# --- what is read


def test_a_credit_note_comes_back_positive_with_vat_by_rate_where_the_rows_come_to_it() -> None:
    rows = [
        {"VAT": 25, "Total": -125, "TotalExcludingVAT": -100},
        {"VAT": 12, "Total": -112, "TotalExcludingVAT": -100},
    ]
    row = {"DocumentNumber": "19", "Currency": "SEK", "InvoiceDate": "2026-11-21", "Total": -237, "Net": -200,
           "TotalVAT": -37, "Credit": "true", "VATIncluded": True, "InvoiceRows": rows, "Booked": True, "Balance": 0,
           "Cancelled": False, "RoundOff": 0}  # fmt: skip
    document = to_document(row, told.kind_of(row))
    assert (document.kind, document.gross, document.vat) == (Kind.CREDIT_NOTE, Decimal(237), Decimal(37))
    assert document.vat_by_rate == {"25": 25, "12": 12}
    assert to_document({**row, "TotalVAT": Decimal("-36.99")}, Kind.CREDIT_NOTE).vat_by_rate == {}


@pytest.mark.parametrize("total", ["135.30", "135.00"])
def test_a_total_is_the_one_before_whole_kronor_whichever_is_told(total: str) -> None:
    row = {"Total": Decimal(total), "Net": Decimal("108.24"), "TotalVAT": Decimal("27.06"),
           "RoundOff": Decimal("-0.30"), "Booked": True, "Balance": Decimal(0)}  # fmt: skip
    assert told.sums(row).gross == Decimal("135.30")
    assert told.sums(row).paid == Decimal("135.30")


def test_the_number_of_what_was_made_is_read_from_the_original_or_the_new_document() -> None:
    """An order and an invoice may have the same number: each has its own series."""
    original = {"Invoice": {"DocumentNumber": "18", "CreditInvoiceReference": "19"}}
    assert told.made_number(original, "18") == "19"
    assert told.made_number({"Order": {"DocumentNumber": "7", "InvoiceReference": "20"}}, "order-7") == "20"
    assert told.made_number({"Invoice": {"DocumentNumber": "7", "CreditInvoiceReference": "0"}}, "order-7") == "7"
    with pytest.raises(ValueError, match="no number"):
        told.made_number({"Invoice": {"DocumentNumber": "18", "CreditInvoiceReference": "0"}}, "18")


def test_signs_that_fortnox_refuses_are_left_out_and_letters_stay() -> None:
    wanted = draft(
        lines=[line("Żółć Öl Ő 茶 😀 <b>&", "1", "12.30"), line("😀", "1", "1.00")], note="Tack 😀\r\nEva\x07"
    )
    said = to_payload(wanted, ACCOUNT, GIVEN)
    assert [row["Description"] for row in said["InvoiceRows"]] == ["Żółć Öl Ő 茶  <b>&", "-"]
    assert said["Remarks"] == "Tack \nEva"

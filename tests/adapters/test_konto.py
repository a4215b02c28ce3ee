"""Konto's pure halves: what is sent (goldens) and what is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.konto import MANIFEST, to_document, to_payload
from adapters.konto_calls import both_ends, guid_of, next_try
from adapters.konto_orders import to_order
from adapters.payloads import konto as say
from adapters.payloads import konto_items as items
from schemas.connection import Account
from schemas.document import Address, Draft, Kind, Party
from schemas.errors import Permanent
from tests.adapters.contract.test_konto import VENDOR
from tests.adapters.drafts import PAID, PERSON, UNPAID, Home, at, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import TEN, invoice_of

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "konto" / "doc_examples.json"
ICELAND: Home = replace(VENDOR.home, currency="ISK", foreign="EUR")
ACCOUNT = Account(
    1, "main", "konto", "Main", ICELAND.seller, {"username": "shop", "api_key": "0123456789abcdef"},
    {"default_kennitala": "0000000000"},
)  # fmt: skip
GUDRUN = Party(
    "Guðrún Þórðardóttir", Address("Laugavegi 1", "2. hæð", "Reykjavík", "101", "", "IS"), first_name="Guðrún",
    last_name="Þórðardóttir", registration="120389-4569", email="gudrun@example.test", phone="+354 555 1234",
)  # fmt: skip
BUD = Party("Búð og búr ehf.", Address("Skipagata 5", "", "Akureyri", "600", "", "IS"), company="Búð og búr ehf.",
            vat_id="IS54321", registration="4107042340", email="bokhald@example.test")  # fmt: skip


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    with at(ICELAND):
        yield


def account(**options: str) -> Account:
    return replace(ACCOUNT, options={**ACCOUNT.options, **options})


def in_kronur(gross: str, quantity: str = "1", rate: str = "24", buyer: Party = GUDRUN, paid: bool = True) -> Draft:
    """A draft of one line in whole krónur."""
    percent, total = Decimal(rate), Decimal(gross)
    vat = (total * percent / (100 + percent)).quantize(Decimal(1))
    made = draft(order="1001", lines=[line("Bolli", quantity, gross, rate)], buyer=buyer, language="is",
                 payment=PAID if paid else UNPAID)  # fmt: skip
    entry = replace(made.lines[0], vat=vat, net=total - vat)
    row = replace(made.breakdown[0], vat=vat, taxable=total - vat, net_reachable=False)
    totals = replace(made.totals, vat=vat, net=total - vat)
    return replace(made, lines=(entry,), breakdown=(row,), totals=totals, decimals=0, currency="ISK")


@pytest.mark.parametrize("topic", [topic for topic in TEN if topic not in ("oss", "proforma")])
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = in_kronur("2480", "2") if topic == "zero_decimal" else replace(TEN[topic](), currency="EUR")
    original = invoice_of("konto", "guid-901") if wanted.kind is Kind.CREDIT_NOTE else None
    agrees("konto", topic, to_payload(wanted, ACCOUNT, original))


def test_a_firm_in_iceland_that_pays_later_gets_a_claim_and_its_e_mail() -> None:
    asked = account(
        claim="yes", settlement_days="10", output="e-mail", cost_location="Vefur", terms="Greiðist í banka."
    )
    agrees("konto", "firm_unpaid", to_payload(in_kronur("12400", buyer=BUD, paid=False), asked))


def test_kronur_that_no_whole_net_reaches_stand_there_with_a_rounding_of_one() -> None:
    said = to_payload(in_kronur("18990"), ACCOUNT)
    agrees("konto", "krona_rounding", said)
    assert said["amount"] == 18990
    assert (said["items"][-1]["description"], said["items"][-1]["tax"]) == ("Afrúnun", "Z")


def test_prices_with_vat_need_no_rounding() -> None:
    (only,) = to_payload(in_kronur("18990", "2"), account(price_mode="gross"))["items"]
    assert (only["qty"], only["unit_price"]) == (2, "9495")


def test_a_percentage_that_konto_has_no_code_for_is_refused_and_can_be_changed() -> None:
    with pytest.raises(Permanent) as caught:
        to_payload(TEN["oss"](), ACCOUNT)
    assert (caught.value.code, "25.5" in caught.value.detail) == ("VAT_RATE_UNKNOWN", True)
    (only,) = to_payload(replace(TEN["oss"](), currency="EUR"), account(vat_rates="S 25.5, AA 12"))["items"]
    assert only["tax"] == "S"


def test_a_part_of_a_krona_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        to_payload(draft(lines=[line("Bolli", "1", "12.50", "24")], currency="ISK"), ACCOUNT)
    assert caught.value.code == "NO_EXACT_ENCODING"


def test_a_part_of_a_metre_is_one_piece_whose_name_tells() -> None:
    (rope,) = items.items(draft(lines=[replace(line("Rope", "2.5", "24.80", "24"), unit="MTR")]), {})
    assert (rope["description"], rope["qty"], rope["unit_price"], rope["uom"]) == ("Rope (2.5 x 8)", 1, "20", "MTR")


def test_units_are_said_in_kontos_words() -> None:
    entries = [replace(line(f"Thing {unit}", "1", "12.40", "24"), unit=unit) for unit in ("KGM", "HUR", "H87", "XYZ")]
    assert [entry["uom"] for entry in items.items(draft(lines=entries), {})] == ["KGS", "HUR", "C62", "C62"]


def test_a_buyer_without_a_kennitala_is_refused_until_the_account_names_one() -> None:
    with pytest.raises(Permanent) as caught:
        to_payload(draft(currency="EUR"), replace(ACCOUNT, options={}))
    assert caught.value.code == "NO_KENNITALA"
    assert "default_kennitala" in caught.value.remedy
    assert to_payload(draft(currency="EUR"), ACCOUNT)["customer"]["registration_no"] == "0000000000"


def test_ten_digits_of_another_country_are_no_kennitala() -> None:
    polish = replace(PERSON, tax_number="5252445767")
    assert say.kennitala(polish) == ""
    assert say.kennitala(replace(GUDRUN, registration=None, tax_number="120389-4569")) == "1203894569"


def test_a_default_customer_leaves_the_buyer_to_the_terms() -> None:
    said = to_payload(in_kronur("12400"), account(customer="default"))
    assert "customer" not in said
    assert said["terms"] == "Kaupandi: Guðrún Þórðardóttir, Laugavegi 1, 2. hæð, 101, Reykjavík"


def test_an_e_invoice_goes_to_who_can_take_it_and_a_mail_to_who_has_an_address() -> None:
    wishes = [("print", ""), ("e-mail", ""), ("e-invoice", ""), ("e-invoice", "IS:4107042340")]
    assert [say.output("a@example.test", {"output": wish}, partner) for wish, partner in wishes] == ["4", "3", "3", "2"]
    assert say.output("", {"output": "e-mail"}) == "4"
    assert say.output("a@example.test", {}) == "4"


def test_a_standing_order_has_days_in_place_of_a_day_and_a_kennitala_in_place_of_a_customer() -> None:
    agrees("konto", "standing_order", to_order(in_kronur("12400"), {}, 10))
    with pytest.raises(Permanent) as caught:
        to_order(draft(), ACCOUNT.options, 10)
    assert caught.value.code == "NO_KENNITALA"


def test_a_document_has_the_sums_that_konto_worked_out() -> None:
    told = {"guid": "g", "number": "1001", "amount": Decimal("27770"), "currency": "ISK", "status": "Paid",
            "issue_date": "2026-11-21", "type": "credit", "booking": "shop/1/c9", "description": "x"}  # fmt: skip
    row = {"invoice_total_including_vat": "-27771", "invoice_vat_total": "-4200", "items": [
        {"vat_code": "S", "total_vat": "-4000"}, {"vat_code": "AA", "total_vat": "-200"},
        {"vat_code": "Z", "total_vat": "0"}]}  # fmt: skip
    document = to_document(told, row)
    assert (document.kind, document.number, document.gross, document.paid) == (
        Kind.CREDIT_NOTE, "1001", Decimal(27771), Decimal(27771),
    )  # fmt: skip
    assert (document.net, document.vat) == (Decimal(23571), Decimal(4200))
    assert document.vat_by_rate == {"24": Decimal(-4000), "11": Decimal(-200), "0": Decimal(0)}
    assert to_document({**told, "status": "Cancelled"}).state == "cancelled"


@pytest.mark.parametrize("unclear", ["27.770", "27,770.00", "1.234.567", "27 770", "", None])
def test_a_sum_that_could_be_misread_says_nothing(unclear: str | None) -> None:
    told = {"guid": "g", "number": 1001, "amount": 27770, "currency": "ISK", "status": "Sent", "type": "invoice"}
    row = {"invoice_total_including_vat": unclear, "invoice_vat_total": unclear, "items": [{"vat_code": "X"}]}
    document = to_document({**told, "issue_date": "2026-1-5"}, row)
    assert (document.gross, document.vat, document.vat_by_rate) == (Decimal(27770), None, {})
    assert str(document.issue_date) == "2026-01-05"


def test_a_list_is_looked_through_from_both_of_its_ends() -> None:
    assert [list(both_ends(pages)) for pages in (0, 1, 2, 5)] == [[], [1], [2, 1], [5, 1, 4, 2, 3]]


def test_a_months_quota_is_asked_again_in_a_day_or_when_the_month_is_over() -> None:
    assert next_try(datetime(2026, 11, 3, 12, tzinfo=UTC)) == 86_400
    assert next_try(datetime(2026, 12, 31, 23, tzinfo=UTC)) == 3_600


def test_a_guid_comes_as_text_or_in_an_object_and_nothing_else_is_one() -> None:
    assert guid_of("5c2d") == guid_of({"guid": "5c2d"}) == "5c2d"
    for other in ("", 7, None, {"guid": ""}):
        with pytest.raises((ValueError, TypeError)):
            guid_of(other)


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"username": "two words", "api_key": "short"}
    problems = MANIFEST.problems(wrong, {"vat_rates": "24", "default_kennitala": "12"})
    assert set(problems) == {"username", "api_key", "vat_rates", "default_kennitala"}
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials), dict(ACCOUNT.options)) == {}


def examples() -> dict[str, Any]:
    if not SAMPLES.exists():
        pytest.skip(f"the vendor's examples are not here ({SAMPLES}); they are not part of the project")
    read: dict[str, Any] = json.loads(SAMPLES.read_text("utf-8"), parse_float=Decimal)
    return read


def test_every_field_we_send_is_in_the_vendors_examples_or_named_by_its_page() -> None:
    given = examples()
    everything = account(claim="yes", cost_location="x", attachments="1111", terms="x", output="e-invoice")
    said = to_payload(replace(in_kronur("12400", buyer=BUD, paid=False), note="x"), everything)
    assert set(said) - set(given["create_invoice_data"]) <= {"files", "save", "trading_partner_id"}
    assert set(said["items"][0]) <= set(given["create_invoice_data"]["items"][0])
    named = {"phone_number", "vat", "guid", "trading_partner_id"}
    assert set(said["customer"]) - set(given["create_customer_data"]) <= named
    assert set(items.item(said["items"][0])) == set(given["create_item_data"])
    order = to_order(in_kronur("12400"), {}, 10)
    assert set(order) - set(given["create_order_invoice_data"]) <= {"description"}

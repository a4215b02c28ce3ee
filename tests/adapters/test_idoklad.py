"""iDoklad's pure half: what is sent (goldens); what is read is in test_idoklad_told.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.idoklad import MANIFEST, to_payload
from adapters.payloads import idoklad as say
from adapters.payloads import idoklad_partners as partners
from adapters.payloads import idoklad_told as told
from adapters.styles import STYLES
from schemas.connection import Account
from schemas.document import Kind
from schemas.errors import Permanent
from tests.adapters.drafts import CZECHIA, FIRM, PERSON, UNPAID, at, credit_of, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import TEN
from tests.adapters.test_idoklad_told import SAMPLES, sample

ACCOUNT = Account(
    1, "main", "idoklad", "Main", CZECHIA.seller, {"client_id": "client-id", "client_secret": "client-secret"}
)
#: A pre-filled body as GET …/Default gives it, cut to what matters.
PREFILLED: dict[str, Any] = {
    "AccountNumber": "", "BankId": None, "CurrencyId": 1, "DateOfIssue": "2026-11-21", "DocumentSerialNumber": 58,
    "EetResponsibility": 0, "ExchangeRate": Decimal("1.0"), "ExchangeRateAmount": Decimal("1.0"), "IsEet": False,
    "IsIncomeTax": True, "Items": [], "Note": "", "NumericSequenceId": 607899, "PaymentOptionId": 1, "VatRegime": 1,
    "VariableSymbol": "20260058", "VatOnPayStatus": 0,
}  # fmt: skip
CREDITED: dict[str, Any] = {
    **PREFILLED, "CreditedInvoiceId": 901, "NumericSequenceId": 607901, "VatRatePeriods": ["2026-11-20"],
    "Items": [{"Name": "Cup", "Amount": 2, "UnitPrice": Decimal("61.5"), "ItemType": 0}],
}  # fmt: skip
CURRENCIES = {"CZK": 1, "EUR": 2, "HUF": 6}
RATES = {Decimal("21"): 1, Decimal("12"): 0, Decimal("25.5"): 1, Decimal("27"): 1}
GIVEN = say.Given(PREFILLED, 323823, 1, 1, RATES)
OPTIONS = (
    {"Id": 1, "Code": "B", "IsDefault": True, "IsRounded": False},
    {"Id": 2, "Code": "P", "IsDefault": False, "IsRounded": False},
    {"Id": 3, "Code": "H", "IsDefault": False, "IsRounded": True},
)


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    with at(CZECHIA):
        yield


@pytest.mark.parametrize("topic", TEN)
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    prefilled = CREDITED if wanted.kind is Kind.CREDIT_NOTE else PREFILLED
    given = replace(GIVEN, prefilled=prefilled, currency_id=CURRENCIES[wanted.currency])
    agrees("idoklad", topic, to_payload(wanted, ACCOUNT, given))


def test_an_invoice_after_a_proforma_has_its_own_lines_and_what_takes_the_proforma_off() -> None:
    off = {"Name": "Odpočet zálohy", "Amount": Decimal("1.0"), "UnitPrice": Decimal("-135.3"), "PriceType": 0,
           "VatRateType": 2, "ItemType": 2, "InvoiceProformaId": 900, "VatCodeId": None, "IsTaxMovement": False,
           "Prices": {"TotalWithVat": Decimal("-135.3")}}  # fmt: skip
    accounted = {**PREFILLED, "ProformaInvoices": [900], "Items": [{"Name": "Cup", "Amount": 2, "UnitPrice": 1}, off]}
    agrees("idoklad", "after_a_proforma", to_payload(draft(order="1001"), ACCOUNT, replace(GIVEN, prefilled=accounted)))


@pytest.mark.parametrize(("topic", "buyer"), [("contact_person", PERSON), ("contact_firm", FIRM)])
def test_a_contact_is_said_as_in_its_golden(topic: str, buyer: Any) -> None:
    agrees("idoklad", topic, partners.contact(buyer, 5))


def test_the_prefilled_rate_of_the_home_currency_is_never_taken_for_another_one() -> None:
    given = replace(GIVEN, currency_id=2)
    assert "ExchangeRate" not in to_payload(draft(currency="EUR"), ACCOUNT, given)
    fixed = replace(ACCOUNT, options={"exchange_rates": "EUR 25.105"})
    said = to_payload(draft(currency="EUR"), fixed, given)
    assert (said["CurrencyId"], said["ExchangeRate"], said["ExchangeRateAmount"]) == (2, 25.105, 1)


def test_a_credit_note_keeps_its_invoices_rate_of_exchange_and_signs() -> None:
    turned = [{"Name": "Cup", "Amount": -2, "UnitPrice": Decimal("61.5"), "ItemType": 0}]
    prefilled = {**CREDITED, "CurrencyId": 2, "ExchangeRate": Decimal("24.2"), "Items": turned}
    note = credit_of(draft(currency="EUR"), [line("Cup", "1", "61.50")])
    said = to_payload(note, ACCOUNT, replace(GIVEN, prefilled=prefilled, currency_id=2))
    assert (said["ExchangeRate"], said["CreditedInvoiceId"], said["CreditNoteReason"]) == (24.2, 901, "Return")
    assert said["Items"][0]["UnitPrice"] == -61.5


def test_a_credit_note_takes_no_proforma_off_whatever_the_prefilled_one_has() -> None:
    off = {"Name": "Odpočet zálohy", "Amount": 1, "UnitPrice": Decimal("-135.3"), "ItemType": 2}
    prefilled = {**CREDITED, "ProformaInvoices": [900], "Items": [*CREDITED["Items"], off]}
    note = credit_of(draft(), [line("Cup", "1", "61.50")])
    said = to_payload(note, ACCOUNT, replace(GIVEN, prefilled=prefilled))
    assert [row["UnitPrice"] for row in said["Items"]] == [61.5]
    assert "ProformaInvoices" not in said


def test_prices_are_said_with_four_decimals_and_if_need_be_with_two() -> None:
    wanted = draft(lines=[line("Pin", "3", "8.78")])
    four, two = (to_payload(wanted, ACCOUNT, GIVEN, style)["Items"] for style in STYLES["idoklad"])
    assert [(row["Amount"], row["UnitPrice"]) for row in four] == [(3, 2.9267)]
    assert [(row["Amount"], row["UnitPrice"]) for row in two] == [(1, 2.92), (2, 2.93)]


def test_a_long_name_is_cut_but_the_true_quantity_stays() -> None:
    wanted = draft(lines=[line("Tea " * 60, "2.5", "20.17")])
    (row,) = to_payload(wanted, ACCOUNT, GIVEN, STYLES["idoklad"][1])["Items"]
    assert len(row["Name"]) == 200
    assert row["Name"].endswith("(2.5 x 8.068)")


@pytest.mark.parametrize("reference", ["shop/1/i1", "shop/9 [shop/1/i1", "shop/50%/i1", "shop/[a] ...]/i1"])
def test_a_mark_gives_back_exactly_its_reference(reference: str) -> None:
    for unfinished in (False, True):
        row = {"Description": say.described(replace(draft(), reference=reference), {}, unfinished=unfinished)}
        assert told.reference_of(row) == reference
        assert told.is_unfinished(row) is unfinished
    assert told.reference_of({"Description": f"Order {reference}"}) == ""


def test_the_longest_description_still_ends_with_the_whole_mark() -> None:
    wanted = replace(draft(), order_number="9" * 300, reference="r" * MANIFEST.reference_length)
    said = say.described(wanted, {}, unfinished=True)
    assert len(said) == 200
    assert told.reference_of({"Description": said}) == wanted.reference


@pytest.mark.parametrize(
    ("means", "method", "gross", "rounding", "codes", "chosen"),
    [
        ("30", "bacs", "12.30", "0", "", "B"),
        ("48", "stripe", "12.30", "0", "", "P"),
        ("10", "cod", "12.30", "0.70", "", "H"),
        ("10", "cod", "13.00", "0", "", "H"),
        ("10", "cod", "12.30", "0", "", "B"),
        ("30", "twisto", "12.30", "0", "twisto=P, cod=H", "P"),
        ("ZZZ", "thing", "12.30", "0", "", "B"),
    ],
)
def test_a_way_to_pay_that_rounds_is_chosen_only_where_that_is_wanted_or_changes_nothing(
    means: str, method: str, gross: str, rounding: str, codes: str, chosen: str
) -> None:
    paid = replace(UNPAID, means=means, method=method)
    wanted = draft(lines=[line("Cup", "1", gross)], payment=paid, rounding=rounding)
    row = say.payment_option(wanted, OPTIONS, {"payment_codes": codes} if codes else {}, 1)
    assert row is not None
    assert row["Code"] == chosen


def test_a_paid_invoice_says_its_day_of_payment_and_others_do_not() -> None:
    assert to_payload(draft(), ACCOUNT, GIVEN)["DateOfPayment"] == "2026-11-20T12:00:00.000"
    assert "DateOfPayment" not in to_payload(draft(payment=UNPAID), ACCOUNT, GIVEN)
    assert "DateOfPayment" not in to_payload(draft(Kind.PROFORMA), ACCOUNT, GIVEN)


def test_a_slovak_buyer_has_three_numbers() -> None:
    slovak = replace(FIRM, vat_id="SK2020273893", tax_number="2020273893", registration="35697270",
                     address=replace(FIRM.address, country="SK"))  # fmt: skip
    said = partners.address(slovak, 2)
    assert (said["IdentificationNumber"], said["VatIdentificationNumber"], said["VatIdentificationNumberSk"]) == (
        "35697270", "2020273893", "SK2020273893",
    )  # fmt: skip


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"client_id": "short", "client_secret": "secret", "grant": "password"}
    problems = MANIFEST.problems(wrong, {"payment_codes": "cod:D"})
    assert set(problems) == {*wrong, "payment_codes"}
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials), {"payment_codes": "stripe=P, cod=D"}) == {}


def test_every_field_we_send_was_seen_in_a_sample_or_is_named_by_the_sheet() -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*.json")) or [SAMPLES / "coderocket_IssuedInvoice.json"]:
        seen |= _keys(sample(path.stem))
    made = {topic: make() for topic, make in TEN.items()}
    sent: set[str] = set()
    for wanted in (one for one in made.values() if one.kind is not Kind.CREDIT_NOTE):
        sent |= _keys(to_payload(wanted, ACCOUNT, replace(GIVEN, currency_id=CURRENCIES[wanted.currency])))
    sent |= _keys(to_payload(made["refund"], ACCOUNT, replace(GIVEN, prefilled=CREDITED)))
    sent |= set(partners.contact(FIRM, 1))
    named = {"CreditedInvoiceId", "CreditNoteReason", "DateOfVatClaim", "HasVatRegimeOss", "NumericSequenceId",
             "ReportLanguage", "VatRatePeriods"}  # fmt: skip
    assert sent - seen <= named


def test_an_amount_with_more_digits_than_a_number_keeps_is_refused() -> None:
    with pytest.raises((ValueError, Permanent)):
        to_payload(draft(lines=[line("Gold", "1", "12345678901234567.89")]), ACCOUNT, GIVEN)


def _keys(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(_keys, data.values()))
    return set().union(*map(_keys, data)) if isinstance(data, list) else set()

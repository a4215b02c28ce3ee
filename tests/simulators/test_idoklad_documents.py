"""Invoices: numbers that nobody reserves, refusals, look-ups by Description, money, changes."""

import base64
from decimal import Decimal
from typing import Any

import pytest

from tests.simulators.idoklad import Agenda, contains, item


def gross(document: dict[str, Any]) -> Any:
    return Decimal(str(document["Prices"]["TotalWithVat"]))


def test_default_reserves_nothing_and_a_taken_number_is_refused(agenda: Agenda) -> None:
    first, second = agenda.body(), agenda.body()
    assert first["DocumentSerialNumber"] == second["DocumentSerialNumber"]
    made = agenda.data("POST", "/IssuedInvoices", first)
    assert agenda.refused("POST", "/IssuedInvoices", second)[:2] == (409, 123)
    again = agenda.data("POST", "/IssuedInvoices", agenda.body())
    assert again["DocumentSerialNumber"] == made["DocumentSerialNumber"] + 1
    assert (agenda.summary()["documents"], len(agenda.summary()["per_number"]["IssuedInvoice"])) == (2, 2)


@pytest.mark.parametrize(("rule", "numbers"), [("renumbered", 2), ("twin", 1)])
def test_a_taken_number_can_be_accepted(agenda: Agenda, rule: str, numbers: int) -> None:
    agenda.switch(taken_number=rule)
    body = agenda.body()
    made = [agenda.data("POST", "/IssuedInvoices", body) for _ in "ab"]
    assert len({one["DocumentNumber"] for one in made}) == len({one["VariableSymbol"] for one in made}) == numbers
    assert len({one["Id"] for one in made}) == 2


def test_a_series_of_the_shop_has_its_own_preview(agenda: Agenda) -> None:
    asked = {"numericSequenceId": 607_902, "date": "2026-11-20", "documentSerialNumber": 1}
    told = agenda.data("GET", "/NumericSequences/DocumentNumbers/IssuedInvoice", params=asked)
    assert (told["Unique"]["DocumentNumber"], told["Custom"]["IsUnique"]) == ("E20260001", True)
    made = agenda.created(NumericSequenceId=607_902, DocumentSerialNumber=1, VariableSymbol="")
    assert made["DocumentNumber"].startswith("E") and made["VariableSymbol"] == made["DocumentNumber"][1:]
    told = agenda.data("GET", "/NumericSequences/DocumentNumbers/0", params=asked)
    assert (told["Unique"]["DocumentSerialNumber"], told["Custom"]["IsUnique"]) == (2, False)


@pytest.mark.parametrize(("fields", "place"), [
    ({"Prices": {}}, "Prices"), ({"PartnerId": 1}, "PartnerId"), ({"Description": ""}, "Description"),
    ({"CurrencyId": "1"}, "CurrencyId"), ({"Items": []}, "Items"), ({"OrderNumber": "x" * 26}, "OrderNumber"),
    ({"Items": [item("121.00")]}, "Items[0].UnitPrice"), ({"Items": [item(Name="")]}, "Items[0].Name"),
    ({"DateOfMaturity": "2020-01-01"}, "DateOfMaturity"), ({"IsEet": 0}, "IsEet"),
    ({"VariableSymbol": "A1"}, "VariableSymbol"),
    ({"NumericSequenceId": 607_900}, "NumericSequenceId"), ({"PartnerAddress": {"City": "X"}}, "PartnerAddress"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(agenda: Agenda, fields: dict[str, Any], place: str) -> None:
    body = {**agenda.body(), **fields}
    status, code, message = agenda.refused("POST", "/IssuedInvoices", body)
    assert (status, code, message.split(":")[0]) == (400, 400, place)
    assert agenda.summary()["documents"] == 0


def test_a_refusal_may_come_as_a_list_and_inside_a_200(agenda: Agenda) -> None:
    body = {**agenda.body(), "Description": "", "IsEet": 0}
    agenda.switch(message_style="list", refusals_as_200=True)
    answer = agenda.call("POST", "/IssuedInvoices", body)
    assert (answer.status_code, answer.json()["IsSuccess"], answer.json()["StatusCode"]) == (200, False, 400)
    assert answer.json()["Message"] == ["IsEet: must be true or false"]


def test_a_date_time_belongs_to_the_agendas_own_day(agenda: Agenda) -> None:
    made = agenda.created(DateOfIssue="2026-11-20T23:30:00Z", DateOfTaxing="2026-11-20T12:00:00.000",
                          DateOfMaturity="2026-12-04")  # fmt: skip
    assert (made["DateOfIssue"], made["DateOfTaxing"], made["DateOfPayment"]) == (
        "2026-11-21",
        "2026-11-20",
        "1753-01-01",
    )


def test_gross_prices_stay_to_the_haler(agenda: Agenda) -> None:
    made = agenda.created(Items=[item(0.1, Amount=3), item(99.99), item(12.5, VatRateType=0)])
    rates = {row["VatRate"]: row["TotalWithVat"] for row in made["Prices"]["VatRateSummary"]}
    assert (gross(made), rates) == (Decimal("112.79"), {21: 100.29, 12: 12.5})
    assert made["Items"][0]["Prices"]["TotalVat"] == 0.05


def test_a_document_discount_counts_where_the_line_has_none(agenda: Agenda) -> None:
    made = agenda.created(DiscountPercentage=50, Items=[item(100), item(100, DiscountPercentage=10)])
    assert (gross(made), made["Prices"]["TotalDiscountAmount"], made["Prices"]["TotalWithoutDiscount"]) == (
        140,
        -60,
        200,
    )


def test_cash_is_rounded_to_whole_crowns_by_a_line_of_the_server(agenda: Agenda) -> None:
    made = agenda.created(PaymentOptionId=3, Items=[item(121.4)])
    assert (gross(made), [line["ItemType"] for line in made["Items"]]) == (121, [0, 1])
    assert gross(agenda.created(PaymentOptionId=1, Items=[item(121.4)])) == Decimal("121.4")
    agenda.switch(rounding=0)
    assert gross(agenda.created(PaymentOptionId=3, Items=[item(121.4)])) == Decimal("121.4")


def test_recount_keeps_nothing(agenda: Agenda) -> None:
    body = {
        "CurrencyId": 2,
        "PaymentOptionId": 1,
        "DateOfTaxing": "2026-11-20",
        "Items": [item(10, DiscountPercentage=0)],
    }
    told = agenda.data("POST", "/IssuedInvoices/Recount", body)
    assert (told["Prices"]["TotalWithVat"], told["Prices"]["TotalWithVatHc"]) == (10, 243.5)
    assert agenda.summary()["ever"] == 0


def test_oss_takes_the_partners_rate_and_refuses_a_partner_at_home(agenda: Agenda) -> None:
    germany = agenda.found("Code~eq~DE", "Countries")[0]["Id"]
    made = agenda.created(HasVatRegimeOss=True, PartnerId=agenda.partner(CountryId=germany), Items=[item(119)])
    assert (made["Items"][0]["VatRate"], made["Prices"]["TotalVat"]) == (19, 19)
    assert agenda.refused("POST", "/IssuedInvoices", agenda.body(HasVatRegimeOss=True))[:2] == (400, 119)


@pytest.mark.parametrize(("fields", "day", "code"), [({"VatRateType": 3}, "2026-11-20", 127),
                                                     ({"VatRate": 20}, "2026-11-20", 151)])  # fmt: skip
def test_rates_that_do_not_hold_have_codes_of_their_own(
    agenda: Agenda, fields: dict[str, Any], day: str, code: int
) -> None:
    body = agenda.body(DateOfTaxing=day, Items=[item(**fields)])
    assert agenda.refused("POST", "/IssuedInvoices", body)[:2] == (400, code)


def test_rates_go_by_the_day_of_taxing(agenda: Agenda) -> None:
    made = agenda.created(DateOfTaxing="2023-06-01", Items=[item(115, VatRateType=0), item(110, VatRateType=3)])
    assert [line["VatRate"] for line in made["Items"]] == [15, 10]


def test_a_document_is_found_by_the_mark_in_its_description(agenda: Agenda) -> None:
    made = agenda.created(Description="Order 7 [Shop/7/i1]", OrderNumber="7")
    agenda.created(Description="Order 71 [Shop/71/i1]")
    assert [one["Id"] for one in agenda.found(contains("[Shop/7/i1]"))] == [made["Id"]]
    assert [one["OrderNumber"] for one in agenda.found(contains("[shop/7/I1]"))] == ["7"], "regardless of case"
    both = f"{contains('Shop/7/i1')}~and~(PartnerId~eq~{made['PartnerId']})"
    assert [len(agenda.found(both)), len(agenda.found(both.replace("eq", "!eq")))] == [1, 0]
    assert agenda.summary()["per_oid"] == {"Shop/7/i1": 1, "Shop/71/i1": 1}


@pytest.mark.parametrize("wanted", ["(OrderNumber~eq~7)", "(VariableSymbol~eq~20260058)", "(Id~ct~7)", "(Id~eq~x)",
                                    "(Description~ct:base64~?)", "(Description~ct~a", "(Id~eq~1)~and~",
                                    "nonsense"])  # fmt: skip
def test_other_questions_are_refused(agenda: Agenda, wanted: str) -> None:
    assert agenda.refused("GET", "/IssuedInvoices", params={"filter": wanted})[:2] == (400, 400)


def test_the_variable_symbol_can_be_let_in(agenda: Agenda) -> None:
    made = agenda.created()
    agenda.switch(variable_symbol_filter=True)
    assert [one["Id"] for one in agenda.found(f"VariableSymbol~eq~{made['VariableSymbol']}")] == [made["Id"]]


def test_lists_go_by_pages_of_at_most_200(agenda: Agenda) -> None:
    made = [agenda.created(Items=[item(price)])["Id"] for price in (1, 2, 3)]
    page = agenda.data("GET", "/IssuedInvoices", params={"pagesize": 2, "page": 2, "sort": "Id~asc", "select": "Id"})
    assert page == {"Items": [{"Id": made[2]}], "TotalItems": 3, "TotalPages": 2}
    assert agenda.refused("GET", "/IssuedInvoices", params={"pagesize": 201})[:2] == (400, 400)
    since = agenda.found(f"(DateOfIssue~gte~{agenda.world.today()} 00:00:00.000)~and~(IsPaid~eq~false)")
    assert [one["Id"] for one in since] == made[::-1]
    either = agenda.found(f"(Id~eq~{made[0]})~or~((Id~eq~{made[1]})~and~(PaymentStatus~eq~0))")
    assert {one["Id"] for one in either} == set(made[:2])
    assert [one["Id"] for one in agenda.found(f"Id~eq~{made[0]}|Id~eq~{made[2]}", filtertype="or")] == [
        made[2],
        made[0],
    ]


def test_a_young_document_may_stay_out_of_look_ups_but_not_of_its_detail(agenda: Agenda) -> None:
    agenda.switch(lag=60)
    made = agenda.created()
    assert agenda.found(contains("[A]")) == []
    assert (
        agenda.data("GET", f"/IssuedInvoices/{made['Id']}", params={"include": "Partner"})["Partner"]["Id"]
        == made["PartnerId"]
    )


def test_a_lost_answer_leaves_a_document_that_is_found(agenda: Agenda) -> None:
    body = agenda.body(Description="Order 9 [Shop/9/i1]")
    agenda.arm("502_after")
    assert agenda.call("POST", "/IssuedInvoices", body).status_code == 502
    assert len(agenda.found(contains("Shop/9/i1"))) == 1


def test_a_changed_address_is_said_with_the_companys_name_and_told_with_the_nickname(agenda: Agenda) -> None:
    """IdokladSdk: DocumentAddressPatchModel and DocumentAddressModel."""
    made = agenda.created(Items=[item(121)])
    given = {"CompanyName": "Druhá s.r.o.", "CountryId": 2, "City": "Žilina"}
    told = agenda.data("PATCH", "/IssuedInvoices", {"Id": made["Id"], "PartnerAddress": given})["PartnerAddress"]
    assert (told["NickName"], told["CountryName"], told["City"]) == ("Druhá s.r.o.", "Slovensko", "Žilina")
    body = {"Id": made["Id"], "PartnerAddress": {"NickName": "x"}}
    assert "NickName" in str(agenda.refused("PATCH", "/IssuedInvoices", body))


def test_a_change_has_its_id_in_the_body(agenda: Agenda) -> None:
    made = agenda.created(Items=[item(121), item(12.1)])
    wrong = agenda.call("PATCH", f"/IssuedInvoices/{made['Id']}", {"Note": "x"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "UnsupportedApiVersion")
    kept = {"Id": made["Items"][0]["Id"], "UnitPrice": 242}
    changed = agenda.data(
        "PATCH", "/IssuedInvoices", {"Id": made["Id"], "Items": [kept], "PartnerAddress": {"City": "Brno"}}
    )
    assert (gross(changed), changed["Items"][0]["Id"], changed["PartnerAddress"]["City"]) == (242, kept["Id"], "Brno")
    assert changed["DocumentNumber"] == made["DocumentNumber"]
    told = agenda.refused("PATCH", "/IssuedInvoices", {"Id": made["Id"], "Items": [{"Id": 1, "UnitPrice": 1}]})
    assert told == (400, 400, "Items[0].Id: does not exist")


def test_an_exported_document_shows_that_it_was_changed_or_refuses(agenda: Agenda) -> None:
    made = agenda.created()
    agenda.admin("POST", f"documents/{made['Id']}", {"Exported": 1})
    assert agenda.data("PATCH", "/IssuedInvoices", {"Id": made["Id"], "Note": "x"})["Exported"] == 2
    agenda.switch(exported_locked=True)
    assert agenda.refused("PATCH", "/IssuedInvoices", {"Id": made["Id"], "Note": "y"})[:2] == (400, 107)
    assert agenda.refused("DELETE", f"/IssuedInvoices/{made['Id']}")[:2] == (400, 107)


def test_a_deleted_document_is_gone_and_its_number_is_offered_again(agenda: Agenda) -> None:
    made = agenda.created()
    assert agenda.data("DELETE", f"/IssuedInvoices/{made['Id']}") is True
    told = agenda.refused("GET", f"/IssuedInvoices/{made['Id']}")
    assert told == (404, 0, f"IssuedInvoice with id {made['Id']} was not found.")
    assert agenda.body()["DocumentSerialNumber"] == made["DocumentSerialNumber"]


def test_a_total_changed_behind_the_api_is_answered(agenda: Agenda) -> None:
    made = agenda.created()
    agenda.admin("POST", f"documents/{made['Id']}", {"TotalWithVat": "120.99"})
    assert gross(agenda.data("GET", f"/IssuedInvoices/{made['Id']}")) == Decimal("120.99")


def test_a_contact_is_found_by_plain_or_coded_text_but_not_in_quotes(agenda: Agenda) -> None:
    ident = agenda.partner(Email="jan@example.test", IdentificationNumber="25568736")
    coded = base64.b64encode(b"jan@example.test").decode()
    for wanted in ("(Email~eq~jan@example.test)", f"(Email~eq:base64~{coded})", "(IdentificationNumber~eq~25568736)"):
        assert [one["Id"] for one in agenda.found(wanted, "Contacts")] == [ident]
    assert agenda.found("(Email~eq~'jan@example.test')", "Contacts") == []
    assert agenda.data("PATCH", "/Contacts", {"Id": ident, "City": "Brno"})["City"] == "Brno"
    agenda.created(PartnerId=ident)
    assert agenda.refused("DELETE", f"/Contacts/{ident}")[:2] == (400, 101)


@pytest.mark.parametrize("path", ["/IssuedInvoices/²", "/Contacts/²", "/IssuedInvoices?pagesize=²",
                                  "/NumericSequences/DocumentNumbers/0?date=2026-13-45"])  # fmt: skip
def test_strange_digits_and_days_are_answered(agenda: Agenda, path: str) -> None:
    assert agenda.call("GET", path).status_code in (400, 404)


def test_the_end_of_time_is_no_day(agenda: Agenda) -> None:
    body = {**agenda.body(), "DateOfTaxing": "9999-12-31T23:59:59+00:00"}
    assert agenda.refused("POST", "/IssuedInvoices", body) == (400, 400, "DateOfTaxing: must be a date")

"""Invoices and credit notes, the only ways to find them again, and what is refused inside a 200."""

import json
from typing import Any

import pytest
import requests

from tests.simulators.konto import KENNITALA, Account, customer, invoice, line

MARK = "Shop/10023/i1"


def marked(account: Account, mark: str = MARK, **asked: Any) -> list[dict[str, Any]]:
    """Rows of the dashboard whose booking text is the mark."""
    rows = account.ask("get-dashboard-data", **{"start_date": "2026-11-19", "end_date": "2026-11-21", **asked}).json()
    return [row for row in rows if row["invoice_booking_information"] == mark]


def told(account: Account, **fields: Any) -> str:
    """What create-invoice says against these fields."""
    return account.refused(account.give("create-invoice", invoice(**fields)))


def test_a_create_answers_the_guid_alone_and_the_rest_is_read(account: Account) -> None:
    guid = account.made("create-invoice", invoice())
    assert isinstance(guid, str)
    made = account.read("get-invoice", guid=guid)
    assert (made["guid"], made["number"], made["amount"], made["status"]) == (guid, "1001", 12400, "Sent")
    assert (made["booking"], made["customer"]["registration_no"]) == (MARK, KENNITALA)
    assert account.summary()["totals"] == {"ISK": "12400.00"}


def test_a_second_identical_request_makes_a_second_document(account: Account) -> None:
    numbers = [account.created()["number"] for _ in "ab"]
    assert numbers == ["1001", "1002"]
    assert account.summary()["per_oid"] == {MARK: 2}


def test_the_guid_may_come_inside_an_object(account: Account) -> None:
    account.switch(guid_style="object")
    guid = account.made("create-invoice", invoice())["guid"]
    assert account.read("get-invoice", guid=guid)["guid"] == guid


@pytest.mark.parametrize("way", ["query", "multipart", "form"])
def test_credentials_and_fields_of_a_get_come_in_three_ways(account: Account, way: str) -> None:
    for _ in "ab":
        account.created()
    fields = {**account.credentials, "accounting_status": "Created,Error", "limit": "1"}
    parts = {name: (None, text) for name, text in fields.items()}
    more: dict[str, Any] = {"query": {"params": fields}, "multipart": {"files": parts}, "form": {"data": fields}}[way]
    answer = requests.get(f"{account.base}/api/v1/get-invoices", timeout=5, **more).json()
    assert (answer["status"], len(answer["result"])) == (True, 1)


@pytest.mark.parametrize("data", ["", "{", "[]", '"x"', "{amount: 1}", '{"amount": NaN}'])
def test_data_that_is_no_object_is_a_200_with_status_false(account: Account, data: str) -> None:
    assert account.refused(account.give("create-invoice", data)) == "Invalid data"


def test_a_body_that_is_no_form_is_refused(account: Account) -> None:
    url = f"{account.base}/api/v1/create-invoice"
    answer = requests.post(url, params=account.credentials, json=invoice(), timeout=5)
    assert account.refused(answer) == "Invalid data"
    assert account.summary()["documents"] == 0


def test_both_credentials_are_looked_at_on_every_call(account: Account) -> None:
    assert account.refused(account.ask("get-invoices", username="other")) == "Invalid username"
    account.arm("expired_token")
    assert account.refused(account.ask("get-invoices")) == "Invalid api_key"
    assert account.read("get-invoices") == []


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"amount": None}, "amount is required"), ({"customer": None}, "customer is required"),
    ({"amount": 12399}, "amount is 12399, but the items come to 12400"), ({"currency": "XYZ"}, "currency must be"),
    ({"items": [line(qty=1.5)]}, "item.qty must be an integer"), ({"items": [line(uom="KG")]}, "item.uom must be"),
    ({"items": [line(tax="24")]}, "item.tax must be"), ({"items": [{"qty": 1}]}, "item.item_number is required"),
    ({"items": [{"guid": "x", "qty": 1}]}, "Item not found"), ({"customer": {"guid": "x"}}, "Customer not found"),
    ({"customer": customer(registration_no="120389-4569")}, "Vinsamlegast skrá rétta kennitölu"),
    ({"customer": customer(name="")}, "Name is required"), ({"due_date": "30.11.2026"}, "due_date must be a date"),
    ({"customer": customer(output_select="2")}, "trading_partner_id is required"), ({"is_claim": 1}, "is_claim needs"),
    ({"order_reference": "1"}, "order_reference unknown field"), ({"files": "7"}, "files 7 is unknown"),
    ({"items": [line(10**40)]}, "item.unit_price must be at most"), ({"files": "²"}, "files ² is unknown"),
    ({"type": "proforma"}, "type must be"), ({"refer_guid": "x"}, "refer_guid unknown field"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_a_sentence(account: Account, fields: dict[str, Any], sentence: str) -> None:
    assert told(account, **fields).startswith(sentence)
    assert account.summary()["documents"] == 0


def test_a_customers_guid_alone_is_refused_and_beside_the_whole_customer_taken(account: Account) -> None:
    guid = account.made("create-customer", customer())
    assert told(account, customer={"guid": guid}) == "Vinsamlegast skrá rétta kennitölu"
    assert told(account, customer={"guid": guid, "registration_no": KENNITALA}) == "Name is required"
    assert account.created(customer=customer(guid=guid))["customer"]["guid"] == guid
    assert account.read("get-count-customers") == 1


def test_the_krona_has_no_decimals_and_other_currencies_have_two(account: Account) -> None:
    small = [line("798.387", qty="1")]
    assert account.created(amount="990", items=small)["amount"] == 990
    assert account.created(amount="989.6", items=small)["amount"] == 990
    euros = {"amount": 9.9, "currency": "EUR"}
    assert told(account, **euros, items=[line(7.975806, qty=1)]) == "amount is 9.90, but the items come to 9.89"
    assert account.created(**euros, items=[line(7.98387, qty=1)])["amount"] == 9.9


def test_three_codes_of_tax_are_summed_as_text_in_the_dashboard(account: Account) -> None:
    account.created(amount=3350, items=[line(1000, qty=1), line(1000, qty=1, tax="AA"), line(1000, qty=1, tax="Z")])
    row = marked(account)[0]
    sums = ("invoice_total_excluding_vat", "invoice_vat_total", "invoice_total_including_vat", "invoice_total_discount")
    assert [row[name] for name in sums] == ["3000", "350", "3350", "0"]
    assert [entry["vat_code"] for entry in row["items"]] == ["S", "AA", "Z"]
    assert (row["invoice_number"], row["document_type"], row["invoice_status"]) == ("1001", "Invoice", "Not Paid")


def test_discounts_are_percent_or_amount_and_those_of_documents_need_a_subscription(account: Account) -> None:
    account.created(amount=11160, items=[line(discount=10, discount_type=1)])
    account.created(amount=11160, items=[line(discount=1000)])
    whole = {"amount": 11160, "is_discount": 1, "discount_type": 0, "discount_value": 1000}
    assert told(account, **whole).startswith("is_discount needs")
    account.switch(discount_subscription=True)
    account.created(**whole)
    account.created(**{**whole, "discount_type": 1, "discount_value": 10})
    assert [row["invoice_total_discount"] for row in marked(account)] == ["1000"] * 4


def test_unit_prices_may_contain_vat_instead(account: Account) -> None:
    account.switch(price_mode="gross")
    account.created(items=[line(6200)])
    assert marked(account)[0]["invoice_vat_total"] == "2400"


def test_a_document_is_found_by_its_mark_inside_the_days_alone(account: Account) -> None:
    account.created()
    account.created(booking="Shop/10024/i1")
    assert [len(marked(account, mark)) for mark in (MARK, "Shop/1002/i1")] == [1, 0]
    assert marked(account, start_date="2026-11-21") == []
    assert marked(account, limit=1, page=2) == []
    assert account.refused(account.ask("get-dashboard-data")) == "start_date is required"
    assert "guid" not in marked(account, "Shop/10024/i1")[0]


def test_lists_go_by_pages_and_without_a_limit_bring_everything(account: Account) -> None:
    numbers = [account.created()["number"] for _ in "abc"]
    assert [one["number"] for one in account.read("get-invoices")] == numbers
    assert [one["number"] for one in account.read("get-invoices", limit=2, page=2)] == numbers[2:]
    assert account.read("get-count-invoices") == 3
    account.switch(list_order="newest")
    assert [one["number"] for one in account.read("get-invoices", limit=2)] == numbers[:0:-1]
    assert account.refused(account.ask("get-invoices", oid=MARK)) == "oid is unknown"
    assert account.refused(account.ask("get-invoices", limit=0)).startswith("limit must be")


def test_a_young_document_may_stay_out_of_lists_but_not_of_its_own_page(account: Account) -> None:
    account.switch(lag=60)
    guid = account.made("create-invoice", invoice())
    assert (account.read("get-invoices"), marked(account)) == ([], [])
    assert account.read("get-invoice", guid=guid)["guid"] == guid


def test_a_lost_answer_leaves_a_document_that_the_mark_finds(account: Account) -> None:
    account.arm("502_after")
    assert account.give("create-invoice", invoice()).status_code == 502
    assert len(marked(account)) == account.summary()["documents"] == 1


def test_a_credit_note_is_an_invoice_of_another_type_without_a_link(account: Account) -> None:
    account.created()
    credit = account.created(type="credit", booking="Shop/10023/c1")
    assert (credit["type"], credit["number"], credit["refer_guid"]) == ("credit", "1002", "")
    assert marked(account, "Shop/10023/c1")[0]["document_type"] == "Credit Note"
    assert account.summary()["per_kind"] == {"invoice": 1, "credit": 1}
    assert account.summary()["totals"] == {"ISK": "12400.00"}


def test_the_sign_of_a_credit_note_can_be_the_other_one(account: Account) -> None:
    negative = {"type": "credit", "amount": -12400, "items": [line(qty=-2)]}
    assert told(account, **negative) == "amount must be positive on a credit note"
    account.switch(credit_sign="negative")
    assert account.created(**negative)["amount"] == -12400
    assert told(account, type="credit") == "amount must be negative on a credit note"


def test_a_link_to_the_original_can_be_let_in(account: Account) -> None:
    account.switch(refer_guid="kept")
    assert told(account, refer_guid={"a": 1}) == "refer_guid is unknown"
    original = account.created()["guid"]
    assert account.created(type="credit", refer_guid=original)["refer_guid"] == original
    assert told(account, refer_guid="x") == "refer_guid is unknown"


def test_paid_and_saved_are_said_when_it_is_made(account: Account) -> None:
    paid, saved = account.created(mark_paid="1"), account.created(save=1, mark_paid=1, booking="S/1/i1")
    assert (paid["status"], saved["status"]) == ("Paid", "Saved")
    assert marked(account)[0]["invoice_status"] == "Paid"
    assert (marked(account, "S/1/i1"), account.summary()["totals"]) == ([], {"ISK": "12400.00"})
    account.switch(dashboard_shows_saved=True)
    assert len(marked(account, "S/1/i1")) == 1


def test_mail_goes_out_by_itself_unless_printed_saved_or_without_an_address(account: Account) -> None:
    sent = account.created()["guid"]
    quiet: list[dict[str, Any]] = [
        {"customer": customer(output_select="4")},
        {"save": 1},
        {"customer": customer(email="")},
    ]
    for fields in quiet:
        account.created(**fields)
    account.created(customer=customer(output_select=2, trading_partner_id="0196:1203894569"))
    emails = account.summary()["emails"]
    assert (emails[sent], len(emails)) == (1, 2)


def test_a_company_without_a_vat_number_writes_no_vat(account: Account) -> None:
    account.switch(vat_no="")
    assert account.ask("hello").json()["vat_no"] == ""
    assert told(account).startswith("item.tax must be Z")
    assert account.created(amount=10000, items=[line(tax="Z")])["amount"] == 10000


def test_the_free_plan_ends(account: Account) -> None:
    account.switch(monthly_invoices=1)
    account.created()
    assert told(account).startswith("plan allows 1")


def test_totals_may_go_unchecked_and_then_differ_from_the_lines(account: Account) -> None:
    account.switch(amount_check="off")
    assert account.created(amount=1)["amount"] == 1
    assert marked(account)[0]["invoice_vat_total"] == "2400"


def test_what_is_done_in_the_systems_own_pages_is_seen(account: Account) -> None:
    guid = account.created()["guid"]
    account.admin("POST", f"documents/{guid}", {"amount": "12399", "status": "Cancelled"})
    after = account.read("get-invoice", guid=guid)
    assert (after["amount"], after["status"], account.summary()["documents"]) == (12399, "Cancelled", 0)


def test_no_secret_is_in_the_log(account: Account) -> None:
    account.created()
    requests.get(f"{account.base}/api/v1/hello", files={"api_key": (None, account.credentials["api_key"])}, timeout=5)
    log = json.dumps(account.admin("GET", "state"))
    assert "create-invoice" in log
    assert account.credentials["api_key"] not in log

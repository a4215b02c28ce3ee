"""An invoice is a draft first and has its number later; what holds its VAT is called net; looking up finds too much."""

import re
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.simulators.jortt import Office, line


def gross(shown: Any) -> Decimal:
    return Decimal(shown["invoice_total_incl_vat"]["amount"])


def net(shown: Any) -> Decimal:
    return Decimal(shown["invoice_total"]["amount"])


def test_net_amounts_means_that_vat_is_included(office: Office) -> None:
    with_vat, without = (office.read(office.made(net_amounts=told)) for told in (True, False))
    assert (gross(with_vat), net(with_vat)) == (Decimal("121.00"), Decimal("100.00"))
    assert (gross(without), net(without)) == (Decimal("146.41"), Decimal("121.00"))


def test_v3_takes_vat_off_the_whole_invoice_and_v2_off_each_line(office: Office) -> None:
    lines = [line("0.10", quantity="3"), *[line("0.10")] * 3]
    v3, v2 = (office.read(office.made(f"/v{version}/invoices", net_amounts=False, line_items=lines))
              for version in (3, 2))  # fmt: skip
    assert (net(v3), gross(v3)) == (Decimal("0.60"), Decimal("0.73"))
    assert (net(v2), gross(v2)) == (Decimal("0.60"), Decimal("0.72"))


def test_a_third_decimal_of_an_amount_is_lost_without_a_word(office: Office) -> None:
    assert gross(office.read(office.made(line_items=[line("10.005", quantity="10")]))) == Decimal("100.10")


def test_a_lines_total_is_its_unit_amount_as_recorded(office: Office) -> None:
    shown = office.read(office.made(line_items=[line("499.00", quantity="4")]))
    assert (shown["line_items"][0]["total_amount_ex_vat"]["amount"], gross(shown)) == ("499.00", Decimal(1996))


def test_discounts_are_whole_percent_off_every_rate(office: Office) -> None:
    lines = [line("121.00"), line("109.00", "0.09"), line("-10.00", "0.09")]
    shown = office.read(office.made(line_items=lines, discounts=[{"description": "Sale", "percentage": 10}]))
    assert gross(shown) == Decimal("198.00")
    assert net(shown) == Decimal("90.00") + Decimal("81.74")


def test_an_invoice_sent_is_a_draft_for_a_while_and_then_has_its_number(office: Office) -> None:
    ident = office.made(send_method="self", invoice_date="2026-11-20")
    first, second = office.read(ident), office.read(ident)
    assert (first["invoice_status"], first["invoice_number"], first["send_method"]) == ("draft", None, None)
    assert (second["invoice_status"], second["invoice_number"]) == ("sent", "202611-001")
    other = office.sent(invoice_date="2026-11-21")
    assert office.read(other)["invoice_number"] == "202611-002"


def test_a_draft_takes_no_number_and_can_go(office: Office) -> None:
    ident = office.made()
    assert office.summary()["per_kind"] == {"draft": 1}
    assert office.call("DELETE", f"/v1/invoices/{ident}").status_code == 204
    assert office.refused("GET", f"/v2/invoices/{ident}")[:2] == (404, "resource.not_found")
    assert office.summary()["documents"] == 0


def test_what_was_sent_can_neither_go_nor_change_nor_be_sent_again(office: Office) -> None:
    path = f"/v1/invoices/{office.sent()}"
    assert office.refused("DELETE", path)[:2] == (422, "operation.invalid")
    assert office.refused("PUT", path.replace("v1", "v2"), {"remarks": "x"})[:2] == (422, "operation.invalid")
    assert office.refused("POST", f"{path}/send", {"send_method": "self"})[:2] == (422, "operation.invalid")


def test_what_is_on_its_way_out_cannot_change(office: Office) -> None:
    path = f"/v1/invoices/{office.made(send_method='self')}"
    assert office.refused("DELETE", path)[:2] == (409, "resource.conflict")
    assert office.refused("POST", f"{path}/send", {"send_method": "self"})[0] == 422


def test_sending_goes_on_whether_anybody_looks_or_not(office: Office) -> None:
    office.made(send_method="self", reference="A/1")
    assert (office.summary()["per_kind"], office.summary()["totals"]) == ({"invoice": 1}, {"EUR": "121.00"})
    assert office.summary()["per_oid"] == {"A/1": 1}


def test_put_v2_changes_what_is_given_and_put_v1_overwrites_all(office: Office) -> None:
    customer = office.customer()
    ident = office.made(customer_id=customer, remarks="keep", reference="A/1")
    assert office.call("PUT", f"/v2/invoices/{ident}", {"reference": "A/2"}).status_code == 200
    assert (office.read(ident)["remarks"], office.read(ident)["reference"]) == ("keep", "A/2")
    v1 = {"description": "Bord", "number_of_units": "2", "amount_per_unit": {"value": "10.00", "currency": "EUR"},
          "vat_percentage": "21.0"}  # fmt: skip
    body = {"customer_id": customer, "line_items": [v1]}
    assert office.call("PUT", f"/v1/invoices/{ident}", body).status_code == 200
    shown = office.read(ident)
    assert (shown["remarks"], shown["reference"], shown["net_amounts"], gross(shown)) == (
        None,
        None,
        False,
        Decimal("24.20"),
    )


def test_a_credit_takes_the_whole_back_and_each_call_makes_another(office: Office) -> None:
    ident = office.sent(reference="A/1")
    made = [office.data("POST", f"/v1/invoices/{ident}/credit")["id"] for _ in "ab"]
    first = office.read(made[0])
    assert (first["invoice_status"], first["credited_invoice_id"], gross(first)) == ("draft", ident, Decimal(-121))
    assert first["reference"] is None
    assert office.read(ident)["credit_invoice_ids"] == made
    office.call("PUT", f"/v2/invoices/{made[0]}", {"reference": "A/1/c"})
    assert office.call("POST", f"/v1/invoices/{made[0]}/send", {"send_method": "self"}).status_code == 200
    office.call("DELETE", f"/v1/invoices/{made[1]}")
    assert office.read(ident)["credit_invoice_ids"] == made[:1]
    told = office.summary()
    assert (told["per_kind"], told["per_oid"]) == ({"invoice": 1, "credit": 1}, {"A/1": 1, "A/1/c": 1})
    assert told["totals"] == {"EUR": "121.00"}


def test_part_of_a_credit_is_left_by_changing_the_drafts_lines(office: Office) -> None:
    ident = office.sent(line_items=[line(), line("10.90", "0.09")])
    credit = office.data("POST", f"/v1/invoices/{ident}/credit")["id"]
    taken = office.read(credit)["line_items"][1]
    assert taken["amount"]["amount"] == "-10.90"
    assert office.call("PUT", f"/v2/invoices/{credit}", {"line_items": [line("10.90", "0.09")]}).status_code == 200
    assert office.refused("POST", f"/v1/invoices/{credit}/send", {"send_method": "self"})[:2] == (
        422,
        "operation.invalid",
    )
    office.call("PUT", f"/v2/invoices/{credit}", {"line_items": [line("-10.90", "0.09")]})
    assert office.call("POST", f"/v1/invoices/{credit}/send", {"send_method": "self"}).status_code == 200
    assert gross(office.read(credit)) == Decimal("-10.90")


def test_only_a_sent_invoice_can_be_credited(office: Office) -> None:
    assert office.refused("POST", f"/v1/invoices/{office.made()}/credit")[:2] == (422, "operation.invalid")
    credit = office.data("POST", f"/v1/invoices/{office.sent()}/credit", {"send_method": "self"})["id"]
    office.summary()
    assert office.refused("POST", f"/v1/invoices/{credit}/credit")[:2] == (422, "operation.invalid")


def test_a_search_finds_more_than_the_reference_asked_for(office: Office) -> None:
    for reference in ("WC1-10023", "WC1-100234"):
        office.made(reference=reference)
    office.made(remarks="see wc1-10023")
    assert len(office.found("WC1-10023")) == 3
    assert [one["reference"] for one in office.found("100234")] == ["WC1-100234"]
    office.switch(search="recorded")
    assert office.found("WC1-10023") == []
    assert len(office.found("Mok jansen")) == 3


def test_a_query_of_two_letters_is_refused(office: Office) -> None:
    assert office.refused("GET", "/v2/invoices", params={"query": "WC"}) == (422, "params.invalid", ["query"])


def test_lists_are_paged_the_newest_first_and_end_with_a_null(office: Office) -> None:
    office.switch(page_size=2)
    made = [office.made(reference=f"A/{count}") for count in range(3)]
    pages = [office.call("GET", "/v2/invoices", params={"page": page, "invoice_status": "draft"}).json()
             for page in (1, 2)]  # fmt: skip
    assert [one["id"] for page in pages for one in page["data"]] == made[::-1]
    assert re.search(r"/v2/invoices\?page=2$", pages[0]["_links"]["next"]["href"])
    assert pages[1]["_links"]["next"] is None


def test_a_look_up_may_lag_behind(office: Office) -> None:
    ident = office.made(reference="A/1-late")
    office.admin("POST", "faults", {"name": "lag", "params": {"seconds": 60}})
    assert office.found("A/1-late") == []
    assert [one["id"] for one in office.found("A/1-late")] == [ident]


def test_the_pdf_has_an_address_of_its_own_that_takes_no_token(office: Office) -> None:
    draft = office.made()
    assert office.refused("GET", f"/v1/invoices/{draft}/download")[0] == 422
    url = office.data("GET", f"/v1/invoices/{office.sent()}/download")["download_location"]
    assert office.get(url, timeout=5).status_code == 400
    answer = requests.get(url, timeout=5)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_mail_goes_to_the_customer_when_the_invoice_is_sent(office: Office) -> None:
    ident = office.made()
    bare = {"send_method": "email"}
    assert office.refused("POST", f"/v1/invoices/{ident}/send", bare) == (
        422,
        "params.invalid",
        ["email_address_customer", "mail_subject", "mail_body"],
    )
    letter = {**bare, "email_address_customer": "a@example.test", "mail_subject": "S", "mail_body": "B"}
    assert office.call("POST", f"/v1/invoices/{ident}/send", letter).status_code == 200
    assert office.summary()["emails"] == {ident: 1}


def test_an_invoice_already_paid_is_not_due(office: Office) -> None:
    paid = office.sent(payment_method="already_paid")
    owed = office.sent()
    lists = {state: [one["id"] for one in office.data("GET", "/v2/invoices", params={"invoice_status": state})]
             for state in ("paid", "unpaid", "sent")}  # fmt: skip
    assert lists == {"paid": [paid], "unpaid": [owed], "sent": [owed, paid]}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"customer_id": "6f1c0000-0000-4000-8000-000000000000"}, "customer_id"),
        ({"delivery_period_end": "2026-11-20"}, "delivery_period"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [line(quantity="")]}, "line_items[0][quantity]"),
        ({"line_items": [line(vat={"value": "0.21"})]}, "line_items[0][vat][category]"),
        ({"line_items": [line(rate="21.0")]}, "line_items[0][vat][value]"),
        ({"line_items": [line(rate="0.19")]}, "line_items[0][vat]"),
        ({"line_items": [line(amount=True)]}, "line_items[0][amount][amount]"),
        ({"line_items": [{**line(), "amount": {"amount": "1", "currency": "USD"}}]}, "line_items[0][amount][currency]"),
    ],
)
def test_what_is_wrong_is_named(office: Office, fields: dict[str, Any], place: str) -> None:
    told = office.refused("POST", "/v3/invoices", {**office.body(), **fields})
    assert told[:2] == (422, "params.invalid")
    assert place in told[2]
    assert office.summary()["ever"] == 0

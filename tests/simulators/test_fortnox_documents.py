"""Invoices, credit notes, orders, payments and sending of the simulated Fortnox, with its own oddities."""

import pytest

from simulators.fortnox import errors
from tests.simulators.fortnox import Company, row


def test_an_invoice_adds_up_what_it_was_sent(swedish: Company) -> None:
    made = swedish.invoice(ExternalInvoiceReference1="WC1-10023-INV", InvoiceRows=[row(), row(Price=10.005, VAT=12)])
    assert (made["Total"], made["TotalVAT"], made["Net"], made["Balance"]) == (270.02, 52.15, 217.87, 270.02)
    assert (made["Credit"], made["CreditInvoiceReference"], made["Booked"]) == ("false", "0", False)
    assert swedish.summary()["totals"] == {"SEK": "270.02"}
    assert swedish.summary()["per_oid"] == {"WC1-10023-INV": 1}


def test_prices_without_vat_get_it_upon_the_sum_of_each_rate(swedish: Company) -> None:
    rows = [row(DeliveredQuantity="1", Price="0.02"), row(DeliveredQuantity="1", Price="0.02")]
    assert swedish.refused("POST", "/invoices", {"Invoice": {"CustomerNumber": swedish.customer(),
                           "InvoiceRows": rows}}) == (400, errors.NUMBER)  # fmt: skip
    made = swedish.invoice(VATIncluded=False, InvoiceRows=[{**one, "Price": 0.02} for one in rows])
    assert (made["Net"], made["TotalVAT"], made["Total"]) == (0.04, 0.01, 0.05)


def test_discounts_are_percent_or_amount_of_the_row(swedish: Company) -> None:
    made = swedish.invoice(InvoiceRows=[row(Discount=10), row(Discount=10, DiscountType="AMOUNT")])
    assert [one["Total"] for one in made["InvoiceRows"]] == [225, 240]


def test_whole_kronor_are_a_setting_and_leave_the_total_alone(swedish: Company) -> None:
    swedish.switch(rounding=True)
    made = swedish.invoice(InvoiceRows=[row(DeliveredQuantity="1", Price=99.6)])
    assert (made["Total"], made["RoundOff"], made["TotalToPay"], made["Balance"]) == (99.6, 0.4, 100, 100)


@pytest.mark.parametrize("vat_type", ["SEREVERSEDVAT", "EUREVERSEDVAT", "EXPORT"])
def test_the_customers_vat_type_takes_the_vat_away(swedish: Company, vat_type: str) -> None:
    made = swedish.invoice(CustomerNumber=swedish.customer(VATType=vat_type))
    assert (made["Total"], made["TotalVAT"], made["InvoiceRows"][0]["VAT"]) == (250, 0, 0)


def test_a_rate_of_another_country_needs_an_account(swedish: Company) -> None:
    foreign: dict[str, object] = {"Description": "Mugg", "DeliveredQuantity": "1", "Price": 119, "VAT": 19}
    customer = swedish.customer(VATType="EUVAT")
    body = {"Invoice": {"CustomerNumber": customer, "VATIncluded": True, "InvoiceRows": [foreign]}}
    assert swedish.refused("POST", "/invoices", body) == (400, errors.CUSTOM_RATE)
    foreign["AccountNumber"] = 3107
    assert swedish.data("POST", "/invoices", "Invoice", body["Invoice"])["TotalVAT"] == 19
    swedish.switch(missing_accounts=[3107])
    assert swedish.refused("POST", "/invoices", body) == (400, errors.ACCOUNT)


@pytest.mark.parametrize(("fields", "code"), [
    ({"Nonsense": 1}, errors.FIELD), ({"InvoiceRows": [{"Colour": "red"}]}, errors.FIELD),
    ({"YourReference": "a" * 51}, errors.LONG_REFERENCE), ({"Comments": "a" * 1025}, errors.LONG_COMMENT),
    ({"VATIncluded": "true"}, errors.FLAG), ({"Currency": "XXX"}, errors.TEXT), ({"Language": "DE"}, errors.TEXT),
    ({"InvoiceRows": [{"Unit": "dozen"}]}, 2000432), ({"InvoiceRows": [{"ArticleNumber": "none"}]}, 2000428),
    ({"TermsOfPayment": "7 weeks"}, 2000429), ({"CustomerNumber": "none"}, 2000433),
    ({"Remarks": "smile \U0001f600"}, errors.CHARACTERS), ({"InvoiceDate": "20.11.2026"}, errors.TEXT),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_code(swedish: Company, fields: dict[str, object], code: int) -> None:
    body = {"Invoice": {"CustomerNumber": swedish.customer(), **fields}}
    assert swedish.refused("POST", "/invoices", body) == (400, code)
    assert swedish.summary()["ever"] == 0


def test_a_body_that_is_none_is_refused(swedish: Company) -> None:
    assert swedish.refused("POST", "/invoices", {"Faktura": {}}) == (400, errors.BODY)
    broken = swedish.call("POST", "/invoices", data="{", headers={"Content-Type": "application/json"})
    assert broken.json()["ErrorInformation"]["code"] == errors.JSON
    form = swedish.call("POST", "/invoices", data="a=b", headers={"Content-Type": "text/plain"})
    assert form.json()["ErrorInformation"]["code"] == errors.CONTENT_TYPE


def test_the_same_invoice_twice_is_two(swedish: Company) -> None:
    assert {swedish.invoice(ExternalInvoiceReference1="A")["DocumentNumber"] for _ in range(2)} == {"1", "2"}
    assert swedish.summary()["per_oid"] == {"A": 2}


def test_references_are_found_by_their_beginning(swedish: Company) -> None:
    for reference in ("1-12", "1-123", "X1-12"):
        swedish.invoice(ExternalInvoiceReference1=reference)
    assert swedish.found(externalinvoicereference1="1-12") == ["1", "2"]
    swedish.switch(reference_match="contains")
    assert swedish.found(externalinvoicereference1="1-12") == ["1", "2", "3"]
    assert swedish.found(externalinvoicereference1="1-12", filter="cancelled") == []
    assert swedish.refused("GET", "/invoices?reference=1") == (400, errors.PARAMETER)


def test_a_look_up_can_lag(swedish: Company) -> None:
    swedish.switch(lag=60.0)
    swedish.invoice(ExternalInvoiceReference1="A")
    assert swedish.found(externalinvoicereference1="A") == []
    swedish.switch(lag=0.0)
    assert swedish.found(externalinvoicereference1="A") == ["1"]


def test_lists_come_in_pages(swedish: Company) -> None:
    customer = swedish.customer()
    for _ in range(5):
        swedish.invoice(CustomerNumber=customer)
    answer = swedish.call("GET", "/invoices", params={"limit": 2, "page": 3}).json()
    assert answer["MetaInformation"] == {"@TotalResources": 5, "@TotalPages": 3, "@CurrentPage": 3}
    assert [one["DocumentNumber"] for one in answer["Invoices"]] == ["5"]
    assert swedish.refused("GET", "/invoices?limit=501") == (400, errors.PARAMETER)


def test_a_booked_invoice_stays_as_it_is(swedish: Company) -> None:
    number = swedish.invoice()["DocumentNumber"]
    assert swedish.data("PUT", f"/invoices/{number}", "Invoice", {"InvoiceRows": [row(Price=1)]})["Total"] == 2
    assert swedish.data("PUT", f"/invoices/{number}/bookkeep", "Invoice")["Booked"] is True
    for path, body in ((f"/invoices/{number}", {"Invoice": {"Comments": "x"}}), (f"/invoices/{number}/cancel", None),
                       (f"/invoices/{number}/bookkeep", None)):  # fmt: skip
        assert swedish.refused("PUT", path, body) == (400, errors.STATE)
    assert swedish.data("GET", f"/invoices/{number}", "Invoice")["Total"] == 2


def test_only_an_unbooked_invoice_is_cancelled(swedish: Company) -> None:
    number = swedish.invoice(ExternalInvoiceReference1="A")["DocumentNumber"]
    assert swedish.data("PUT", f"/invoices/{number}/cancel", "Invoice")["Cancelled"] is True
    assert swedish.found(externalinvoicereference1="A", filter="cancelled") == [number]
    assert swedish.summary()["documents"] == 0


def test_credit_answers_with_the_original(swedish: Company) -> None:
    number = swedish.booked(ExternalInvoiceReference1="A")["DocumentNumber"]
    original = swedish.data("PUT", f"/invoices/{number}/credit", "Invoice")
    assert original["DocumentNumber"] == number
    note = swedish.data("GET", f"/invoices/{original['CreditInvoiceReference']}", "Invoice")
    assert (note["Credit"], note["Total"], note["Booked"], note["ExternalInvoiceReference1"]) == (
        "true",
        -250,
        False,
        "",
    )
    assert note["CreditInvoiceReference"] == number
    part = {"ExternalInvoiceReference1": "A-CRN", "InvoiceRows": [row(DeliveredQuantity="-1")]}
    changed = swedish.data("PUT", f"/invoices/{note['DocumentNumber']}", "Invoice", part)
    assert (changed["Total"], changed["ExternalInvoiceReference1"]) == (-125, "A-CRN")
    assert (
        swedish.refused("PUT", f"/invoices/{note['DocumentNumber']}", {"Invoice": {"InvoiceRows": [row()]}})[0] == 400
    )
    assert swedish.summary()["totals"] == {"SEK": "250.00"}


def test_credit_wants_a_booked_original_and_makes_a_second_note(swedish: Company) -> None:
    number = swedish.invoice()["DocumentNumber"]
    assert swedish.refused("PUT", f"/invoices/{number}/credit") == (400, errors.STATE)
    swedish.data("PUT", f"/invoices/{number}/bookkeep", "Invoice")
    swedish.data("PUT", f"/invoices/{number}/credit", "Invoice")
    swedish.data("PUT", f"/invoices/{number}/credit", "Invoice")
    assert swedish.summary()["per_kind"] == {"Invoice": 1, "Credit": 2}
    swedish.switch(credit_twice="refused")
    assert swedish.refused("PUT", f"/invoices/{number}/credit") == (400, errors.STATE)


def test_an_order_counts_what_is_delivered_and_becomes_one_invoice(swedish: Company) -> None:
    ordered = swedish.order(OrderRows=[{**row(), "DeliveredQuantity": "0", "OrderedQuantity": "2"}])
    assert ordered["Total"] == 0
    made = swedish.order(ExternalInvoiceReference1="A-PRO", YourOrderNumber="9" * 40)
    assert (made["Total"], made["YourOrderNumber"]) == (250, "9" * 30)
    invoice = swedish.data("PUT", f"/orders/{made['DocumentNumber']}/createinvoice", "Invoice")
    assert (invoice["OrderReference"], invoice["ExternalInvoiceReference1"], invoice["Total"]) == (
        made["DocumentNumber"], "A-PRO", 250)  # fmt: skip
    assert swedish.refused("PUT", f"/orders/{made['DocumentNumber']}/createinvoice") == (400, errors.STATE)
    assert swedish.found("orders", filter="invoicecreated") == [made["DocumentNumber"]]


def test_a_payment_counts_when_it_is_booked(swedish: Company) -> None:
    draft = int(swedish.invoice()["DocumentNumber"])
    assert swedish.refused("POST", "/invoicepayments", {"InvoicePayment": {"InvoiceNumber": draft}})[0] == 400
    number = int(swedish.booked()["DocumentNumber"])
    body = {"InvoiceNumber": number, "Amount": 250, "AmountCurrency": 250, "Currency": "SEK", "CurrencyRate": 1,
            "PaymentDate": "2026-11-20", "ModeOfPayment": "BG", "ModeOfPaymentAccount": 1920}  # fmt: skip
    paid = swedish.data("POST", "/invoicepayments", "InvoicePayment", body)
    assert (paid["Booked"], swedish.data("GET", f"/invoices/{number}", "Invoice")["Balance"]) == (False, 250)
    swedish.data("PUT", f"/invoicepayments/{paid['Number']}/bookkeep", "InvoicePayment")
    invoice = swedish.data("GET", f"/invoices/{number}", "Invoice")
    assert (invoice["Balance"], invoice["FinalPayDate"]) == (0, "2026-11-20")
    assert swedish.summary()["payments"] == {str(number): 1}


def test_reading_email_sends_it(swedish: Company) -> None:
    customer = swedish.customer(Email="buyer@example.com")
    number = swedish.booked(CustomerNumber=customer)["DocumentNumber"]
    for path in ("preview", "print"):
        answer = swedish.call("GET", f"/invoices/{number}/{path}")
        assert answer.content.startswith(b"%PDF-")
        assert swedish.data("GET", f"/invoices/{number}", "Invoice")["Sent"] is (path == "print")
    for _ in range(2):
        swedish.data("GET", f"/invoices/{number}/email", "Invoice")
    assert swedish.summary()["emails"] == {number: 2}
    nobody = swedish.booked()["DocumentNumber"]
    assert swedish.refused("GET", f"/invoices/{nobody}/email")[0] == 400


def test_the_answer_to_an_email_can_be_lost(swedish: Company) -> None:
    number = swedish.booked(CustomerNumber=swedish.customer(Email="buyer@example.com"))["DocumentNumber"]
    swedish.arm("502_after")
    assert swedish.call("GET", f"/invoices/{number}").status_code == 200
    assert swedish.call("GET", f"/invoices/{number}/email").status_code == 502
    assert swedish.summary()["emails"] == {number: 1}


def test_the_card_fills_in_what_the_invoice_leaves_out_and_null_clears_it(swedish: Company) -> None:
    customer = swedish.customer(City="Växjö", Address1="Gatan 1", CountryCode="DE", TermsOfPayment="10")
    made = swedish.invoice(CustomerNumber=customer, City="", Address1=None, InvoiceDate="2026-11-20")
    assert (made["City"], made["Address1"], made["Country"], made["DueDate"]) == ("Växjö", "", "Tyskland", "2026-11-30")


def test_a_customer_number_is_given_once(swedish: Company) -> None:
    number = swedish.customer(Name="Ana", Email="ana@example.com")
    body = {"Customer": {"Name": "Other", "CustomerNumber": number}}
    assert swedish.refused("POST", "/customers", body) == (400, errors.NUMBER_TAKEN)
    swedish.customer(Name="Hanna", Email="hanna@example.com")
    found = swedish.call("GET", "/customers", params={"email": "ana@example.com"}).json()["Customers"]
    assert [one["Name"] for one in found] == ["Ana"]
    found = swedish.call("GET", "/customers", params={"name": "ana"}).json()["Customers"]
    assert [one["Name"] for one in found] == ["Ana"]
    found = swedish.call("GET", "/customers", params={"name": "an"}).json()["Customers"]
    assert [one["Name"] for one in found] == ["Ana", "Hanna"]


def test_a_person_can_change_and_remove_documents(swedish: Company) -> None:
    number = swedish.invoice()["DocumentNumber"]
    swedish.admin("POST", f"documents/{number}", {"Total": "251"})
    assert swedish.data("GET", f"/invoices/{number}", "Invoice")["Total"] == 251
    swedish.admin("POST", f"documents/{number}", {"deleted": True})
    assert swedish.refused("GET", f"/invoices/{number}") == (404, 2000434)

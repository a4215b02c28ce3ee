"""What happens to a document of SuperFaktura's: credited, paid, followed, mailed, printed, changed, deleted."""

import pytest
import requests

from tests.simulators.superfaktura import Ledger, item


def test_a_credit_note_lowers_with_negative_prices_and_hangs_on_its_invoice(slovak: Ledger) -> None:
    invoice = slovak.created([item("81.30081")])
    credit = slovak.created([item("-16.2602")], type="cancel", parent_id=int(invoice["Invoice"]["id"]))
    assert (credit["Summary"]["invoice_total"], credit["Invoice"]["parent_id"]) == (-20, invoice["Invoice"]["id"])
    assert credit["SummaryInvoice"]["vat_separate_negative"] == {"23": -3.74}
    assert credit["RelatedItems"][0]["document_id"] == invoice["Invoice"]["id"]
    assert slovak.admin("GET", "/summary")["totals"] == {"EUR": "100.00"}


def test_a_credit_note_with_positive_prices_raises_instead(slovak: Ledger) -> None:
    """Nothing turns the sign: what was sent counts."""
    assert slovak.created(type="cancel")["Summary"]["invoice_total"] == 123


def test_paid_on_create_has_a_payment_with_its_date(slovak: Ledger) -> None:
    made = slovak.created(already_paid=1, paydate="2026-11-19", payment_type="card")
    payment = made["InvoicePayment"][0]
    assert (payment["amount"], payment["created"], payment["payment_type"]) == ("123.00", "2026-11-19", "card")
    assert (made["Invoice"]["status"], made["Invoice"]["paid"], made["0"]["to_pay"]) == ("3", "123.00", "0.000000")


def test_a_part_is_not_the_whole_and_overdue_is_told(slovak: Ledger) -> None:
    slovak.switch(today="2026-11-20")
    ident = int(slovak.created(due="2026-11-30")["Invoice"]["id"])

    def status() -> str:
        return str(slovak.ask("GET", f"/invoices/view/{ident}.json").json()["Invoice"]["status"])

    slovak.switch(today="2026-12-01")
    assert status() == "99"
    payment = {"InvoicePayment": {"invoice_id": ident, "amount": 23}}
    part = slovak.ask("POST", "/invoice_payments/add/ajax:1/api:1", payment)
    assert (part.json()["status"], part.json()["to_pay"], status()) == (2, 100, "2")
    assert [document["Invoice"]["id"] for document in slovak.listed(status="1|2")] == [str(ident)]
    assert slovak.listed(status="3") == []


def test_an_invoice_takes_over_what_was_paid_on_its_proforma(slovak: Ledger) -> None:
    proforma = slovak.created(type="proforma", already_paid=1)["Invoice"]["id"]
    unpaid = slovak.created(type="proforma")["Invoice"]["id"]
    invoice = slovak.created(proforma_id=proforma)["Invoice"]
    assert (invoice["status"], invoice["amount_paid"], invoice["proforma_id"]) == ("3", "123.00", proforma)
    both = slovak.created([item("200")], proforma_id=f"{proforma},{unpaid}")["Invoice"]
    assert (both["status"], both["amount_paid"]) == ("2", "123.00")


def test_a_payment_tells_the_address_that_would_be_called(slovak: Ledger) -> None:
    setting = {"InvoiceSetting": {"callback_payment": "https://shop.test/paid?secret_key=s"}}
    ident = slovak.created(beside=setting)["Invoice"]["id"]
    slovak.ask("POST", "/invoice_payments/add/ajax:1/api:1", {"InvoicePayment": {"invoice_id": ident}})
    called = slovak.admin("GET", "/state")["callbacks"]
    assert called == [f"https://shop.test/paid?secret_key=s&invoice_id={ident}"]


def test_an_edit_adds_items_without_an_id_and_changes_those_with_one(slovak: Ledger) -> None:
    made = slovak.created([item("10")])
    ident, line = made["Invoice"]["id"], made["InvoiceItem"][0]["id"]
    added = slovak.form("/invoices/edit", {"Invoice": {"id": ident}, "InvoiceItem": [item("10")]}).json()
    assert added["data"]["Summary"]["invoice_total"] == 24.6
    changed = slovak.form("/invoices/edit", {"Invoice": {"id": ident}, "InvoiceItem": [{"id": line, "unit_price": 20}]})
    assert changed.json()["data"]["Summary"]["invoice_total"] == 36.9


def test_the_pdf_is_there_at_once_behind_its_token_and_needs_no_header(slovak: Ledger) -> None:
    made = slovak.created()["Invoice"]
    for language in ("slo/", "cze/", ""):
        path = f"{slovak.base}/{language}invoices/pdf/{made['id']}/token:{made['token']}/bysquare:1"
        answer = requests.get(path, timeout=5)
        assert (answer.status_code, answer.content[:4], answer.headers["Content-Type"]) == (
            200, b"%PDF", "application/pdf")  # fmt: skip
    for wrong in (f"/invoices/pdf/{made['id']}/token:0", f"/invoices/pdf/9/token:{made['token']}",
                  f"/xxx/invoices/pdf/{made['id']}/token:{made['token']}"):  # fmt: skip
        assert requests.get(slovak.base + wrong, timeout=5).status_code == 404


def test_mails_are_kept_and_limited_by_the_hour_on_demand(slovak: Ledger) -> None:
    ident = slovak.created()["Invoice"]["id"]
    email = {"Email": {"invoice_id": ident, "to": "jan@example.test"}}
    slovak.switch(mails_an_hour=1)
    assert [slovak.ask("POST", "/invoices/send", email).json()["error"] for _ in "ab"] == [0, 1]
    assert slovak.admin("GET", "/summary")["emails"] == {ident: 1}
    assert len(slovak.ask("GET", f"/invoices/view/{ident}.json").json()["InvoiceEmail"]) == 1


def test_a_mark_is_toggled_and_mails_nothing(slovak: Ledger) -> None:
    ident = slovak.created()["Invoice"]["id"]
    marks = [slovak.ask("GET", f"/invoices/mark_sent/{ident}").json()["marked"] for _ in "ab"]
    assert (marks, slovak.admin("GET", "/summary")["emails"]) == ([True, False], {})


def test_a_get_that_deletes_meets_the_faults_of_writes(slovak: Ledger) -> None:
    ident = slovak.created()["Invoice"]["id"]
    slovak.admin("POST", "/faults", {"name": "502_after"})
    assert slovak.ask("GET", f"/invoices/view/{ident}.json").status_code == 200
    assert slovak.ask("GET", f"/invoices/delete/{ident}").status_code == 502
    assert slovak.ask("GET", f"/invoices/view/{ident}.json").status_code == 404


def test_foreign_money_has_its_rate_and_the_czech_house_its_crowns(slovak: Ledger) -> None:
    foreign = slovak.created(invoice_currency="CZK")["Invoice"]
    assert (foreign["home_currency"], foreign["exchange_rate"]) == ("EUR", "24.50000000000000")
    slovak.switch(country="cz")
    home = slovak.created()
    assert (home["Invoice"]["invoice_currency"], home["ClientData"]["country"]) == ("CZK", "Česká republika")


@pytest.mark.parametrize(("second", "contacts"), [
    ({"name": "Ján Vzor"}, 1), ({"name": "Eva"}, 2), ({"name": "Ján Vzor", "address": "Dlhá 2", "match_address": 1}, 2),
])  # fmt: skip
def test_a_buyer_is_found_among_the_contacts_or_becomes_one(
    slovak: Ledger, second: dict[str, object], contacts: int
) -> None:
    slovak.created()
    slovak.created(beside={"Client": second})
    assert len(slovak.ask("GET", "/clients/index.json").json()) == contacts


def test_an_address_on_a_document_leaves_the_contact_alone_unless_told(slovak: Ledger) -> None:
    slovak.created(beside={"Client": {"name": "Ján", "city": "Nitra"}})
    moved = {"name": "Ján", "city": "Žilina"}
    made = slovak.created(beside={"Client": {**moved, "update_addressbook": 0}})
    assert (made["ClientData"]["city"], made["Client"]["city"]) == ("Žilina", "Nitra")
    slovak.created(beside={"Client": {**moved, "update_addressbook": 1}})
    assert slovak.ask("GET", "/clients/view/1").json()["Client"]["city"] == "Žilina"
    merged = slovak.created(beside={"Client": {"name": "Ján", "data_source": "merge"}})
    assert (merged["ClientData"]["city"], made["ClientData"]["country"]) == ("Žilina", "Slovensko")


def test_a_document_can_be_changed_behind_the_api(slovak: Ledger) -> None:
    ident = slovak.created(order_no="A")["Invoice"]["id"]
    slovak.admin("POST", f"/documents/{ident}", {"total": "124.00", "order_no": "B"})
    read = slovak.ask("GET", f"/invoices/view/{ident}.json").json()
    assert (read["Summary"]["invoice_total"], read["Invoice"]["order_no"]) == (124, "B")
    slovak.admin("POST", f"/documents/{ident}", {"deleted": True})
    assert (slovak.listed(order_no="B"), slovak.admin("GET", "/summary")["documents"]) == ([], 0)


def test_a_company_without_premium_is_told_so_with_a_401(slovak: Ledger) -> None:
    slovak.switch(premium=False)
    answer = slovak.ask("GET", "/sequences/index.json")
    assert (answer.status_code, answer.json()["message"]) == (401, "Musíte mať platné prémiové členstvo")
    slovak.switch(premium=True, token_accepted=False, unauthorized_as="html")
    assert slovak.ask("GET", "/sequences/index.json").text.startswith("<!DOCTYPE")


def test_neither_key_nor_header_is_in_the_log(slovak: Ledger) -> None:
    slovak.created()
    log = str(slovak.admin("GET", "/requests"))
    assert "simulator+key" not in log and "simulator%2Bkey" not in log and "/invoices/create" in log

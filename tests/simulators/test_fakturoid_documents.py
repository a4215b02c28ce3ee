"""What happens to a document of Fakturoid's: paid, followed by others, mailed, printed, corrected, cancelled."""

import pytest
import requests

from tests.simulators.fakturoid import Books, errors, line

GROSS = {"vat_price_mode": "from_total_with_vat"}


@pytest.mark.parametrize(("chosen", "follows"), [
    (None, ["final_invoice"]), ("final_invoice_paid", ["final_invoice"]), ("final_invoice", []), ("none", []),
    ("tax_document", ["tax_document"]),
])  # fmt: skip
def test_a_paid_proforma_issues_by_itself_what_was_chosen(czech: Books, chosen: str | None, follows: list[str]) -> None:
    more = {} if chosen is None else {"proforma_followup_document": chosen}
    proforma = czech.created(**GROSS, document_type="proforma", custom_id="P", **more)
    payment = czech.ask("POST", f"/invoices/{proforma['id']}/payments.json")
    made = czech.listed(document_type="regular")
    assert (payment.status_code, [document["document_type"] for document in made]) == (201, follows)
    assert [(document["total"], document["custom_id"]) for document in made] == [("121.0", None)] * len(follows)


def test_an_invoice_of_a_paid_proforma_has_nothing_left_to_pay(czech: Books) -> None:
    proforma = czech.created(document_type="proforma", proforma_followup_document="final_invoice")
    czech.ask("POST", f"/invoices/{proforma['id']}/payments.json")
    body = {"subject_id": czech.contact, "lines": [line()], "related_id": proforma["id"]}
    invoice = czech.ask("POST", f"/invoices.json?related_id={proforma['id']}", body).json()
    assert (invoice["related_id"], invoice["remaining_amount"], invoice["status"]) == (proforma["id"], "0.0", "paid")
    assert czech.read(proforma["id"])["related_id"] == invoice["id"]
    assert czech.ask("DELETE", f"/invoices/{proforma['id']}.json").status_code == 422
    wrong = czech.ask("POST", f"/invoices.json?related_id={proforma['id']}", {**body, "related_id": 1})
    assert "related_id" in errors(wrong)


def test_a_tax_document_splits_the_payment_over_the_rates_and_is_taken_off_the_final_invoice(czech: Books) -> None:
    lines = [line("121.00"), line("112.00", vat_rate=12)]
    proforma = czech.created(**GROSS, document_type="proforma", proforma_followup_document="none", lines=lines)
    payment = czech.ask("POST", f"/invoices/{proforma['id']}/payments.json", {"amount": "116.50"}).json()
    path = f"/invoices/{proforma['id']}/payments/{payment['id']}/create_tax_document.json"
    tax_document = czech.read(czech.ask("POST", path).json()["tax_document_id"])
    assert [rate["vat_rate"] for rate in tax_document["vat_rates_summary"]] == [21, 12]
    assert (tax_document["total"], tax_document["subtotal"]) == ("116.5", "100.0")
    final = czech.created(**GROSS, document_type="final_invoice", tax_document_ids=[tax_document["id"]], lines=lines)
    assert (final["total"], final["remaining_amount"], len(final["paid_advances"])) == ("233.0", "116.5", 2)


def test_money_counts_in_the_payments_and_a_part_is_not_the_whole(czech: Books) -> None:
    ident = czech.created(**GROSS)["id"]
    path = f"/invoices/{ident}/payments.json"
    assert czech.ask("POST", path, {"amount": "21.00"}).json()["amount"] == "21.0"
    assert czech.read(ident)["status"] == "open"
    rest = czech.ask("POST", path, {"paid_on": "2026-11-20"}).json()
    assert (rest["amount"], czech.read(ident)["paid_on"]) == ("100.0", "2026-11-20")
    assert czech.ask("POST", path, {}).status_code == 403
    assert czech.ask("DELETE", f"/invoices/{ident}/payments/{rest['id']}.json").status_code == 204
    assert (czech.read(ident)["status"], len(czech.read(ident)["payments"])) == ("open", 1)


def test_the_states_follow_each_other_and_a_paid_invoice_cannot_be_cancelled(czech: Books) -> None:
    czech.switch(today="2026-11-20")
    ident = czech.created()["id"]

    def fire(event: str) -> tuple[int, str]:
        code = czech.ask("POST", f"/invoices/{ident}/fire.json?event={event}").status_code
        return code, czech.read(ident)["status"]

    assert [fire("mark_as_sent"), fire("cancel"), fire("mark_as_sent")] == [
        (204, "sent"), (204, "cancelled"), (422, "cancelled")]  # fmt: skip
    assert czech.ask("POST", f"/invoices/{ident}/payments.json").status_code == 403
    assert fire("undo_cancel") == (204, "sent")
    czech.switch(today="2027-01-01")
    assert fire("explode") == (422, "overdue")
    czech.ask("POST", f"/invoices/{ident}/payments.json")
    assert fire("cancel") == (422, "paid")


def test_a_pdf_is_not_there_at_first_and_again_not_after_a_change(czech: Books) -> None:
    ident = czech.created()["id"]
    path = f"/invoices/{ident}/download.pdf"
    first, second = czech.ask("GET", path), czech.ask("GET", path)
    assert (first.status_code, first.content, second.status_code) == (204, b"", 200)
    assert second.content.startswith(b"%PDF") and second.headers["Content-Type"] == "application/pdf"
    czech.ask("PATCH", f"/invoices/{ident}.json", {"note": "n"})
    assert czech.ask("GET", path).status_code == 204


def test_mails_are_kept_and_filled_in(czech: Books) -> None:
    made = czech.created()
    text = {"message": "#no# over #price#: #link#"}
    assert czech.ask("POST", f"/invoices/{made['id']}/message.json", text).status_code == 204
    mail, link = czech.admin("GET", "/state")["emails"][0], made["public_html_url"]
    assert (mail["to"], mail["message"]) == (["jan@example.test"], f"{made['number']} over 146.41 CZK: {link}")
    assert requests.get(link, timeout=5).text.startswith(f"<h1>{made['number']}")
    assert czech.admin("GET", "/summary")["emails"] == {str(made["id"]): 1}


def test_attachments_come_back_byte_by_byte(czech: Books) -> None:
    made = czech.created(attachments=[{"filename": "a.txt", "data_url": "data:text/plain;base64,aGVsbG8="}])
    address = made["attachments"][0]["download_url"]
    assert czech.get(address, timeout=5).content == b"hello"
    assert "attachments[0].data_url" in errors(czech.create(attachments=[{"data_url": "data:x"}]))


def test_foreign_money_needs_its_rate_and_is_told_in_both(czech: Books) -> None:
    made = czech.created(**GROSS, currency="EUR", exchange_rate="25.005", lines=[line("19.99")])
    assert (made["total"], made["native_total"], made["exchange_rate"]) == ("19.99", "499.85", "25.005")
    assert czech.admin("GET", "/summary")["totals"] == {"EUR": "19.99"}


def test_a_rounded_total_tells_what_was_added(czech: Books) -> None:
    made = czech.created(**GROSS, round_total=True, lines=[line("99.60")])
    assert (made["total"], made["rounding_adjustment"], made["subtotal"]) == ("100.0", "0.4", "82.31")


def test_who_pays_no_vat_and_reverse_charge_leave_the_price_alone(czech: Books) -> None:
    turned = czech.created(**GROSS, transferred_tax_liability=True)
    assert (turned["total"], turned["subtotal"]) == ("121.0", "121.0")
    czech.switch(vat_mode="non_vat_payer")
    free = czech.created(**GROSS)
    assert (free["total"], free["subtotal"], free["lines"][0]["vat_rate"]) == ("121.0", "121.0", 0)


def test_without_a_price_mode_the_account_decides(czech: Books) -> None:
    assert czech.created()["total"] == "146.41"
    czech.switch(vat_price_mode="from_total_with_vat")
    assert czech.created()["total"] == "121.0"


def test_a_second_correction_takes_the_pointer_or_by_setting_is_refused(czech: Books) -> None:
    invoice = czech.created()
    credit = {"document_type": "correction", "correction_id": invoice["id"], "lines": [line("-1")]}
    first, second = czech.created(**credit), czech.created(**credit)
    assert czech.read(invoice["id"])["correction_id"] == second["id"] != first["id"]
    czech.switch(second_correction="refuse")
    assert "correction_id" in errors(czech.create(**credit))
    assert czech.ask("DELETE", f"/invoices/{invoice['id']}.json").status_code == 422


def test_a_document_can_be_changed_behind_the_api(czech: Books) -> None:
    ident = czech.created()["id"]
    czech.admin("POST", f"/documents/{ident}", {"total": "1.00", "custom_id": "B"})
    assert (czech.read(ident)["total"], len(czech.listed(custom_id="B"))) == ("1.0", 1)
    czech.admin("POST", f"/documents/{ident}", {"deleted": True})
    assert czech.listed(custom_id="B") == []

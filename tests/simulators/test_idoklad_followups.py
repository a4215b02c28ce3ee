"""What comes after an invoice: credit notes, proformas, payments, PDF, e-mail, and the books at the end."""

import base64
import io
import zipfile
from typing import Any

import pytest

from tests.simulators.idoklad import Agenda, item

PAY = "/IssuedDocumentPayments"


def credit_body(agenda: Agenda, invoice: int, **fields: Any) -> dict[str, Any]:
    """The default without its computed prices, with a reason."""
    default = agenda.data("GET", f"/CreditNotes/Default/{invoice}")
    items = [{name: value for name, value in line.items() if name != "Prices"} for line in default["Items"]]
    return {**default, "Items": items, "CreditNoteReason": "Returned", "Description": "Refund 1 [A/1/c1]", **fields}


def test_a_credit_note_needs_a_reason_and_may_be_partial(agenda: Agenda) -> None:
    invoice = agenda.created(Items=[item(121), item(242, Amount=2)])
    body = credit_body(agenda, invoice["Id"])
    assert agenda.refused("POST", "/CreditNotes", {**body, "CreditNoteReason": ""})[2].startswith("CreditNoteReason")
    made = agenda.data("POST", "/CreditNotes", {**body, "Items": body["Items"][:1]})
    assert (made["Prices"]["TotalWithVat"], made["CreditedInvoiceId"], made["DocumentNumber"][0]) == (
        121,
        invoice["Id"],
        "D",
    )
    assert agenda.refused("DELETE", f"/IssuedInvoices/{invoice['Id']}")[:2] == (400, 105)
    assert [one["Id"] for one in agenda.found("(DocumentNumber~ct~D)", "CreditNotes")] == [made["Id"]]


def test_the_signs_of_a_credit_note_are_the_defaults(agenda: Agenda) -> None:
    agenda.switch(credit_sign="negative")
    body = credit_body(agenda, agenda.created()["Id"])
    assert agenda.data("POST", "/CreditNotes", body)["Prices"]["TotalWithVat"] == -121


def test_a_credit_note_speaks_of_an_invoice_that_is_there(agenda: Agenda) -> None:
    invoice, proforma = agenda.created(), agenda.created("ProformaInvoices")
    body = credit_body(agenda, invoice["Id"])
    for wrong in ({"CreditedInvoiceId": proforma["Id"]}, {"PartnerId": agenda.partner()}):
        assert agenda.refused("POST", "/CreditNotes", {**body, **wrong})[2].startswith("CreditedInvoiceId")
    assert agenda.call("GET", f"/CreditNotes/Default/{proforma['Id']}").status_code == 404


def test_an_offset_settles_both_and_is_refused_for_a_paid_invoice(agenda: Agenda) -> None:
    invoice = agenda.created(Items=[item(121), item(79)])
    body = credit_body(agenda, invoice["Id"])
    made = agenda.data("POST", "/CreditNotes/Offset", {**body, "Items": body["Items"][:1]})
    left = agenda.data("GET", f"/IssuedInvoices/{invoice['Id']}")
    assert (made["PaymentStatus"], left["PaymentStatus"], left["Prices"]["TotalPaid"]) == (1, 2, 121)
    agenda.data("PUT", f"{PAY}/FullyPay/{invoice['Id']}")
    ever = agenda.summary()["ever"]
    assert agenda.refused("POST", "/CreditNotes/Offset", credit_body(agenda, invoice["Id"]))[:2] == (400, 111)
    assert agenda.summary()["ever"] == ever


def test_an_existing_credit_note_is_set_off_once(agenda: Agenda) -> None:
    invoice = agenda.created()
    made = agenda.data("POST", "/CreditNotes", credit_body(agenda, invoice["Id"]))
    path = f"/CreditNotes/{made['Id']}/Offset"
    assert agenda.data("PUT", path, {"DateOfPayment": "2026-11-20"})["DateOfPayment"] == "2026-11-20"
    assert agenda.refused("PUT", path, {})[:2] == (400, 111)


def test_a_paid_proforma_becomes_an_invoice_with_nothing_left_to_pay(agenda: Agenda) -> None:
    proforma = agenda.created("ProformaInvoices")
    agenda.data("PUT", f"{PAY}/FullyPay/{proforma['Id']}")
    body = agenda.data("GET", f"/ProformaInvoices/{proforma['Id']}/Account")
    items = [{name: value for name, value in line.items() if name != "Prices"} for line in body["Items"]]
    made = agenda.data("POST", "/IssuedInvoices", {**body, "Items": items, "Description": "Order 1 [A/1/i1]"})
    assert (made["Prices"]["TotalWithVat"], made["PaymentStatus"]) == (0, 1)
    assert (made["ProformaInvoices"], agenda.summary()["totals"]) == ([proforma["Id"]], {"CZK": "121.00"})
    after = agenda.data("GET", f"/ProformaInvoices/{proforma['Id']}")
    assert after["AccountedByInvoiceId"] == made["Id"]
    assert agenda.refused("PATCH", "/ProformaInvoices", {"Id": proforma["Id"], "Note": "x"})[:2] == (400, 128)
    assert agenda.refused("POST", "/IssuedInvoices", {**agenda.body(), "ProformaInvoices": [proforma["Id"]]})[:2] == (
        400,
        112,
    )


def test_one_invoice_accounts_several_paid_proformas(agenda: Agenda) -> None:
    partner = agenda.partner()
    paid = [agenda.created("ProformaInvoices", PartnerId=partner, DateOfPayment="2026-11-20")["Id"] for _ in "ab"]
    unpaid = agenda.created("ProformaInvoices", PartnerId=partner)["Id"]
    assert agenda.refused("PUT", "/ProformaInvoices/Account", {"ProformaIds": [*paid, unpaid]})[:2] == (400, 113)
    made = agenda.data("PUT", "/ProformaInvoices/Account", {"ProformaIds": paid})
    assert (made["ProformaInvoices"], made["Prices"]["TotalWithVat"], len(made["Items"])) == (paid, 0, 4)


def test_full_payment_is_refused_the_second_time(agenda: Agenda) -> None:
    ident = agenda.created()["Id"]
    assert agenda.data("PUT", f"{PAY}/FullyPay/{ident}", params={"dateOfPayment": "2026-11-18"}) is True
    paid = agenda.data("GET", f"/IssuedInvoices/{ident}")
    assert (paid["PaymentStatus"], paid["DateOfPayment"], paid["Prices"]["TotalPaid"]) == (1, "2026-11-18", 121)
    assert agenda.refused("PUT", f"{PAY}/FullyPay/{ident}")[:2] == (400, 110)
    agenda.data("PUT", f"{PAY}/FullyUnpay/{ident}")
    assert agenda.data("GET", f"/IssuedInvoices/{ident}")["PaymentStatus"] == 0


def test_a_part_payment_mails_the_partner_unless_told_not_to(agenda: Agenda) -> None:
    ident = agenda.created()["Id"]
    body = {**agenda.data("GET", f"{PAY}/Default/{ident}"), "PaymentAmount": 100, "SendPaymentConfirmation": False}
    made = agenda.data("POST", PAY, body)
    assert agenda.data("GET", f"/IssuedInvoices/{ident}")["PaymentStatus"] == 2
    assert agenda.summary()["emails"] == {}
    agenda.data("POST", PAY, {name: value for name, value in body.items() if name != "SendPaymentConfirmation"})
    overpaid = agenda.data("GET", f"/IssuedInvoices/{ident}")
    assert (overpaid["PaymentStatus"], agenda.summary()["emails"]) == (3, {str(ident): 1})
    listed = agenda.found(f"(InvoiceId~eq~{ident})", "IssuedDocumentPayments")
    assert [one["Prices"]["PaymentAmount"] for one in listed] == [100, 100]
    assert agenda.found(f"(InvoiceId~eq~{ident + 1})", "IssuedDocumentPayments") == []
    assert agenda.data("DELETE", f"{PAY}/{made['Id']}") is True
    assert agenda.data("GET", f"/IssuedInvoices/{ident}")["Prices"]["TotalPaid"] == 100


@pytest.mark.parametrize("compressed", [False, True])
def test_a_pdf_comes_as_base64_in_the_envelope(agenda: Agenda, compressed: bool) -> None:
    ident = agenda.created()["Id"]
    path = f"/Reports/IssuedInvoice/{ident}/Pdf" + ("?compressed=true" if compressed else "")
    content = base64.b64decode(agenda.data("GET", path))
    if compressed:
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = archive.read(archive.namelist()[0])
    assert content.startswith(b"%PDF-")
    assert agenda.call("GET", path, headers={"Accept": "application/pdf"}).status_code == 406
    assert agenda.call("GET", f"/Reports/CreditNote/{ident}/Pdf").status_code == 404


def test_mails_go_out_are_counted_and_run_out(agenda: Agenda) -> None:
    made = agenda.created(PartnerId=agenda.partner(Email="jan@example.test"))
    body = {"DocumentId": made["Id"], "SendToPartner": True, "SendToSelf": False, "SendToAccountant": False,
            "OtherRecipients": ["b@example.test"], "EmailSubject": "Invoice", "Method": 0}  # fmt: skip
    sent = agenda.data("POST", "/Mails/IssuedInvoice/Send", body)
    assert sent == {"Sent": ["jan@example.test", "b@example.test"], "NotSent": []}
    assert agenda.data("GET", f"/IssuedInvoices/{made['Id']}")["IsSentToPurchaser"] == 1
    nobody = {**body, "SendToPartner": False, "OtherRecipients": []}
    assert agenda.refused("POST", "/Mails/IssuedInvoice/Send", nobody)[:2] == (400, 116)
    agenda.switch(mails_per_day=1)
    assert agenda.refused("POST", "/Mails/IssuedInvoice/Send", body)[:2] == (429, 122)
    assert agenda.summary()["emails"] == {str(made["Id"]): 1}


def test_an_agenda_that_pays_no_vat_has_none_on_its_invoices(agenda: Agenda) -> None:
    agenda.switch(vat_payer=False)
    made = agenda.created()
    assert (made["Prices"]["TotalVat"], made["Prices"]["TotalWithVat"], made["VatRegime"]) == (0, 121, 0)
    assert agenda.data("GET", "/Account/CurrentAgenda")["IsRegisteredForVat"] is False


def test_a_slovak_agenda_counts_in_euros_with_three_rates(agenda: Agenda) -> None:
    agenda.switch(country="SK")
    made = agenda.created(PaymentOptionId=3, Items=[item(12.32), item(1.19, VatRateType=0), item(1.05, VatRateType=3)])
    assert [line["VatRate"] for line in made["Items"]] == [23, 19, 5, 0]
    assert (made["Prices"]["TotalWithVat"], agenda.summary()["totals"]) == (14.55, {"EUR": "14.55"})

"""Fortnox's conversations over real HTTP: drafts and orders, credits, steps that were cut short, payments, logins."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.wire import compare
from schemas.document import Kind, Payment, Sight
from schemas.errors import Ambiguous, Auth, Permanent, RateLimited, Unsupported, Waiting
from tests.adapters.company import FIRST, Company, company
from tests.adapters.drafts import CUPS, MIXED, PERSON, UNPAID, credit_of, draft, line
from tests.adapters.ten import GERMAN

__all__ = ["company"]


# --- booked, draft, order


def test_an_invoice_is_booked_after_it_agreed_and_a_draft_is_left_to_a_person(company: Company) -> None:
    booked, drafted = company.issued(draft()), company.issued(draft(), document="draft")
    assert [company.invoice(one.number)["Booked"] for one in (booked, drafted)] == [True, False]
    found = company.adapter(document="draft").find(draft(order=drafted.reference.split("/")[1]))
    assert (found.sight, company.invoice(drafted.number)["Booked"]) == (Sight.ONE, False)


def test_an_invoice_that_differs_is_not_booked_and_comes_back_to_be_reported(company: Company) -> None:
    company.switch(vat_rates=[0, 6, 12, 25])
    wanted = draft(lines=[line("Cup", "1", "125.00", "25")])
    other = replace(wanted, totals=replace(wanted.totals, gross=Decimal("125.01")))
    document = company.adapter().issue(other)
    assert compare(other, document) != ()
    assert company.invoice(document.number)["Booked"] is False


def test_a_booking_whose_answer_is_lost_leaves_the_invoice_in_doubt_and_the_look_up_ends_it(company: Company) -> None:
    wanted = draft()
    company.arm("reset_before", "/bookkeep$", "PUT")
    with pytest.raises(Ambiguous) as caught:
        company.adapter().issue(wanted)
    assert caught.value.code == "STEP_UNCLEAR"
    found = company.adapter().find(wanted, doubt=True)
    assert found.sight is Sight.ONE
    assert company.invoice(found.document.number)["Booked"] is True
    assert company.summary["per_oid"] == {wanted.reference: 1}


def test_a_booking_that_is_refused_is_told_in_fortnoxs_own_sentence_and_nothing_is_made_twice(company: Company) -> None:
    wanted = draft()
    company.arm("429", "/bookkeep$", "PUT")
    with pytest.raises(Ambiguous):
        company.adapter().issue(wanted)
    assert company.adapter().find(wanted).sight is Sight.ONE
    assert company.summary["documents"] == 1


def test_an_order_may_take_an_invoices_place_and_cannot_be_credited(company: Company) -> None:
    wanted = draft(lines=MIXED)
    document = company.issued(wanted, document="order")
    assert document.system_id == f"order-{document.number}"
    assert company.adapter(document="order").find(wanted).document.system_id == document.system_id
    assert company.rows("/invoices", "Invoices") == []
    with pytest.raises(Unsupported):
        company.adapter(document="order").credit(credit_of(wanted, MIXED), document, wanted)


def test_a_look_with_other_options_finds_each_as_it_was_made_and_books_no_draft(company: Company) -> None:
    """Follow-ups speak with the account's options, not with those of the route that chose drafts or orders."""
    for way in ("draft", "order"):
        wanted = draft()
        document = company.issued(wanted, document=way)
        for later in ("booked", "order", "draft"):
            found = company.adapter(document=later).find(wanted, doubt=True)
            assert (found.sight, found.document.system_id) == (Sight.ONE, document.system_id)
        part = credit_of(wanted, [line("Cup", "1", "61.50")])
        if way == "draft":
            company.adapter(document=way).credit(part, document, wanted)
            assert company.adapter().find(part, document).sight is Sight.ONE
    assert [row["Booked"] for row in company.rows("/invoices", "Invoices")] == [False, False]


def test_an_order_that_a_person_invoiced_is_still_the_document(company: Company) -> None:
    wanted = draft()
    document = company.issued(wanted, document="order")
    company.do("PUT", f"/orders/{document.number}/createinvoice", "Invoice")
    assert company.adapter().find(wanted).document.system_id == document.system_id
    assert [row["Booked"] for row in company.rows("/invoices", "Invoices")] == [False]
    day = wanted.issue_date
    kinds = {one.system_id: one.kind for one in company.adapter().listed(day, day)}
    assert kinds[document.system_id] is Kind.INVOICE


def test_what_a_route_may_choose_are_the_three_ways(company: Company) -> None:
    assert [series.id for series in company.adapter().series()] == ["booked", "draft", "order"]
    assert company.adapter().manifest.series_option == "document"


def test_a_test_document_is_not_booked_and_cancelled_again(company: Company) -> None:
    document = company.adapter().rehearse(draft())
    assert company.invoice(document.number)["Booked"] is False
    for _ in "ab":
        company.adapter().discard(document)
    assert company.invoice(document.number)["Cancelled"] is True
    assert company.asked("PUT", "/cancel") == 1


# --- proformas


def test_the_invoice_of_a_proforma_is_made_of_its_order_though_both_have_the_same_number(company: Company) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = company.issued(asked)
    wanted = draft(order=asked.order_id)
    document = company.issued(wanted, proforma)
    assert (document.number, document.reference) == (proforma.number, wanted.reference)
    assert company.adapter().books.row(f"/orders/{proforma.number}", "Order")["InvoiceReference"] == document.number
    assert company.asked("PUT", "/createinvoice") == 1
    assert company.invoice(document.number)["Booked"] is True
    assert company.adapter().find(wanted, proforma).document.system_id == document.system_id


@pytest.mark.parametrize("fault", ["reset_after", "502_after", "half"])
def test_an_invoice_made_of_an_order_whose_answer_is_lost_is_found_and_finished(company: Company, fault: str) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = company.issued(asked)
    wanted = draft(order=asked.order_id)
    company.arm(fault, "/createinvoice$", "PUT")
    with pytest.raises(Ambiguous):
        company.adapter().issue(wanted, proforma)
    found = company.adapter().find(wanted, proforma, doubt=True)
    assert (found.sight, compare(wanted, found.document)) == (Sight.ONE, ())
    row = company.invoice(found.document.number)
    assert (row["ExternalInvoiceReference1"], row["Booked"]) == (wanted.reference, True)
    assert company.summary["per_kind"]["Invoice"] == 1


def test_an_invoice_that_a_person_made_of_the_order_counts_when_it_is_the_same(company: Company) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = company.issued(asked)
    company.do("PUT", f"/orders/{proforma.number}/createinvoice", "Invoice")
    company.do("PUT", "/invoices/1/bookkeep", "Invoice")
    wanted = draft(order=asked.order_id)
    found = company.adapter().find(wanted, proforma)
    assert (found.sight, found.document.reference) == (Sight.ONE, wanted.reference)
    dearer = draft(order=asked.order_id, lines=[*CUPS, line("Gift", "1", "10.00")])
    with pytest.raises(Permanent) as caught:
        company.adapter().find(dearer, proforma)
    assert caught.value.code == "ALREADY_ACCOUNTED"


def test_an_invoice_made_of_an_order_has_the_customer_of_its_own_vat_treatment(company: Company) -> None:
    asked = draft(Kind.PROFORMA, buyer=GERMAN, payment=UNPAID, currency="EUR")
    proforma = company.issued(asked)
    wanted = draft(order=asked.order_id, buyer=GERMAN, currency="EUR", lines=[line("Cup", "1", "108.24", "0", "K")])
    row = company.invoice(company.issued(wanted, proforma).number)
    assert company.asked("PUT", "/createinvoice") == 1
    card = company.adapter().books.row(f"/customers/{row['CustomerNumber']}", "Customer")
    assert (card["VATType"], row["TotalVAT"], row["Total"]) == ("EUREVERSEDVAT", 0, Decimal("108.24"))


def test_a_cancelled_proforma_gets_an_invoice_of_its_own(company: Company) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = company.issued(asked)
    company.adapter().cancel(proforma)
    document = company.issued(draft(order=asked.order_id), proforma)
    assert company.asked("PUT", "/createinvoice") == 0
    assert document.system_id != proforma.system_id


# --- credit notes


@pytest.mark.parametrize("copies", [False, True])
def test_a_whole_invoice_is_credited_by_fortnox_and_linked(company: Company, copies: bool) -> None:
    company.switch(credit_copies_reference=copies)
    invoice = draft(lines=MIXED)
    document = company.issued(invoice)
    note = credit_of(invoice, MIXED)
    made = company.adapter().credit(note, document, invoice)
    assert (made.kind, made.gross, compare(note, made)) == (Kind.CREDIT_NOTE, note.totals.gross, ())
    row = company.invoice(made.number)
    assert (row["Credit"], row["Booked"], row["ExternalInvoiceReference1"]) == ("true", True, note.reference)
    assert company.invoice(document.number)["CreditInvoiceReference"] == made.number
    assert "Return" in row["Remarks"]
    assert company.adapter().find(invoice).document.system_id == document.system_id


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("path", ["/credit$", "/invoices/2$", "/invoices/2/bookkeep$"])
def test_a_credit_that_was_cut_short_anywhere_is_found_and_finished(company: Company, path: str, copies: bool) -> None:
    company.switch(credit_copies_reference=copies)
    invoice = draft()
    document = company.issued(invoice)
    note = credit_of(invoice, CUPS)
    company.arm("reset_after" if path == "/credit$" else "reset_before", path, "PUT")
    with pytest.raises(Ambiguous):
        company.adapter().credit(note, document, invoice)
    found = company.adapter().find(note, document, doubt=True)
    assert (found.sight, compare(note, found.document)) == (Sight.ONE, ())
    assert found.document.reference == note.reference
    assert company.invoice("2")["Booked"] is True
    assert company.summary["per_kind"]["Credit"] == 1


def test_an_invoice_credited_by_hand_is_not_credited_twice(company: Company) -> None:
    invoice = draft()
    document = company.issued(invoice)
    company.do("PUT", f"/invoices/{document.number}/credit", "Invoice")
    company.do("PUT", "/invoices/2", "Invoice", {"ExternalInvoiceReference1": "by hand"})
    note = credit_of(invoice, CUPS)
    assert company.adapter().find(note, document).sight is Sight.NONE
    with pytest.raises(Permanent) as caught:
        company.adapter().credit(note, document, invoice)
    assert (caught.value.code, "2" in caught.value.detail) == ("ALREADY_CREDITED", True)
    assert company.summary["per_kind"]["Credit"] == 1


def test_a_part_is_credited_by_an_invoice_of_negative_quantities_that_names_it(company: Company) -> None:
    invoice = draft()
    document = company.issued(invoice)
    part = credit_of(invoice, [line("Cup", "1", "61.50")])
    made = company.adapter().credit(part, document, invoice)
    row = company.invoice(made.number)
    assert (row["Total"], row["ExternalInvoiceReference2"]) == (Decimal("-61.50"), document.number)
    assert row["CustomerNumber"] == company.invoice(document.number)["CustomerNumber"]
    rest = credit_of(invoice, [line("Cup", "1", "61.50"), CUPS[1]], "9002")
    assert compare(rest, company.adapter().credit(rest, document, invoice, [part])) == ()
    assert company.asked("PUT", "/credit") == 0


def test_a_draft_is_credited_only_after_a_person_booked_it(company: Company) -> None:
    invoice = draft()
    document = company.issued(invoice, document="draft")
    note = credit_of(invoice, CUPS)
    with pytest.raises(Permanent) as caught:
        company.adapter(document="draft").credit(note, document, invoice)
    assert caught.value.code == "NOT_BOOKED"
    company.do("PUT", f"/invoices/{document.number}/bookkeep", "Invoice")
    assert company.adapter(document="draft").credit(note, document, invoice).gross == note.totals.gross


# --- payments and mail


def test_a_payment_is_booked_once_even_if_its_answer_was_lost(company: Company) -> None:
    wanted = draft(payment=UNPAID)
    document = company.issued(wanted)
    paid = Payment("48", "stripe", "Card", wanted.issue_date)
    company.arm("reset_after", "/invoicepayments$", "POST")
    with pytest.raises(Ambiguous):
        company.adapter().mark_paid(document, paid)
    for _ in "ab":
        company.adapter().mark_paid(document, paid)
    rows = company.rows("/invoicepayments", "InvoicePayments")
    assert [(row["InvoiceNumber"], row["Booked"]) for row in rows] == [(int(document.number), True)]
    assert company.adapter().find(wanted).document.paid == wanted.totals.gross


def test_a_draft_waits_with_its_payment_until_it_is_booked(company: Company) -> None:
    wanted = draft(payment=UNPAID)
    document = company.issued(wanted, document="draft")
    with pytest.raises(Waiting) as caught:
        company.adapter(document="draft").mark_paid(document, draft().payment)
    assert caught.value.seconds
    company.do("PUT", f"/invoices/{document.number}/bookkeep", "Invoice")
    company.adapter(document="draft").mark_paid(document, draft().payment)
    assert company.invoice(document.number)["Balance"] == 0


def test_an_order_is_never_marked_as_paid_and_its_account_is_not_asked_to(company: Company) -> None:
    document = company.issued(draft(payment=UNPAID), document="order")
    assert [company.adapter(document=way).manifest.marks_paid for way in ("order", "draft")] == [False, True]
    for way in ("order", "booked"):
        with pytest.raises(Unsupported):
            company.adapter(document=way).mark_paid(document, draft().payment)


def test_the_way_it_was_paid_is_the_code_that_the_account_names(company: Company) -> None:
    document = company.issued(draft(payment=UNPAID))
    paid = replace(draft().payment, method="stripe")
    with pytest.raises(Permanent):
        company.adapter(payment_modes="stripe=NONE").mark_paid(document, paid)
    company.adapter(payment_modes="bacs=BG, stripe=BG").mark_paid(document, paid)
    (row,) = company.rows("/invoicepayments", "InvoicePayments")
    number = row["Number"]
    assert company.adapter().books.row(f"/invoicepayments/{number}", "InvoicePayment")["ModeOfPayment"] == "BG"


def test_mail_goes_to_the_address_that_was_asked_for(company: Company) -> None:
    document = company.issued(draft(), document="draft")
    company.adapter().send(document, "other@example.test")
    assert company.invoice(document.number)["EmailInformation"]["EmailAddressTo"] == "other@example.test"
    assert company.summary["emails"] == {document.system_id: 1}
    proforma = company.issued(draft(Kind.PROFORMA, payment=UNPAID))
    company.adapter().send(proforma, PERSON.email)
    assert company.asked("GET", f"/orders/{proforma.number}/email") == 1


def test_a_preview_does_not_mark_as_sent(company: Company) -> None:
    document = company.issued(draft())
    assert company.adapter().pdf(document).startswith(b"%PDF")
    assert company.invoice(document.number)["Sent"] is False


# --- refusals, limits, logins


@pytest.mark.parametrize("style", ["small", "capital"])
def test_refusals_are_understood_in_both_spellings(company: Company, style: str) -> None:
    company.switch(error_style=style)
    with pytest.raises(Permanent) as caught:
        company.adapter(terms_of_payment="NEVER").issue(draft())
    assert "terms_of_payment NEVER" in caught.value.detail
    assert "2000429" in caught.value.detail
    company.switch(licence=False)
    with pytest.raises(Auth) as refused:
        company.adapter().verify()
    assert refused.value.code == "PLAN_NOT_PAID"
    assert company.summary["documents"] == 0


def test_a_vat_rate_or_currency_that_the_company_lacks_is_refused_and_nothing_is_made(company: Company) -> None:
    company.switch(vat_rates=[0, 25])
    for wanted in (draft(lines=[line("Book", "1", "31.50", "6")]), draft(currency="ISK")):
        with pytest.raises(Permanent) as caught:
            company.adapter().issue(wanted)
        assert caught.value.remedy
    assert company.summary["documents"] == 0


def test_whole_kronor_change_what_is_to_be_paid_and_not_the_total(company: Company) -> None:
    company.switch(rounding=True)
    wanted = draft(payment=UNPAID)
    document = company.issued(wanted)
    assert company.invoice(document.number)["RoundOff"] == Decimal("-0.30")
    company.adapter().mark_paid(document, draft().payment)
    assert company.adapter().find(wanted).document.paid == wanted.totals.gross


def test_more_than_25_calls_in_five_seconds_are_refused_and_waited_for(company: Company) -> None:
    company.adapter().verify()
    company.switch(rate_limit={"count": 3, "seconds": 60})
    with pytest.raises(RateLimited):
        for _ in range(4):
            company.adapter().verify()


def test_a_refresh_token_is_used_once_and_its_successor_from_then_on(company: Company) -> None:
    adapter = company.adapter(credentials={"refresh_token": FIRST})
    oauth = adapter.oauth
    assert oauth is not None
    seen = {FIRST}
    for _ in range(3):
        assert adapter.verify().name
        assert oauth.tokens().refresh not in seen
        seen.add(oauth.tokens().refresh)
        oauth.refused(oauth())
    assert company.summary["refused_refreshes"] == 0


def test_a_refresh_token_that_was_spent_says_to_connect_anew(company: Company) -> None:
    company.adapter(credentials={"refresh_token": FIRST}).verify()
    with pytest.raises(Auth) as caught:
        company.adapter(credentials={"refresh_token": FIRST}).verify()
    assert (caught.value.code, "connect" in caught.value.remedy) == ("TOKEN_REFUSED", True)


def test_a_consent_is_asked_for_with_the_rights_that_are_needed_and_its_code_gives_tokens(company: Company) -> None:
    oauth = company.adapter(credentials={"tenant_id": "", "account_type": "service"}).oauth
    assert oauth is not None
    url = oauth.consent_url("https://billhook.example.test/", "state")
    for said in ("access_type=offline", "account_type=service", "response_type=code", "invoice", "payment"):
        assert said in url
    with pytest.raises(Auth) as caught:
        oauth.tokens()
    assert caught.value.code == "NOT_CONNECTED_YET"


def test_a_login_that_leads_to_another_company_is_refused_by_verify(company: Company) -> None:
    given = {"refresh_token": FIRST, "tenant_id": "4711"}
    with pytest.raises(Auth) as caught:
        company.adapter(credentials=given).verify()
    assert (caught.value.code, "1001" in caught.value.detail) == ("OTHER_COMPANY", True)


def test_rights_that_only_some_calls_need_are_a_warning(company: Company) -> None:
    company.switch(scopes="companyinformation customer invoice article settings")
    (warning,) = company.adapter().verify().warnings
    assert "order, payment" in warning

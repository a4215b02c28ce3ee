"""iDoklad's conversations over real HTTP: proformas, credit notes, refusals, series, logins."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import requests

from adapters.idoklad import Idoklad
from adapters.wire import compare
from schemas.document import Kind, Sight
from schemas.errors import Ambiguous, Auth, Permanent, RateLimited, Transient
from tests.adapters.agenda import FIRST, Agenda, agenda
from tests.adapters.drafts import CUPS, PERSON, UNPAID, credit_of, draft, line
from tests.adapters.series_crowd import account_at

__all__ = ["agenda"]


# --- proformas


def test_a_proforma_is_paid_first_and_its_invoice_takes_its_place(agenda: Agenda) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = agenda.adapter().issue(asked)
    wanted = draft(order=asked.order_id)
    document = agenda.adapter().issue(wanted, proforma)
    row = agenda.row("IssuedInvoices", document.system_id)
    assert row["ProformaInvoices"] == [int(proforma.system_id)]
    assert (compare(wanted, document), document.paid) == ((), wanted.totals.gross)
    assert agenda.row("ProformaInvoices", proforma.system_id)["PaymentStatus"] == 1
    (found,) = agenda.adapter().find(wanted).documents
    assert (found.system_id, found.gross) == (document.system_id, wanted.totals.gross)


def test_a_payment_of_a_proforma_whose_answer_is_lost_is_seen_by_the_next_try(agenda: Agenda) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = agenda.adapter().issue(asked)
    wanted = draft(order=asked.order_id)
    agenda.arm("timeout_after", "/FullyPay/", "PUT")
    with pytest.raises(Transient) as caught:
        agenda.adapter(deadline=1.0).issue(wanted, proforma)
    assert caught.value.code == "STEP_UNCLEAR"
    assert agenda.adapter().issue(wanted, proforma).number
    assert len(agenda.rows("IssuedInvoices")) == 1


def test_a_proforma_that_was_invoiced_by_hand_gets_no_second_invoice(agenda: Agenda) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = agenda.adapter().issue(asked)
    agenda.adapter().mark_paid(proforma, draft().payment)
    agenda.adapter().agenda.done("PUT", f"/ProformaInvoices/{proforma.system_id}/Account")
    with pytest.raises(Permanent) as caught:
        agenda.adapter().issue(draft(order=asked.order_id), proforma)
    assert caught.value.code == "ALREADY_ACCOUNTED"
    assert len(agenda.rows("IssuedInvoices")) == 1


def test_an_unpaid_order_gets_an_invoice_of_its_own_and_so_does_one_whose_proforma_is_gone(agenda: Agenda) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = agenda.adapter().issue(asked)
    unpaid = agenda.adapter().issue(draft(order=asked.order_id, payment=UNPAID), proforma)
    assert agenda.row("IssuedInvoices", unpaid.system_id)["ProformaInvoices"] == []
    agenda.adapter().cancel(proforma)
    later = agenda.adapter().issue(draft(order=asked.order_id, counter="2"), proforma)
    assert agenda.row("IssuedInvoices", later.system_id)["ProformaInvoices"] == []


# --- credit notes


@pytest.mark.parametrize("sign", ["positive", "negative"])
def test_a_credit_note_has_the_signs_of_the_prefilled_one(agenda: Agenda, sign: str) -> None:
    agenda.switch(credit_sign=sign)
    invoice = draft()
    document = agenda.adapter().issue(invoice)
    part = credit_of(invoice, [line("Cup", "1", "61.50")])
    made = agenda.adapter().credit(part, document, invoice)
    assert (made.gross, compare(part, made)) == (Decimal("61.50"), ())
    row = agenda.row("CreditNotes", made.system_id)
    assert (row["CreditedInvoiceId"], row["CreditNoteReason"]) == (int(document.system_id), "Return")
    assert (row["Prices"]["TotalWithVat"] < 0) is (sign == "negative")


def test_a_credit_note_of_an_invoice_that_settled_a_proforma_gives_back_the_whole_sum(agenda: Agenda) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    invoice = draft(order=asked.order_id)
    document = agenda.adapter().issue(invoice, agenda.adapter().issue(asked))
    note = credit_of(invoice, CUPS)
    made = agenda.adapter().credit(note, document, invoice)
    row = agenda.row("CreditNotes", made.system_id)
    assert abs(row["Prices"]["TotalWithVat"]) == note.totals.gross == made.gross
    assert not [item for item in row["Items"] if item["ItemType"] == 2]


# --- refusals


def test_a_refusal_in_a_200_is_a_refusal_in_both_of_its_shapes(agenda: Agenda) -> None:
    for style in ("text", "list"):
        agenda.switch(refusals_as_200=True, message_style=style)
        with pytest.raises(Permanent) as caught:
            agenda.adapter(numeric_sequence_id="999999").issue(draft())
        assert "999999" in caught.value.detail
        with pytest.raises(Auth):
            agenda.switch(rights="readonly")
            agenda.adapter().issue(draft())
        agenda.switch(rights="full")
    assert agenda.rows("IssuedInvoices") == []


def test_a_plan_that_has_ended_or_a_month_used_up_pauses_the_account_with_what_to_do(agenda: Agenda) -> None:
    agenda.switch(quota=1)
    for tried in (agenda.adapter().verify, lambda: agenda.adapter().issue(draft())):
        with pytest.raises(Auth) as caught:
            tried()
        assert caught.value.code == "PLAN_NOT_PAID"
        assert "Předplatné" in caught.value.remedy
    agenda.switch(quota=0, plan="expired")
    with pytest.raises(Auth) as refused:
        agenda.adapter().verify()
    assert "Předplatné" in refused.value.remedy


def test_the_days_emails_used_up_wait_an_hour_and_do_not_slow_other_calls(agenda: Agenda) -> None:
    agenda.switch(mails_per_day=1)
    document = agenda.adapter().issue(draft())
    agenda.adapter().send(document, PERSON.email)
    with pytest.raises(RateLimited) as caught:
        agenda.adapter().send(document, PERSON.email)
    assert caught.value.retry_after == 3600
    assert agenda.adapter().find(draft()).sight is Sight.NONE


def test_a_document_that_is_paid_by_hand_between_reading_and_marking_is_paid_once(agenda: Agenda) -> None:
    document = agenda.adapter().issue(draft(payment=UNPAID))
    asked = []

    def somebody_is_quicker() -> None:
        asked.append("marking")
        agenda.adapter().mark_paid(document, draft().payment)

    account = account_at(agenda.simulator.url)
    Idoklad(account, guard=somebody_is_quicker, allow_private=True).mark_paid(document, draft().payment)
    assert asked == ["marking"]
    assert agenda.row("IssuedInvoices", document.system_id)["Prices"]["TotalPaid"] == Decimal("135.30")


def test_a_mark_that_was_edited_away_is_found_by_number_and_sums_only_in_doubt(agenda: Agenda) -> None:
    wanted = draft()
    row = agenda.issued(wanted)
    agenda.issued(replace(draft(lines=[line("Other", "1", "1.00")]), order_number=wanted.order_number))
    agenda.adapter().agenda.done("PATCH", "/IssuedInvoices", json={"Id": row["Id"], "Description": "Hrnky"})
    assert agenda.adapter().find(wanted).sight is Sight.NONE
    found = agenda.adapter().find(wanted, doubt=True)
    assert (found.sight, found.document.system_id) == (Sight.ONE, str(row["Id"]))
    assert agenda.adapter().find(draft(), doubt=True).sight is Sight.NONE


# --- series and logins


def test_a_chosen_series_gives_the_number_and_its_variable_symbol(agenda: Agenda) -> None:
    row = agenda.issued(draft(), numeric_sequence_id="607902")
    assert (row["DocumentNumber"], row["VariableSymbol"]) == ("E20260001", "20260001")
    kinds = {series.id: series.kinds for series in agenda.adapter().series()}
    assert (kinds["607902"], kinds["607904"]) == ((Kind.INVOICE,), (Kind.PROFORMA,))


def test_a_refresh_token_is_used_once_and_its_successor_from_then_on(agenda: Agenda) -> None:
    adapter = agenda.adapter(credentials={"refresh_token": FIRST, "application_id": ""})
    oauth = adapter.oauth
    assert oauth is not None
    seen = {FIRST}
    for _ in range(3):
        assert adapter.verify().name
        assert oauth.tokens().refresh not in seen
        seen.add(oauth.tokens().refresh)
        oauth.refused(oauth())
    assert requests.get(f"{agenda.simulator.url}/_sim/summary", timeout=10).json()["refused_refreshes"] == 0


def test_a_login_that_leads_to_another_agenda_is_refused_by_verify(agenda: Agenda) -> None:
    assert agenda.adapter(agenda_id="301001").verify().name == "Simulator s.r.o."
    with pytest.raises(Auth) as caught:
        agenda.adapter(agenda_id="301002").verify()
    assert (caught.value.code, "301001" in caught.value.detail) == ("OTHER_AGENDA", True)


def test_the_older_token_address_needs_no_application(agenda: Agenda) -> None:
    assert agenda.adapter(credentials={"application_id": ""}).verify().name


def test_a_create_that_ends_unclear_is_ambiguous_and_its_turn_is_free_again(agenda: Agenda) -> None:
    agenda.issued(draft())
    agenda.arm("reset_before", "/IssuedInvoices$", "POST")
    adapter = agenda.adapter()
    with pytest.raises(Ambiguous):
        adapter.issue(draft())
    assert adapter.issue(draft()).number == "20260059"

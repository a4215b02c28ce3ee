"""Whom iDoklad knows: contacts found or made once, and the order's own address on its document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.document import Address, Sight
from schemas.errors import Ambiguous, Permanent, Transient
from tests.adapters.agenda import Agenda, agenda
from tests.adapters.drafts import CUPS, FIRM, PERSON, credit_of, draft

__all__ = ["agenda"]
MOVED = replace(FIRM, address=Address("Nová 5", "", "Kraków", "30-001", "", "PL"))


def test_a_known_firm_at_another_address_stays_one_contact_and_the_document_says_the_orders(agenda: Agenda) -> None:
    agenda.issued(draft(buyer=FIRM))
    row = agenda.issued(draft(buyer=MOVED))
    (contact,) = agenda.rows("Contacts")
    assert (contact["City"], row["PartnerId"]) == ("Warszawa", contact["Id"])
    assert (row["PartnerAddress"]["City"], row["PartnerAddress"]["Street"]) == ("Kraków", "Nová 5")
    assert not row["Description"].endswith("...]")


@pytest.mark.parametrize("fault", ["reset_before", "timeout_after", "half", "429", "500", "expired_token"])
def test_an_address_whose_change_fails_leaves_a_doubt_and_is_set_by_whoever_finds_the_document(
    agenda: Agenda, fault: str
) -> None:
    agenda.issued(draft(buyer=FIRM))
    wanted = draft(buyer=MOVED)
    agenda.arm(fault, "/IssuedInvoices$", "PATCH", times=2)
    with pytest.raises(Ambiguous) as caught:
        agenda.adapter(deadline=1.0).issue(wanted)
    agenda.disarm()
    assert caught.value.code == "STEP_UNCLEAR"
    found = agenda.adapter().find(wanted)
    assert found.sight is Sight.ONE
    row = agenda.row("IssuedInvoices", found.document.system_id)
    assert row["PartnerAddress"]["City"] == "Kraków"
    assert row["Description"].endswith(f"[{wanted.reference}]")


def test_what_a_person_changes_in_a_finished_document_is_left_alone(agenda: Agenda) -> None:
    agenda.issued(draft(buyer=FIRM))
    wanted = draft(buyer=MOVED)
    row = agenda.issued(wanted)
    agenda.adapter().agenda.done(
        "PATCH", "/IssuedInvoices", json={"Id": row["Id"], "PartnerAddress": {"City": "Gdynia"}}
    )
    assert agenda.adapter().find(wanted).sight is Sight.ONE
    assert agenda.row("IssuedInvoices", row["Id"])["PartnerAddress"]["City"] == "Gdynia"


def test_a_credit_note_has_the_orders_address_too(agenda: Agenda) -> None:
    agenda.issued(draft(buyer=FIRM))
    invoice = draft(buyer=MOVED)
    document = agenda.adapter().issue(invoice)
    made = agenda.adapter().credit(credit_of(invoice, CUPS), document, invoice)
    assert agenda.row("CreditNotes", made.system_id)["PartnerAddress"]["City"] == "Kraków"


def test_a_contact_whose_making_is_lost_is_found_and_never_made_twice(agenda: Agenda) -> None:
    nobody = replace(PERSON, email="")
    for buyer in (PERSON, FIRM, nobody):
        agenda.arm("timeout_after", "/Contacts$", "POST")
        with pytest.raises(Transient) as caught:
            agenda.adapter(deadline=1.0).issue(draft(buyer=buyer))
        assert caught.value.code == "STEP_UNCLEAR"
        agenda.issued(draft(buyer=buyer))
    assert len(agenda.rows("Contacts")) == 3
    assert len(agenda.rows("IssuedInvoices")) == 3


def test_a_person_is_never_taken_for_a_firm_of_the_same_name_and_mail(agenda: Agenda) -> None:
    firm = replace(PERSON, company=PERSON.name, vat_id="PL5252445767")
    agenda.issued(draft(buyer=firm))
    row = agenda.issued(draft(buyer=PERSON))
    assert row["PartnerAddress"]["VatIdentificationNumber"] == ""
    assert len(agenda.rows("Contacts")) == 2


def test_one_contact_for_all_is_never_changed_and_each_document_says_its_buyer(agenda: Agenda) -> None:
    agenda.issued(draft())
    (contact,) = agenda.rows("Contacts")
    row = agenda.issued(draft(buyer=FIRM), customer="default", default_customer_id=str(contact["Id"]))
    assert (row["PartnerId"], row["PartnerAddress"]["NickName"]) == (contact["Id"], FIRM.name)
    assert row["PartnerAddress"]["VatIdentificationNumber"] == FIRM.vat_id
    assert agenda.rows("Contacts") == [contact]
    for ident in ("", "99"):
        with pytest.raises(Permanent) as caught:
            agenda.adapter(customer="default", default_customer_id=ident).issue(draft())
        assert caught.value.code == "NO_DEFAULT_CUSTOMER"

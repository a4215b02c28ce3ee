"""What Billingo cannot carry and does by itself: conversions, cancellations, partners, payments, its own switch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.wire import compare
from schemas.document import Draft, Kind, Preceding, Sight
from schemas.errors import AdapterError, Auth, Permanent, Transient
from tests.adapters.contract.bench import Bench, bench_of
from tests.adapters.contract.test_billingo import VENDOR
from tests.adapters.drafts import CUPS, FIRM, PERSON, UNPAID, at, credit_of, draft, line


@pytest.fixture(scope="module")
def system() -> Iterator[Bench]:
    with bench_of(VENDOR) as bench:
        yield bench


@pytest.fixture
def bench(system: Bench) -> Iterator[Bench]:
    system.reset()
    with at(VENDOR.home):
        yield system


def asked(bench: Bench, path: str) -> list[str]:
    return [entry["path"] for entry in bench.requests(writes=True) if path in entry["path"]]


def proforma_of(order: str) -> Draft:
    return draft(Kind.PROFORMA, order=order, payment=UNPAID)


def test_an_invoice_is_made_out_of_its_proforma_and_found_by_the_mark(bench: Bench) -> None:
    proforma = bench.adapter().issue(proforma_of("77"))
    wanted = replace(draft(order="77"), proforma_ref=Preceding(proforma.reference))
    made = bench.adapter().issue(wanted, proforma)
    assert asked(bench, "create-from-proforma")
    assert bench.adapter().find(wanted).document.system_id == made.system_id
    assert bench.count(wanted.reference) == 1


def test_where_full_text_finds_names_alone_it_is_found_through_the_proforma(bench: Bench) -> None:
    bench.switch({"query_finds": "name"})
    proforma = bench.adapter().issue(proforma_of("78"))
    wanted = draft(order="78")
    made = bench.adapter().issue(wanted, proforma)
    assert bench.adapter().find(wanted).sight is Sight.NONE
    assert bench.adapter().find(wanted, proforma).document.system_id == made.system_id
    assert bench.adapter().find(wanted, doubt=True).document.system_id == made.system_id


@pytest.mark.parametrize("change", ["lines", "buyer"])
def test_an_order_that_changed_since_its_proforma_makes_an_invoice_of_its_own(bench: Bench, change: str) -> None:
    proforma = bench.adapter().issue(proforma_of("79"))
    wanted = draft(order="79", lines=[CUPS[0]]) if change == "lines" else draft(order="79", buyer=FIRM)
    made = bench.adapter().issue(wanted, proforma)
    assert compare(wanted, made) == ()
    assert not asked(bench, "create-from-proforma")


def test_a_proforma_is_not_marked_paid_where_billingo_would_invoice_it_by_itself(bench: Bench) -> None:
    proforma = bench.adapter().issue(proforma_of("80"))
    bench.switch({"create_invoice_from_paid_proforma": True})
    with pytest.raises(Permanent) as caught:
        bench.adapter().mark_paid(proforma, draft().payment)
    assert caught.value.code == "PROFORMA_SWITCH"
    assert not asked(bench, "/payments")
    assert any("proforma" in warning for warning in bench.adapter().verify().warnings)


def test_what_billingo_made_of_a_paid_proforma_is_taken_for_ours_and_not_made_again(bench: Bench) -> None:
    proforma = bench.adapter().issue(proforma_of("81"))
    bench.adapter().mark_paid(proforma, draft().payment)
    adapter = bench.adapter()
    wanted = draft(order="81")
    adapter.speaker.call("POST", f"/documents/{proforma.system_id}/create-from-proforma", writes=True,  # type: ignore[attr-defined]
                         json={"comment": "made by itself"})  # fmt: skip
    found = adapter.find(wanted, proforma)
    assert (found.sight, found.document.reference) == (Sight.ONE, wanted.reference)
    with pytest.raises(Transient):
        adapter.issue(wanted, proforma)
    assert len(asked(bench, "create-from-proforma")) == 1


def test_a_second_invoice_of_an_order_does_not_become_of_the_proforma_again(bench: Bench) -> None:
    proforma = bench.adapter().issue(proforma_of("82"))
    first, second = (draft(order="82", counter=counter) for counter in "12")
    bench.adapter().issue(first, proforma)
    made = bench.adapter().issue(second, proforma)
    assert (made.reference, len(asked(bench, "create-from-proforma"))) == (second.reference, 1)


def test_a_whole_credit_is_a_cancellation_and_the_invoice_stays_found(bench: Bench) -> None:
    wanted = draft(lines=CUPS)
    invoice = bench.adapter().issue(wanted)
    note = credit_of(wanted, CUPS)
    made = bench.adapter().credit(note, invoice, wanted)
    assert len(asked(bench, "/cancel")) == 1
    assert (made.reference, compare(note, made)) == (note.reference, ())
    assert bench.adapter().find(wanted).sight is Sight.ONE


def test_a_cancellation_made_by_hand_is_found_as_the_whole_credit_and_no_second_is_made(bench: Bench) -> None:
    wanted = draft(lines=CUPS)
    invoice = bench.adapter().issue(wanted)
    adapter = bench.adapter()
    adapter.speaker.call("POST", f"/documents/{invoice.system_id}/cancel", writes=True, json={})  # type: ignore[attr-defined]
    note, part = credit_of(wanted, CUPS), credit_of(wanted, [CUPS[0]])
    found = adapter.find(note, invoice)
    assert (found.sight, found.document.reference) == (Sight.ONE, note.reference)
    assert adapter.find(part, invoice).sight is Sight.NONE
    for refused in (note, part):
        with pytest.raises(Permanent) as caught:
            adapter.credit(refused, invoice, wanted)
        assert caught.value.code == "CORRECTED_THERE"
    assert len(asked(bench, "/cancel")) == 1
    assert not asked(bench, "modification")


def test_without_its_invoice_a_credit_that_is_not_seen_is_not_said_to_be_absent(bench: Bench) -> None:
    assert bench.adapter().find(credit_of(draft(), CUPS)).sight is Sight.UNSURE


def test_a_buyer_has_one_partner_and_at_a_new_address_another(bench: Bench) -> None:
    moved = replace(PERSON, address=replace(PERSON.address, street="ul. Nowa 9"))
    documents = [bench.adapter().issue(draft(buyer=buyer)) for buyer in (PERSON, moved, PERSON)]
    partners = [document.extra["partner_id"] for document in documents]
    assert partners[0] == partners[2] != partners[1]
    assert len(asked(bench, "/partners")) == len(asked(bench, "/partners/guess")) == 3


def test_a_search_for_a_partner_that_breaks_shows_nobodys_name(bench: Bench) -> None:
    adapter = bench.adapter()
    bench.arm("500", method="GET", path="/partners")
    with pytest.raises(Transient) as caught:
        list(adapter.desk.listed("/partners", query="Zofia Kanarek"))  # type: ignore[attr-defined]
    assert caught.value.exchange is not None
    assert "Zofia" not in repr(caught.value.exchange)


def test_a_partner_whose_making_is_unclear_leaves_no_document_in_doubt(bench: Bench) -> None:
    bench.arm("reset_after", method="POST", path="/partners/guess")
    wanted = draft()
    with pytest.raises(Transient) as caught:
        bench.adapter().issue(wanted)
    assert caught.value.code == "CONTACT_UNCLEAR"
    bench.adapter().issue(wanted)
    assert bench.admin("GET", "summary")["partners"] == 1


def test_one_partner_for_all_has_to_be_chosen(bench: Bench) -> None:
    with pytest.raises(Permanent) as caught:
        bench.adapter(options={"customer": "default"}).issue(draft())
    assert caught.value.code == "NO_DEFAULT_CUSTOMER"
    partner = bench.adapter().issue(draft(buyer=FIRM)).extra["partner_id"]
    options = {"customer": "default", "default_partner_id": partner}
    assert bench.adapter(options=options).issue(draft()).extra["partner_id"] == partner


def test_a_payment_is_added_to_those_that_are_there(bench: Bench) -> None:
    wanted = draft(payment=UNPAID)
    made = bench.adapter().issue(wanted)
    adapter, path = bench.adapter(), f"/documents/{made.system_id}/payments"
    part = {"date": "2026-11-20", "price": 35.3, "payment_method": "cash"}
    adapter.speaker.call("PUT", path, writes=True, json=[part])  # type: ignore[attr-defined]
    adapter.mark_paid(made, draft().payment)
    told = adapter.speaker.call("GET", path, writes=False).data  # type: ignore[attr-defined]
    assert [Decimal(str(row["price"])) for row in told] == [Decimal("35.3"), Decimal(100)]
    assert adapter.find(wanted).document.paid == wanted.totals.gross


def test_a_rate_of_exchange_is_billingos_own_unless_the_account_has_one(bench: Bench) -> None:
    for options, rate in (({}, Decimal(400)), ({"exchange_rates": "EUR 390.5"}, Decimal("390.5"))):
        made = bench.adapter(options=options).issue(draft(currency="EUR"))
        shown = bench.adapter().speaker.call("GET", f"/documents/{made.system_id}", writes=False)  # type: ignore[attr-defined]
        assert Decimal(str(shown.data["conversion_rate"])) == rate


def test_of_several_blocks_one_has_to_be_chosen(bench: Bench) -> None:
    with pytest.raises(Permanent) as caught:
        bench.adapter(options={"block_id": ""}).issue(draft())
    assert (caught.value.code, bench.documents()) == ("NO_SERIES", 0)
    assert {entry.id for entry in bench.adapter().series()} == {"1001", "1002"}


def test_a_plan_that_is_not_paid_pauses_the_account(bench: Bench) -> None:
    bench.switch({"subscribed": False})
    with pytest.raises(Auth) as caught:
        bench.adapter().issue(draft())
    assert caught.value.code == "PLAN_NOT_PAID"


def test_every_field_that_was_refused_is_told(bench: Bench) -> None:
    with pytest.raises(AdapterError) as caught:
        bench.adapter(options={"block_id": "999999", "bank_account_id": "1"}).issue(draft())
    assert "block_id" in caught.value.detail
    assert "bank_account_id" in caught.value.detail


def test_a_saved_draft_is_found_and_no_number_is_used(bench: Bench) -> None:
    adapter, wanted = bench.adapter(options={"drafts": "yes"}), draft()
    made = adapter.issue(wanted)
    assert (made.state, made.number) == ("draft", "")
    assert adapter.find(wanted).document.system_id == made.system_id


def test_nothing_is_made_for_a_rate_that_billingo_has_not(bench: Bench) -> None:
    with pytest.raises(Permanent):
        bench.adapter().issue(draft(lines=[line("Book", "1", "113.50", "13.5")]))
    assert bench.requests(writes=True) == []


def test_an_account_whose_end_is_near_or_without_nav_is_warned_of(bench: Bench) -> None:
    assert bench.adapter().verify().warnings == ()
    bench.switch({"nav_connection": False, "expiration_date": "2026-11-30"})
    assert len(bench.adapter().verify().warnings) == 2


def test_a_test_document_is_a_draft_that_is_deleted_and_gone_already_is_gone(bench: Bench) -> None:
    adapter = bench.adapter()
    made = adapter.rehearse(draft())
    assert (made.state, made.number, bench.documents()) == ("draft", "", 1)
    adapter.discard(made)
    adapter.discard(made)
    assert bench.documents() == 0

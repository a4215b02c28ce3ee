"""Konto as it is spoken to: registers, look-ups, refusals inside a 200, standing orders, over real HTTP."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.konto import Konto
from adapters.wire import compare
from schemas.document import Kind, Sight
from schemas.errors import AdapterError, Ambiguous, Permanent, RateLimited, Transient, Unsupported
from tests.adapters.contract.bench import Bench, Ledgerless, bench_of, serving
from tests.adapters.contract.test_konto import VENDOR
from tests.adapters.drafts import PERSON, TODAY, at, credit_of, draft, line
from tests.adapters.ten import invoice_of
from tests.adapters.test_konto import BUD, GUDRUN, ICELAND, in_kronur

DASHBOARD, INVOICES = r"/get-dashboard-data$", r"/get-invoices$"


@pytest.fixture(scope="module")
def one_bench() -> Iterator[Bench]:
    with bench_of(VENDOR) as bench:
        yield bench


@pytest.fixture
def bench(one_bench: Bench) -> Iterator[Bench]:
    one_bench.reset()
    one_bench.ports = Ledgerless()
    with at(replace(ICELAND, currency="EUR")):
        yield one_bench


def konto(bench: Bench, **options: str) -> Konto:
    made = bench.adapter(options=options)
    assert isinstance(made, Konto)
    return made


def books(bench: Bench, name: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = bench.admin("GET", "state")[name]
    return kept


def asked(bench: Bench, path: str) -> int:
    return sum(entry["path"].endswith(path) for entry in bench.requests())


# ---- krónur ------------------------------------------------------------------------------------------------------


def test_any_total_in_kronur_is_kept_to_the_krona(bench: Bench) -> None:
    rng = random.Random(24)
    for _ in range(40):
        wanted = replace(
            in_kronur(str(rng.randint(1, 90_000)), str(rng.choice([1, 1, 2, 3, 7, 30])), rng.choice(["24", "11"])),
            reference=f"shop/{rng.random()}/i1",
        )
        document = konto(bench).issue(wanted)
        assert compare(wanted, document) == ()
        assert document.vat_by_rate


def test_prices_with_vat_are_kept_where_the_account_takes_them(bench: Bench) -> None:
    bench.switch({"price_mode": "gross"})
    wanted = in_kronur("18990", "3")
    assert compare(wanted, konto(bench, price_mode="gross").issue(wanted)) == ()
    with pytest.raises(Permanent):
        konto(bench).issue(in_kronur("18990", "3"))


# ---- customers ---------------------------------------------------------------------------------------------------


def test_a_customer_is_made_once_and_found_by_kennitala_whatever_the_name(bench: Bench) -> None:
    konto(bench).issue(in_kronur("12400"))
    konto(bench).issue(in_kronur("12400", buyer=replace(GUDRUN, name="Gudrun Thordardottir")))
    (only,) = books(bench, "customers")
    assert (only["registration_no"], only["name"]) == ("1203894569", "Guðrún Þórðardóttir")


def test_without_the_undocumented_look_up_the_name_is_searched_page_by_page(bench: Bench) -> None:
    bench.switch({"by_kennitala": False})
    for number in range(101):
        konto(bench).register._made("/create-customer", {"name": GUDRUN.name, "registration_no": f"12038{number:05}"})
    konto(bench).issue(in_kronur("12400"))
    konto(bench).issue(in_kronur("12400"))
    assert [one["registration_no"] for one in books(bench, "customers")].count("1203894569") == 1


def test_two_buyers_of_one_name_without_kennitala_are_told_apart_by_their_e_mail(bench: Bench) -> None:
    other = replace(PERSON, email="zofia@other.test")
    for buyer in (PERSON, other, PERSON, replace(PERSON, name="zofia  KANAREK")):
        konto(bench).issue(draft(buyer=buyer))
    assert [one["email"] for one in books(bench, "customers")] == [PERSON.email, other.email]


def test_a_buyer_without_e_mail_is_known_by_their_address(bench: Bench) -> None:
    shy = replace(PERSON, email="")
    moved = replace(shy, address=replace(shy.address, street="Elsewhere 1"))
    for buyer in (shy, shy, moved):
        konto(bench).issue(draft(buyer=buyer))
    assert len(books(bench, "customers")) == 2


def test_an_order_with_another_address_leaves_the_customer_as_it_was(bench: Bench) -> None:
    konto(bench).issue(in_kronur("12400"))
    (before,) = books(bench, "customers")
    moved = replace(GUDRUN, address=replace(GUDRUN.address, street="Njálsgata 2"))
    konto(bench).issue(in_kronur("12400", buyer=moved))
    assert books(bench, "customers") == [before]
    assert books(bench, "documents")[-1]["customer"]["address"] == "Njálsgata 2, 2. hæð"


def test_a_customer_whose_making_got_no_answer_is_looked_up_and_not_made_again(bench: Bench) -> None:
    bench.arm("timeout_after", path="/create-customer$", method="POST")
    with pytest.raises(Transient) as caught:
        bench.adapter(deadline=0.5).issue(in_kronur("12400"))
    assert caught.value.code == "CONTACT_UNCLEAR"
    assert bench.documents() == 0
    bench.disarm()
    konto(bench).issue(in_kronur("12400"))
    assert len(books(bench, "customers")) == 1


def test_one_customer_for_everybody_stands_there_as_the_register_has_it(bench: Bench) -> None:
    guid = konto(bench).register._made("/create-customer", {"name": "Vefverslun", "registration_no": "4107042340"})
    document = konto(bench, customer="default", default_customer_guid=guid).issue(draft())
    (told,) = books(bench, "documents")
    assert (told["guid"], told["customer"]["name"]) == (document.system_id, "Vefverslun")
    assert PERSON.name in told["terms"]
    assert len(books(bench, "customers")) == 1
    with pytest.raises(Permanent) as caught:
        konto(bench, customer="default").issue(draft())
    assert caught.value.code == "NO_DEFAULT_CUSTOMER"


def test_konto_sends_nothing_unless_it_is_asked_to(bench: Bench) -> None:
    quiet = konto(bench).issue(in_kronur("12400"))
    loud = konto(bench, output="e-mail").issue(in_kronur("12400"))
    assert (bench.emails(quiet.system_id), bench.emails(loud.system_id)) == (0, 1)


def test_an_e_invoice_goes_to_the_partner_that_the_register_names(bench: Bench) -> None:
    data = {"name": BUD.name, "registration_no": "4107042340", "trading_partner_id": "IS-4107042340"}
    konto(bench).register._made("/create-customer", data)
    asks = konto(bench, output="e-invoice")
    said = [asks.register.customer(in_kronur("12400", buyer=buyer)) for buyer in (BUD, GUDRUN)]
    assert [(one["output_select"], one.get("trading_partner_id")) for one in said] == [
        ("2", "IS-4107042340"),
        ("3", None),
    ]
    assert asks.issue(in_kronur("12400", buyer=BUD)).number


# ---- items and files ---------------------------------------------------------------------------------------------


def test_lines_of_the_register_refer_to_it_at_the_orders_own_price(bench: Bench) -> None:
    mug = [line("Mug", "2", "24.80", "24", sku="MUG")]
    for articles in ("text", "sku"):
        konto(bench, articles=articles).issue(draft(lines=mug))
    assert books(bench, "items") == []
    for _ in range(2):
        konto(bench, articles="create").issue(draft(lines=[*mug, line("Post", "1", "12.40", "24")]))
    (item,) = books(bench, "items")
    assert (item["description"], float(item["unit_price"])) == ("Mug", 10)
    assert {told["items"][0]["guid"] for told in books(bench, "documents")[-2:]} == {item["guid"]}
    dearer = draft(lines=[line("Mug", "1", "18.60", "24", sku="MUG")])
    assert compare(dearer, konto(bench, articles="create").issue(dearer)) == ()
    assert books(bench, "items") == [item]


def test_a_file_goes_along_with_a_document(bench: Bench) -> None:
    ident = konto(bench).attach("skilmalar.pdf", b"%PDF-1.4 terms", "application/pdf")
    assert ident.isdigit()
    assert bench.ports.asked == 1
    assert konto(bench, attachments=ident).issue(draft()).number
    with pytest.raises(Permanent) as caught:
        konto(bench, attachments="999999").issue(draft())
    assert "999999" in caught.value.detail


# ---- looking up --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_the_guid_is_found_whichever_end_of_the_list_is_new(bench: Bench, order: str) -> None:
    bench.switch({"list_order": order})
    wanted, adapter = draft(), konto(bench)
    adapter.calls.page = 5
    for number in range(22):
        adapter.issue(replace(wanted, reference=f"{wanted.reference}-{number}"))
    before = asked(bench, "/get-invoices")
    assert adapter.find(replace(wanted, reference=f"{wanted.reference}-21")).sight is Sight.ONE
    assert asked(bench, "/get-invoices") - before <= 2
    for number in range(22):
        assert adapter.find(replace(wanted, reference=f"{wanted.reference}-{number}")).sight is Sight.ONE
    assert asked(bench, "/get-invoices") - before > 44


def test_a_second_page_that_is_not_read_makes_the_look_up_unsure(bench: Bench) -> None:
    wanted, adapter = draft(), konto(bench)
    adapter.calls.page = 5
    for number in range(6):
        adapter.issue(replace(wanted, reference=f"{wanted.reference}-{number}"))
    first = asked(bench, "/get-dashboard-data")
    assert adapter.find(wanted).sight is Sight.NONE
    assert asked(bench, "/get-dashboard-data") - first == 2
    bench.arm("slow", path=DASHBOARD, seconds=0)
    bench.arm("500", path=DASHBOARD)
    assert adapter.find(wanted).sight is Sight.UNSURE


def test_a_document_of_the_dashboard_that_the_list_does_not_show_is_unsure(bench: Bench) -> None:
    wanted = draft()
    konto(bench).issue(wanted)
    bench.arm("lag", path=INVOICES, method="GET", times=None)
    found = konto(bench).find(wanted)
    assert (found.sight, "not in the invoices' list" in found.why) == (Sight.UNSURE, True)


@pytest.mark.parametrize("answer", [b'{"status": true, "result": {"a": 1}}', b'["row"]', b"{}", b'{"status": 1}', b"7"])
def test_an_answer_of_another_shape_is_unsure_and_never_none(bench: Bench, answer: bytes) -> None:
    with serving(200, {"Content-Type": "application/json"}, answer) as url:
        assert bench.adapter(url=url).find(draft()).sight is Sight.UNSURE
        with pytest.raises((Ambiguous, Transient)):
            bench.adapter(url=url).issue(draft())


def test_in_doubt_the_list_is_asked_when_the_dashboard_shows_nothing(bench: Bench) -> None:
    wanted = draft()
    document = konto(bench).issue(wanted)
    bench.arm("lag", path=DASHBOARD, times=None)
    assert konto(bench).find(wanted).sight is Sight.NONE
    found = konto(bench).find(wanted, doubt=True)
    assert found.document.system_id == document.system_id
    assert compare(wanted, found.document) == ()


@pytest.mark.parametrize("edited", ["booking", "description"])
def test_one_of_the_two_marks_is_enough(bench: Bench, edited: str) -> None:
    wanted = draft()
    document = konto(bench).issue(wanted)
    bench.admin("POST", f"documents/{document.system_id}", {edited: "changed by the bookkeeper"})
    assert konto(bench).find(wanted).document.reference == wanted.reference


def test_days_outside_the_window_are_not_looked_at(bench: Bench) -> None:
    wanted = draft()
    konto(bench).issue(wanted)
    for days, seen in ((1, Sight.ONE), (2, Sight.NONE), (-1, Sight.ONE), (-2, Sight.NONE)):
        later = replace(wanted, issue_date=TODAY + timedelta(days))
        assert konto(bench).find(later).sight is seen, days
    assert konto(bench, search_days="30").find(replace(wanted, issue_date=TODAY + timedelta(30))).sight is Sight.ONE


def test_what_is_only_saved_is_found_though_the_dashboard_does_not_show_it(bench: Bench) -> None:
    wanted = draft()
    saved = konto(bench, drafts="yes").issue(wanted)
    assert saved.state == "draft"
    assert konto(bench).find(wanted).sight is Sight.NONE
    found = konto(bench, drafts="yes").find(wanted)
    assert found.document.system_id == saved.system_id
    assert konto(bench, drafts="yes").find(draft()).sight is Sight.NONE
    bench.arm("500", path=INVOICES, method="GET")
    assert konto(bench, drafts="yes").find(draft()).sight is Sight.UNSURE


def test_twenty_answers_lost_after_the_write_leave_twenty_documents(bench: Bench) -> None:
    for number in range(20):
        wanted = draft() if number % 4 else credit_of(draft(), [line("Cup", "1", "61.50")], f"9{number}")
        bench.arm("reset_after" if number % 2 else "502_after", method="POST")
        with pytest.raises(Ambiguous):
            _made(bench, wanted)
        found = konto(bench).find(wanted, doubt=True)
        assert compare(wanted, found.document) == ()
        assert bench.count(wanted.reference) == 1
    assert bench.documents() == 20


def _made(bench: Bench, wanted: Any) -> object:
    if wanted.kind is Kind.CREDIT_NOTE:
        invoice = draft()
        return konto(bench).credit(wanted, invoice_of("konto", "guid-1"), invoice)
    return konto(bench).issue(wanted)


# ---- what a refusal means ----------------------------------------------------------------------------------------


def test_a_document_that_cannot_be_read_back_is_ambiguous_and_found(bench: Bench) -> None:
    wanted = draft()
    bench.arm("500", method="GET", path=r"/get-invoice$")
    with pytest.raises(Ambiguous) as caught:
        konto(bench).issue(wanted)
    assert caught.value.code == "READ_BACK_FAILED"
    assert konto(bench).find(wanted).sight is Sight.ONE


def test_a_refusal_is_the_documents_own_while_the_key_is_good(bench: Bench) -> None:
    bench.switch({"vat_no": ""})
    with pytest.raises(Permanent) as caught:
        konto(bench).issue(draft())
    assert not isinstance(caught.value, Unsupported)
    assert "HTTP 200" in caught.value.detail
    assert konto(bench).verify().warnings
    assert bench.documents() == 0


def test_what_is_kept_of_a_refusal_can_be_read_and_names_nobody(bench: Bench) -> None:
    bench.switch({"vat_no": ""})
    with pytest.raises(Permanent) as caught:
        konto(bench).issue(replace(in_kronur("12400"), note="Ring twice"))
    kept = str(caught.value.exchange)
    assert '"amount": 12400' in kept
    assert '"booking": "shop/1001/i1"' in kept
    assert not [word for word in ("Guðrún", "gudrun", "Laugavegi", "1203894569", "Ring", "kanarek") if word in kept]


def test_a_refusal_that_cannot_be_understood_is_tried_again(bench: Bench) -> None:
    bench.switch({"vat_no": ""})
    bench.arm("500", method="GET", path=r"/hello$")
    with pytest.raises(Transient) as caught:
        konto(bench).issue(draft())
    assert caught.value.code == "REFUSAL_UNCLEAR"


def test_the_free_plans_quota_waits_a_day_at_most(bench: Bench) -> None:
    bench.switch({"monthly_invoices": 1})
    konto(bench).issue(draft())
    with pytest.raises(RateLimited) as caught:
        konto(bench).issue(draft())
    assert 0 < caught.value.retry_after <= 86_400
    assert bench.documents() == 1


def test_a_guid_inside_an_object_is_read_too(bench: Bench) -> None:
    bench.switch({"guid_style": "object"})
    wanted = draft()
    assert compare(wanted, konto(bench).issue(wanted)) == ()


def test_a_claim_needs_its_subscription(bench: Bench) -> None:
    wanted = in_kronur("12400", paid=False)
    with pytest.raises(Permanent):
        konto(bench, claim="yes").issue(wanted)
    bench.switch({"claim_subscription": True})
    assert konto(bench, claim="yes").issue(wanted).paid == 0


# ---- standing orders ---------------------------------------------------------------------------------------------


def test_a_standing_order_is_made_changed_listed_and_ended(bench: Bench) -> None:
    standing = konto(bench).standing
    guid = standing.create(in_kronur("12400"), 10)
    assert standing.made_from(guid) == ()
    standing.change(guid, in_kronur("24800", "2"), 14)
    made = bench.admin("POST", f"generate/{guid}", {})["guid"]
    assert [(one.system_id, one.gross) for one in standing.made_from(guid)] == [(made, Decimal(24800))]
    standing.end(guid)
    with pytest.raises(AdapterError):
        standing.made_from(guid)
    assert bench.ports.asked == 3

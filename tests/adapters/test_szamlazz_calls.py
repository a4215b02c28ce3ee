"""Számlázz.hu over HTTP: what the contract does not ask, against the stand-in and against answers of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.szamlazz import OTHER_DOCUMENT, Szamlazz
from adapters.szamlazz_calls import SESSIONS, Sessions, owner_of
from schemas.document import Draft, Kind, Sight
from schemas.errors import Ambiguous, Auth, BillhookError, Permanent, RateLimited
from tests.adapters.contract.bench import Bench, bench_of, serving
from tests.adapters.contract.test_szamlazz import VENDOR
from tests.adapters.drafts import CUPS, PAID, UNPAID, at, credit_of, draft, line

ROOT = "xmlszamlavalasz"


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    with bench_of(VENDOR) as made:
        yield made


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    running.reset()
    with at(VENDOR.home):
        yield running


def by_number(bench: Bench, **more: Any) -> Adapter:
    """An adapter as most accounts have it: the shop's order number is printed."""
    return bench.adapter(options={"order_number": "number"}, **more)


def failed(code: str, sentence: str = "Hiba") -> bytes:
    told = f"<hibakod>{code}</hibakod><hibauzenet>{sentence}</hibauzenet>"
    return f"<{ROOT}><sikeres>false</sikeres>{told}</{ROOT}>".encode()


def asked(bench: Bench, operation: str) -> int:
    return sum(entry["path"].endswith(operation) for entry in bench.requests())


# ---- order numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [71, 152])
def test_a_taken_order_number_adopts_what_is_surely_this_document(bench: Bench, code: int) -> None:
    bench.switch({"duplicate_code": code, "echo_identical": False})
    wanted = draft()
    first = by_number(bench).issue(replace(wanted, reference="by/hand/i1"))
    again = by_number(bench).issue(wanted)
    assert (again.number, again.reference, again.gross) == (first.number, wanted.reference, wanted.totals.gross)
    assert bench.documents() == 1


def test_a_taken_order_number_of_another_document_needs_a_person(bench: Bench) -> None:
    wanted = draft()
    by_number(bench).issue(replace(wanted, reference="other/1/i1"))
    other = draft(order=wanted.order_id, lines=CUPS[:1])
    with pytest.raises(Permanent) as caught:
        by_number(bench).issue(other)
    assert caught.value.code == OTHER_DOCUMENT
    assert wanted.order_number in caught.value.detail
    assert "order_number=reference" in caught.value.remedy
    assert bench.documents() == 1


def test_an_identical_request_is_answered_with_the_same_number(bench: Bench) -> None:
    wanted = draft()
    assert by_number(bench).issue(wanted).number == by_number(bench).issue(wanted).number
    assert bench.documents() == 1


def test_a_doubt_is_settled_by_the_order_number_but_never_for_a_credit_note(bench: Bench) -> None:
    wanted = draft()
    made = by_number(bench).issue(replace(wanted, reference="unseen/1/i1"))
    assert by_number(bench).find(wanted).sight is Sight.NONE
    assert by_number(bench).find(wanted, doubt=True).document.number == made.number
    note = credit_of(wanted, [CUPS[1]])
    by_number(bench).credit(replace(note, reference="unseen/1/c1"), made, wanted)
    assert by_number(bench).find(note, made, doubt=True).sight is Sight.NONE


# ---- credit notes -------------------------------------------------------------------------------------------------


def test_all_of_an_invoice_is_a_storno_and_a_part_a_corrective(bench: Bench) -> None:
    whole, parts = draft(), draft()
    first, second = (bench.adapter().issue(one) for one in (whole, parts))
    storno = bench.adapter().credit(credit_of(whole, CUPS), first, whole)
    part, rest = credit_of(parts, [CUPS[0]]), credit_of(parts, [CUPS[1]], "9002")
    bench.adapter().credit(part, second, parts)
    bench.adapter().credit(rest, second, parts, [part])
    assert bench.admin("GET", "summary")["per_kind"] == {"SZ": 2, "SS": 1, "HS": 2}
    assert bench.adapter().find(whole).sight is Sight.NONE, "a reversed invoice is live no more"
    assert storno.gross == whole.totals.gross > 0


def test_a_storno_sent_twice_is_one(bench: Bench) -> None:
    wanted = draft()
    made, note = bench.adapter().issue(wanted), credit_of(wanted, CUPS)
    numbers = {bench.adapter().credit(note, made, wanted).number for _ in "ab"}
    assert len(numbers) == 1
    assert bench.admin("GET", "summary")["per_kind"]["SS"] == 1


def test_a_storno_that_only_says_done_is_not_believed(bench: Bench) -> None:
    asked_for = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = bench.adapter().issue(asked_for)
    with pytest.raises(Permanent) as caught:
        bench.adapter().credit(credit_of(asked_for, CUPS), replace(proforma, kind=Kind.INVOICE), asked_for)
    assert caught.value.code == "NOT_REVERSED"
    assert bench.admin("GET", "summary")["per_kind"] == {"D": 1}


def test_a_storno_after_a_corrective_by_hand_is_refused_with_the_vendors_sentence(bench: Bench) -> None:
    wanted = draft()
    made = bench.adapter().issue(wanted)
    bench.adapter().credit(credit_of(wanted, [CUPS[1]]), made, wanted)
    with pytest.raises(Permanent) as caught:
        bench.adapter().credit(credit_of(wanted, CUPS, "9002"), made, wanted)
    assert caught.value.detail.startswith("221: ")


# ---- proformas and payments ---------------------------------------------------------------------------------------


def test_a_settled_proforma_is_taken_from_the_invoice_that_names_it(bench: Bench) -> None:
    asked_for = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = by_number(bench).issue(asked_for)
    by_number(bench).issue(draft(order=asked_for.order_id), proforma)
    found = by_number(bench).find(asked_for)
    assert (found.document.number, found.document.kind, found.document.state) == (
        proforma.number, Kind.PROFORMA, "settled")  # fmt: skip
    by_number(bench).cancel(proforma)
    assert asked(bench, "dijbekero_torlese") == 0, "what shows no more is not deleted"


def test_a_payment_is_added_to_those_there_are(bench: Bench) -> None:
    wanted = draft(payment=UNPAID)
    document = bench.adapter().issue(wanted)
    part = replace(document, gross=Decimal("35.30"))
    bench.adapter().mark_paid(part, PAID)
    assert bench.adapter().find(wanted).document.paid == Decimal("35.30")
    bench.adapter().mark_paid(document, PAID)
    assert bench.adapter().find(wanted).document.paid == wanted.totals.gross
    assert asked(bench, "kifiz") == 2


# ---- errors and answers -------------------------------------------------------------------------------------------


def test_an_invoice_whose_mail_failed_is_made(bench: Bench) -> None:
    bench.switch({"email_fails": True})
    made = bench.adapter(options={"mail": "yes"}).issue(draft())
    assert made.number
    assert made.extra["warning"]


@pytest.mark.parametrize("state", ["header", "code"])
def test_maintenance_is_waited_for_without_a_try(bench: Bench, state: str) -> None:
    bench.switch({"maintenance": state})
    with pytest.raises(RateLimited) as caught:
        bench.adapter().issue(draft())
    assert (caught.value.code, caught.value.retry_after) == ("MAINTENANCE", 1800)
    with pytest.raises(RateLimited):
        bench.adapter().find(draft())


@pytest.mark.parametrize("state", ["unpaid", "in_browser"])
def test_an_account_that_may_not_stops_with_a_remedy(bench: Bench, state: str) -> None:
    bench.switch({"account": state})
    with pytest.raises(Auth) as caught:
        bench.adapter().verify()
    assert caught.value.remedy


def test_answers_without_namespace_and_with_a_bare_ampersand_are_read(bench: Bench) -> None:
    bench.switch({"namespace": False, "buyer_page_raw": True})
    wanted = draft()
    made = bench.adapter().issue(wanted)
    assert bench.adapter().find(wanted).document.number == made.number


@pytest.mark.parametrize(("body", "kind", "says"), [
    (failed("260", "A tétel áfa értéke hibás"), Permanent, "260: A tétel"), (failed("9999"), Permanent, "9999: Hiba"),
    (failed("167"), RateLimited, "Hiba"), (failed("135"), Auth, "135"), (b"[ERR] baj", Permanent, "baj"),
    (b"xmlagentresponse=WHAT", Ambiguous, "neither"), (b"%PDF-1.4", Ambiguous, "neither"),
    (f"<{ROOT}><sikeres>true</sikeres></{ROOT}>".encode(), Ambiguous, "without a number"),
    (f"<{ROOT}><sikeres>true</sikeres><szamlaszam>A</szamlaszam><szamlabrutto>x</szamlabrutto></{ROOT}>".encode(),
     Ambiguous, "neither"),
])  # fmt: skip
def test_every_answer_to_a_create_has_one_meaning(body: bytes, kind: type[BillhookError], says: str) -> None:
    with at(VENDOR.home), serving(200, {"Content-Type": "text/xml"}, body) as url, pytest.raises(kind) as caught:
        _alone(url).issue(draft())
    assert says in caught.value.detail


def test_an_echo_of_the_buyer_is_masked() -> None:
    wanted = draft()
    said = failed("259", f"Hibás: {wanted.buyer.name}, {wanted.buyer.address.street}")
    with serving(200, {}, said) as url, pytest.raises(Permanent) as caught:
        _alone(url).issue(wanted)
    shown = f"{caught.value.detail} {caught.value.exchange}"
    assert "Zofia" not in shown
    assert "Kanarkowa" not in shown
    assert "259: Hibás" in caught.value.detail


def test_a_look_up_that_is_no_document_is_unsure() -> None:
    for body in (
        f"<{ROOT}><sikeres>true</sikeres></{ROOT}>".encode(),
        b"<szamla><alap><tipus>SZ</tipus></alap></szamla>",
    ):
        with serving(200, {"Content-Type": "text/xml"}, body) as url:
            assert _alone(url).find(draft()).sight is Sight.UNSURE


def _alone(url: str) -> Adapter:
    """An adapter at any address."""
    with bench_of(VENDOR) as bench:
        return bench.adapter(url=url)


# ---- sessions -----------------------------------------------------------------------------------------------------


def test_the_session_is_kept_and_no_other_key_gets_it(bench: Bench) -> None:
    adapter = bench.adapter()
    for _ in range(3):
        adapter.verify()
    with pytest.raises(Auth):
        bench.adapter(credentials=VENDOR.wrong_key).verify()
    cookies = ["cookie" in entry["headers"] for entry in bench.requests()]
    assert cookies[-4:] == [True, True, True, False] or cookies[-4:] == [False, True, True, False]
    url, key = f"{bench.url}/szamla", VENDOR.credentials("")["agent_key"]
    assert SESSIONS.header(owner_of(url, key))
    assert SESSIONS.header(owner_of(url, key)) != SESSIONS.header(owner_of(url, VENDOR.wrong_key["agent_key"]))


def test_a_session_is_forgotten_before_it_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions()
    sessions.learn("me", {"set-cookie": "A=1; Path=/, JSESSIONID=0123ABCD; Path=/"})
    assert sessions.header("me") == {"Cookie": "JSESSIONID=0123ABCD"}
    assert sessions.header("you") == {}
    monkeypatch.setattr("adapters.szamlazz_calls.time.monotonic", lambda: 10.0**9)
    assert sessions.header("me") == {}


def test_an_order_in_whole_forints_is_read_back_to_the_forint(bench: Bench) -> None:
    wanted = _forints()
    made = bench.adapter().issue(wanted)
    found = bench.adapter().find(wanted).document
    assert (str(made.gross), str(found.gross), found.currency) == ("2540", "2540", "HUF")
    assert found.vat_by_rate == {"27": Decimal(540)}


def _forints() -> Draft:
    return replace(draft(lines=[line("Bögre", "2", "2540", "27")], currency="HUF"), decimals=0)


def test_the_adapter_is_the_registered_one(bench: Bench) -> None:
    assert isinstance(bench.adapter(), Szamlazz)

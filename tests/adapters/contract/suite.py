"""The clauses: named sentences that every adapter keeps, chosen by its manifest and tried over real HTTP.

A vendor's file declares a Vendor and says `test_contract = contract(VENDOR)`. A clause is left out only by its `when`,
a question to the manifest; `live` ones also run against a sandbox.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from adapters.base import Adapter, OfficialState
from adapters.manifest import Credit, Manifest, Pdf, Reference
from adapters.wire import compare
from schemas.document import Draft, Kind, Sight
from schemas.errors import (
    AdapterError,
    Ambiguous,
    Auth,
    BillhookError,
    Permanent,
    RateLimited,
    Transient,
    Unsupported,
    Waiting,
)
from tests.adapters.contract.bench import CANARY_KEY, Bench, Vendor, serving
from tests.adapters.drafts import CUPS, FIRM, MIXED, PERSON, UNPAID, credit_of, draft, line


@dataclass(frozen=True)
class Clause:
    """One sentence, how it is tried, and which manifests it speaks of."""

    sentence: str
    tried: Callable[[Bench], None]
    when: Callable[[Manifest], bool]
    live: bool


CLAUSES: list[Clause] = []


def clause(
    when: Callable[[Manifest], bool] = lambda manifest: True, *, live: bool = False
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Add a clause; its function's name is its sentence."""

    def add(tried: Callable[[Bench], None]) -> Callable[[Bench], None]:
        CLAUSES.append(Clause(tried.__name__.replace("_", " "), tried, when, live))
        return tried

    return add


def contract(vendor: Vendor) -> Callable[..., None]:
    """The test of one vendor: every clause a case of its own."""

    @pytest.mark.parametrize("clause", CLAUSES, ids=lambda entry: entry.sentence)
    def test_contract(clause: Clause, bench: Bench) -> None:
        if not clause.when(vendor.manifest):
            pytest.skip("by the manifest")
        if vendor.live and not clause.live:
            pytest.skip("only against the simulator")
        clause.tried(bench)

    return test_contract


def searchable(manifest: Manifest) -> bool:
    return manifest.reference is not Reference.NONE


def unique(manifest: Manifest) -> bool:
    return manifest.reference is Reference.UNIQUE


def credits_parts(manifest: Manifest) -> bool:
    return manifest.credit is Credit.PARTIAL


def makes(kind: Kind) -> Callable[[Manifest], bool]:
    return lambda manifest: kind in manifest.kinds


# ---- the account ---------------------------------------------------------------------------------------------------


@clause(live=True)
def verify_says_whose_account_it_is(bench: Bench) -> None:
    assert bench.adapter().verify().name
    assert bench.ports.asked == 0, "verify is no write"


@clause(live=True)
def a_wrong_key_is_auth_with_a_remedy(bench: Bench) -> None:
    with pytest.raises(Auth) as caught:
        bench.adapter(credentials=bench.vendor.wrong_key).verify()
    assert caught.value.remedy
    assert caught.value.exchange is not None


@clause()
def a_key_that_expires_is_auth_and_nothing_is_made(bench: Bench) -> None:
    bench.arm("expired_token", times=None)
    with pytest.raises(Auth):
        bench.adapter().issue(draft())
    with pytest.raises(Auth):
        bench.adapter().find(draft())
    assert bench.documents() == 0


@clause(lambda manifest: manifest.series, live=True)
def series_can_be_chosen(bench: Bench) -> None:
    found = bench.adapter().series()
    assert found
    assert all(entry.id and entry.name for entry in found)


@clause()
def a_role_that_may_only_read_is_auth_with_a_remedy(bench: Bench) -> None:
    if not bench.vendor.read_only:
        pytest.skip("this system has no such role")
    bench.switch(bench.vendor.read_only)
    for tried in (bench.adapter().verify, lambda: bench.adapter().issue(draft())):
        with pytest.raises(Auth) as caught:
            tried()
        assert caught.value.code == "READ_ONLY_ROLE"


@clause()
def a_web_page_instead_of_the_api_makes_verify_say_what_to_correct(bench: Bench) -> None:
    bench.arm("html_200", times=None)
    with pytest.raises(Auth) as caught:
        bench.adapter().verify()
    assert "address" in caught.value.remedy


# ---- issuing -------------------------------------------------------------------------------------------------------


def issued_and_agreed(bench: Bench, wanted: Draft) -> None:
    """Issue, read back by look-up, compare both to the unit."""
    adapter = bench.adapter()
    document = adapter.issue(wanted)
    assert document.number
    assert (document.kind, document.reference) == (wanted.kind, wanted.reference)
    assert compare(wanted, document) == ()
    found = adapter.find(wanted)
    assert found.sight is Sight.ONE
    assert found.document.system_id == document.system_id
    assert compare(wanted, found.document) == ()
    assert found.document.gross == wanted.totals.gross


@clause(live=True)
def an_invoice_equals_its_draft_to_the_unit(bench: Bench) -> None:
    issued_and_agreed(bench, draft())


@clause(live=True)
def an_invoice_with_three_rates_and_a_discount_equals_its_draft(bench: Bench) -> None:
    issued_and_agreed(bench, draft(lines=MIXED, basis="gross"))


@clause(live=True)
def an_invoice_for_a_firm_not_yet_paid_equals_its_draft(bench: Bench) -> None:
    issued_and_agreed(bench, draft(buyer=FIRM, payment=UNPAID))


@clause()
def many_small_lines_keep_the_total(bench: Bench) -> None:
    issued_and_agreed(bench, draft(lines=[line(f"Pin {n}", "3", f"{n / 100 + 0.07:.2f}") for n in range(40)]))


@clause(lambda manifest: not manifest.currencies or "EUR" in manifest.currencies)
def a_foreign_currency_is_kept(bench: Bench) -> None:
    issued_and_agreed(bench, draft(currency="EUR", language="en"))


@clause()
def a_name_with_letters_of_all_alphabets_is_kept(bench: Bench) -> None:
    issued_and_agreed(bench, draft(lines=[line("Żółć Öl Ő 茶 😀 <b>&amp;\"'", "1", "12.30")], note="Dziękujemy 😀"))


@clause(makes(Kind.PROFORMA), live=True)
def a_proforma_equals_its_draft_and_does_not_block_the_invoice(bench: Bench) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    issued_and_agreed(bench, asked)
    issued_and_agreed(bench, draft(order=asked.order_id))


@clause(lambda manifest: manifest.follows_proforma)
def an_invoice_follows_its_proforma(bench: Bench) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    proforma = bench.adapter().issue(asked)
    wanted = draft(order=asked.order_id)
    document = bench.adapter().issue(wanted, proforma)
    assert compare(wanted, document) == ()
    assert document.system_id != proforma.system_id


@clause(lambda manifest: manifest.paid_on_create)
def a_paid_order_makes_a_paid_invoice(bench: Bench) -> None:
    wanted = draft()
    assert bench.adapter().issue(wanted).paid == wanted.totals.gross


@clause()
def a_refusal_is_permanent_with_the_systems_own_sentence(bench: Bench) -> None:
    if not bench.vendor.refused_options:
        pytest.skip("the vendor's file names no option that is refused")
    with pytest.raises(Permanent) as caught:
        bench.adapter(options=bench.vendor.refused_options).issue(draft())
    assert next(iter(bench.vendor.refused_options)) in caught.value.detail
    assert bench.documents() == 0


@clause(lambda manifest: manifest.reference_length > 0)
def a_reference_that_is_too_long_is_unsupported_before_any_call(bench: Bench) -> None:
    with pytest.raises(Unsupported):
        bench.adapter().issue(replace(draft(), reference="r" * (bench.manifest.reference_length + 1)))
    assert bench.requests() == []


# ---- looking up ----------------------------------------------------------------------------------------------------


@clause(searchable, live=True)
def find_is_none_when_nothing_was_issued(bench: Bench) -> None:
    assert bench.adapter().find(draft()).sight is Sight.NONE


@clause(searchable)
def find_compares_exactly_and_not_by_prefix(bench: Bench) -> None:
    wanted = draft()
    for reference in (f"{wanted.reference}0", f"x{wanted.reference}", wanted.reference.upper()):
        bench.adapter().issue(replace(wanted, reference=reference))
    assert bench.adapter().find(wanted).sight is Sight.NONE


@clause(lambda manifest: searchable(manifest) and Kind.PROFORMA in manifest.kinds)
def find_does_not_take_another_kind_for_it(bench: Bench) -> None:
    asked = draft(Kind.PROFORMA, payment=UNPAID)
    bench.adapter().issue(asked)
    assert bench.adapter().find(replace(draft(), reference=asked.reference)).sight is Sight.NONE


@clause(searchable)
def find_reads_every_page(bench: Bench) -> None:
    wanted = draft()
    adapter = bench.adapter()
    adapter.issue(wanted)
    for number in range(104):
        adapter.issue(replace(wanted, reference=f"{wanted.reference}-{number}"))
    assert adapter.find(wanted).sight is Sight.ONE
    assert adapter.find(replace(wanted, reference=f"{wanted.reference}-103")).sight is Sight.ONE
    assert adapter.find(replace(wanted, reference=f"{wanted.reference}-")).sight is Sight.NONE


@clause(searchable)
def two_documents_with_one_reference_are_many(bench: Bench) -> None:
    bench.switch({"oid_unique": "off"})
    wanted = draft()
    one, two = bench.adapter().issue(wanted), bench.adapter().issue(wanted)
    found = bench.adapter().find(wanted)
    assert found.sight is Sight.MANY
    assert {document.system_id for document in found.documents} == {one.system_id, two.system_id}


@clause(searchable)
def a_lagging_look_up_is_believed_only_after_the_settle_delay(bench: Bench) -> None:
    assert bench.manifest.settle_delay > 0
    wanted = draft()
    bench.adapter().issue(wanted)
    bench.arm("lag", times=1)
    assert bench.adapter().find(wanted).sight is Sight.NONE
    assert bench.adapter().find(wanted).sight is Sight.ONE


@clause(searchable)
def a_look_up_that_fails_is_unsure(bench: Bench) -> None:
    adapter = bench.adapter()
    for name, status in (("500", 503), ("500", 500), ("html_200", 0), ("empty_200", 0), ("half", 0)):
        bench.arm(name, method="GET", status=status)
        found = adapter.find(draft())
        assert found.sight is Sight.UNSURE, name
        assert found.why


@clause(searchable)
def a_look_up_at_a_closed_door_is_unsure(bench: Bench) -> None:
    assert bench.adapter(url=closed_door()).find(draft()).sight is Sight.UNSURE


@clause(searchable)
def a_look_up_asks_no_guard(bench: Bench) -> None:
    bench.ports.lease_lost = True
    assert bench.adapter().find(draft()).sight is Sight.NONE


# ---- what was done, when the answer does not come ------------------------------------------------------------------


@clause()
def a_closed_door_is_transient_and_the_guard_was_not_asked(bench: Bench) -> None:
    with pytest.raises(Transient):
        bench.adapter(url=closed_door()).issue(draft())
    assert bench.ports.asked == 0


@clause(searchable)
def a_timeout_before_the_write_is_ambiguous_and_find_sees_nothing(bench: Bench) -> None:
    lost(bench, "timeout_before", Sight.NONE)


@clause(searchable)
def a_timeout_after_the_write_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "timeout_after", Sight.ONE)


@clause(searchable)
def a_reset_before_the_write_is_ambiguous_and_find_sees_nothing(bench: Bench) -> None:
    lost(bench, "reset_before", Sight.NONE)


@clause(searchable)
def a_reset_after_the_write_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "reset_after", Sight.ONE)


@clause(searchable)
def half_an_answer_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "half", Sight.ONE)


@clause(searchable)
def an_empty_200_is_ambiguous(bench: Bench) -> None:
    lost(bench, "empty_200", Sight.NONE)
    lost(bench, "empty_200", Sight.ONE, commit=True)


@clause(searchable)
def a_web_page_with_200_is_ambiguous(bench: Bench) -> None:
    lost(bench, "html_200", Sight.NONE)
    lost(bench, "html_200", Sight.ONE, commit=True)


@clause(searchable)
def a_500_is_ambiguous(bench: Bench) -> None:
    lost(bench, "500", Sight.NONE)
    lost(bench, "500", Sight.ONE, commit=True)
    lost(bench, "502_after", Sight.ONE)


@clause(searchable)
def a_dripping_answer_ends_at_the_deadline(bench: Bench) -> None:
    began = time.monotonic()
    lost(bench, "drip", Sight.ONE, seconds=0.1)
    assert time.monotonic() - began < 3


@clause()
def a_slow_answer_within_the_deadline_is_an_answer(bench: Bench) -> None:
    bench.arm("slow", method="POST", seconds=0.2)
    assert bench.adapter().issue(draft()).number


def lost(bench: Bench, fault: str, seen: Sight, **params: Any) -> None:
    """A write whose answer is lost is Ambiguous, and the look-up tells what became of it."""
    wanted = draft()
    bench.arm(fault, method="POST", **params)
    with pytest.raises(Ambiguous) as caught:
        bench.adapter(deadline=1.0).issue(wanted)
    assert caught.value.exchange is not None
    assert caught.value.detail
    bench.disarm()
    assert bench.adapter().find(wanted).sight is seen


def closed_door() -> str:
    """An address where nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{door.getsockname()[1]}"


# ---- guard and budget ----------------------------------------------------------------------------------------------


@clause()
def a_guard_that_refuses_means_that_nothing_was_sent(bench: Bench) -> None:
    bench.ports.lease_lost = True
    with pytest.raises(Waiting):
        bench.adapter().issue(draft())
    assert bench.ports.asked == 1
    assert bench.requests(writes=True) == []


@clause()
def every_write_asks_the_guard_once(bench: Bench) -> None:
    bench.adapter().issue(draft())
    assert bench.ports.asked == len(bench.requests(writes=True)) == 1


@clause()
def a_used_up_budget_means_that_nothing_was_sent(bench: Bench) -> None:
    bench.ports.used_up = True
    for tried in (
        bench.adapter().verify,
        lambda: bench.adapter().issue(draft()),
        lambda: bench.adapter().find(draft()),
    ):
        with pytest.raises(RateLimited):
            tried()
    assert bench.requests() == []


@clause()
def a_429_waits_as_long_as_the_system_says(bench: Bench) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for told, least, most in (("7", 7, 7), (date, 80, 91), (None, 60, 60)):
        bench.arm("429", retry_after=told)
        with pytest.raises(RateLimited) as caught:
            bench.adapter().issue(draft())
        assert least <= caught.value.retry_after <= most
        assert bench.ports.penalties.pop() == caught.value.retry_after
    assert bench.documents() == 0


# ---- once ----------------------------------------------------------------------------------------------------------


@clause(unique, live=True)
def the_same_reference_twice_is_one_document(bench: Bench) -> None:
    wanted = draft()
    first = bench.adapter().issue(wanted)
    assert bench.adapter().issue(wanted).system_id == first.system_id


@clause(unique)
def four_at_once_make_one_document(bench: Bench) -> None:
    wanted = draft()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: bench.adapter(deadline=10.0).issue(wanted), range(4)))
    assert len({document.system_id for document in made}) == 1
    assert bench.count(wanted.reference) == 1


@clause(unique)
def a_taken_reference_that_look_up_does_not_show_yet_is_ambiguous(bench: Bench) -> None:
    wanted = draft()
    bench.adapter().issue(wanted)
    bench.switch({"lag": 30.0})
    with pytest.raises(Ambiguous):
        bench.adapter().issue(wanted)
    assert bench.count(wanted.reference) == 1


@clause(unique)
def a_refusal_in_one_string_is_understood_too(bench: Bench) -> None:
    bench.switch({"message_style": "string"})
    wanted = draft()
    first = bench.adapter().issue(wanted)
    assert bench.adapter().issue(wanted).system_id == first.system_id


# ---- after issuing -------------------------------------------------------------------------------------------------


@clause(credits_parts, live=True)
def a_partial_credit_note_equals_its_draft(bench: Bench) -> None:
    credited(bench, CUPS, [line("Cup", "1", "61.50")])


@clause(lambda manifest: manifest.credit is not Credit.NONE, live=True)
def a_full_credit_note_equals_its_draft(bench: Bench) -> None:
    credited(bench, MIXED, MIXED)


@clause(credits_parts)
def an_amount_without_a_line_can_be_credited(bench: Bench) -> None:
    credited(bench, CUPS, [line("Refund", "1", "20.00", source="refund:9001")])
    credited(bench, CUPS, [line("Refund", "1", "135.30", source="refund:9001")])


@clause(credits_parts)
def a_second_credit_note_starts_from_what_the_first_left(bench: Bench) -> None:
    invoice = draft()
    document = bench.adapter().issue(invoice)
    first = credit_of(invoice, [line("Cup", "1", "61.50")])
    rest = credit_of(invoice, [line("Cup", "1", "61.50"), CUPS[1]], "9002")
    assert compare(first, bench.adapter().credit(first, document, invoice)) == ()
    assert compare(rest, bench.adapter().credit(rest, document, invoice, [first])) == ()


@clause(lambda manifest: manifest.credit is not Credit.NONE)
def a_credit_whose_answer_is_lost_is_found(bench: Bench) -> None:
    invoice = draft()
    document = bench.adapter().issue(invoice)
    note = credit_of(invoice, CUPS)
    bench.arm("timeout_after", method="POST")
    with pytest.raises(Ambiguous):
        bench.adapter(deadline=1.0).credit(note, document, invoice)
    bench.disarm()
    assert compare(note, bench.adapter().find(note, document).document) == ()


def credited(bench: Bench, lines: object, back: object) -> None:
    """Issue, credit, look the credit up: positive amounts, equal to the draft."""
    invoice = draft(lines=lines)  # type: ignore[arg-type]
    document = bench.adapter().issue(invoice)
    note = credit_of(invoice, back)  # type: ignore[arg-type]
    made = bench.adapter().credit(note, document, invoice)
    assert made.kind is Kind.CREDIT_NOTE
    assert made.gross == note.totals.gross
    assert compare(note, made) == ()
    found = bench.adapter().find(note, document)
    assert found.document.system_id == made.system_id
    assert compare(note, found.document) == ()


@clause(lambda manifest: bool(manifest.cancels), live=True)
def a_cancelled_document_is_no_longer_live_and_twice_is_once(bench: Bench) -> None:
    wanted = draft(sorted(bench.manifest.cancels)[-1], payment=UNPAID)
    document = bench.adapter().issue(wanted)
    bench.adapter().cancel(document)
    assert bench.adapter().find(wanted).sight is Sight.NONE
    asked = bench.ports.asked
    bench.adapter().cancel(document)
    assert bench.ports.asked == asked, "the second time only reads"


@clause(lambda manifest: bool(manifest.cancels) and unique(manifest))
def a_reference_held_by_a_cancelled_document_needs_a_person(bench: Bench) -> None:
    wanted = draft(sorted(bench.manifest.cancels)[-1], payment=UNPAID)
    bench.adapter().cancel(bench.adapter().issue(wanted))
    with pytest.raises(Permanent) as caught:
        bench.adapter().issue(wanted)
    assert caught.value.code == "REFERENCE_TAKEN"


@clause(lambda manifest: manifest.marks_paid, live=True)
def marked_paid_twice_is_once(bench: Bench) -> None:
    wanted = draft(payment=UNPAID)
    document = bench.adapter().issue(wanted)
    bench.adapter().mark_paid(document, draft().payment)
    asked = bench.ports.asked
    bench.adapter().mark_paid(document, draft().payment)
    assert bench.ports.asked == asked, "the second time only reads"
    assert bench.adapter().find(wanted).document.paid == wanted.totals.gross


@clause(lambda manifest: manifest.marks_paid and Kind.PROFORMA in manifest.kinds)
def a_proforma_can_be_marked_paid(bench: Bench) -> None:
    wanted = draft(Kind.PROFORMA, payment=UNPAID)
    document = bench.adapter().issue(wanted)
    bench.adapter().mark_paid(document, draft().payment)
    assert bench.adapter().find(wanted).document.paid == wanted.totals.gross


@clause(lambda manifest: manifest.mail)
def an_email_is_sent_once_and_a_lost_answer_is_ambiguous(bench: Bench) -> None:
    document = bench.adapter().issue(draft())
    bench.adapter().send(document, PERSON.email)
    assert bench.emails(document.system_id) == 1
    bench.arm("timeout_after", method="POST")
    with pytest.raises(Ambiguous):
        bench.adapter(deadline=1.0).send(document, PERSON.email)


@clause(lambda manifest: manifest.pdf is not Pdf.NONE, live=True)
def a_pdf_comes_or_is_waited_for(bench: Bench) -> None:
    document = bench.adapter().issue(draft())
    for _ in range(10):
        try:
            assert bench.adapter().pdf(document).startswith(b"%PDF")
            return
        except Waiting as error:
            assert error.until == "pdf"
            time.sleep(3 if bench.vendor.live else 0)
    pytest.fail("no PDF came")


@clause(lambda manifest: manifest.pdf is Pdf.LATER)
def a_pdf_that_is_not_ready_is_waited_for(bench: Bench) -> None:
    bench.switch(bench.vendor.pdf_pending)
    document = bench.adapter().issue(draft())
    with pytest.raises(Waiting):
        bench.adapter().pdf(document)
    bench.arm("html_200", method="GET")
    with pytest.raises(Waiting):
        bench.adapter().pdf(document)


@clause(lambda manifest: bool(manifest.official))
def the_hubs_answer_is_waiting_accepted_or_refused(bench: Bench) -> None:
    for state in (OfficialState.WAITING, OfficialState.ACCEPTED, OfficialState.REFUSED):
        bench.switch(bench.vendor.official[state])
        told = bench.adapter().official(bench.adapter().issue(draft(buyer=FIRM)))
        assert told.state is state
        assert bool(told.number) == (state is OfficialState.ACCEPTED)
        assert bool(told.messages) == (state is OfficialState.REFUSED)


@clause(lambda manifest: bool(manifest.official) and manifest.mail)
def mail_waits_for_the_hubs_number(bench: Bench) -> None:
    bench.switch(bench.vendor.official[OfficialState.WAITING])
    document = bench.adapter().issue(draft(buyer=FIRM))
    with pytest.raises(Waiting) as caught:
        bench.adapter().send(document, FIRM.email)
    assert caught.value.until == "official_number"
    assert bench.emails(document.system_id) == 0


# ---- what must never show, and whom never to talk to ---------------------------------------------------------------

FAULTS = ("429", "500", "502_after", "timeout_after", "reset_after", "half", "empty_200", "html_200", "expired_token")


@clause()
def secrets_and_persons_show_nowhere(bench: Bench) -> None:
    seen = Seen()
    with seen.listening():
        for fault in ("", *FAULTS):
            talked_about(bench, fault, seen)
    assert seen.hits([CANARY_KEY, CANARY_KEY.partition("/")[0], "Zofia", "Kanarek", "zofia.kanarek", "Kanarkowa"]) == []


def talked_about(bench: Bench, fault: str, seen: Seen) -> None:
    """Every call once, under a fault or none, all that can be seen of it kept."""
    adapter = bench.adapter(deadline=0.5)
    document = bench.adapter().issue(draft())
    wanted = draft()
    calls: list[Callable[[], object]] = [
        adapter.verify, lambda: adapter.find(wanted), lambda: adapter.issue(wanted),
        lambda: bench.adapter(options=bench.vendor.refused_options).issue(draft()),
        lambda: adapter.send(document, PERSON.email), lambda: adapter.pdf(document), lambda: adapter.cancel(document),
        lambda: bench.adapter(credentials=bench.vendor.wrong_key).find(wanted),
    ]  # fmt: skip
    for call in calls:
        if fault:
            bench.arm(fault)
        seen.of(adapter, call)
        bench.disarm()
    seen.texts += [entry["query"] for entry in bench.requests()]


class Seen:
    """Everything that a person, a log or a database could see."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def of(self, adapter: Adapter, call: Callable[[], object]) -> None:
        try:
            self.texts.append(repr(call()))
        except BillhookError as error:
            self.texts += [str(error), repr(error), error.detail, error.remedy, repr(error.args)]
            self.texts += [repr(error.__cause__), repr(getattr(error, "exchange", None))]
        self.texts += [repr(adapter), repr(adapter.account), repr(vars(adapter).get("speaker"))]

    def listening(self) -> _Listening:
        return _Listening(self.texts)

    def hits(self, canaries: list[str]) -> list[str]:
        return [f"{canary} in {text[:200]}" for canary in canaries for text in self.texts if canary in text]


class _Listening(logging.Handler):
    """All log output while it is entered."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        if "/_sim/" not in record.getMessage():
            self.texts.append(record.getMessage())

    def __enter__(self) -> None:
        self.level_before = logging.root.level
        logging.root.addHandler(self)
        logging.root.setLevel(logging.DEBUG)

    def __exit__(self, *_: object) -> None:
        logging.root.removeHandler(self)
        logging.root.setLevel(self.level_before)


@clause()
def the_exchange_keeps_the_systems_own_words(bench: Bench) -> None:
    with pytest.raises(AdapterError) as caught:
        bench.adapter(credentials=bench.vendor.wrong_key).find(draft())
    exchange = caught.value.exchange
    assert exchange is not None
    assert exchange.status == 401
    assert exchange.response
    assert exchange.elapsed_ms >= 0


@clause()
def no_redirect_is_followed_with_the_key(bench: Bench) -> None:
    with serving(302, {"Location": bench.url + "/invoices.json"}) as url:
        assert bench.adapter(url=url).find(draft()).sight is Sight.UNSURE
        with pytest.raises(Ambiguous) as caught:
            bench.adapter(url=url).issue(draft())
        with pytest.raises(Auth):
            bench.adapter(url=url).verify()
    assert caught.value.code == "REDIRECTED"
    assert bench.requests() == []


@clause()
def a_private_address_is_refused_unless_allowed(bench: Bench) -> None:
    for url in (bench.url, bench.url.replace("http:", "https:"), bench.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(Permanent) as caught:
            bench.adapter(url=url, allow_private=False).issue(draft())
        assert caught.value.code == "ADDRESS_FORBIDDEN"
    assert bench.requests() == []


@clause()
def proxies_of_the_environment_have_no_say(bench: Bench) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.setitem(os.environ, name, closed_door())
        assert bench.adapter().verify().name

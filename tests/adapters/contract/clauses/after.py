"""After issuing: credit, cancel, paid, e-mail, PDF, the state's hub."""

from __future__ import annotations

import time

import pytest

from adapters.base import OfficialState
from adapters.manifest import Credit, Pdf
from adapters.wire import compare
from schemas.document import Kind, Sight
from schemas.errors import (
    Ambiguous,
    Permanent,
    Waiting,
)
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause, credits_parts, searchable, unique
from tests.adapters.drafts import CUPS, FIRM, MIXED, PERSON, UNPAID, credit_of, draft, line


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


@clause(lambda manifest: manifest.credit is not Credit.NONE and searchable(manifest))
def a_credit_whose_answer_is_lost_is_found(bench: Bench) -> None:
    invoice = draft()
    document = bench.adapter().issue(invoice)
    note = credit_of(invoice, CUPS)
    method, path = bench.vendor.credit
    bench.arm("timeout_after", method=method, path=path or None)
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
    if not searchable(bench.manifest):
        return
    found = bench.adapter().find(note, document)
    assert found.document.system_id == made.system_id
    assert compare(note, found.document) == ()


@clause(lambda manifest: bool(manifest.cancels), live=True)
def a_cancelled_document_is_no_longer_live_and_twice_is_once(bench: Bench) -> None:
    wanted = draft(sorted(bench.manifest.cancels)[-1], payment=UNPAID)
    document = bench.adapter().issue(wanted)
    bench.adapter().cancel(document)
    if searchable(bench.manifest):
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


@clause(lambda manifest: manifest.marks_paid and manifest.marks_proformas_paid and Kind.PROFORMA in manifest.kinds)
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
    method, path = bench.vendor.mail
    bench.arm("timeout_after", method=method, path=path)
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


@clause(lambda manifest: manifest.mails_after_official and manifest.mail)
def mail_waits_for_the_hubs_number(bench: Bench) -> None:
    bench.switch(bench.vendor.official[OfficialState.WAITING])
    document = bench.adapter().issue(draft(buyer=FIRM))
    with pytest.raises(Waiting) as caught:
        bench.adapter().send(document, FIRM.email)
    assert caught.value.until == "official_number"
    assert bench.emails(document.system_id) == 0

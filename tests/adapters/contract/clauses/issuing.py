"""Issuing: the document equals its draft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.wire import compare
from schemas.document import Draft, Kind, Sight
from schemas.errors import (
    Permanent,
    Unsupported,
)
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause, makes, searchable
from tests.adapters.drafts import FIRM, MIXED, UNPAID, draft, line


def issued_and_agreed(bench: Bench, wanted: Draft) -> None:
    """Issue, read back by look-up, compare both to the unit."""
    adapter = bench.adapter()
    document = adapter.issue(wanted)
    assert document.number
    assert (document.kind, document.reference) == (wanted.kind, wanted.reference)
    assert compare(wanted, document) == ()
    if not searchable(bench.manifest):
        return
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
    issued_and_agreed(bench, draft(currency=bench.vendor.home.foreign, language="en"))


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
    ((name, value),) = bench.vendor.refused_options.items()
    assert name in caught.value.detail or value in caught.value.detail
    assert bench.documents() == 0


@clause(lambda manifest: manifest.reference_length > 0)
def a_reference_that_is_too_long_is_unsupported_before_any_call(bench: Bench) -> None:
    with pytest.raises(Unsupported):
        bench.adapter().issue(replace(draft(), reference="r" * (bench.manifest.reference_length + 1)))
    assert bench.requests() == []

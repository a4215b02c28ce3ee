"""Looking up: NONE only when surely absent."""

from __future__ import annotations

from dataclasses import replace

from schemas.document import Kind, Sight
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause, closed_door, searchable
from tests.adapters.drafts import UNPAID, draft


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


@clause(lambda manifest: searchable(manifest) and not manifest.newest_only)
def two_documents_with_one_reference_are_many(bench: Bench) -> None:
    bench.switch(bench.vendor.duplicates)
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


@clause(lambda manifest: not searchable(manifest))
def a_system_that_cannot_be_asked_is_unsure_of_everything_and_nothing_is_said_to_it(bench: Bench) -> None:
    wanted = draft()
    bench.adapter().issue(wanted)
    said = len(bench.requests())
    for doubt in (False, True):
        found = bench.adapter().find(wanted, doubt=doubt)
        assert (found.sight, bool(found.why)) == (Sight.UNSURE, True)
    assert len(bench.requests()) == said


@clause(searchable)
def a_look_up_asks_no_guard(bench: Bench) -> None:
    bench.ports.lease_lost = True
    assert bench.adapter().find(draft()).sight is Sight.NONE

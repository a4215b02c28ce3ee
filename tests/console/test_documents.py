"""A person's word on a document nobody could be sure of, and the listing of documents."""

from __future__ import annotations

from ledger import documents, events
from schemas.event import State
from tests.console.conftest import Console


def in_doubt(console: Console, *, there: bool) -> tuple[str, str]:
    """An event whose document's row is held, and its number in the invoicing system where it exists."""
    event_id = console.deliver()
    console.process(event_id)
    (row,) = console.documents()
    number = row.document.number if row.document else ""
    if not there:
        console.simulator.world.reset()
    with console.ledger.write() as tx:
        documents.hold(tx, row.id)
        events.replay(tx, event_id, row.created_at)
    console.process(event_id)
    assert (console.event(event_id).state, console.event(event_id).reason) == (State.DEAD, "HELD")
    return event_id, number


def test_it_exists_adopts_the_document_and_ends_the_dead_letter(console: Console) -> None:
    event_id, number = in_doubt(console, there=True)
    assert console.json("document", "settle", event_id, "--number", number)["state"] == "live"
    console.process(event_id)
    assert (console.event(event_id).state, console.event(event_id).reason) == (State.DONE, "ALREADY_INVOICED")
    assert console.simulator.world.summary()["documents"] == 1


def test_it_exists_under_another_number_is_refused_with_the_right_one(console: Console) -> None:
    event_id, number = in_doubt(console, there=True)
    said = console.refuses("document", "settle", event_id, "--number", "FV/999")
    assert number in said
    assert console.json("document", "list")[0]["state"] == "held"


def test_it_exists_but_nothing_is_found_is_refused(console: Console) -> None:
    event_id, _ = in_doubt(console, there=False)
    assert "has no document with the reference" in console.refuses("document", "settle", event_id, "--number", "1")


def test_a_document_with_other_totals_is_not_adopted(console: Console) -> None:
    event_id, number = in_doubt(console, there=True)
    world = console.simulator.world
    (ident,) = world.invoices  # type: ignore[attr-defined]
    world.patch(str(ident), {"price_gross": "1.00"})
    assert "is not the document of this order" in console.refuses("document", "settle", event_id, "--number", number)


def test_it_does_not_exist_lets_it_be_issued(console: Console) -> None:
    event_id, _ = in_doubt(console, there=False)
    assert console.json("document", "issue", event_id)["state"] == "planned"
    console.process(event_id)
    assert console.event(event_id).state is State.DONE
    assert [d.state for d in console.documents()] == ["live"]
    assert console.simulator.world.summary()["documents"] == 1


def test_it_does_not_exist_is_checked_once_more_before_anything_is_sent(console: Console) -> None:
    event_id, _ = in_doubt(console, there=True)
    console.says("document", "issue", event_id)
    console.process(event_id)
    assert console.simulator.world.summary()["documents"] == 1


def test_an_order_without_doubt_needs_nobodys_word(console: Console) -> None:
    event_id = console.deliver()
    console.process(event_id)
    assert "No document of order" in console.refuses("document", "issue", event_id)
    assert "There is no event" in console.refuses("document", "settle", "nonsense", "--number", "1")


def test_documents_are_listed_and_shown(console: Console) -> None:
    event_id = console.deliver()
    console.process(event_id)
    (row,) = console.json("document", "list", "--state", "live", "--shop", console.shop().key)
    shown = console.json("document", "show", str(row["id"]))
    assert (shown["number"], shown["event"]) == (row["number"], event_id)
    assert shown["draft"]["order_id"] == row["order_id"]
    assert row["number"] in console.says("document", "list")
    assert "There is no document 99" in console.refuses("document", "show", "99")

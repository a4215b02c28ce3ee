"""Replay: one, many, or all that match, today's rules, tries anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from console import replay as command
from ledger import connections, events, replays
from ledger.events import Filter
from schemas.event import State
from tests.console.conftest import Console
from workers import replay as carrying


class Beats:
    """In place of the time module: what happens while the progress bar sleeps."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.meanwhile = meanwhile

    def sleep(self, seconds: float) -> None:
        self.meanwhile()


def test_one_dead_letter_becomes_a_document_and_its_try_is_marked_manual(console: Console) -> None:
    event_id = console.dead()
    assert console.json("event", "replay", event_id)["state"] == "waiting"
    console.process(event_id)
    assert [d.order_id for d in console.documents()] == [console.event(event_id).order_id]
    with console.ledger.read() as tx:
        assert [a.manual for a in events.attempts(tx, event_id)] == [True]


def test_many_ids_are_replayed_together_or_not_at_all(console: Console) -> None:
    ids = [console.dead(), console.dead()]
    assert "nonsense" in console.refuses("event", "replay", *ids, "nonsense")
    assert {console.event(i).state for i in ids} == {State.DEAD}
    console.says("event", "replay", *ids)
    assert {console.event(i).state for i in ids} == {State.WAITING}


def test_a_replay_of_an_issued_document_finds_it_and_makes_no_second(console: Console) -> None:
    event_id = console.deliver()
    console.process(event_id)
    console.says("event", "replay", event_id)
    console.process(event_id)
    assert console.simulator.world.summary()["documents"] == 1
    assert console.event(event_id).reason == "ALREADY_INVOICED"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["--code", "NO_RATE"], {"a"}),
        (["--system", "fakturownia"], {"b"}),
        (["--text", "TEAPOT"], {"b"}),
        (["--error-class", "Permanent"], {"a", "b"}),
        (["--until", "2001-01-01"], set()),
        (["--since", "2001-01-01"], {"a", "b"}),
        (["--shop", "another"], set()),
        (["--all"], {"a", "b"}),
    ],
)
def test_a_filter_takes_what_matches_and_nothing_else(console: Console, chosen: list[str], expected: set[str]) -> None:
    made = {console.dead("NO_RATE", "", "No rate."): "a", console.dead("REFUSED", detail="A teapot."): "b"}
    console.says("event", "replay", *chosen, "--yes", "--no-wait")
    console.tick()
    assert {name for i, name in made.items() if console.event(i).state is State.WAITING} == expected


def test_only_the_row_is_written_by_the_command(console: Console) -> None:
    event_id = console.dead()
    begun = console.json("event", "replay", "--all", "--yes")
    assert (begun["matched"], begun["replayed"], begun["state"]) == (1, 0, "running")
    assert console.event(event_id).state is State.DEAD


def test_the_progress_follows_the_row_to_its_end(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        console.dead()
    monkeypatch.setattr(command, "time", Beats(console.tick))
    said = console.says("event", "replay", "--all", "--yes")
    assert "of 3 events is written down" in said
    assert "is done: 3 events are due" in said


def test_leaving_the_progress_does_not_stop_the_replay(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    event_id = console.dead()

    def leave() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "time", Beats(leave))
    assert "goes on without you" in console.says("event", "replay", "--all", "--yes")
    console.tick()
    assert console.event(event_id).state is State.WAITING


def test_a_filter_that_nothing_matches_says_so(console: Console) -> None:
    assert "No event matches" in console.says("event", "replay", "--code", "NOBODY", "--yes")


def test_nothing_happens_without_a_yes(console: Console) -> None:
    console.dead()
    assert console.run("event", "replay", "--all", input="n\n").exit_code == 1
    assert console.json("event", "replays") == []


def test_ids_and_filter_together_are_refused(console: Console) -> None:
    assert "not both" in console.refuses("event", "replay", "x", "--all")
    assert "not none" in console.refuses("event", "replay")


def test_pages_neither_skip_nor_double_and_later_events_do_not_belong(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "PAGE", 2)
    monkeypatch.setattr(carrying, "PAGES", 2)
    ids = [console.dead() for _ in range(5)]
    console.says("event", "replay", "--all", "--yes", "--no-wait")
    late = console.dead()
    console.tick()
    (row,) = console.json("event", "replays")
    assert (row["replayed"], row["state"], row["cursor"]) == (4, "running", ids[3])
    with console.ledger.write() as tx:
        events.die(tx, ids[0], "AGAIN", "No.", "", datetime.now(UTC))
    console.tick()
    (row,) = console.json("event", "replays")
    assert (row["matched"], row["replayed"], row["state"]) == (5, 5, "done")
    assert console.event(ids[0]).state is State.DEAD, "what died anew is not taken a second time"
    assert console.event(late).state is State.DEAD


def test_a_page_that_fails_leaves_cursor_and_events_as_they_were(console: Console) -> None:
    event_id = console.dead()
    with console.ledger.write() as tx:
        row = replays.begin(tx, Filter(), "me", datetime.now(UTC))
    with pytest.raises(RuntimeError), console.ledger.write() as tx:
        assert replays.carry(tx, row.id, 10, datetime.now(UTC)) == 1
        raise RuntimeError("killed before the commit")
    assert console.event(event_id).state is State.DEAD
    with console.ledger.read() as tx:
        assert replays.load(tx, row.id) == row


def test_a_cancelled_replay_takes_nothing_more(console: Console) -> None:
    event_id = console.dead()
    begun = console.json("event", "replay", "--all", "--yes")
    assert "cancelled: 0 of 1" in console.says("event", "cancel-replay", str(begun["id"]))
    console.tick()
    assert console.event(event_id).state is State.DEAD
    assert "There is no replay 99" in console.refuses("event", "cancel-replay", "99")


def test_a_dry_run_tells_the_documents_and_touches_nothing(console: Console) -> None:
    console.dead()
    console.dead(status="pending", date_paid=None, date_paid_gmt=None)
    before = console.json("event", "list")
    told = console.json("event", "replay", "--all", "--dry-run")
    assert told["matched"] == 2
    assert sorted(row["would"] for row in told["would"]) in (["invoice", "nothing"], ["invoice", "wait"])
    invoice = next(row for row in told["would"] if row["would"] == "invoice")
    assert invoice["amount"].endswith("EUR") or invoice["amount"].endswith("HUF")
    assert console.json("event", "list") == before
    assert console.json("event", "replays") == []
    assert console.documents("planned") == []


def test_a_dry_run_that_is_cut_says_so(console: Console) -> None:
    for _ in range(3):
        console.dead()
    said = console.says("event", "replay", "--all", "--dry-run", "--most", "2")
    assert "3 events match. Nothing was touched." in said
    assert "the newest 2" in said


def test_a_dry_run_goes_by_todays_rules(console: Console) -> None:
    console.dead()
    with console.ledger.write() as tx:
        connections.set_route_state(tx, connections.list_routes(tx)[0].id, "paused")
    assert console.json("event", "replay", "--all", "--dry-run")["would"][0]["reason"] == "NO_ROUTE"


def test_listing_events_takes_the_same_filters(console: Console) -> None:
    event_id = console.dead("NO_RATE")
    console.deliver()
    assert [e["id"] for e in console.json("event", "list", "--code", "NO_RATE", "--state", "dead")] == [event_id]
    assert console.json("event", "list", "--since", (datetime.now(UTC) + timedelta(days=1)).isoformat()) == []


def test_a_time_without_its_zone_is_refused(console: Console) -> None:
    assert "lacks its time zone" in console.refuses("event", "list", "--since", "2026-01-01T00:00:00")

"""Accepting a restore: said first, then done; what may have been issued since the copy is looked up, or held."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.fakturownia import Fakturownia
from adapters.manifest import Reference, Token
from ledger import documents, follow_ups, polls
from ledger.rows import Tick
from schemas.event import State
from tests.restore.conftest import Lived
from workers.leases import HOST

NOW = datetime.now(UTC)


@pytest.fixture
def unaskable(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invoicing system that keeps no reference."""
    blind = replace(Fakturownia.manifest, reference=Reference.NONE)
    monkeypatch.setattr(Fakturownia, "manifest", blind)


def restored(lived: Lived, *since: str) -> None:
    """An older copy is put back; `since` are events that are worked on after the copy was made."""
    copy = lived.copy()
    lived.tick()
    for event_id in since:
        lived.console.process(event_id)
    lived.put_back(copy)


def accept(lived: Lived) -> str:
    said = lived.console.says("ledger", "accept-restore", "--yes")
    lived.tick()
    return said


def there(lived: Lived) -> int:
    return int(lived.console.simulator.world.summary()["documents"])


def test_it_says_what_it_will_do_and_does_nothing_without_a_yes(lived: Lived) -> None:
    event_id = lived.console.deliver()
    restored(lived)
    result = lived.console.run("ledger", "accept-restore", input="n\n")
    assert result.exit_code == 1
    for words in ("later ledger", "Redis is emptied", "CANNOT be asked", lived.console.shop().key, "looked up"):
        assert words in result.output
    lived.tick()
    assert lived.alarms() == ["ledger_restored"]
    accept(lived)
    assert (lived.alarms(), lived.waiting_jobs()) == ([], 1)
    lived.console.process(event_id)
    assert there(lived) == 1


def test_nothing_is_accepted_where_nothing_was_restored_unless_a_person_knows_better(lived: Lived) -> None:
    assert "--anyway" in lived.console.refuses("ledger", "accept-restore", "--yes")
    assert "Accepted" in lived.console.says("ledger", "accept-restore", "--yes", "--anyway")


def test_an_order_issued_after_the_copy_is_adopted_not_issued_again(lived: Lived) -> None:
    event_id = lived.console.deliver()
    restored(lived, event_id)
    assert (there(lived), lived.console.event(event_id).state) == (1, State.WAITING)
    accept(lived)
    lived.console.process(event_id)
    assert lived.console.event(event_id).state is State.DONE
    assert (there(lived), len(lived.console.documents())) == (1, 1)


@pytest.mark.parametrize("state", ["planned", "issuing"])
def test_a_document_under_way_in_the_copy_is_looked_up_first(lived: Lived, state: str) -> None:
    event_id = lived.console.deliver()
    lived.console.process(event_id)
    (row,) = lived.console.documents()
    with lived.console.ledger.write() as tx:
        documents.back_to_planned(tx, row.id)
        if state == "issuing":
            documents.mark_issuing(tx, row.id, NOW)
    restored(lived)
    assert "1 documents under way are looked up" in accept(lived)
    assert len(lived.console.documents("issuing")) == 1
    assert lived.console.event(event_id).state is State.WAITING, "its event is due"
    lived.console.process(event_id)
    assert len(lived.console.documents("issuing")) == 1
    assert lived.console.event(event_id).reason == "SETTLE", "not sooner than a call may last"
    assert there(lived) == 1


def test_where_a_system_cannot_be_asked_a_person_decides(lived: Lived, unaskable: None) -> None:
    issued, untouched = lived.console.deliver(), lived.console.deliver()
    restored(lived, issued)
    assert there(lived) == 1
    accept(lived)
    for event_id in (issued, untouched):
        lived.console.process(event_id)
        assert (lived.console.event(event_id).state, lived.console.event(event_id).reason) == (State.DEAD, "HELD")
    assert there(lived) == 1
    lived.console.says("document", "settle", issued, "--number", "FV 1")
    lived.console.says("document", "issue", untouched)
    for event_id in (issued, untouched):
        lived.console.process(event_id)
        assert lived.console.event(event_id).state is State.DONE
    assert (there(lived), len(lived.console.documents())) == (2, 2)


def test_where_a_system_cannot_be_asked_what_is_under_way_is_held_and_what_is_new_is_issued(
    lived: Lived, unaskable: None
) -> None:
    event_id = lived.console.deliver()
    lived.console.process(event_id)
    (row,) = lived.console.documents()
    with lived.console.ledger.write() as tx:
        documents.back_to_planned(tx, row.id)
    restored(lived)
    assert "1 documents under way are held for you" in accept(lived)
    assert len(lived.console.documents("held")) == 1
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    fresh = lived.console.deliver(date_created_gmt=tomorrow)
    lived.console.process(fresh)
    assert lived.console.event(fresh).state is State.DONE
    assert there(lived) == 2


def test_a_lost_answer_of_a_system_that_cannot_be_asked_is_never_sent_again(lived: Lived, unaskable: None) -> None:
    """Also without any restore."""
    event_id = lived.console.deliver()
    lived.console.process(event_id)
    (row,) = lived.console.documents()
    with lived.console.ledger.write() as tx:
        documents.back_to_planned(tx, row.id)
        documents.mark_issuing(tx, row.id, NOW - timedelta(hours=1), Tick(HOST, 0))
    lived.console.says("event", "replay", event_id)
    lived.console.process(event_id)
    assert lived.console.event(event_id).reason == "HELD"
    assert there(lived) == 1


def test_an_e_mail_that_may_have_left_waits_for_a_person(lived: Lived) -> None:
    lived.console.says("route", "edit", "way", "--set", "email=yes")
    event_id = lived.console.deliver(billing={**_buyer(), "email": "a@shop.example"})
    lived.console.process(event_id)
    (row,) = lived.console.documents()
    (mail,) = [e for e in _events(lived) if e[1] == "document.email"]
    restored(lived, mail[0])
    assert _mails(lived) == 1
    assert "1 e-mails may have left since" in accept(lived)
    lived.console.process(mail[0])
    assert lived.console.event(mail[0]).reason == "PERHAPS_SENT"
    with lived.console.ledger.read() as tx:
        assert follow_ups.notes(tx, row.id).email_state == follow_ups.PERHAPS_SENT
    assert _mails(lived) == 1


def test_accounts_with_tokens_used_once_are_paused_by_name(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    rotating = replace(Fakturownia.manifest, token=Token.ROTATING_REFRESH)
    monkeypatch.setattr(Fakturownia, "manifest", rotating)
    restored(lived)
    assert "flask account connect KEY): books" in accept(lived)
    assert lived.console.account().state == "paused"
    assert lived.alarms() == ["account_paused"]


def test_shops_are_asked_from_a_day_before_the_last_event(lived: Lived) -> None:
    lived.console.deliver()
    later = datetime.now(UTC) + timedelta(hours=1)
    shop = lived.console.shop()
    with lived.console.ledger.write() as tx:
        polls.claim(tx, shop.id, NOW, later)
        polls.begin(tx, shop.id, NOW)
        polls.reach(tx, shop.id, NOW, NOW)
        polls.end(tx, shop.id, NOW)
    restored(lived)
    lived.console.says("ledger", "accept-restore", "--yes")
    with lived.console.ledger.read() as tx:
        row, event = polls.load(tx, shop.id), _events(lived)[0]
    received = lived.console.event(event[0]).received_at
    assert row.next_at is None
    assert row.mark == row.good_at == received - timedelta(days=1)


def test_accepting_again_after_it_broke_off_does_no_harm(lived: Lived) -> None:
    event_id = lived.console.deliver()
    restored(lived, event_id)
    accept(lived)
    lived.console.says("ledger", "accept-restore", "--yes", "--anyway")
    lived.tick()
    lived.console.process(event_id)
    assert (there(lived), len(lived.console.documents())) == (1, 1)


def _buyer() -> dict[str, str]:
    return {"first_name": "A", "last_name": "B", "address_1": "Street 1", "city": "Budapest", "postcode": "1011",
            "country": "HU"}  # fmt: skip


def _events(lived: Lived) -> list[tuple[str, str]]:
    rows = lived.console.json("event", "list")
    return [(row["id"], row["kind"]) for row in rows]


def _mails(lived: Lived) -> int:
    return int(sum(lived.console.simulator.world.summary()["emails"].values()))

"""KSeF: waiting, accepted, refused; and the e-mail that waits for the number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.event import State
from tests.followups.desk import Desk, desk_on

FIRM = {"billing": {"company": "Kowal Kft."}}


@pytest.fixture
def hub(database_url: str) -> Iterator[Desk]:
    """A desk whose account sends to KSeF, which takes its time."""
    settings = {"ksef": "on", "ksef_seconds": 3600.0, "ksef_validate": False}
    with desk_on(database_url, settings, {"ksef": "yes"}) as made:
        made.options(email="yes")
        yield made


def _decide(hub: Desk, outcome: str) -> None:
    """KSeF makes up its mind now."""
    hub.world.change({"ksef_outcome": outcome})
    for document in hub.world.invoices.values():
        document.official_at = 0.0


def test_a_document_under_way_waits_uncounted(hub: Desk) -> None:
    row = hub.issue(1, **FIRM)
    waiting = hub.run(hub.follow_up(1, "official").id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.WAITING, "OFFICIAL_WAITING", 0)
    assert hub.notes(row).official_state == "waiting"


def test_an_accepted_document_keeps_its_number(hub: Desk) -> None:
    row = hub.issue(1, **FIRM)
    _decide(hub, "ok")
    ended = hub.finish(hub.follow_up(1, "official").id)
    noted = hub.notes(row)
    assert (ended.reason, noted.official_state) == ("OFFICIAL", "accepted")
    assert noted.official_number
    assert noted.official_number in ended.detail


def test_a_refused_document_is_a_dead_letter_with_the_hubs_sentence(hub: Desk) -> None:
    row = hub.issue(1, **FIRM)
    _decide(hub, "send_error")
    dead = hub.finish(hub.follow_up(1, "official").id)
    assert (dead.state, dead.reason, dead.system) == (State.DEAD, "OFFICIAL_REFUSED", "fakturownia")
    assert "KSeF: send_error" in dead.detail
    assert hub.notes(row).official_state == "refused"


def test_an_e_mail_waits_for_the_number_and_goes_as_soon_as_it_is_there(hub: Desk) -> None:
    row = hub.issue(1, **FIRM)
    mail, number = hub.follow_up(1, "email"), hub.follow_up(1, "official")
    waiting = hub.run(mail.id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.WAITING, "OFFICIAL_NUMBER_NOT_READY", 0)
    assert (hub.notes(row).email_state, hub.mails(row)) == ("", 0)
    _decide(hub, "ok")
    hub.bell.rung.clear()
    hub.run(number.id)
    assert mail.id in hub.bell.rung
    assert hub.run(mail.id).reason == "SENT"
    assert hub.mails(row) == 1


def test_a_consumers_document_never_goes_there(hub: Desk) -> None:
    row = hub.issue(1)
    assert hub.finish(hub.follow_up(1, "official").id).reason == "NOT_OFFICIAL"
    assert hub.finish(hub.follow_up(1, "email").id).reason == "SENT"
    assert hub.mails(row) == 1

"""What a person says about an e-mail that was perhaps sent, on the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from console import mailed
from schemas.event import State
from tests.followups.desk import Desk
from workers.bell import BellDown


class _House:
    """The desk's ledger, and a bell that is down."""

    def __init__(self, desk: Desk) -> None:
        self.ledger = desk.ledger

    def bell(self) -> _House:
        return self

    def ring(self, bells: object) -> None:
        raise BellDown("nobody there")


@pytest.fixture
def perhaps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """An e-mail that was lost before the system took it; gives the event's id."""
    monkeypatch.setattr(mailed, "house", lambda: _House(desk))
    desk.issue(1)
    desk.arm("reset_before", "send_by_email")
    return desk.finish(desk.follow_up(1, "email").id).id


def test_sent_ends_the_dead_letter_and_sends_nothing(desk: Desk, perhaps: str) -> None:
    assert CliRunner().invoke(mailed.sent, [perhaps]).exit_code == 0
    desk.time.on(60)
    assert desk.run(perhaps).reason == "ALREADY_SENT"
    assert desk.mails(desk.row(1)) == 0


def test_send_again_sends_once_more(desk: Desk, perhaps: str) -> None:
    said = CliRunner().invoke(mailed.send_again, [perhaps])
    assert "the clock rings" in said.output
    desk.time.on(60)
    assert desk.run(perhaps).reason == "SENT"
    assert desk.mails(desk.row(1)) == 1


def test_only_an_e_mail_can_be_said_to_be_sent(desk: Desk, perhaps: str) -> None:
    verify = desk.follow_up(1, "verify")
    assert CliRunner().invoke(mailed.sent, [verify.id]).exit_code == 1
    assert desk.event(verify.id).state is State.WAITING

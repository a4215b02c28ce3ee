"""A key replaced while a run still had the old one in its hand."""

from __future__ import annotations

import pytest

from adapters.fakturownia import Fakturownia
from schemas.document import Document, Draft
from tests.console.conftest import Console


def test_a_run_with_the_old_key_does_not_pause_the_account_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = Fakturownia._issue

    def replaced_meanwhile(self: Fakturownia, draft: Draft, original: Document | None) -> Document:
        monkeypatch.setattr(Fakturownia, "_issue", issue)
        console.simulator.world.settings["token"] = "simulator/renewed"
        console.says("account", "resume", "books", "--set", "api_token=simulator/renewed")
        return issue(self, draft, original)

    monkeypatch.setattr(Fakturownia, "_issue", replaced_meanwhile)
    event_id = console.deliver()
    console.process(event_id)
    assert (console.account().state, console.event(event_id).reason) == ("active", "KEY_REPLACED")
    console.says("event", "replay", event_id)
    console.process(event_id)
    assert len(console.documents()) == 1

"""Twenty worker processes that live on one refresh token, each of which is good once, and issue real documents."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger import connections
from schemas.event import State
from schemas.ports import unguarded
from simulators.tokens import Tokens
from tests.console.conftest import KEY
from tests.systems.conftest import Office
from tests.systems.trade import ROTATING, tokens_of

ROOT = Path(__file__).parents[2]
PROCESSES, DOCUMENTS = 20, 200
#: An access token ends after so many calls.
CALLS = 60


class Worn(Tokens):
    """Access tokens that are used up, so that they are renewed all the time, whatever the machine's speed."""

    def __init__(self, before: Tokens) -> None:
        super().__init__()
        self.refreshing, self.used = before.refreshing, Counter[str]()

    def good(self, token: str) -> bool:
        self.used[token] += 1
        return super().good(token) and self.used[token] <= CALLS


def worn_tokens(office: Office) -> Worn:
    before = tokens_of(office.world)
    assert before is not None
    worn = Worn(before)
    office.world.tokens = worn  # type: ignore[attr-defined]
    return worn


def crowd(office: Office, ids: Sequence[str]) -> list[str]:
    """Let the processes work; gives why some events are not done."""
    command = [sys.executable, "-m", "tests.systems.crowd", office.console.house.database_url, KEY, str(PROCESSES)]
    ended = subprocess.run(
        command, input="\n".join(ids), cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(told) == PROCESSES
    return [why for line in told for why in line]


@pytest.mark.slow
@pytest.mark.parametrize("system", ROTATING, indirect=True)
def test_twenty_processes_issue_two_hundred_documents_on_one_rotating_refresh_token(office: Office) -> None:
    office.connect(office.vendor.rotating)
    tokens = worn_tokens(office)
    assert crowd(office, office.orders(DOCUMENTS)) == []
    renewals = tokens.issued
    assert (tokens.refused_refreshes, len(tokens.refreshing)) == (0, 1)
    assert renewals >= DOCUMENTS * 4 / CALLS, "the token rotated many times"
    live = office.live()
    assert len({document.reference for document in live}) == len(live) == office.there() == DOCUMENTS
    assert set(office.world.summary()["per_oid"].values()) == {1}
    assert (office.state(), office.alarms(), office.events(State.DEAD)) == ("active", [], [])
    _the_stored_token_goes_on(office, tokens)
    print(f"\n{office.vendor.system}: {PROCESSES} processes, {DOCUMENTS} documents, {renewals} renewals, 0 refused")


def _the_stored_token_goes_on(office: Office, tokens: Worn) -> None:
    """What the ledger holds is the one refresh token that is good over there, and it can be used again."""
    with office.console.ledger.read() as tx:
        (account,) = connections.list_accounts(tx, office.console.ledger.vault)
    mouth, before = office.services.adapter(account, guard=unguarded), tokens.issued
    assert mouth.oauth is not None
    assert set(tokens.refreshing) == {mouth.oauth.tokens().refresh}
    tokens.expire()
    assert mouth.verify().name
    assert (tokens.issued, tokens.refused_refreshes) == (before + 1, 0)
    assert office.account == account.key

"""The promise: e-mails per document never exceed one, in 200 seeded runs with lost answers, deaths and thefts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import follow_ups
from ledger.migrate import migrate
from schemas.event import State
from tests.databases import sqlite_url
from tests.followups import storm
from tests.followups.desk import Desk, desk_on

RUNS = 200


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Desk]:
    migrate(sqlite_url(tmp_path))
    with desk_on(sqlite_url(tmp_path)) as made:
        made.options(email="yes")
        yield made


@pytest.mark.slow
def test_two_hundred_runs_send_at_most_one_e_mail_each(one: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [storm.run(one, 1000 + seed, seed) for seed in range(RUNS)]
    with capsys.disabled():
        print("\n" + _figures(runs))
    assert max(r.mails for r in runs) <= 1
    assert [r for r in runs if r.calm and r.mails != 1] == []
    assert all((r.state, r.reason) in ENDS for r in runs)
    assert {name for r in runs for name in r.troubles} == set(storm.ALL)
    assert one.world.crashes == []


#: Where an e-mail may rest: sent, or with a person.
ENDS = {(State.DONE, "ALREADY_SENT"), (State.DEAD, "PERHAPS_SENT")}


def _figures(runs: list[storm.Run]) -> str:
    mails, ends = Counter(r.mails for r in runs), Counter(r.reason for r in runs)
    calm = [r for r in runs if r.calm]
    return (
        f"{len(runs)} runs of document.email, {len(storm.ALL)} troubles: e-mails per document "
        f"{dict(sorted(mails.items()))}, most {max(mails)}; ended {dict(ends)}; "
        f"{len(calm)} runs in which nothing was unclear sent exactly {sum(r.mails for r in calm)}."
    )


def test_without_the_mark_before_the_call_the_same_runs_send_twice(one: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test has teeth: take `sending` away, and lost answers mail twice."""
    monkeypatch.setattr(follow_ups, "claim_email", lambda tx, document_id, now: True)
    monkeypatch.setattr(follow_ups, "email_perhaps", lambda tx, document_id: True)
    row = one.issue(1)
    mail = one.follow_up(1, "email")
    one.arm("reset_after", storm.MAIL)
    one.finish(mail.id)
    one.replay(mail.id)
    assert one.mails(row) == 2

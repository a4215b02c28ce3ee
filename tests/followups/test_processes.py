"""Real processes, profile `fast`: a worker dies or freezes around an e-mail, another one takes over."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from ledger import documents, events
from ledger.tables import routes
from schemas.event import Event, State
from tests.faults.lab import Lab, Order, lab
from tests.followups.saboteur import POINTS

pytestmark = [pytest.mark.slow, pytest.mark.faults]

#: What each point leaves: e-mails sent in the end, and how the follow-up rests.
EXPECTED = {
    "killed_before_saying_so": (1, State.DONE, "SENT"),
    "killed_after_saying_so": (0, State.DEAD, "PERHAPS_SENT"),
    "killed_after_the_system_sent": (1, State.DEAD, "PERHAPS_SENT"),
    "killed_before_the_answer_is_noted": (1, State.DEAD, "PERHAPS_SENT"),
    "frozen_after_saying_so": (0, State.DEAD, "PERHAPS_SENT"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("f")) as made:
        with made.books.ledger.write() as tx:
            tx.execute(update(routes).values(options=json.dumps({"email": "yes", "pdf": "yes"})))
        yield made


def _order(running: Lab) -> Order:
    return running.orders(random.Random(1))[0]


def _follow_up(running: Lab, order: Order, kind: str) -> Event | None:
    with running.books.ledger.read() as tx:
        found = events.page(tx, order=order.id, limit=100)
    return next((e for e in found if e.kind == f"document.{kind}"), None)


def _rests(running: Lab, order: Order, kind: str, seconds: float = 60) -> Event:
    """The follow-up once it is done or dead."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        event = _follow_up(running, order, kind)
        if event is not None and event.state is not State.WAITING:
            return event
        time.sleep(0.05)
    raise AssertionError(f"document.{kind} still waits: {_follow_up(running, order, kind)}")


def _mails(running: Lab, order: Order) -> int:
    with running.books.ledger.read() as tx:
        (row,) = documents.page(tx, shop_id=running.books.shop_id, order=order.id, state="live")
    assert row.document is not None
    return int(running.admin("summary", None)["emails"].get(row.document.system_id, 0))


@pytest.mark.parametrize("point", POINTS)
def test_at_most_one_e_mail_when_a_worker_is(running: Lab, point: str) -> None:
    assert set(EXPECTED) == set(POINTS)
    order = _order(running)
    running.stack.spawn("worker-first", [sys.executable, "-m", "tests.followups.saboteur", point])
    assert running.post(order) == 200
    _until_struck(running, point)
    running.stack.worker("worker-second")
    try:
        ended = _rests(running, order, "email")
        running.stack.signal("worker-first", signal.SIGCONT)
        time.sleep(1.0)
        assert (_mails(running, order), ended.state, ended.reason) == EXPECTED[point]
        assert _rests(running, order, "pdf").reason == "PDF_KEPT"
    finally:
        running.drop("worker-first")
        running.drop("worker-second")


def _until_struck(running: Lab, point: str) -> None:
    process = running.stack.processes["worker-first"]
    stat = Path(f"/proc/{process.pid}/stat")
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if process.poll() is not None or stat.read_text().rsplit(")", 1)[1].split()[0] in "ZT":
            return
        time.sleep(0.05)
    raise AssertionError(f"{point} never happened")


def test_every_follow_up_of_a_healthy_house_comes_to_its_end(running: Lab) -> None:
    running.stack.worker("worker")
    try:
        order = _order(running)
        assert running.post(order) == 200
        assert _rests(running, order, "email").reason == "SENT"
        assert _rests(running, order, "pdf").reason == "PDF_KEPT"
        assert _rests(running, order, "verify").reason == "VERIFIED"
        assert _mails(running, order) == 1
    finally:
        running.drop("worker")

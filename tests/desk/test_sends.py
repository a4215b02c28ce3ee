"""Five sends of one request and no sixth, whatever fails, dies or is replayed (Számlázz.hu)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters import adapter_for
from adapters.base import Adapter
from ledger import connections, events, sends
from ledger.engine import Ledger, open_ledger
from ledger.tables import leases
from ledger.vault import Vault
from schemas.connection import Account
from schemas.errors import DeadLettered
from schemas.event import State
from schemas.ports import Guard, Turns
from simulators import szamlazz
from simulators.server import Simulator
from tests.adapters.contract.bench import CANARY_KEY
from tests.adapters.contract.test_szamlazz import VENDOR
from tests.desk.conftest import KEY, Desk, add_route
from workers import issue
from workers.bell import Bell
from workers.leases import Leases
from workers.sends import LedgerSends
from workers.services import Services
from workers.timing import REAL, timing_of

MOST = 5
CREATES = "#action-xmlagentxmlfile$"


class Killed(BaseException):
    """The process dies here: nothing of the product catches it."""


@pytest.fixture
def hungary() -> Iterator[Simulator]:
    with szamlazz.start(token=CANARY_KEY) as running:
        yield running
        assert not running.world.crashes, running.world.crashes


@pytest.fixture
def budapest(sqlite_template: Path, tmp_path: Path, valkey_url: str, hungary: Simulator) -> Iterator[Desk]:
    """A desk whose shop's orders go to Számlázz.hu."""
    (tmp_path / "ledger.db").write_bytes(sqlite_template.read_bytes())
    ledger, bell = open_ledger(f"sqlite:///{tmp_path}/ledger.db", Vault([KEY])), Bell(valkey_url, timeout=5)
    now = datetime.now(UTC).replace(microsecond=0)
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug="desk", platform="woocommerce", name="Desk", secrets=["one"], now=now
        )
        account = connections.add_account(
            tx, ledger.vault, key="books", system="szamlazz", name="Books",
            seller=replace(VENDOR.home.seller, oss=True), credentials=dict(VENDOR.credentials(hungary.url)), now=now,
        )  # fmt: skip
    made = Desk(None, ledger, shop, account, hungary, now)  # type: ignore[arg-type]
    made.services = services_of(made, bell)
    add_route(made)
    yield made
    bell.close()
    ledger.close()


def services_of(desk: Desk, bell: Bell) -> Services:
    """One process' tools: a process that begins anew has none but the ledger's memory."""
    timing = replace(timing_of("fast"), lease_sure=REAL.lease_sure)

    def adapter(account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        counted = LedgerSends(desk.ledger, account.id)
        return adapter_for(account, guard=guard, turns=turns, sends=counted, allow_private=True, deadline=1.0)

    return Services(desk.ledger, bell, Leases(desk.ledger, timing, lambda: desk.now.timestamp()), adapter, timing,
                    now=lambda: desk.now, rng=random.Random(1))  # fmt: skip


def replay(desk: Desk, event_id: str) -> None:
    """What a person's button does to a dead event."""
    with desk.ledger.write() as tx:
        events.replay(tx, event_id, desk.now)


def left(desk: Desk) -> int:
    """How many requests for a document reached the stand-in."""
    return sum(entry["path"].endswith(CREATES.rstrip("$")) for entry in desk.simulator.world.log)


def arm(desk: Desk, name: str, **params: Any) -> None:
    desk.simulator.world.plan.arm(name, times=None, path=CREATES, params=params)


def run_out(desk: Desk, event_id: str, runs: int = 22) -> None:
    """Run it again and again, replayed by an impatient person whenever it is dead."""
    for _ in range(runs):
        if desk.event(event_id).state is State.DEAD:
            replay(desk, event_id)
        desk.run(event_id)
        desk.later(3600)


@pytest.mark.parametrize(("fault", "params"), [
    ("500", {}), ("reset_before", {}), ("429", {"retry_after": "1"}),
])  # fmt: skip
def test_whatever_answers_there_is_no_sixth_send(budapest: Desk, fault: str, params: dict[str, str]) -> None:
    arm(budapest, fault, **params)
    event_id = budapest.captured("009")
    run_out(budapest, event_id)
    assert left(budapest) == MOST
    dead = budapest.run(event_id)
    assert isinstance(dead, DeadLettered)
    assert (dead.code, budapest.there()) == ("TOO_MANY_SENDS", 0)
    assert "flask account again" in dead.remedy


def test_processes_that_die_in_the_middle_of_a_send_count_too(budapest: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    arm(budapest, "reset_before")
    event_id = budapest.captured("009")
    real = issue._speak

    def killed(paper: Any) -> Any:
        try:
            return real(paper)
        finally:
            raise Killed  # the send has left, and nothing of it was written down

    monkeypatch.setattr(issue, "_speak", killed)
    for _ in range(2 * MOST):
        with_death(budapest, event_id)
    monkeypatch.undo()
    run_out(budapest, event_id, runs=10)
    assert left(budapest) == MOST
    assert budapest.there() == 0


def with_death(desk: Desk, event_id: str) -> None:
    """A run that may die; the next process finds the lease's owner gone and takes the event up."""
    try:
        desk.run(event_id)
    except Killed:
        with desk.ledger.write() as tx:
            tx.execute(leases.delete())  # as the clock does once it has seen the owner still for long
    desk.later(3600)


def test_a_person_who_mended_it_begins_anew_and_gets_one_invoice(budapest: Desk) -> None:
    arm(budapest, "500")
    event_id = budapest.captured("009")
    run_out(budapest, event_id)
    budapest.simulator.world.plan.clear()
    run_out(budapest, event_id, runs=3)
    assert (left(budapest), budapest.there()) == (MOST, 0), "mending alone sends nothing"
    with budapest.ledger.write() as tx:
        assert sends.forget(tx, budapest.account.id, request_of(budapest, event_id))
        assert not sends.forget(tx, budapest.account.id, "create/no/such/i1")
    run_out(budapest, event_id, runs=3)
    assert (left(budapest), budapest.there()) == (MOST + 1, 1)
    assert budapest.event(event_id).state is State.DONE


def request_of(desk: Desk, event_id: str) -> str:
    """The request as the dead letter names it."""
    return desk.event(event_id).detail.rpartition("(")[2].rstrip(").")


def test_the_count_is_the_ledgers_and_each_requests_own(roadless: Desk, database_url: str) -> None:
    count = LedgerSends(roadless.ledger, roadless.account.id)
    assert [count("create/a"), count("create/a"), count("create/b")] == [1, 2, 1]
    other: Ledger = open_ledger(database_url, Vault([KEY]))
    assert LedgerSends(other, roadless.account.id)("create/a") == 3
    other.close()
